//! The REST API: who is asking, and for what. Only refunds have idempotency keys; a payment link is told apart by its
//! reference, which cannot be used twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::create::create;
use super::fault::{Answer, Fault};
use super::link::{Link, LinkStatus};
use super::operation::Operation as Op;
use super::view;
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
    query: String,
    pub body: Bytes,
    refund_key: Option<String>,
}

/// Every path under `/razorpay/v1`.
pub async fn handle(
    Shared(gateway): Shared<Arc<Gateway>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((operation, id)) = Op::find(&method, uri.path()) else {
        return respond(Fault::bad_request("The requested URL was not found on the server.").into());
    };
    if !is_ours(&gateway, &headers) {
        return respond(Fault::unauthorized().into());
    }
    let refund_key = headers.get("x-refund-idempotency").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let call = Call {
        operation,
        id: id.to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        body,
        refund_key: refund_key.filter(|_| matches!(operation, Op::RefundPayment)),
    };
    let performing = Arc::clone(&gateway);
    let perform = move || perform(&performing, &call);
    answer_other(&gateway, Called::Razorpay(operation), cut, perform, |status| Fault::of_status(status).into()).await
}

fn is_ours(gateway: &Gateway, headers: &HeaderMap) -> bool {
    let account = &gateway.config.razorpay;
    let wanted = format!("{}:{}", account.key_id, account.key_secret);
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
        .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text.trim()).ok())
        .unwrap_or_default();
    given.ct_eq(wanted.as_bytes()).into()
}

fn perform(gateway: &Gateway, call: &Call) -> Reply {
    gateway.with_state(|state, now| {
        let key = call.refund_key.as_ref().map(|key| format!("razorpay {} {key}", call.id));
        let fingerprint: [u8; 32] = Sha256::digest(&call.body).into();
        if let (Some(key), Some(given)) = (&key, &call.refund_key) {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            if given.len() < 10 || !given.bytes().all(allowed) {
                return Fault::bad_request("The idempotency key is invalid.").into();
            }
            match state.keys.look_up(key, &fingerprint) {
                Known::New => {}
                Known::Replay { status, body } => return Reply::replayed(status, body),
                Known::Refused(_) => {
                    let why = "Different request with the same idempotency key has already been processed.";
                    return Fault::bad_request(why).into();
                }
            }
        }
        let outcome = run(state, call, &gateway.base, now);
        gateway.answer_first(state, key.as_deref(), fingerprint, outcome, now)
    })
}

fn run(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Reply> {
    let id = call.id.as_str();
    Ok(Reply::json(
        200,
        &match call.operation {
            Op::CreateLink => view::link(&*create(state, call, now)?, base),
            Op::FindLinks => find_links(state, call, base),
            Op::GetLink => view::link(&*state.razorpay_link(id)?, base),
            Op::CancelLink => view::link(&*state.close_razorpay(id, LinkStatus::Cancelled, now)?, base),
            Op::GetOrder => view::order(&*order(state, id)?),
            Op::ListPayments => {
                let link = order(state, id)?;
                view::collection(link.payments.iter().map(|it| view::payment(&link, it)).collect())
            }
            Op::FindPayments => find_payments(state, call)?,
            Op::GetPayment => {
                let link = state.razorpay_link_of(id)?;
                let it = link.payments.iter().find(|it| it.id == id).ok_or_else(Fault::no_such)?;
                view::payment(&link, it)
            }
            Op::CapturePayment => {
                let wanted: Capture = read(&call.body)?;
                let link = state.razorpay_link_of(id)?;
                if wanted.currency != link.currency {
                    return Err(Fault::bad_request("The currency must be that of the payment"));
                }
                let link = state.capture_razorpay(id, wanted.amount, now)?;
                let it = link.payments.iter().find(|it| it.id == id).ok_or_else(Fault::no_such)?;
                view::payment(&link, it)
            }
            Op::RefundPayment => {
                let wanted: NewRefund = read(&call.body)?;
                let (link, refund) = state.refund_razorpay(id, wanted.amount, wanted.notes, wanted.receipt, now)?;
                let payment = link.payments.iter().find(|it| it.id == id).ok_or_else(Fault::no_such)?;
                view::refund(&link, payment, &refund)
            }
            Op::ListRefunds => {
                let link = state.razorpay_link_of(id)?;
                let payment = link.payments.iter().find(|it| it.id == id).ok_or_else(Fault::no_such)?;
                view::collection(payment.refunds.iter().map(|it| view::refund(&link, payment, it)).collect())
            }
            Op::GetRefund => {
                let link = state.razorpay_link_of(id)?;
                let found = link.payments.iter().find_map(|p| Some((p, p.refunds.iter().find(|it| it.id == id)?)));
                let (payment, refund) = found.ok_or_else(Fault::no_such)?;
                view::refund(&link, payment, refund)
            }
            Op::GetDispute => {
                let it = state.find_dispute(id).ok().filter(|it| it.provider == Provider::Razorpay);
                view::dispute(it.ok_or_else(Fault::no_such)?)
            }
        },
    ))
}

/// The payments made in `[from, to]`, newest first.
fn find_payments(state: &State, call: &Call) -> Answer<serde_json::Value> {
    let query: BTreeMap<_, _> = url::form_urlencoded::parse(call.query.as_bytes()).collect();
    let number = |name: &str, default: i64| match query.get(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| Fault::bad_request("from, to, count and skip must be integers.")),
    };
    let (from, to) = (number("from", 0)?, number("to", i64::MAX)?);
    let (count, skip) = (number("count", 10)?, number("skip", 0)?);
    if !(1..=100).contains(&count) {
        return Err(Fault::bad_request("The count must be between 1 and 100."));
    }
    let all = state.razorpay.links().flat_map(|link| link.payments.iter().map(move |payment| (link, payment)));
    let mut found: Vec<_> = all.filter(|(_, payment)| (from..=to).contains(&payment.created)).collect();
    found.sort_by_key(|(_, payment)| std::cmp::Reverse((payment.created, &payment.id)));
    let skip = usize::try_from(skip).map_err(|_| Fault::bad_request("The skip must be at least 0."))?;
    let shown = found.into_iter().skip(skip).take(usize::try_from(count).unwrap_or(100));
    Ok(view::collection(shown.map(|(link, payment)| view::payment(link, payment)).collect()))
}

fn order(state: &State, id: &str) -> Answer<Arc<Link>> {
    state.razorpay_link_of(id).ok().filter(|link| link.order_id == id).ok_or_else(Fault::no_such)
}

fn find_links(state: &State, call: &Call, base: &str) -> serde_json::Value {
    let wanted = url::form_urlencoded::parse(call.query.as_bytes()).find(|(name, _)| name == "reference_id");
    let links: Vec<_> = match wanted {
        Some((_, reference)) => state.razorpay.link_by_reference(&reference).into_iter().collect(),
        None => state.razorpay.links().collect(),
    };
    json!({"payment_links": links.into_iter().map(|it| view::link(it, base)).collect::<Vec<_>>()})
}

#[derive(Deserialize)]
struct Capture {
    amount: i64,
    currency: String,
}

#[derive(Deserialize)]
struct NewRefund {
    amount: Option<i64>,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    receipt: Option<String>,
}

pub fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Answer<T> {
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    serde_json::from_slice(body).map_err(|_| Fault::bad_request("The request is missing a field or has a wrong one"))
}
