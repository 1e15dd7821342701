//! What this API can do: the name that moods are set for, and the address.

use axum::http::Method;

use crate::api::operations;

operations! {
    CreateOrder "paypal.orders.create",
    GetOrder "paypal.orders.get",
    AuthorizeOrder "paypal.orders.authorize",
    CaptureOrder "paypal.orders.capture",
    GetAuthorization "paypal.authorizations.get",
    CaptureAuthorization "paypal.authorizations.capture",
    VoidAuthorization "paypal.authorizations.void",
    GetCapture "paypal.captures.get",
    RefundCapture "paypal.captures.refund",
    GetRefund "paypal.refunds.get",
    GetDispute "paypal.disputes.get",
    VerifySignature "paypal.webhooks.verify",
    ListEvents "paypal.events.list",
    // At an address of its own, before anybody is known.
    IssueToken "paypal.token",
}

use Operation as Op;

impl Operation {
    /// The operation behind an address, and the id in it.
    pub fn find<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
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
            ["v1", "customer", "disputes", id] if get => (Op::GetDispute, id),
            ["v1", "notifications", "verify-webhook-signature"] if post => (Op::VerifySignature, ""),
            ["v1", "notifications", "webhooks-events"] if get => (Op::ListEvents, ""),
            _ => return None,
        })
    }
}
