//! Looking for products.

use super::frame::{kept, page, site};
use super::listing::{Listing, Within};
use crate::error::PageError;
use crate::state::AppState;
use app::components::suggestions;
use app::islands::TEXT_CHARS;
use app::pages::search::{self as view, Instead};
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, Uri};
use serde::Deserialize;
use shop::account::Visitor;
use shop::price_list::Buyer;
use shop::search;

/// Products shown to those who have found nothing.
const INSTEAD_ROWS: i64 = 4;

pub async fn search(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let listing = Listing::read(&state, &visitor, &uri, "/search".into(), Within::Shop).await?;
    let site = site(&state, &visitor, &uri).await?;
    let status = listing.status();
    let mut keep = listing.keep();
    let Listing { choices, problems, found, ways_out, .. } = listing;
    let mut instead = Instead { ways_out, products: Vec::new() };
    if choices.page == 1 && !choices.is_narrowed() {
        state.search.searched(&choices.text, found.total);
        keep.searched = Some((choices.text.clone(), found.total));
        if found.total == 0 {
            let query = search::Query {
                in_stock_only: true,
                rows: INSTEAD_ROWS,
                customer: Buyer::from(&visitor).customer,
                ..search::Query::everything(visitor.currency)
            };
            instead.products = search::find(&state.shop, &state.search, &query).await?.items;
            keep.products.extend(instead.products.iter().map(|card| card.id));
        }
    }
    Ok(kept(page(status, || view::search(&site, &choices, found, &problems, instead)), &visitor, keep))
}

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
}

/// The lines of the field's list; prices are in the visitor's currency.
pub async fn suggest(
    State(state): State<AppState>,
    Query(typed): Query<Typed>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    let typed: String = typed.q.trim().chars().filter(|c| !c.is_control()).take(TEXT_CHARS).collect();
    let found = search::suggest(&state.shop, &state.search, &typed, &visitor).await?;
    let lines = crate::render::render(|| suggestions(found, &typed));
    Ok(([(CACHE_CONTROL, "private, max-age=30")], Html(lines)).into_response())
}

/// What was looked for by somebody who comes from the results to a product.
pub fn searched_before(headers: &HeaderMap, origin: &str) -> Option<String> {
    let from = headers.get(http::header::REFERER)?.to_str().ok()?.strip_prefix(origin)?;
    let query = from.strip_prefix("/search?")?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "q").map(|(_, text)| text.into_owned())
}
