//! Faults on demand: for the next calls of an operation, the sandbox misbehaves in one chosen way.
//!
//! Each mood says whether the call is processed and what its caller gets to see of it. The names in the comments
//! are those of the reliability plan's table of gateway moods.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use crate::Gateway;
use crate::api::{Call, Reply, respond};
use crate::card::Behaviour;
use crate::error::ApiError;

/// Longer than any caller waits.
const HANG: Duration = Duration::from_mins(1);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mood", rename_all = "snake_case")]
pub enum Mood {
    /// Slow, then as usual; under its idempotency key it is in flight meanwhile.
    DelayMs { ms: u64 },
    /// G2: never processed, never answered.
    TimeoutBefore,
    /// G3: processed, never answered.
    TimeoutAfter,
    /// G4: processed, and the answer breaks off half-way.
    Truncated,
    /// G5: not processed; a retry under the same key succeeds.
    #[serde(rename = "status_500_uncached")]
    Status500Uncached,
    /// G6: the same 500 for the same key, whether or not it was processed.
    #[serde(rename = "status_500_cached")]
    Status500Cached { processed: bool },
    /// G7: a maintenance page, with status 200.
    Html,
    /// G8, G12: the card does this, whichever it is: `"succeeds"`, `"challenges"`, `{"declines": "lost_card"}`.
    Card { behaviour: Behaviour },
    /// G9: says that the key is in use.
    InFlight,
    /// G10
    RateLimited { retry_after_s: Option<u64> },
    /// G11
    IdempotencyMismatch,
}

/// A mood for the next `times` calls of `operation` (`*` for any).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    pub operation: String,
    #[serde(default = "once")]
    pub times: u64,
    #[serde(flatten)]
    pub mood: Mood,
}

fn once() -> u64 {
    1
}

#[derive(Default)]
pub struct Moods {
    any: AtomicBool,
    rules: Mutex<Vec<Rule>>,
}

impl Moods {
    pub fn set(&self, rule: Rule) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.push(rule);
        self.any.store(true, Ordering::Release);
    }

    pub fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.any.store(false, Ordering::Release);
    }

    /// The mood for this call, used up by one.
    pub fn take(&self, operation: &str) -> Option<Mood> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let at = rules.iter().position(|rule| rule.operation == operation || rule.operation == "*")?;
        let mood = rules[at].mood.clone();
        rules[at].times = rules[at].times.saturating_sub(1);
        rules.retain(|rule| rule.times > 0);
        self.any.store(!rules.is_empty(), Ordering::Release);
        Some(mood)
    }
}

impl Mood {
    /// The moods of Stripe's API.
    pub async fn act(self, gateway: Arc<Gateway>, mut call: Call) -> Response {
        match self {
            Self::DelayMs { ms } => delayed(&gateway, &call, Duration::from_millis(ms)).await,
            Self::Status500Cached { processed } => respond(cached_error(&gateway, &call, processed)),
            Self::Card { behaviour } => {
                call.forced = Some(behaviour);
                respond(gateway.perform(&call, false))
            }
            Self::InFlight => {
                let message = "There is currently another in-progress request using this Idempotent Key.";
                let code = Some("idempotency_key_in_use".into());
                respond(ApiError { code, ..ApiError::new(409, "idempotency_error", message) }.into())
            }
            Self::RateLimited { retry_after_s } => {
                let error = ApiError::new(429, "invalid_request_error", "Request rate limit exceeded.");
                respond(ApiError { code: Some("rate_limit".into()), retry_after_s, ..error }.into())
            }
            Self::IdempotencyMismatch => {
                let message =
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.";
                respond(ApiError::new(400, "idempotency_error", message).into())
            }
            any => any.act_on(|| gateway.perform(&call, false), |_| server_error()).await,
        }
    }

    /// The moods that every API can have; `fault` words a refusal with a status. The others change nothing.
    pub async fn act_on(
        self,
        perform: impl FnOnce() -> Reply + Send,
        fault: impl Fn(u16) -> Reply + Send + Sync,
    ) -> Response {
        match self {
            Self::DelayMs { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                respond(perform())
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
            Self::RateLimited { retry_after_s } => respond(Reply { retry_after_s, ..fault(429) }),
            Self::InFlight => respond(fault(409)),
            Self::Card { .. } | Self::IdempotencyMismatch => respond(perform()),
        }
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

fn cached_error(gateway: &Gateway, call: &Call, processed: bool) -> Reply {
    if let Err(reply) = gateway.begin(call) {
        return reply;
    }
    if processed {
        gateway.perform(call, call.key.is_some());
    }
    let reply = server_error();
    if let Some(key) = &call.key {
        gateway.with_state(|state, now| gateway.keep(state, key, call.fingerprint, &reply, now));
    }
    reply
}

/// Promises the whole answer and sends half of it.
fn truncated(reply: Reply) -> Response {
    let half = reply.body.slice(..reply.body.len() / 2);
    let whole = reply.body.len();
    let mut response = respond(reply);
    let parts = stream::iter([Ok::<Bytes, Infallible>(half)]);
    *response.body_mut() = Body::from_stream(parts);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole));
    response
}

fn server_error() -> Reply {
    ApiError::new(500, "api_error", "An unexpected error occurred. Please try again.").into()
}
