//! The REST API: who is asking, for what, and the one path that every call takes.
//!
//! ```text
//! request → key of the account → operation → mood? → [ lock: idempotency → run → keep answer ] → events, answer
//! ```
//! The lock is never held across an await. A call without a mood does not leave its task.

mod endpoints;
mod events;
mod intents;
mod methods;
mod refunds;
mod sessions;

pub use self::methods::keep as keep_method;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use bytes::Bytes;
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use crate::Gateway;
use crate::card::Behaviour;
use crate::error::{Answer, ApiError};
use crate::form::Params;
use crate::idempotency::{Kept, Known};
use crate::journal::Record;
use crate::state::State;
use crate::view::ListView;

/// What the API can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    CreateIntent,
    RetrieveIntent,
    UpdateIntent,
    ConfirmIntent,
    CaptureIntent,
    CancelIntent,
    ListIntents,
    RetrieveCharge,
    CreateMethod,
    RetrieveMethod,
    CreateSession,
    RetrieveSession,
    ListSessions,
    ListLines,
    ExpireSession,
    CreateRefund,
    RetrieveRefund,
    UpdateRefund,
    ListRefunds,
    RetrieveEvent,
    ListEvents,
    CreateEndpoint,
    RetrieveEndpoint,
    ListEndpoints,
    DeleteEndpoint,
}

use Operation as Op;

impl Operation {
    /// The name that moods are set for.
    pub fn name(self) -> &'static str {
        match self {
            Op::CreateIntent => "payment_intents.create",
            Op::RetrieveIntent => "payment_intents.retrieve",
            Op::UpdateIntent => "payment_intents.update",
            Op::ConfirmIntent => "payment_intents.confirm",
            Op::CaptureIntent => "payment_intents.capture",
            Op::CancelIntent => "payment_intents.cancel",
            Op::ListIntents => "payment_intents.list",
            Op::RetrieveCharge => "charges.retrieve",
            Op::CreateMethod => "payment_methods.create",
            Op::RetrieveMethod => "payment_methods.retrieve",
            Op::CreateSession => "checkout.sessions.create",
            Op::RetrieveSession => "checkout.sessions.retrieve",
            Op::ListSessions => "checkout.sessions.list",
            Op::ListLines => "checkout.sessions.line_items",
            Op::ExpireSession => "checkout.sessions.expire",
            Op::CreateRefund => "refunds.create",
            Op::RetrieveRefund => "refunds.retrieve",
            Op::UpdateRefund => "refunds.update",
            Op::ListRefunds => "refunds.list",
            Op::RetrieveEvent => "events.retrieve",
            Op::ListEvents => "events.list",
            Op::CreateEndpoint => "webhook_endpoints.create",
            Op::RetrieveEndpoint => "webhook_endpoints.retrieve",
            Op::ListEndpoints => "webhook_endpoints.list",
            Op::DeleteEndpoint => "webhook_endpoints.delete",
        }
    }

    fn find<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
        let mut parts = [""; 4];
        for (at, part) in path.trim_start_matches("/v1/").split('/').enumerate() {
            *parts.get_mut(at)? = part;
        }
        let get = *method == Method::GET;
        let post = *method == Method::POST;
        Some(match parts {
            ["payment_intents", "", "", ""] if post => (Op::CreateIntent, ""),
            ["payment_intents", "", "", ""] if get => (Op::ListIntents, ""),
            ["payment_intents", id, "", ""] if get => (Op::RetrieveIntent, id),
            ["payment_intents", id, "", ""] if post => (Op::UpdateIntent, id),
            ["payment_intents", id, "confirm", ""] if post => (Op::ConfirmIntent, id),
            ["payment_intents", id, "capture", ""] if post => (Op::CaptureIntent, id),
            ["payment_intents", id, "cancel", ""] if post => (Op::CancelIntent, id),
            ["charges", id, "", ""] if get && !id.is_empty() => (Op::RetrieveCharge, id),
            ["payment_methods", "", "", ""] if post => (Op::CreateMethod, ""),
            ["payment_methods", id, "", ""] if get && !id.is_empty() => (Op::RetrieveMethod, id),
            ["checkout", "sessions", "", ""] if post => (Op::CreateSession, ""),
            ["checkout", "sessions", "", ""] if get => (Op::ListSessions, ""),
            ["checkout", "sessions", id, ""] if get => (Op::RetrieveSession, id),
            ["checkout", "sessions", id, "line_items"] if get => (Op::ListLines, id),
            ["checkout", "sessions", id, "expire"] if post => (Op::ExpireSession, id),
            ["refunds", "", "", ""] if post => (Op::CreateRefund, ""),
            ["refunds", "", "", ""] if get => (Op::ListRefunds, ""),
            ["refunds", id, "", ""] if get => (Op::RetrieveRefund, id),
            ["refunds", id, "", ""] if post => (Op::UpdateRefund, id),
            ["events", "", "", ""] if get => (Op::ListEvents, ""),
            ["events", id, "", ""] if get => (Op::RetrieveEvent, id),
            ["webhook_endpoints", "", "", ""] if post => (Op::CreateEndpoint, ""),
            ["webhook_endpoints", "", "", ""] if get => (Op::ListEndpoints, ""),
            ["webhook_endpoints", id, "", ""] if get => (Op::RetrieveEndpoint, id),
            ["webhook_endpoints", id, "", ""] if *method == Method::DELETE && !id.is_empty() => {
                (Op::DeleteEndpoint, id)
            }
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The shop's server.
    Secret,
    /// A browser: it may only pay what it holds the client secret of.
    Publishable,
}

/// A call, read and admitted.
pub struct Call {
    pub op: Operation,
    pub id: String,
    pub params: Params,
    pub caller: Caller,
    pub key: Option<String>,
    pub fingerprint: [u8; 32],
    /// Typed in a page or frame that the sandbox itself served.
    pub own_page: bool,
    /// Set by a mood.
    pub forced: Option<Behaviour>,
}

/// What goes back; kept under the idempotency key as it is.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub body: Bytes,
    pub replayed: bool,
    pub retry_after_s: Option<u64>,
}

impl Reply {
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self { status, body: value.to_string().into(), replayed: false, retry_after_s: None }
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        Self { status: error.status, body: error.body().into(), replayed: false, retry_after_s: error.retry_after_s }
    }
}

/// Every path under `/v1`.
pub async fn handle(
    Shared(gateway): Shared<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = match read(&gateway, &method, &uri, &headers, &body) {
        Ok(call) => call,
        Err(error) => return respond(error.into()),
    };
    match gateway.moods.take(call.op.name()) {
        None => respond(gateway.perform(&call, false)),
        // On its own task: a caller who gives up does not undo what the mood has begun.
        Some(mood) => tokio::spawn(mood.act(gateway, call))
            .await
            .unwrap_or_else(|_| respond(ApiError::new(500, "api_error", "An unexpected error occurred.").into())),
    }
}

fn read(gateway: &Gateway, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer<Call> {
    let path = uri.path();
    let Some((op, id)) = Operation::find(method, path) else {
        let message = format!("Unrecognized request URL ({method}: {}).", path.chars().take(100).collect::<String>());
        return Err(ApiError::new(404, "invalid_request_error", message));
    };
    let encoded = if *method == Method::POST { body } else { uri.query().unwrap_or_default().as_bytes() };
    let params = Params::parse(encoded)?;
    let caller = caller(gateway, headers)?;
    if caller == Caller::Publishable && !matches!(op, Op::CreateMethod | Op::ConfirmIntent | Op::RetrieveIntent) {
        return Err(ApiError {
            code: Some("secret_key_required".into()),
            ..ApiError::new(401, "invalid_request_error", "This API call cannot be made with a publishable API key.")
        });
    }
    let key = headers.get("idempotency-key").filter(|_| *method == Method::POST);
    let key = key.and_then(|key| key.to_str().ok()).map(str::to_owned);
    let fingerprint = if key.is_some() { params.fingerprint(method.as_str(), path) } else { [0; 32] };
    let own_page = crate::pages::is_own_origin(headers);
    Ok(Call { op, id: id.to_owned(), params, caller, key, fingerprint, own_page, forced: None })
}

fn caller(gateway: &Gateway, headers: &HeaderMap) -> Answer<Caller> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = match given.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(token.trim()).unwrap_or_default();
            String::from_utf8(decoded).unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
        }
        _ => {
            let message = "You did not provide an API key. Provide it in the Authorization header, using Bearer auth.";
            return Err(ApiError::new(401, "invalid_request_error", message));
        }
    };
    if bool::from(key.as_bytes().ct_eq(gateway.config.secret_key.as_bytes())) {
        Ok(Caller::Secret)
    } else if bool::from(key.as_bytes().ct_eq(gateway.config.publishable_key.as_bytes())) {
        Ok(Caller::Publishable)
    } else {
        Err(ApiError::new(401, "invalid_request_error", "Invalid API Key provided."))
    }
}

impl Gateway {
    /// Runs a call. `begun` when its key is already marked as under way by this very call.
    pub fn perform(&self, call: &Call, begun: bool) -> Reply {
        self.with_state(|state, now| {
            if let (Some(key), false) = (&call.key, begun) {
                match state.keys.look_up(key, &call.fingerprint) {
                    Known::New => {}
                    Known::Replay { status, body } => {
                        return Reply { status, body, replayed: true, retry_after_s: None };
                    }
                    Known::Refused(error) => return error.into(),
                }
            }
            let (reply, keep) = match self.run(call, state, now) {
                Ok(body) => (Reply { status: 200, body: body.into(), replayed: false, retry_after_s: None }, true),
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
        })
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
            Op::CreateMethod => methods::create(state, call, now),
            Op::RetrieveMethod => methods::retrieve(state, call),
            Op::CreateSession => sessions::create(state, call, base, now),
            Op::RetrieveSession => sessions::retrieve(state, call, base),
            Op::ListSessions => sessions::list(state, call, base),
            Op::ListLines => sessions::lines(state, call),
            Op::ExpireSession => sessions::expire(state, call, base, now),
            Op::CreateRefund => refunds::create(state, call, now),
            Op::RetrieveRefund => refunds::retrieve(state, call),
            Op::UpdateRefund => refunds::update(state, call, now),
            Op::ListRefunds => refunds::list(state, call),
            Op::RetrieveEvent => events::retrieve(state, call, base),
            Op::ListEvents => events::list(state, call, base),
            Op::CreateEndpoint => endpoints::create(state, call, now),
            Op::RetrieveEndpoint => endpoints::retrieve(state, call),
            Op::ListEndpoints => endpoints::list(state, call),
            Op::DeleteEndpoint => endpoints::delete(state, call),
        }
    }
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
    response
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, value).expect("views have only string keys");
    bytes
}

/// Reads `limit`, `starting_after` and `created` and cuts the page out of `all`, which is oldest first.
fn page<'a, T>(
    params: &Params,
    all: &'a [Arc<T>],
    cursor: impl Fn(&str) -> Option<usize>,
    created: impl Fn(&T) -> i64,
    wanted: impl Fn(&T) -> bool,
) -> Answer<(Vec<&'a Arc<T>>, bool)> {
    let limit = params.integer("limit")?.unwrap_or(10);
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(|| {
        ApiError::param("parameter_invalid_integer", "limit", "This value must be between 1 and 100.")
    })?;
    let end = match params.text("starting_after") {
        None => all.len(),
        Some(id) => cursor(id).ok_or_else(|| ApiError::no_such("object", "starting_after", id))?,
    };
    let exactly = params.integer("created")?;
    let from =
        params.integer("created[gte]")?.or(params.integer("created[gt]")?.map(|at| at.saturating_add(1))).or(exactly);
    let to =
        params.integer("created[lte]")?.or(params.integer("created[lt]")?.map(|at| at.saturating_sub(1))).or(exactly);
    let mut found: Vec<&Arc<T>> = all[..end]
        .iter()
        .rev()
        // The sandbox's clock never goes back: nothing further down is younger.
        .take_while(|it| from.is_none_or(|from| created(it) >= from))
        .filter(|it| to.is_none_or(|to| created(it) <= to) && wanted(it))
        .take(limit + 1)
        .collect();
    let has_more = found.len() > limit;
    found.truncate(limit);
    Ok((found, has_more))
}

fn list<T: Serialize>(url: &'static str, data: Vec<T>, has_more: bool) -> Vec<u8> {
    json(&ListView { object: "list", data, has_more, url })
}
