//! What a visitor has looked at last: customers, and guests with a cart. Everybody else is sent pages that are the same for all.

use super::frame::local;
use crate::error::PageError;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use serde::Deserialize;
use shop::Result;
use shop::account::Visitor;
use shop::catalogue::Card;
use shop::id::ProductId;
use shop::recent::{self, Viewer};

/// A browser that only fetches ahead says so.
const AHEAD: &str = "sec-purpose";

/// Notes that the visitor looks at a product.
pub fn note(state: &AppState, visitor: &Visitor, headers: &HeaderMap, product: ProductId) {
    if let Some(viewer) = Viewer::of(visitor).filter(|_| !headers.contains_key(AHEAD)) {
        state.viewed.note(viewer, product, state.shop.now_ms());
    }
}

/// What the visitor has looked at, without `but`, the product that they are looking at.
pub async fn cards(state: &AppState, visitor: &Visitor, but: Option<ProductId>) -> Result<Vec<Card>> {
    match Viewer::of(visitor) {
        Some(viewer) => recent::list(&state.shop, &state.viewed, viewer, visitor.currency, but).await,
        None => Ok(Vec::new()),
    }
}

#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

pub async fn clear(
    State(state): State<AppState>,
    visitor: Visitor,
    Form(form): Form<Back>,
) -> Result<Response, PageError> {
    if let Some(viewer) = Viewer::of(&visitor) {
        recent::clear(&state.shop, &state.viewed, viewer).await?;
    }
    Ok(Redirect::to(local(&form.back, "/")).into_response())
}
