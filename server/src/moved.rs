//! Instead of "not found": where the page went.
//!
//! Asked only once nothing else has answered, so a living page always wins and costs nothing more. What leads nowhere
//! is noted for the merchant, by its path alone: a query may hold secrets. Notes are counted in memory and written every
//! few seconds, so no visitor waits for them.

use crate::state::AppState;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use shop::redirect;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const WRITE_EVERY: Duration = Duration::from_secs(10);

/// The answer to a page load at `asked` (path and query) that found nothing; `None` when it has not moved.
///
/// 301, for the new address is the one to remember, but always asked for anew: a name may be given back, and two kept
/// answers would send a browser round in a circle. The visitor's query goes along.
pub async fn answer(state: &AppState, asked: &str) -> Option<Response> {
    let (path, query) = asked.split_once('?').map_or((asked, None), |(path, query)| (path, Some(query)));
    let path = redirect::normal(path)?;
    let now = state.shop.now_ms();
    let found = redirect::find(&state.shop, &path).await;
    let found = found.inspect_err(|error| tracing::error!(%error, "redirects cannot be read")).ok()?;
    let Some(moved) = found else {
        state.visits.missed(path, now);
        return None;
    };
    state.visits.hit(moved.id, now);
    let mut place = redirect::encode(&moved.target);
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        place.push('?');
        place.push_str(query);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&place).ok()?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}

/// Writes down who came by and what was looked at, until told to stop, and once more then.
pub async fn keep_count(state: AppState, until: CancellationToken) {
    while !until.is_cancelled() {
        tokio::select! {
            () = until.cancelled() => {}
            () = tokio::time::sleep(WRITE_EVERY) => {}
        }
        if let Err(error) = state.visits.write(&state.shop).await {
            tracing::error!(%error, "visits of old addresses are not counted");
        }
        if let Err(error) = state.viewed.write(&state.shop).await {
            tracing::error!(%error, "what was looked at is not written down");
        }
    }
}
