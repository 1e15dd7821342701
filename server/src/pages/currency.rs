//! The currency a shopper sees, kept in a cookie and with the cart.

use super::frame::local;
use crate::error::PageError;
use crate::session::CURRENCY_COOKIE;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use shop::account::Visitor;
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
    let mut cookie = Cookie::new(CURRENCY_COOKIE, currency.code());
    cookie.set_path("/");
    cookie.set_same_site(SameSite::Lax);
    cookie.set_http_only(true);
    cookie.set_secure(state.config.is_https());
    cookie.make_permanent();
    Ok((jar.add(cookie), Redirect::to(local(&form.back, "/"))).into_response())
}
