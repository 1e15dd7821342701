//! "Tell me when it is back": the form of a product page, and the link in the mail that ends it.

use super::catalogue::{Around, Shown, chosen, draw_with};
use super::frame::{page, site};
use super::review::Wanted;
use crate::client_address::From;
use crate::error::PageError;
use crate::session::RequireCustomer;
use crate::state::AppState;
use app::components::Form;
use app::pages;
use axum::extract::{Form as Body, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use serde::Deserialize;
use shop::account::Visitor;
use shop::id::AlertId;
use shop::{Error, alert, catalogue};

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Typed {
    sku: String,
    email: String,
}

pub async fn ask(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    visitor: Visitor,
    From(address): From,
    uri: Uri,
    Body(typed): Body<Typed>,
) -> Result<Response, PageError> {
    let product = catalogue::product_by_slug(&state.shop, &slug, &visitor).await?;
    if !product.variants.iter().any(|variant| variant.sku == typed.sku) {
        return Err(Error::NotFound("product").into());
    }
    match alert::ask(&state.shop, &typed.sku, &typed.email, visitor.customer.as_ref(), &address).await {
        Ok(()) => {
            let (slug, sku) = (app::variants::query_value(&slug), app::variants::query_value(&typed.sku));
            Ok(Redirect::to(&format!("/p/{slug}?variant={sku}&alert=asked#back-in-stock")).into_response())
        }
        Err(error @ (Error::Invalid(_) | Error::TooMany { .. } | Error::Conflict { .. })) => {
            let chosen = chosen(&product, Some(&typed.sku), &[]);
            let form = Form::new("alert").with("sku", &typed.sku).with("email", &typed.email).refused(&error);
            let around = Around { alert: Some(form), ..Around::default() };
            let shown = Shown { status: error.status(), chosen, around, reviews: Wanted::default() };
            draw_with(&state, &visitor, &uri, product, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The link of a mail: it changes nothing, because mail programs look behind links by themselves.
pub async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let open = alert::behind(&state.shop, &token).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::alert::waiting(&site, &token, open)))
}

/// The button there, or a mail program's own (RFC 8058), which sends no cookie.
pub async fn end(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    alert::cancel_behind(&state.shop, &token).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::alert::ended(&site)))
}

/// A customer no longer waits for one thing.
pub async fn end_own(
    State(state): State<AppState>,
    RequireCustomer(customer): RequireCustomer,
    Path(alert): Path<AlertId>,
) -> Result<Response, PageError> {
    alert::cancel_own(&state.shop, &customer, alert).await?;
    Ok(Redirect::to("/wishlist#waiting").into_response())
}
