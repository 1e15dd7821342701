//! One order, for whoever holds its link or owns it.

use super::frame::{page, site};
use crate::error::PageError;
use crate::state::AppState;
use app::components::Form;
use app::pages;
use app::pages::order::Seen;
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use serde::Deserialize;
use shop::account::Visitor;
use shop::order::{Order, PaymentState};
use shop::{Error, checkout, order};

#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    token: String,
    placed: Option<String>,
}

pub async fn show(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(link): Query<Link>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let seen = Seen { just_placed: link.placed.is_some(), as_guest: !link.token.is_empty() };
    draw(&state, &visitor, &uri, &number, &link.token, seen, (200, Form::new("register"))).await
}

/// The order's page with the offer to make an account as `form` has it.
pub async fn draw(
    state: &AppState,
    visitor: &Visitor,
    uri: &Uri,
    number: &str,
    token: &str,
    seen: Seen,
    (status, form): (u16, Form),
) -> Result<Response, PageError> {
    let mut order = read(state, visitor, number, token).await?;
    // Perhaps back from paying anew, before the provider has told us.
    if order.payment_state == PaymentState::Expired && checkout::ask_anew(&state.shop, order.checkout_id).await? {
        order = read(state, visitor, number, token).await?;
    }
    let site = site(state, visitor, uri).await?;
    let sources = order::sources(&state.shop, &order).await?;
    Ok(page(status, || pages::order::order(&site, order, &sources, seen, token, &form)))
}

async fn read(state: &AppState, visitor: &Visitor, number: &str, token: &str) -> Result<Order, Error> {
    match (&visitor.customer, token) {
        (_, token) if !token.is_empty() => order::by_token(&state.shop, number, token).await,
        (Some(customer), _) => order::of_customer(&state.shop, customer, number).await,
        (None, _) => Err(Error::Unauthenticated),
    }
}

#[derive(Deserialize)]
pub struct Pay {
    #[serde(default)]
    token: String,
}

/// To the provider's page, for an order whose payment has expired.
pub async fn pay(
    State(state): State<AppState>,
    Path(number): Path<String>,
    visitor: Visitor,
    Body(form): Body<Pay>,
) -> Result<Response, PageError> {
    let order = read(&state, &visitor, &number, &form.token).await?;
    let page = checkout::pay_anew(&state.shop, &order).await?;
    Ok(Redirect::to(&page).into_response())
}
