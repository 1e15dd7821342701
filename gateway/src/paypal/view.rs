//! PayPal's JSON.

use serde_json::{Value, json};

use super::amount;
use super::order::{Authorization, AuthorizationStatus, Capture, Intent, Order, Refund, Status};
use crate::clock::rfc3339;
use crate::state::{Dispute, DisputeStatus};

pub fn order(order: &Order, base: &str) -> Value {
    let money = |minor| amount::view(minor, &order.currency);
    let items: Vec<Value> = order
        .lines
        .iter()
        .map(|line| json!({"name": line.name, "quantity": line.quantity.to_string(), "unit_amount": money(line.unit_amount)}))
        .collect();
    let mut unit = json!({"reference_id": order.reference_id, "amount": money(order.amount), "items": items});
    if let Some(custom_id) = &order.custom_id {
        unit["custom_id"] = json!(custom_id);
    }
    if let Some(description) = &order.description {
        unit["description"] = json!(description);
    }
    let mut payments = json!({});
    if let Some(it) = &order.authorization {
        payments["authorizations"] = json!([authorization(order, it, base)]);
    }
    if let Some(it) = &order.capture {
        payments["captures"] = json!([capture(order, it, base)]);
    }
    if !order.refunds.is_empty() {
        payments["refunds"] = order.refunds.iter().map(|it| refund(order, it, base)).collect();
    }
    if payments.as_object().is_some_and(|it| !it.is_empty()) {
        unit["payments"] = payments;
    }
    let own = format!("{base}/paypal/v2/checkout/orders/{}", order.id);
    let mut links = vec![json!({"href": own, "rel": "self", "method": "GET"})];
    if matches!(order.status, Status::Created | Status::PayerActionRequired) {
        links.push(json!({"href": approval_url(order, base), "rel": "payer-action", "method": "GET"}));
    }
    if order.status == Status::Approved {
        let step = if order.intent == Intent::Authorize { "authorize" } else { "capture" };
        links.push(json!({"href": format!("{own}/{step}"), "rel": step, "method": "POST"}));
    }
    json!({
        "id": order.id, "intent": order.intent, "status": order.status, "purchase_units": [unit],
        "payment_source": {"paypal": {}}, "create_time": rfc3339(order.created), "links": links,
    })
}

/// Where the buyer approves.
pub fn approval_url(order: &Order, base: &str) -> String {
    format!("{base}/paypal/checkoutnow?token={}", order.id)
}

pub fn authorization(order: &Order, it: &Authorization, base: &str) -> Value {
    let own = format!("{base}/paypal/v2/payments/authorizations/{}", it.id);
    let mut links = vec![json!({"href": own, "rel": "self", "method": "GET"})];
    if it.status == AuthorizationStatus::Created {
        links.extend(
            ["capture", "void"].map(|rel| json!({"href": format!("{own}/{rel}"), "rel": rel, "method": "POST"})),
        );
    }
    json!({
        "id": it.id, "status": it.status, "amount": amount::view(order.amount, &order.currency),
        "custom_id": order.custom_id, "create_time": rfc3339(it.created), "expiration_time": rfc3339(it.expires),
        "supplementary_data": {"related_ids": {"order_id": order.id}}, "links": links,
    })
}

pub fn capture(order: &Order, it: &Capture, base: &str) -> Value {
    let status = match order.refunded() {
        0 => "COMPLETED",
        refunded if refunded < it.amount => "PARTIALLY_REFUNDED",
        _ => "REFUNDED",
    };
    let own = format!("{base}/paypal/v2/payments/captures/{}", it.id);
    json!({
        "id": it.id, "status": status, "amount": amount::view(it.amount, &order.currency), "final_capture": true,
        "custom_id": order.custom_id, "create_time": rfc3339(it.created),
        "supplementary_data": {"related_ids": {"order_id": order.id}},
        "links": [{"href": own, "rel": "self", "method": "GET"},
                  {"href": format!("{own}/refund"), "rel": "refund", "method": "POST"}],
    })
}

pub fn dispute(it: &Dispute) -> Value {
    let (status, outcome) = match it.status {
        DisputeStatus::NeedsResponse => ("WAITING_FOR_SELLER_RESPONSE", None),
        DisputeStatus::Won => ("RESOLVED", Some("RESOLVED_SELLER_FAVOUR")),
        DisputeStatus::Lost => ("RESOLVED", Some("RESOLVED_BUYER_FAVOUR")),
    };
    let money = amount::view(it.amount, &it.currency);
    let mut dispute = json!({
        "dispute_id": it.id, "create_time": rfc3339(it.created), "update_time": rfc3339(it.created),
        "disputed_transactions": [{"seller_transaction_id": it.charge, "gross_amount": money}],
        "reason": it.reason.to_ascii_uppercase(), "status": status, "dispute_amount": money,
        "dispute_life_cycle_stage": "CHARGEBACK", "dispute_channel": "INTERNAL", "links": [],
    });
    if let Some(code) = outcome {
        dispute["dispute_outcome"] = json!({"outcome_code": code});
    }
    dispute
}

pub fn refund(order: &Order, it: &Refund, base: &str) -> Value {
    let up = order.capture.as_ref().map(|capture| format!("{base}/paypal/v2/payments/captures/{}", capture.id));
    json!({
        "id": it.id, "status": "COMPLETED", "amount": amount::view(it.amount, &order.currency),
        "custom_id": it.custom_id, "create_time": rfc3339(it.created),
        "links": [{"href": format!("{base}/paypal/v2/payments/refunds/{}", it.id), "rel": "self", "method": "GET"},
                  {"href": up, "rel": "up", "method": "GET"}],
    })
}
