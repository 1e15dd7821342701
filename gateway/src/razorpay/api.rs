//! The REST API: who is asking, and for what. Only refunds have idempotency keys; a payment link is told apart by its
//! reference, which cannot be used twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::fault::{Answer, Fault};
use super::link::{Link, LinkStatus};
use super::view;
use crate::api::{Reply, respond};
use crate::idempotency::Known;
use crate::state::State;
use crate::{Gateway, currency, id};

/// A link must stay open for at least this long.
const OPEN_MIN_S: i64 = 15 * 60;
const REFERENCE_MAX: usize = 40;
const NOTES_MAX: usize = 15;
const NOTE_MAX: usize = 255;

struct Call {
    operation: Operation,
    id: String,
    query: String,
    body: Bytes,
    refund_key: Option<String>,
}

#[derive(Clone, Copy)]
enum Operation {
    CreateLink,
    FindLinks,
    GetLink,
    CancelLink,
    GetOrder,
    ListPayments,
    GetPayment,
    CapturePayment,
    RefundPayment,
    ListRefunds,
    GetRefund,
}

use Operation as Op;

impl Operation {
    /// The name that moods are set for.
    fn name(self) -> &'static str {
        match self {
            Op::CreateLink => "razorpay.payment_links.create",
            Op::FindLinks => "razorpay.payment_links.list",
            Op::GetLink => "razorpay.payment_links.get",
            Op::CancelLink => "razorpay.payment_links.cancel",
            Op::GetOrder => "razorpay.orders.get",
            Op::ListPayments => "razorpay.orders.payments",
            Op::GetPayment => "razorpay.payments.get",
            Op::CapturePayment => "razorpay.payments.capture",
            Op::RefundPayment => "razorpay.payments.refund",
            Op::ListRefunds => "razorpay.payments.refunds",
            Op::GetRefund => "razorpay.refunds.get",
        }
    }

    fn find<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
        let parts: Vec<&str> = path.trim_start_matches("/razorpay/v1/").trim_end_matches('/').split('/').collect();
        let post = *method == Method::POST;
        let get = *method == Method::GET;
        Some(match parts[..] {
            ["payment_links"] if post => (Op::CreateLink, ""),
            ["payment_links"] if get => (Op::FindLinks, ""),
            ["payment_links", id] if get => (Op::GetLink, id),
            ["payment_links", id, "cancel"] if post => (Op::CancelLink, id),
            ["orders", id] if get => (Op::GetOrder, id),
            ["orders", id, "payments"] if get => (Op::ListPayments, id),
            ["payments", id] if get => (Op::GetPayment, id),
            ["payments", id, "capture"] if post => (Op::CapturePayment, id),
            ["payments", id, "refund"] if post => (Op::RefundPayment, id),
            ["payments", id, "refunds"] if get => (Op::ListRefunds, id),
            ["refunds", id] if get => (Op::GetRefund, id),
            _ => return None,
        })
    }
}

/// Every path under `/razorpay/v1`.
pub async fn handle(
    Shared(gateway): Shared<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((operation, id)) = Operation::find(&method, uri.path()) else {
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
    match gateway.moods.take(operation.name()) {
        None => respond(perform(&gateway, &call)),
        // On its own task: a caller who gives up does not undo what the mood has begun.
        Some(mood) => tokio::spawn(async move {
            mood.act_on(|| perform(&gateway, &call), |status| Fault::of_status(status).into()).await
        })
        .await
        .unwrap_or_else(|_| respond(Fault::of_status(500).into())),
    }
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
                Known::Replay { status, body } => return Reply { status, body, replayed: true, retry_after_s: None },
                Known::Refused(_) => {
                    let why = "Different request with the same idempotency key has already been processed.";
                    return Fault::bad_request(why).into();
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
            Err(fault) => fault.into(),
        }
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
        },
    ))
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

#[derive(Deserialize)]
struct NewLink {
    amount: i64,
    currency: String,
    #[serde(default)]
    reference_id: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    callback_url: Option<String>,
    callback_method: Option<String>,
    #[serde(default)]
    expire_by: i64,
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Answer<T> {
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    serde_json::from_slice(body).map_err(|_| Fault::bad_request("The request is missing a field or has a wrong one"))
}

fn create(state: &mut State, call: &Call, now: i64) -> Answer<Arc<Link>> {
    let new: NewLink = read(&call.body)?;
    let known = currency::parse(&new.currency).is_ok();
    if !known || currency::check(new.amount, &new.currency.to_ascii_lowercase(), "amount").is_err() {
        return Err(Fault::bad_request("The amount cannot be charged in this currency"));
    }
    if new.reference_id.len() > REFERENCE_MAX {
        return Err(Fault::bad_request("reference_id: the length must be no more than 40."));
    }
    if new.notes.len() > NOTES_MAX || new.notes.values().any(|note| note.chars().count() > NOTE_MAX) {
        return Err(Fault::bad_request("value: the length must not be greater than 255."));
    }
    if new.callback_url.is_some() && new.callback_method.as_deref() != Some("get") {
        return Err(Fault::bad_request("callback_method must be get"));
    }
    if new.expire_by != 0 && new.expire_by < now + OPEN_MIN_S {
        return Err(Fault::bad_request("timestamp must be atleast 15 minutes in future"));
    }
    if !new.reference_id.is_empty() && state.razorpay.link_by_reference(&new.reference_id).is_some() {
        return Err(Fault::bad_request("payment link creation with reference ID already attempted"));
    }
    Ok(state.put_razorpay_link(Link {
        id: id::short("plink_"),
        order_id: id::short("order_"),
        created: now,
        status: LinkStatus::Created,
        amount: new.amount,
        currency: new.currency,
        reference_id: new.reference_id,
        description: new.description,
        notes: new.notes,
        callback_url: new.callback_url,
        expire_by: new.expire_by,
        closed_at: 0,
        payments: Vec::new(),
    }))
}
