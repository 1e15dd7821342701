//! Moods of answers: whether the call is processed, and what its caller gets to see of it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{Called, Mood};
use crate::api::{Call, Reply, respond};
use crate::card;
use crate::door::Cut;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::webhook::ANSWER_TIMEOUT;

/// Longer than any caller waits.
const HANG: Duration = Duration::from_mins(1);
/// For what was written to be on its way before the connection ends.
const WRITTEN_GOES: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mood", rename_all = "snake_case")]
pub enum AnswerMood {
    /// G26: slow, then as usual; under its idempotency key it is in flight meanwhile.
    DelayMs { ms: u64 },
    /// G1: the connection is reset, nothing was processed. For a refused connection, see `outage`.
    Reset,
    /// G2: never processed, never answered.
    TimeoutBefore,
    /// G3: processed, never answered.
    TimeoutAfter,
    /// G4: processed, and the answer breaks off half-way.
    Truncated,
    /// G4: processed, and the connection is reset after the headers.
    ResetAfterHeaders,
    /// G5: not processed; a retry under the same key succeeds.
    #[serde(rename = "status_500_uncached")]
    Status500Uncached,
    /// G6: the same 500 for the same key, whether or not it was processed.
    #[serde(rename = "status_500_cached")]
    Status500Cached { processed: bool },
    /// G7: a maintenance page, with status 200; nothing was processed.
    Html,
    /// G7: the envelope of an error, with status 200, whether or not it was processed.
    #[serde(rename = "error_with_200")]
    ErrorWith200 {
        #[serde(default)]
        processed: bool,
    },
    /// G9: says that the key is in use.
    InFlight,
    /// G10
    RateLimited { retry_after_s: Option<u64> },
    /// G11
    IdempotencyMismatch,
    /// G14: declined, whatever it was, as a bank may decline a capture; kept under the key as every decline is.
    Declined {
        #[serde(default = "processing_error")]
        code: String,
    },
    /// G19: answered only after the webhooks of the call were sent and answered.
    WebhooksFirst,
}

fn processing_error() -> String {
    "processing_error".to_owned()
}

impl AnswerMood {
    /// Whether PayPal and Razorpay can have it too; the others are about what only Stripe's API says.
    pub fn suits_every_api(&self) -> bool {
        !matches!(self, Self::IdempotencyMismatch | Self::Declined { .. } | Self::WebhooksFirst)
    }

    /// The moods of Stripe's API.
    pub async fn act(self, gateway: Arc<Gateway>, call: Call, cut: Cut) -> Response {
        match self {
            Self::DelayMs { ms } => delayed(&gateway, &call, Duration::from_millis(ms)).await,
            Self::Status500Cached { processed } => respond(instead(&gateway, &call, processed, fault(500))),
            Self::IdempotencyMismatch => {
                let message =
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.";
                respond(ApiError::new(400, "idempotency_error", message).into())
            }
            Self::Declined { code } => {
                let why = card::decline(&code);
                let error = ApiError {
                    code: Some(why.code.into()),
                    decline_code: why.decline_code.map(Into::into),
                    ..ApiError::new(402, "card_error", why.message)
                };
                respond(instead(&gateway, &call, false, error.into()))
            }
            Self::WebhooksFirst => {
                let (told, mut telling) = mpsc::unbounded_channel();
                let reply = gateway.perform_telling(&call, told);
                // Ends when the last delivery has let go of its end.
                let _ = tokio::time::timeout(ANSWER_TIMEOUT, telling.recv()).await;
                respond(reply)
            }
            any => any.act_on(|| gateway.perform(&call, false), fault, cut).await,
        }
    }

    /// The moods that suit every API; `fault` words a refusal with a status. The others change nothing.
    async fn act_on(self, perform: impl FnOnce() -> Reply + Send, fault: fn(u16) -> Reply, cut: Cut) -> Response {
        match self {
            Self::DelayMs { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                respond(perform())
            }
            Self::Reset => {
                cut.now();
                respond(fault(500))
            }
            Self::TimeoutBefore => {
                tokio::time::sleep(HANG).await;
                respond(fault(500))
            }
            Self::TimeoutAfter => {
                let reply = perform();
                tokio::time::sleep(HANG).await;
                respond(reply)
            }
            Self::Truncated => truncated(perform()),
            Self::ResetAfterHeaders => headers_only(perform(), cut),
            Self::Status500Uncached => respond(fault(500)),
            Self::Status500Cached { processed } => {
                if processed {
                    perform();
                }
                respond(fault(500))
            }
            Self::Html => {
                let mut page = Response::new(Body::from("<!doctype html><title>Maintenance</title><h1>Back soon</h1>"));
                page.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                page
            }
            Self::ErrorWith200 { processed } => {
                if processed {
                    perform();
                }
                respond(Reply { status: 200, ..fault(500) })
            }
            Self::InFlight => respond(fault(409)),
            Self::RateLimited { retry_after_s } => respond(Reply { retry_after_s, ..fault(429) }),
            Self::IdempotencyMismatch | Self::Declined { .. } | Self::WebhooksFirst => respond(perform()),
        }
    }
}

/// Answers a call of PayPal's or Razorpay's API, as the moods will have it.
pub async fn answer_other(
    gateway: &Gateway,
    operation: Called,
    cut: Cut,
    perform: impl FnOnce() -> Reply + Send + 'static,
    fault: fn(u16) -> Reply,
) -> Response {
    match gateway.moods.for_call(operation, None, gateway.clock.now_ms()) {
        // On its own task: a caller who gives up does not undo what the mood has begun.
        Some(Mood::Answer(mood)) => {
            tokio::spawn(mood.act_on(perform, fault, cut)).await.unwrap_or_else(|_| respond(fault(500)))
        }
        Some(Mood::Payment(_) | Mood::Webhook(_)) | None => respond(perform()),
    }
}

async fn delayed(gateway: &Gateway, call: &Call, delay: Duration) -> Response {
    let begun = gateway.begin(call);
    if let Err(reply) = begun {
        return respond(reply);
    }
    tokio::time::sleep(delay).await;
    respond(gateway.perform(call, call.key.is_some()))
}

/// Answers with something else, and keeps that under the key.
fn instead(gateway: &Gateway, call: &Call, processed: bool, reply: Reply) -> Reply {
    if let Err(known) = gateway.begin(call) {
        return known;
    }
    if processed {
        gateway.perform(call, call.key.is_some());
    }
    if let Some(key) = &call.key {
        gateway.with_state(|state, now| gateway.keep(state, key, call.fingerprint, &reply, now));
    }
    reply
}

/// Promises the whole answer and sends half of it.
fn truncated(reply: Reply) -> Response {
    let half = reply.body.slice(..reply.body.len() / 2);
    let parts = stream::iter([Ok::<Bytes, Infallible>(half)]).chain(stream::once(async {
        tokio::time::sleep(WRITTEN_GOES).await;
        Ok(Bytes::new())
    }));
    partly(reply, Body::from_stream(parts))
}

/// Promises the whole answer and resets the connection instead.
fn headers_only(reply: Reply, cut: Cut) -> Response {
    let nothing = stream::once(async move {
        tokio::time::sleep(WRITTEN_GOES).await;
        cut.now();
        Ok::<Bytes, Infallible>(Bytes::new())
    });
    partly(reply, Body::from_stream(nothing))
}

fn partly(reply: Reply, body: Body) -> Response {
    let whole = reply.body.len();
    let mut response = respond(reply);
    *response.body_mut() = body;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole));
    response
}

/// Refusals as Stripe words them.
fn fault(status: u16) -> Reply {
    match status {
        409 => {
            let message = "There is currently another in-progress request using this Idempotent Key.";
            let code = Some("idempotency_key_in_use".into());
            ApiError { code, ..ApiError::new(409, "idempotency_error", message) }.into()
        }
        429 => {
            let error = ApiError::new(429, "invalid_request_error", "Request rate limit exceeded.");
            ApiError { code: Some("rate_limit".into()), ..error }.into()
        }
        _ => ApiError::new(500, "api_error", "An unexpected error occurred. Please try again.").into(),
    }
}
