//! The REST API: who is asking, for what, and the request ids under which nothing happens twice.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::order::{Intent, Line, Order, Status};
use super::problem::{Answer, Problem};
use super::{amount, event, token, view};
use crate::api::{Reply, respond};
use crate::idempotency::Known;
use crate::state::State;
use crate::{Gateway, id};

struct Call {
    operation: Operation,
    id: String,
    path: String,
    query: String,
    body: Bytes,
    request_id: Option<String>,
}

#[derive(Clone, Copy)]
enum Operation {
    CreateOrder,
    GetOrder,
    AuthorizeOrder,
    CaptureOrder,
    GetAuthorization,
    CaptureAuthorization,
    VoidAuthorization,
    GetCapture,
    RefundCapture,
    GetRefund,
    VerifySignature,
    ListEvents,
}

use Operation as Op;

impl Operation {
    /// The name that moods are set for.
    fn name(self) -> &'static str {
        match self {
            Op::CreateOrder => "paypal.orders.create",
            Op::GetOrder => "paypal.orders.get",
            Op::AuthorizeOrder => "paypal.orders.authorize",
            Op::CaptureOrder => "paypal.orders.capture",
            Op::GetAuthorization => "paypal.authorizations.get",
            Op::CaptureAuthorization => "paypal.authorizations.capture",
            Op::VoidAuthorization => "paypal.authorizations.void",
            Op::GetCapture => "paypal.captures.get",
            Op::RefundCapture => "paypal.captures.refund",
            Op::GetRefund => "paypal.refunds.get",
            Op::VerifySignature => "paypal.webhooks.verify",
            Op::ListEvents => "paypal.events.list",
        }
    }

    fn find<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
        let parts: Vec<&str> = path.trim_start_matches("/paypal/").split('/').collect();
        let post = *method == Method::POST;
        let get = *method == Method::GET;
        Some(match parts[..] {
            ["v2", "checkout", "orders"] if post => (Op::CreateOrder, ""),
            ["v2", "checkout", "orders", id] if get => (Op::GetOrder, id),
            ["v2", "checkout", "orders", id, "authorize"] if post => (Op::AuthorizeOrder, id),
            ["v2", "checkout", "orders", id, "capture"] if post => (Op::CaptureOrder, id),
            ["v2", "payments", "authorizations", id] if get => (Op::GetAuthorization, id),
            ["v2", "payments", "authorizations", id, "capture"] if post => (Op::CaptureAuthorization, id),
            ["v2", "payments", "authorizations", id, "void"] if post => (Op::VoidAuthorization, id),
            ["v2", "payments", "captures", id] if get => (Op::GetCapture, id),
            ["v2", "payments", "captures", id, "refund"] if post => (Op::RefundCapture, id),
            ["v2", "payments", "refunds", id] if get => (Op::GetRefund, id),
            ["v1", "notifications", "verify-webhook-signature"] if post => (Op::VerifySignature, ""),
            ["v1", "notifications", "webhooks-events"] if get => (Op::ListEvents, ""),
            _ => return None,
        })
    }
}

/// Every path under `/paypal` that is not a page or the token endpoint.
pub async fn handle(
    Shared(gateway): Shared<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((operation, id)) = Operation::find(&method, uri.path()) else {
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
    match gateway.moods.take(operation.name()) {
        None => respond(perform(&gateway, &call)),
        // On its own task: a caller who gives up does not undo what the mood has begun.
        Some(mood) => tokio::spawn(async move {
            mood.act_on(|| perform(&gateway, &call), |status| Problem::of_status(status).into()).await
        })
        .await
        .unwrap_or_else(|_| respond(Problem::of_status(500).into())),
    }
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
                Known::Replay { body, .. } => {
                    return Reply { status: 200, body, replayed: true, retry_after_s: None };
                }
                Known::Refused(_) => {
                    let message = "The PayPal-Request-Id was used for another request.";
                    return Problem::invalid("INVALID_PARAMETER_VALUE", message).into();
                }
            }
        }
        match run(state, call, &gateway.base, now) {
            Ok(reply) => {
                if let Some(key) = &key {
                    gateway.keep(state, key, fingerprint, &reply, now);
                }
                reply
            }
            Err(problem) => problem.into(),
        }
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
        Op::ListEvents => list_events(state, call, base),
        Op::VerifySignature => return Err(Problem::no_such()),
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
struct Money {
    currency_code: String,
    value: String,
}

impl Money {
    fn minor(&self) -> Answer<i64> {
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

#[derive(Deserialize)]
struct NewOrder {
    intent: Intent,
    purchase_units: Vec<Unit>,
    payment_source: Option<Source>,
}

#[derive(Deserialize)]
struct Unit {
    reference_id: Option<String>,
    custom_id: Option<String>,
    description: Option<String>,
    amount: WithBreakdown,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct WithBreakdown {
    #[serde(flatten)]
    money: Money,
    breakdown: Option<Breakdown>,
}

#[derive(Deserialize)]
struct Breakdown {
    item_total: Option<Money>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    quantity: String,
    unit_amount: Money,
}

#[derive(Deserialize)]
struct Source {
    paypal: Option<Wallet>,
}

#[derive(Deserialize)]
struct Wallet {
    experience_context: Option<Experience>,
}

#[derive(Deserialize)]
struct Experience {
    return_url: Option<String>,
    cancel_url: Option<String>,
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Answer<T> {
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    serde_json::from_slice(body)
        .map_err(|_| Problem::invalid("MALFORMED_REQUEST_JSON", "The request JSON is not well formed."))
}

fn create(state: &mut State, call: &Call, now: i64) -> Answer<Arc<Order>> {
    let new: NewOrder = read(&call.body)?;
    if new.payment_source.is_some() && call.request_id.is_none() {
        let message = "A PayPal-Request-Id is required when the payment source is given.";
        return Err(Problem::invalid("PAYPAL_REQUEST_ID_REQUIRED", message));
    }
    let [unit] = new.purchase_units.as_slice() else {
        return Err(Problem::invalid("INVALID_ARRAY_MAX_ITEMS", "The sandbox takes one purchase unit."));
    };
    let within = |text: &Option<String>| text.as_ref().is_none_or(|t| (1..=127).contains(&t.chars().count()));
    if !within(&unit.custom_id)
        || !within(&unit.description)
        || unit.items.iter().any(|it| it.name.chars().count() > 127)
    {
        return Err(Problem::invalid("INVALID_STRING_LENGTH", "A text is empty or too long."));
    }
    let total = unit.amount.money.minor()?;
    let lines = unit.items.iter().map(|item| item.line()).collect::<Answer<Vec<_>>>()?;
    if !lines.is_empty() {
        let sum: i64 = lines.iter().map(|line| line.unit_amount * line.quantity).sum();
        let said = unit.amount.breakdown.as_ref().and_then(|it| it.item_total.as_ref());
        let Some(said) = said else {
            return Err(Problem::unprocessable("ITEM_TOTAL_REQUIRED", "If items are given, item_total is required."));
        };
        if said.minor()? != sum || sum != total {
            return Err(Problem::unprocessable("ITEM_TOTAL_MISMATCH", "Should equal sum of (unit_amount * quantity)."));
        }
    }
    let status = if new.payment_source.is_some() { Status::PayerActionRequired } else { Status::Created };
    let context = new.payment_source.and_then(|source| source.paypal?.experience_context);
    let (return_url, cancel_url) = context.map(|it| (it.return_url, it.cancel_url)).unwrap_or_default();
    Ok(state.put_paypal_order(Order {
        id: id::capitals(),
        created: now,
        intent: new.intent,
        status,
        amount: total,
        currency: unit.amount.money.currency_code.clone(),
        reference_id: unit.reference_id.clone().unwrap_or_else(|| "default".to_owned()),
        custom_id: unit.custom_id.clone(),
        description: unit.description.clone(),
        lines,
        return_url: return_url.unwrap_or_default(),
        cancel_url: cancel_url.unwrap_or_default(),
        funding: None,
        authorization: None,
        capture: None,
        refunds: Vec::new(),
    }))
}

impl Item {
    fn line(&self) -> Answer<Line> {
        let quantity: Option<i64> = self.quantity.parse().ok().filter(|n| (1..=9_999_999_999).contains(n));
        let wrong = || Problem::invalid("INVALID_PARAMETER_VALUE", "The quantity is not a whole number.");
        Ok(Line {
            name: self.name.clone(),
            unit_amount: self.unit_amount.minor()?,
            quantity: quantity.ok_or_else(wrong)?,
        })
    }
}
