//! A customer's own pages.

use super::checkout::AddressFields;
use super::frame::{page, site};
use super::recent;
use crate::error::PageError;
use crate::session::RequireCustomer;
use crate::state::AppState;
use app::components::Form;
use app::pages;
use app::pages::checkout::address_form;
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use serde::Deserialize;
use shop::account::{self, Customer, Visitor};
use shop::address::Address;
use shop::cart::recovery;
use shop::id::AddressId;
use shop::{Error, credit as store_credit, order, review, tender};

/// Orders on the overview.
const RECENT: usize = 3;
/// Reviews on one page, and products that are still to review.
const REVIEWS: i64 = 20;
const TO_REVIEW: i64 = 12;
/// Entries of the book of somebody's credit.
const ENTRIES: i64 = 50;

pub async fn home(
    State(state): State<AppState>,
    RequireCustomer(customer): RequireCustomer,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let mut orders = order::history(&state.shop, &customer, None).await?.items;
    orders.truncate(RECENT);
    let viewed = recent::cards(&state, &visitor, None).await?;
    let reminders = recovery::reminders(&state.shop, &customer).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::account::home(&site, &customer, orders, viewed, reminders)))
}

/// Whether the customer is reminded of carts that were left.
#[derive(Deserialize)]
pub struct Reminders {
    /// Not empty: yes.
    #[serde(default)]
    remind: String,
}

pub async fn reminders(
    State(state): State<AppState>,
    RequireCustomer(customer): RequireCustomer,
    Body(sent): Body<Reminders>,
) -> Result<Response, PageError> {
    recovery::set_reminders(&state.shop, &customer, !sent.remind.is_empty()).await?;
    Ok(Redirect::to("/account").into_response())
}

#[derive(Deserialize)]
pub struct After {
    after: Option<String>,
}

pub async fn orders(
    State(state): State<AppState>,
    Query(query): Query<After>,
    RequireCustomer(customer): RequireCustomer,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let orders = order::history(&state.shop, &customer, query.after.as_deref()).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::account::orders(&site, orders)))
}

/// The customer's store credit, with the last entries of its book.
pub async fn credit(
    State(state): State<AppState>,
    RequireCustomer(customer): RequireCustomer,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let mut books = Vec::new();
    for one in store_credit::of_customer(&state.shop, customer.id).await? {
        let entries = tender::entries(&state.shop, one.id, None, ENTRIES).await?.items;
        let entry = |it: tender::Entry| pages::account::Entry {
            at: it.at,
            kind: it.kind,
            amount: one.balance.currency.money(it.amount),
            order: it.order,
        };
        let entries = entries.into_iter().map(entry).collect();
        books.push(pages::account::Book { balance: one.balance, held: one.held, entries });
    }
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::account::credit(&site, books)))
}

pub async fn addresses(
    State(state): State<AppState>,
    RequireCustomer(customer): RequireCustomer,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let blank = Address {
        name: customer.name.clone(),
        country: state.shop.settings.home_country.clone(),
        ..Address::default()
    };
    draw(&state, &visitor, &customer, &uri, 200, address_form(&blank)).await
}

pub async fn reviews(
    State(state): State<AppState>,
    Query(query): Query<After>,
    RequireCustomer(customer): RequireCustomer,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let written = review::written(&state.shop, &customer, query.after.as_deref(), REVIEWS).await?;
    let open = review::to_review(&state.shop, &customer, TO_REVIEW).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::account::reviews(&site, open, written)))
}

async fn draw(
    state: &AppState,
    visitor: &Visitor,
    customer: &Customer,
    uri: &Uri,
    status: u16,
    form: Form,
) -> Result<Response, PageError> {
    let saved = account::addresses(&state.shop, customer).await?;
    let saved = saved.into_iter().map(|saved| (saved.id.to_string(), saved.address)).collect();
    let site = site(state, visitor, uri).await?;
    Ok(page(status, || pages::account::addresses(&site, saved, &form)))
}

pub async fn add_address(
    State(state): State<AppState>,
    RequireCustomer(customer): RequireCustomer,
    visitor: Visitor,
    uri: Uri,
    Body(fields): Body<AddressFields>,
) -> Result<Response, PageError> {
    let address = fields.address();
    if fields.updates_country() {
        return draw(&state, &visitor, &customer, &uri, 200, address_form(&address)).await;
    }
    match account::save_address(&state.shop, &customer, None, &address, false).await {
        Ok(_) => Ok(Redirect::to("/account/addresses").into_response()),
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => {
            let form = address_form(&address).refused(&error);
            draw(&state, &visitor, &customer, &uri, error.status(), form).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn delete_address(
    State(state): State<AppState>,
    Path(address): Path<AddressId>,
    RequireCustomer(customer): RequireCustomer,
) -> Result<Response, PageError> {
    account::delete_address(&state.shop, &customer, address).await?;
    Ok(Redirect::to("/account/addresses").into_response())
}
