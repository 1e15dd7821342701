//! What this API can do: the name that moods are set for, and the address.

use axum::http::Method;

use crate::api::operations;

operations! {
    CreateLink "razorpay.payment_links.create",
    FindLinks "razorpay.payment_links.list",
    GetLink "razorpay.payment_links.get",
    CancelLink "razorpay.payment_links.cancel",
    GetOrder "razorpay.orders.get",
    ListPayments "razorpay.orders.payments",
    FindPayments "razorpay.payments.list",
    GetPayment "razorpay.payments.get",
    CapturePayment "razorpay.payments.capture",
    RefundPayment "razorpay.payments.refund",
    ListRefunds "razorpay.payments.refunds",
    GetRefund "razorpay.refunds.get",
    GetDispute "razorpay.disputes.get",
}

use Operation as Op;

impl Operation {
    /// The operation behind an address, and the id in it.
    pub fn find<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
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
            ["payments"] if get => (Op::FindPayments, ""),
            ["payments", id] if get => (Op::GetPayment, id),
            ["payments", id, "capture"] if post => (Op::CapturePayment, id),
            ["payments", id, "refund"] if post => (Op::RefundPayment, id),
            ["payments", id, "refunds"] if get => (Op::ListRefunds, id),
            ["refunds", id] if get => (Op::GetRefund, id),
            ["disputes", id] if get => (Op::GetDispute, id),
            _ => return None,
        })
    }
}
