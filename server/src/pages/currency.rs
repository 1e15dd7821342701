//! The currency a shopper sees, kept in a cookie, with the cart, and for customers with the account.

use super::frame::local;
use crate::error::PageError;
use crate::session::CURRENCY_COOKIE;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use shop::account::{self, Customer, Visitor};
use shop::money::Currency;
use shop::{Error, cart};

#[derive(Deserialize)]
pub struct Switch {
    currency: String,
    #[serde(default)]
    back: String,
}

pub async fn switch(
    State(state): State<AppState>,
    visitor: Visitor,
    jar: CookieJar,
    Form(form): Form<Switch>,
) -> Result<Response, PageError> {
    let currency =
        Currency::parse(&form.currency).ok_or_else(|| Error::field("currency", "This currency is not known."))?;
    cart::set_currency(&state.shop, &visitor, currency).await?;
    if let Some(customer) = &visitor.customer {
        account::choose_currency(&state.shop, customer, currency).await?;
    }
    Ok((jar.add(cookie(&state, currency)), Redirect::to(local(&form.back, "/"))).into_response())
}

fn cookie(state: &AppState, currency: Currency) -> Cookie<'static> {
    let mut cookie = Cookie::new(CURRENCY_COOKIE, currency.code());
    cookie.set_path("/");
    cookie.set_same_site(SameSite::Lax);
    cookie.set_http_only(true);
    cookie.set_secure(state.config.is_https());
    cookie.make_permanent();
    cookie
}

/// Somebody has logged in: what the account has chosen applies, and an account that has chosen nothing takes over what this
/// browser did. The cart follows.
pub async fn settle(state: &AppState, seen: Currency, customer: Customer, jar: CookieJar) -> shop::Result<CookieJar> {
    let chosen = account::chosen_currency(&state.shop, &customer).await?;
    if chosen.is_none() && jar.get(CURRENCY_COOKIE).is_some() {
        account::choose_currency(&state.shop, &customer, seen).await?;
    }
    let currency = chosen.unwrap_or(seen);
    let owner = Visitor { cart_id: None, customer: Some(customer), currency };
    cart::set_currency(&state.shop, &owner, currency).await?;
    Ok(if currency == seen { jar } else { jar.add(cookie(state, currency)) })
}
