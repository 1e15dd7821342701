//! The REST API: who is asking, for what, and the one path that every call takes.
//!
//! ```text
//! request → key of the account → operation → limit? → mood? → [ lock: idempotency → run → keep answer ] → events, answer
//! ```
//! The lock is never held across an await. A call without a mood does not leave its task.

mod customers;
mod disputes;
mod endpoints;
mod events;
mod expand;
mod intents;
mod list;
mod methods;
mod operation;
mod refunds;
mod request;
mod sessions;

pub use self::methods::keep as keep_method;
pub use self::operation::Operation;
pub(crate) use self::operation::operations;
pub use self::request::{Call, Caller};

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;

use self::operation::Operation as Op;
use crate::door::Cut;
use crate::error::{Answer, ApiError};
use crate::form::Metadata;
use crate::gateway::Gateway;
use crate::idempotency::{Kept, Known};
use crate::journal::Record;
use crate::mood::{Mood, PaymentMood};
use crate::rate_limit::Limited;
use crate::state::State;
use crate::webhook::Telling;

/// What goes back; kept under the idempotency key as it is.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub body: Bytes,
    pub replayed: bool,
    pub retry_after_s: Option<u64>,
    pub limited: Option<Limited>,
}

impl Reply {
    pub fn replayed(status: u16, body: Bytes) -> Self {
        Self { replayed: true, ..Self::new(status, body) }
    }

    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, value.to_string().into())
    }

    fn new(status: u16, body: Bytes) -> Self {
        Self { status, body, replayed: false, retry_after_s: None, limited: None }
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        Self { retry_after_s: error.retry_after_s, ..Self::new(error.status, error.body().into()) }
    }
}

/// Every path under `/v1`.
pub async fn handle(
    Shared(gateway): Shared<Arc<Gateway>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut call = match request::read(&gateway, &method, &uri, &headers, &body) {
        Ok(call) => call,
        Err(error) => return respond(error.into()),
    };
    if let Some(buckets) = &gateway.buckets
        && let Err(limited) = buckets.take(call.op, gateway.clock.now_ms())
    {
        return respond(too_many(limited));
    }
    match gateway.mood_for(&call) {
        None | Some(Mood::Webhook(_)) => respond(gateway.perform(&call, false)),
        Some(Mood::Payment(twist)) => {
            call.twist = Some(twist);
            respond(gateway.perform(&call, false))
        }
        // On its own task: a caller who gives up does not undo what the mood has begun.
        Some(Mood::Answer(mood)) => tokio::spawn(mood.act(gateway, call, cut))
            .await
            .unwrap_or_else(|_| respond(ApiError::new(500, "api_error", "An unexpected error occurred.").into())),
    }
}

fn too_many(limited: Limited) -> Reply {
    let message = "Request rate limit exceeded. Learn more about rate limits here \
                   https://stripe.com/docs/rate-limits.";
    let error = ApiError::new(429, "invalid_request_error", message);
    // A second fills every bucket.
    let error = ApiError { code: Some("rate_limit".into()), retry_after_s: Some(1), ..error };
    Reply { limited: Some(limited), ..error.into() }
}

impl Gateway {
    /// The mood for this call; what the call is about is looked up only when a rule asks for it.
    fn mood_for(&self, call: &Call) -> Option<Mood> {
        let now_ms = self.clock.now_ms();
        if !self.moods.asks_about(call.op) {
            return self.moods.for_call(call.op, None, now_ms);
        }
        let metadata = self.with_state(|state, _| about(state, call));
        self.moods.for_call(call.op, Some(&metadata), now_ms)
    }

    /// The mood of payments for what a shopper does on one of the sandbox's own pages.
    pub fn twist(&self, operation: Operation, metadata: &Metadata) -> Option<PaymentMood> {
        match self.moods.for_call(operation, Some(metadata), self.clock.now_ms()) {
            Some(Mood::Payment(twist)) => Some(twist),
            _ => None,
        }
    }

    /// Runs a call. `begun` when its key is already marked as under way by this very call.
    pub fn perform(&self, call: &Call, begun: bool) -> Reply {
        self.with_state(|state, now| self.perform_in(state, call, begun, now))
    }

    /// Runs a call; `telling` is let go of once everybody was told of what happened in it.
    pub fn perform_telling(&self, call: &Call, telling: Telling) -> Reply {
        self.with_state_telling(Some(&telling), |state, now| self.perform_in(state, call, false, now))
    }

    fn perform_in(&self, state: &mut State, call: &Call, begun: bool, now: i64) -> Reply {
        if let (Some(key), false) = (&call.key, begun) {
            match state.keys.look_up(key, &call.fingerprint) {
                Known::New => {}
                Known::Replay { status, body } => return Reply::replayed(status, body),
                Known::Refused(error) => return error.into(),
            }
        }
        let (reply, keep) = match expand::check(&call.params).and_then(|()| self.run(call, state, now)) {
            Ok(body) => (Reply::new(200, expand::apply(state, call, body, &self.base).into()), true),
            Err(error) => {
                let keep = error.begun;
                (error.into(), keep)
            }
        };
        match &call.key {
            Some(key) if keep => self.keep(state, key, call.fingerprint, &reply, now),
            Some(key) if begun => state.keys.abandon(key),
            _ => {}
        }
        reply
    }

    pub fn keep(&self, state: &mut State, key: &str, fingerprint: [u8; 32], reply: &Reply, now: i64) {
        state.keys.keep(key, fingerprint, reply.status, reply.body.clone(), now);
        if self.config.state_path.is_some() {
            let body = String::from_utf8_lossy(&reply.body).into_owned();
            state.changes.push(Record::Key(Arc::new(Kept {
                key: key.to_owned(),
                fingerprint,
                at: now,
                status: reply.status,
                body,
            })));
        }
    }

    /// The answer to a call that was carried out now. A success is kept under the key, if there is one; a refusal had no
    /// effect and is not.
    pub fn answer_first(
        &self,
        state: &mut State,
        key: Option<&str>,
        fingerprint: [u8; 32],
        outcome: Result<Reply, impl Into<Reply>>,
        now: i64,
    ) -> Reply {
        match outcome {
            Ok(reply) => {
                if let Some(key) = key {
                    self.keep(state, key, fingerprint, &reply, now);
                }
                reply
            }
            Err(refusal) => refusal.into(),
        }
    }

    fn run(&self, call: &Call, state: &mut State, now: i64) -> Answer<Vec<u8>> {
        let base = self.base.as_str();
        match call.op {
            Op::CreateIntent => intents::create(state, call, base, now),
            Op::RetrieveIntent => intents::retrieve(state, call, base),
            Op::UpdateIntent => intents::update(state, call, base, now),
            Op::ConfirmIntent => intents::confirm(state, call, base, now),
            Op::CaptureIntent => intents::capture(state, call, base, now),
            Op::CancelIntent => intents::cancel(state, call, base, now),
            Op::ListIntents => intents::list(state, call, base),
            Op::RetrieveCharge => intents::charge(state, call),
            Op::ListCharges => intents::charges(state, call),
            Op::CreateMethod => methods::create(state, call, now),
            Op::RetrieveMethod => methods::retrieve(state, call),
            Op::ListMethods => methods::list(state, call),
            Op::AttachMethod => methods::attach(state, call, now),
            Op::DetachMethod => methods::detach(state, call, now),
            Op::CreateCustomer => customers::create(state, call, now),
            Op::RetrieveCustomer => customers::retrieve(state, call),
            Op::UpdateCustomer => customers::update(state, call, now),
            Op::DeleteCustomer => customers::delete(state, call, now),
            Op::ListCustomers => customers::list(state, call),
            Op::ListCustomerMethods => customers::methods(state, call),
            Op::CreateSession => sessions::create(state, call, base, now),
            Op::RetrieveSession => sessions::retrieve(state, call, base),
            Op::ListSessions => sessions::list(state, call, base),
            Op::ListLines => sessions::lines(state, call),
            Op::ExpireSession => sessions::expire(state, call, base, now),
            Op::CreateRefund => refunds::create(state, call, now),
            Op::RetrieveRefund => refunds::retrieve(state, call),
            Op::UpdateRefund => refunds::update(state, call, now),
            Op::ListRefunds => refunds::list(state, call),
            Op::RetrieveDispute => disputes::retrieve(state, call),
            Op::CloseDispute => disputes::close(state, call, now),
            Op::ListDisputes => disputes::list(state, call),
            Op::RetrieveFraudWarning => disputes::retrieve_warning(state, call),
            Op::ListFraudWarnings => disputes::list_warnings(state, call),
            Op::RetrieveEvent => events::retrieve(state, call, base),
            Op::ListEvents => events::list(state, call, base),
            Op::CreateEndpoint => endpoints::create(state, call, now),
            Op::RetrieveEndpoint => endpoints::retrieve(state, call),
            Op::ListEndpoints => endpoints::list(state, call),
            Op::DeleteEndpoint => endpoints::delete(state, call),
            Op::PayPage | Op::PayElement => Err(ApiError::new(404, "invalid_request_error", "Only pages do this.")),
        }
    }
}

/// The metadata by which a rule recognises the call: that of the object it names, under the call's own.
fn about(state: &State, call: &Call) -> Metadata {
    let params = &call.params;
    let mut named =
        [Some(call.id.as_str()), params.text("payment_intent"), params.text("charge")].into_iter().flatten();
    let mut metadata = named.find_map(|id| state.metadata_of(id)).cloned().unwrap_or_default();
    // What is wrong with it, the call itself will say.
    metadata.extend(params.metadata("metadata").unwrap_or_default());
    metadata
}

pub fn respond(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    if let Ok(id) = HeaderValue::from_str(&crate::id::new("req_")) {
        headers.insert("request-id", id);
    }
    if reply.replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    if let Some(seconds) = reply.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(limited) = reply.limited {
        headers.insert("stripe-rate-limited-reason", HeaderValue::from_static(limited.reason()));
    }
    response
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, value).expect("views have only string keys");
    bytes
}
