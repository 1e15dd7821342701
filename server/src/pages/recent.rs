//! What a visitor has looked at last: customers, and guests with a cart. Everybody else is sent pages that are the same for
//! all; their browser keeps the slugs (`public/recent.js`), asks for the list drawn, and hands them over once there is a session.

use super::frame::local;
use crate::error::PageError;
use crate::state::AppState;
use app::components::own_list;
use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use shop::Result;
use shop::account::Visitor;
use shop::catalogue::Card;
use shop::id::ProductId;
use shop::limits::RECENT_PRODUCTS;
use shop::recent::{self, Viewer};
use std::collections::HashSet;

/// A browser that only fetches ahead says so.
const AHEAD: &str = "sec-purpose";

/// Notes that the visitor looks at a product.
pub fn note(state: &AppState, visitor: &Visitor, headers: &HeaderMap, product: ProductId) {
    if let Some(viewer) = Viewer::of(visitor).filter(|_| !headers.contains_key(AHEAD)) {
        state.viewed.note(viewer, product, state.shop.now_ms());
    }
}

/// What the visitor has looked at, without `but`, the product that they are looking at; `None` for one whom the shop does not
/// know.
pub async fn cards(state: &AppState, visitor: &Visitor, but: Option<ProductId>) -> Result<Option<Vec<Card>>> {
    match Viewer::of(visitor) {
        Some(viewer) => recent::list(&state.shop, &state.viewed, viewer, visitor, but).await.map(Some),
        None => Ok(None),
    }
}

/// The latest first, with commas between them.
#[derive(Deserialize)]
pub struct Slugs {
    #[serde(default)]
    slugs: String,
}

impl Slugs {
    fn list(&self) -> Vec<String> {
        let mut told = HashSet::new();
        let slugs = self.slugs.split(',').filter(|slug| !slug.is_empty() && told.insert(*slug));
        slugs.take(RECENT_PRODUCTS).map(str::to_owned).collect()
    }
}

/// The list of those products, as a part of a page.
pub async fn fragment(
    State(state): State<AppState>,
    Query(asked): Query<Slugs>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    let cards = recent::by_slug(&state.shop, asked.list(), &visitor).await?;
    let part = Html(crate::render::render(|| own_list(cards, "/".to_owned(), true)));
    Ok(([(CACHE_CONTROL, "private, no-store")], part).into_response())
}

/// A browser hands over what it has kept while the shop did not know whose it is.
pub async fn take_over(
    State(state): State<AppState>,
    visitor: Visitor,
    Form(form): Form<Slugs>,
) -> Result<Response, PageError> {
    if let Some(viewer) = Viewer::of(&visitor) {
        let cards = recent::by_slug(&state.shop, form.list(), &visitor).await?;
        // Longer ago than anything that is noted from now on, and the first is the latest.
        for (at, card) in (1..).zip(cards) {
            state.viewed.note(viewer, card.id, state.shop.now_ms() - at);
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
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
