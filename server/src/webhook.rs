//! News from the payment provider: verified on the bytes as they came, stored, answered. The work is the worker's.
//!
//! An event that is signed but cannot be read is stored by its digest and answered with 200: asking for it again
//! would never make it readable.

use crate::error::ApiError;
use crate::state::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};
use shop::limits::WEBHOOK_BODY_BYTES;
use shop::payment::webhook::{self, Rejection};
use shop::payment::{EventNotice, webhook_received};
use std::time::Duration;

/// A provider sends its few kilobytes at once.
const ARRIVES_WITHIN: Duration = Duration::from_secs(10);

pub fn router() -> Router<AppState> {
    Router::new().route("/webhooks/stripe", post(stripe)).layer(DefaultBodyLimit::disable())
}

async fn stripe(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Result<StatusCode, ApiError> {
    let body = arrived(&headers, body).await?;
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (stripe, shop) = (&state.stripe, &state.shop);
    let notice = match webhook::read(header, &body, &stripe.webhook_secrets, shop.now_ms(), stripe.livemode()) {
        Ok(notice) => notice,
        Err(Rejection::Unreadable) => unreadable(&body),
        Err(rejection) => {
            tracing::warn!(%rejection, "refused a webhook");
            return Err(ApiError::Refused(
                StatusCode::BAD_REQUEST,
                "bad_webhook",
                "This event is not accepted.".into(),
            ));
        }
    };
    webhook_received(shop, &notice, &String::from_utf8_lossy(&body)).await?;
    Ok(StatusCode::OK)
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

fn unreadable(body: &[u8]) -> EventNotice {
    tracing::error!("a signed webhook cannot be read");
    EventNotice {
        event_id: format!("unreadable_{}", hex::encode(Sha256::digest(body))),
        kind: "unreadable".into(),
        object_id: String::new(),
        livemode: false,
        created_ms: 0,
    }
}
