//! Customers, disputes and warnings: shown seldom, so by way of a tree.

use serde_json::json;

use crate::state::{Customer, Dispute, FraudWarning};

pub fn customer(it: &Customer) -> serde_json::Value {
    if it.deleted {
        return json!({"id": it.id, "object": "customer", "deleted": true});
    }
    json!({
        "id": it.id, "object": "customer", "address": null, "balance": 0, "created": it.created, "currency": null,
        "default_source": null, "delinquent": false, "description": it.description, "discount": null,
        "email": it.email, "invoice_settings": {"default_payment_method": null}, "livemode": false,
        "metadata": it.metadata, "name": it.name, "phone": it.phone, "preferred_locales": [], "shipping": null,
        "tax_exempt": "none",
    })
}

pub fn dispute(it: &Dispute) -> serde_json::Value {
    json!({
        "id": it.id, "object": "dispute", "amount": it.amount, "balance_transactions": [], "charge": it.charge,
        "created": it.created, "currency": it.currency, "evidence": {},
        "evidence_details": {"due_by": it.created + 7 * 86_400, "has_evidence": false, "past_due": false, "submission_count": 0},
        "is_charge_refundable": false, "livemode": false, "metadata": {}, "payment_intent": it.intent,
        "reason": it.reason, "status": it.status,
    })
}

pub fn fraud_warning(it: &FraudWarning) -> serde_json::Value {
    json!({
        "id": it.id, "object": "radar.early_fraud_warning", "actionable": true, "charge": it.charge,
        "created": it.created, "fraud_type": it.kind, "livemode": false, "payment_intent": it.intent,
    })
}
