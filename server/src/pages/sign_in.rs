//! Registering, logging in and out.

use super::frame::{local, page, site};
use super::{currency, orders};
use crate::client_address::From;
use crate::error::PageError;
use crate::session;
use crate::state::AppState;
use app::components::Form;
use app::pages;
use app::pages::order::Seen;
use axum::extract::{Form as Body, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use http::{HeaderMap, Uri};
use serde::Deserialize;
use shop::account::{self, Customer, Visitor};
use shop::{Error, Result, order};
use tower_sessions::Session;

const AFTER: &str = "/account";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: String,
}

pub async fn log_in_form(
    State(state): State<AppState>,
    Query(query): Query<Next>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    if visitor.customer.is_some() {
        return Ok(Redirect::to(local(&query.next, AFTER)).into_response());
    }
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::sign_in::log_in(&site, &Form::new("login"), local(&query.next, ""))))
}

#[derive(Deserialize)]
pub struct LogIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub async fn log_in(
    State(state): State<AppState>,
    visitor: Visitor,
    From(address): From,
    session: Session,
    headers: HeaderMap,
    uri: Uri,
    Body(form): Body<LogIn>,
) -> Result<Response, PageError> {
    match account::log_in(&state.shop, &form.email, &form.password, &address).await {
        Ok(customer) => {
            session::log_in_customer(&session, &state.shop, &state.viewed, &headers, &customer).await?;
            let jar = currency::settle(&state, visitor.currency, customer, CookieJar::from_headers(&headers)).await?;
            Ok((jar, Redirect::to(local(&form.next, AFTER))).into_response())
        }
        Err(error @ Error::Internal(_)) => Err(error.into()),
        Err(error) => {
            let again = Form::new("login").with("email", form.email).refused(&error);
            let site = site(&state, &visitor, &uri).await?;
            Ok(page(error.status(), || pages::sign_in::log_in(&site, &again, local(&form.next, ""))))
        }
    }
}

pub async fn register_form(
    State(state): State<AppState>,
    Query(query): Query<Next>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    if visitor.customer.is_some() {
        return Ok(Redirect::to(local(&query.next, AFTER)).into_response());
    }
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::sign_in::register(&site, &Form::new("register"), local(&query.next, ""))))
}

#[derive(Deserialize)]
pub struct Register {
    email: String,
    name: String,
    password: String,
    #[serde(default)]
    next: String,
    /// The order from whose page a guest registers, with its access token.
    #[serde(default)]
    order: String,
    #[serde(default)]
    token: String,
}

pub async fn register(
    State(state): State<AppState>,
    visitor: Visitor,
    From(address): From,
    session: Session,
    headers: HeaderMap,
    uri: Uri,
    Body(form): Body<Register>,
) -> Result<Response, PageError> {
    match account::register(&state.shop, &form.email, &form.name, &form.password, &address).await {
        Ok(customer) => {
            session::log_in_customer(&session, &state.shop, &state.viewed, &headers, &customer).await?;
            keep_address(&state, &customer, &form.order, &form.token).await?;
            let jar = currency::settle(&state, visitor.currency, customer, CookieJar::from_headers(&headers)).await?;
            Ok((jar, Redirect::to(local(&form.next, AFTER))).into_response())
        }
        Err(error @ Error::Internal(_)) => Err(error.into()),
        Err(error) => {
            let again = Form::new("register").with("email", form.email).with("name", form.name).refused(&error);
            let status = error.status();
            if !form.order.is_empty() {
                let seen = Seen { just_placed: false, as_guest: true };
                return orders::draw(&state, &visitor, &uri, &form.order, &form.token, seen, (status, again)).await;
            }
            let site = site(&state, &visitor, &uri).await?;
            Ok(page(status, || pages::sign_in::register(&site, &again, local(&form.next, ""))))
        }
    }
}

/// A guest who registers from an order's page finds its address in the new account.
async fn keep_address(state: &AppState, customer: &Customer, order: &str, token: &str) -> Result<()> {
    if order.is_empty() || token.is_empty() {
        return Ok(());
    }
    match order::by_token(&state.shop, order, token).await {
        Ok(order) => {
            account::save_address(&state.shop, customer, None, &order.shipping_address, true).await?;
            Ok(())
        }
        Err(Error::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

pub async fn log_out(session: Session) -> Result<Response, PageError> {
    session::log_out(&session).await?;
    Ok(Redirect::to("/").into_response())
}
