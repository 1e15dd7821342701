//! News from the payment provider: verified on the bytes as they came, stored, answered. The work is the worker's.
//!
//! An event that is signed but cannot be read is stored with its error and answered with 200: asking for it again
//! would never make it readable. A forged one is noted in the audit log.

use crate::client_address::From;
use crate::error::ApiError;
use crate::state::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use shop::limits::WEBHOOK_BODY_BYTES;
use shop::payment::webhook::Rejection;
use shop::payment::{webhook_received, webhook_refused, webhook_unreadable};
use std::time::Duration;

/// A provider sends its few kilobytes at once.
const ARRIVES_WITHIN: Duration = Duration::from_secs(10);

pub fn router() -> Router<AppState> {
    Router::new().route("/webhooks/{provider}", post(receive)).layer(DefaultBodyLimit::disable())
}

async fn receive(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    From(address): From,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let shop = &state.shop;
    let provider = shop.payments.by_name(&provider).map_err(|_| shop::Error::NotFound("page"))?;
    let body = arrived(&headers, body).await?;
    let notice = match provider.read_webhook(&headers, &body, shop.now_ms()).await {
        Ok(notice) => notice,
        Err(Rejection::Unreadable) => {
            webhook_unreadable(shop, provider.name(), &body).await?;
            return Ok(StatusCode::OK);
        }
        // The provider sends it again.
        Err(Rejection::Unverified) => return Err(unverified().into()),
        Err(rejection) => {
            tracing::warn!(provider = provider.name(), %rejection, "refused a webhook");
            webhook_refused(shop, provider.name(), rejection, &address).await?;
            return Err(ApiError::Refused(
                StatusCode::BAD_REQUEST,
                "bad_webhook",
                "This event is not accepted.".into(),
            ));
        }
    };
    webhook_received(shop, provider.name(), &notice, &String::from_utf8_lossy(&body)).await?;
    Ok(StatusCode::OK)
}

fn unverified() -> shop::Error {
    shop::Error::Unavailable {
        message: "It could not be verified that the provider sent this.".into(),
        retry_after_s: 30,
    }
}

/// The whole body, never holding more than the limit.
async fn arrived(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let too_large =
        || ApiError::Refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "An event is at most 256 KiB.".into());
    let announced =
        headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > WEBHOOK_BODY_BYTES) {
        return Err(too_large());
    }
    match tokio::time::timeout(ARRIVES_WITHIN, to_bytes(body, WEBHOOK_BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(ApiError::Refused(StatusCode::REQUEST_TIMEOUT, "timeout", "The event took too long.".into())),
    }
}
