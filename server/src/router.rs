//! All addresses of the shop and what every request passes on its way to them.
//!
//! ```text
//! request id → security headers → page cache → compression → error bodies → panic guard → time limit → body limit
//!   → cross-site guard → session → handler
//! ```

use crate::security::{cross_site, headers};
use crate::state::AppState;
use crate::{admin, api, assets, error, health, media, page_cache, pages, request_id, session, sitemap, webhook};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shop::{Error, limits};
use std::any::Any;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tower_http::timeout::TimeoutLayer;

/// Long enough for a slow upload and for a payment provider that takes its ten seconds.
const TIME_LIMIT: Duration = Duration::from_mins(1);
/// Smaller answers gain nothing.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

pub fn router(state: AppState) -> Router {
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(COMPRESS_ABOVE_BYTES).and(is_text));
    let around = ServiceBuilder::new()
        .layer(from_fn(request_id::name))
        .layer(from_fn_with_state(headers::SecurityHeaders::new(&state.config, &state.shop.payments), headers::write))
        .layer(from_fn_with_state(state.clone(), page_cache::keep))
        .layer(compression)
        .layer(from_fn_with_state(state.clone(), error::present))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(DefaultBodyLimit::max(limits::FORM_BODY_BYTES));

    let with_session =
        Router::new().merge(pages::router()).merge(admin::router()).layer(session::layer(&state.shop, &state.config));
    Router::new()
        .merge(with_session)
        .merge(api::router())
        .merge(media::router())
        .merge(webhook::router())
        .merge(health::router())
        .merge(sitemap::router())
        .layer(from_fn_with_state(state.clone(), cross_site::guard))
        .merge(assets::routes())
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(around)
        .with_state(state)
}

/// Pages, JSON, drawings and the sitemap: the site's files are compressed at build time, other pictures are compressed already.
fn is_text(_: StatusCode, _: http::Version, headers: &http::HeaderMap, _: &http::Extensions) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| {
        ["text/html", "image/svg", "application/xml"].iter().any(|kind| text.starts_with(kind)) || text.contains("json")
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the panic layer calls it so")]
fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "panic".to_owned());
    error::PageError(Error::Internal(format!("panic: {text}"))).into_response()
}
