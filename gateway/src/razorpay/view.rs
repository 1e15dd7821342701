//! Razorpay's JSON.

use serde_json::{Value, json};

use super::link::{Link, LinkStatus, Payment, PaymentStatus, Refund};
use crate::state::{Dispute, DisputeStatus};

pub fn link(link: &Link, base: &str) -> Value {
    let paid: Vec<Value> = link
        .payments
        .iter()
        .filter(|payment| payment.captured)
        .map(|it| {
            json!({
                "amount": link.amount, "created_at": it.created, "method": "card", "payment_id": it.id,
                "plink_id": link.id, "status": "captured", "updated_at": it.created,
            })
        })
        .collect();
    let closed = |status| if link.status == status { link.closed_at } else { 0 };
    json!({
        "accept_partial": false, "amount": link.amount,
        "amount_paid": if link.status == LinkStatus::Paid { link.amount } else { 0 },
        "callback_url": link.callback_url, "callback_method": link.callback_url.as_ref().map(|_| "get"),
        "cancelled_at": closed(LinkStatus::Cancelled), "created_at": link.created, "currency": link.currency,
        "description": link.description, "expire_by": link.expire_by, "expired_at": closed(LinkStatus::Expired),
        "first_min_partial_amount": 0, "id": link.id, "notes": link.notes, "notify": {"email": false, "sms": false},
        "order_id": link.order_id, "payments": if paid.is_empty() { Value::Null } else { paid.into() },
        "reference_id": link.reference_id, "reminder_enable": false, "reminders": [],
        "short_url": page_url(link, base), "status": link.status, "updated_at": link.created, "upi_link": false,
        "user_id": "",
    })
}

/// Where the buyer pays.
pub fn page_url(link: &Link, base: &str) -> String {
    format!("{base}/razorpay/pay/{}", link.id)
}

pub fn order(link: &Link) -> Value {
    let is_paid = link.payments.iter().any(|payment| payment.captured);
    let status = match (is_paid, link.payments.is_empty()) {
        (true, _) => "paid",
        (false, false) => "attempted",
        (false, true) => "created",
    };
    let paid = if is_paid { link.amount } else { 0 };
    json!({
        "id": link.order_id, "entity": "order", "amount": link.amount, "amount_paid": paid,
        "amount_due": link.amount - paid, "currency": link.currency, "receipt": link.reference_id, "status": status,
        "attempts": link.payments.len(), "notes": [], "created_at": link.created,
    })
}

pub fn payment(link: &Link, it: &Payment) -> Value {
    let failed = it.status == PaymentStatus::Failed;
    let refunded = if it.status == PaymentStatus::Refunded && !it.captured { link.amount } else { it.refunded() };
    let refund_status = match refunded {
        0 => None,
        some if some < link.amount => Some("partial"),
        _ => Some("full"),
    };
    json!({
        "id": it.id, "entity": "payment", "amount": link.amount, "currency": link.currency, "status": it.status,
        "order_id": link.order_id, "invoice_id": null, "international": false, "method": "card",
        "amount_refunded": refunded, "refund_status": refund_status, "captured": it.captured,
        "description": format!("#{}", link.id.trim_start_matches("plink_")), "notes": link.notes,
        "error_code": failed.then_some("BAD_REQUEST_ERROR"),
        "error_description": failed.then_some("Your payment was declined by the bank. Try another way to pay."),
        "error_reason": failed.then_some("payment_failed"), "created_at": it.created,
    })
}

pub fn dispute(it: &Dispute) -> Value {
    let (status, deducted) = match it.status {
        DisputeStatus::NeedsResponse => ("open", 0),
        DisputeStatus::Won => ("won", 0),
        DisputeStatus::Lost => ("lost", it.amount),
    };
    json!({
        "id": it.id, "entity": "dispute", "payment_id": it.charge, "amount": it.amount, "currency": it.currency,
        "amount_deducted": deducted, "reason_code": it.reason, "reason_description": it.reason.replace('_', " "),
        "respond_by": it.created + 7 * 86_400, "status": status, "phase": "chargeback", "created_at": it.created,
    })
}

pub fn refund(link: &Link, payment: &Payment, it: &Refund) -> Value {
    json!({
        "id": it.id, "entity": "refund", "amount": it.amount, "currency": link.currency, "payment_id": payment.id,
        "notes": it.notes, "receipt": it.receipt, "acquirer_data": {"arn": null}, "created_at": it.created,
        "batch_id": null, "status": "processed", "speed_processed": "normal", "speed_requested": "normal",
    })
}

pub fn collection(items: Vec<Value>) -> Value {
    json!({"entity": "collection", "count": items.len(), "items": items})
}
