//! The REST API: who is asking, for what, and the request ids under which nothing happens twice.

use std::sync::Arc;

use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::create::create;
use super::operation::Operation as Op;
use super::order::Order;
use super::problem::{Answer, Problem};
use super::{amount, event, token, view};
use crate::api::{Reply, respond};
use crate::door::Cut;
use crate::gateway::Gateway;
use crate::idempotency::Known;
use crate::ledger::Provider;
use crate::mood::{Called, answer_other};
use crate::state::State;

pub struct Call {
    operation: Op,
    id: String,
    path: String,
    query: String,
    pub body: Bytes,
    pub request_id: Option<String>,
}

/// Every path under `/paypal` that is not a page or the token endpoint.
pub async fn handle(
    Shared(gateway): Shared<Arc<Gateway>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((operation, id)) = Op::find(&method, uri.path()) else {
        return respond(Problem::no_such().into());
    };
    if let Err(problem) = token::check(&gateway, &headers) {
        return respond(problem.into());
    }
    let request_id = headers.get("paypal-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let call = Call {
        operation,
        id: id.to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        body,
        request_id: request_id.filter(|_| method == Method::POST),
    };
    let performing = Arc::clone(&gateway);
    let perform = move || perform(&performing, &call);
    answer_other(&gateway, Called::Paypal(operation), cut, perform, |status| Problem::of_status(status).into()).await
}

/// Runs a call; the same request id at the same endpoint gets the first answer again, now with 200.
fn perform(gateway: &Gateway, call: &Call) -> Reply {
    if matches!(call.operation, Op::VerifySignature) {
        return verify(gateway, call);
    }
    gateway.with_state(|state, now| {
        let key = call.request_id.as_ref().map(|id| format!("paypal {} {id}", call.path));
        let fingerprint: [u8; 32] = Sha256::digest(&call.body).into();
        if let Some(key) = &key {
            match state.keys.look_up(key, &fingerprint) {
                Known::New => {}
                Known::Replay { body, .. } => return Reply::replayed(200, body),
                Known::Refused(_) => {
                    let message = "The PayPal-Request-Id was used for another request.";
                    return Problem::invalid("INVALID_PARAMETER_VALUE", message).into();
                }
            }
        }
        let outcome = run(state, call, &gateway.base, now);
        gateway.answer_first(state, key.as_deref(), fingerprint, outcome, now)
    })
}

fn run(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Reply> {
    let id = call.id.as_str();
    Ok(match call.operation {
        Op::CreateOrder => Reply::json(201, &view::order(&*create(state, call, now)?, base)),
        Op::GetOrder => Reply::json(200, &view::order(&*state.paypal_order(id)?, base)),
        Op::AuthorizeOrder => Reply::json(201, &view::order(&*state.authorize_paypal(id, base, now)?, base)),
        Op::CaptureOrder => Reply::json(201, &view::order(&*state.capture_paypal_order(id, base, now)?, base)),
        Op::GetAuthorization => {
            let order = state.paypal_order_of(id)?;
            let it = order.authorization.as_ref().filter(|it| it.id == id).ok_or_else(Problem::no_such)?;
            Reply::json(200, &view::authorization(&order, it, base))
        }
        Op::CaptureAuthorization => {
            let wanted: Partly = read(&call.body)?;
            let order = state.paypal_order_of(id)?;
            let order = state.capture_paypal(id, wanted.amount(&order)?, now)?;
            let it = order.capture.as_ref().ok_or_else(Problem::no_such)?;
            Reply::json(201, &view::capture(&order, it, base))
        }
        Op::VoidAuthorization => {
            let order = state.void_paypal(id, now)?;
            let it = order.authorization.as_ref().ok_or_else(Problem::no_such)?;
            Reply::json(200, &view::authorization(&order, it, base))
        }
        Op::GetCapture => {
            let order = state.paypal_order_of(id)?;
            let it = order.capture.as_ref().filter(|it| it.id == id).ok_or_else(Problem::no_such)?;
            Reply::json(200, &view::capture(&order, it, base))
        }
        Op::RefundCapture => {
            let wanted: Partly = read(&call.body)?;
            let order = state.paypal_order_of(id)?;
            let (order, refund) = state.refund_paypal(id, wanted.amount(&order)?, wanted.custom_id, now)?;
            Reply::json(201, &view::refund(&order, &refund, base))
        }
        Op::GetRefund => {
            let order = state.paypal_order_of(id)?;
            let it = order.refunds.iter().find(|it| it.id == id).ok_or_else(Problem::no_such)?;
            Reply::json(200, &view::refund(&order, it, base))
        }
        Op::GetDispute => {
            let it = state.find_dispute(id).ok().filter(|it| it.provider == Provider::Paypal);
            Reply::json(200, &view::dispute(it.ok_or_else(Problem::no_such)?))
        }
        Op::ListEvents => list_events(state, call, base),
        Op::VerifySignature | Op::IssueToken => return Err(Problem::no_such()),
    })
}

fn verify(gateway: &Gateway, call: &Call) -> Reply {
    let Ok(question) = serde_json::from_slice::<Value>(&call.body) else {
        return Problem::invalid("MALFORMED_REQUEST_JSON", "The request is not JSON.").into();
    };
    let status = if event::is_genuine(gateway, &question) { "SUCCESS" } else { "FAILURE" };
    Reply::json(200, &json!({"verification_status": status}))
}

/// Newest first, from `start_time` on.
fn list_events(state: &State, call: &Call, base: &str) -> Reply {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(call.query.as_bytes()).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let size: usize = value("page_size").and_then(|v| v.parse().ok()).unwrap_or(10);
    let skip: usize = value("start_id").and_then(|v| v.parse().ok()).unwrap_or(0);
    let from = value("start_time").unwrap_or_default();
    let wanted = state.paypal.events.iter().rev().filter(|it| crate::clock::rfc3339(it.created).as_str() >= from);
    let found: Vec<_> = wanted.skip(skip).take(size + 1).collect();
    let events: Vec<_> = found.iter().take(size).map(|it| event::view(it, base)).collect();
    let mut links = Vec::new();
    if found.len() > size {
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        next.append_pair("page_size", &size.to_string()).append_pair("start_time", from);
        next.append_pair("start_id", &(skip + size).to_string());
        let href = format!("{base}/paypal/v1/notifications/webhooks-events?{}", next.finish());
        links.push(json!({"href": href, "rel": "next", "method": "GET"}));
    }
    Reply::json(200, &json!({"events": events, "count": events.len(), "links": links}))
}

#[derive(Deserialize)]
pub struct Money {
    pub currency_code: String,
    value: String,
}

impl Money {
    pub fn minor(&self) -> Answer<i64> {
        amount::parse(&self.value, &self.currency_code).filter(|minor| *minor > 0).ok_or_else(|| {
            Problem::invalid("INVALID_PARAMETER_VALUE", "The amount is not one that PayPal takes in this currency.")
        })
    }
}

/// A capture or a refund, of a part or of all.
#[derive(Deserialize)]
struct Partly {
    amount: Option<Money>,
    custom_id: Option<String>,
}

impl Partly {
    fn amount(&self, order: &Order) -> Answer<Option<i64>> {
        match &self.amount {
            None => Ok(None),
            Some(money) if money.currency_code == order.currency => money.minor().map(Some),
            Some(_) => {
                Err(Problem::unprocessable("CURRENCY_MISMATCH", "The currency must be that of the original payment."))
            }
        }
    }
}

pub fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Answer<T> {
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    serde_json::from_slice(body)
        .map_err(|_| Problem::invalid("MALFORMED_REQUEST_JSON", "The request JSON is not well formed."))
}
