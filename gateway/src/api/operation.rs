//! What the API can do, in one table: the name that moods and limits are set for, and the address.

use axum::http::Method;

macro_rules! operations {
    ($($variant:ident $name:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation {
            $($variant,)*
        }

        impl Operation {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name that moods are set for.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

pub(crate) use operations;

operations! {
    CreateIntent "payment_intents.create",
    RetrieveIntent "payment_intents.retrieve",
    UpdateIntent "payment_intents.update",
    ConfirmIntent "payment_intents.confirm",
    CaptureIntent "payment_intents.capture",
    CancelIntent "payment_intents.cancel",
    ListIntents "payment_intents.list",
    RetrieveCharge "charges.retrieve",
    ListCharges "charges.list",
    CreateMethod "payment_methods.create",
    RetrieveMethod "payment_methods.retrieve",
    ListMethods "payment_methods.list",
    AttachMethod "payment_methods.attach",
    DetachMethod "payment_methods.detach",
    CreateCustomer "customers.create",
    RetrieveCustomer "customers.retrieve",
    UpdateCustomer "customers.update",
    DeleteCustomer "customers.delete",
    ListCustomers "customers.list",
    ListCustomerMethods "customers.payment_methods",
    CreateSession "checkout.sessions.create",
    RetrieveSession "checkout.sessions.retrieve",
    ListSessions "checkout.sessions.list",
    ListLines "checkout.sessions.line_items",
    ExpireSession "checkout.sessions.expire",
    CreateRefund "refunds.create",
    RetrieveRefund "refunds.retrieve",
    UpdateRefund "refunds.update",
    ListRefunds "refunds.list",
    RetrieveDispute "disputes.retrieve",
    CloseDispute "disputes.close",
    ListDisputes "disputes.list",
    RetrieveFraudWarning "radar.early_fraud_warnings.retrieve",
    ListFraudWarnings "radar.early_fraud_warnings.list",
    RetrieveEvent "events.retrieve",
    ListEvents "events.list",
    CreateEndpoint "webhook_endpoints.create",
    RetrieveEndpoint "webhook_endpoints.retrieve",
    ListEndpoints "webhook_endpoints.list",
    DeleteEndpoint "webhook_endpoints.delete",
    // What shoppers do on the sandbox's own pages; not reached over the API.
    PayPage "pages.pay",
    PayElement "elements.confirm",
}

use Operation as Op;

impl Operation {
    /// The operation behind an address, and the id in it.
    pub fn find<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
        let mut parts = [""; 4];
        for (at, part) in path.strip_prefix("/v1/")?.split('/').enumerate() {
            *parts.get_mut(at)? = part;
        }
        let [noun, rest @ ..] = parts;
        match noun {
            "payment_intents" => intents(method, rest),
            "payment_methods" => methods(method, rest),
            "customers" => customers(method, rest),
            "checkout" if rest[0] == "sessions" => sessions(method, [rest[1], rest[2]]),
            "webhook_endpoints" if *method == Method::DELETE => match rest {
                [id, "", ""] if !id.is_empty() => Some((Op::DeleteEndpoint, id)),
                _ => None,
            },
            "webhook_endpoints" => plain(
                method,
                rest,
                [Some(Op::CreateEndpoint), Some(Op::ListEndpoints), Some(Op::RetrieveEndpoint), None],
            ),
            "charges" => plain(method, rest, [None, Some(Op::ListCharges), Some(Op::RetrieveCharge), None]),
            "refunds" => plain(
                method,
                rest,
                [Some(Op::CreateRefund), Some(Op::ListRefunds), Some(Op::RetrieveRefund), Some(Op::UpdateRefund)],
            ),
            "disputes" => match rest {
                [id, "close", ""] if *method == Method::POST => Some((Op::CloseDispute, id)),
                _ => plain(method, rest, [None, Some(Op::ListDisputes), Some(Op::RetrieveDispute), None]),
            },
            "radar" => match rest {
                ["early_fraud_warnings", id, ""] => plain(
                    method,
                    [id, "", ""],
                    [None, Some(Op::ListFraudWarnings), Some(Op::RetrieveFraudWarning), None],
                ),
                _ => None,
            },
            "events" => plain(method, rest, [None, Some(Op::ListEvents), Some(Op::RetrieveEvent), None]),
            _ => None,
        }
    }
}

/// The four that most nouns have: create, list, retrieve, update.
fn plain<'p>(
    method: &Method,
    rest: [&'p str; 3],
    [create, list, retrieve, update]: [Option<Op>; 4],
) -> Option<(Op, &'p str)> {
    let [id, "", ""] = rest else { return None };
    let op = match (method, id.is_empty()) {
        (&Method::POST, true) => create,
        (&Method::GET, true) => list,
        (&Method::GET, false) => retrieve,
        (&Method::POST, false) => update,
        _ => None,
    };
    op.map(|op| (op, id))
}

fn intents<'p>(method: &Method, rest: [&'p str; 3]) -> Option<(Op, &'p str)> {
    match rest {
        [id, action, ""] if *method == Method::POST && !action.is_empty() => {
            let op = match action {
                "confirm" => Op::ConfirmIntent,
                "capture" => Op::CaptureIntent,
                "cancel" => Op::CancelIntent,
                _ => return None,
            };
            Some((op, id))
        }
        _ => plain(
            method,
            rest,
            [Some(Op::CreateIntent), Some(Op::ListIntents), Some(Op::RetrieveIntent), Some(Op::UpdateIntent)],
        ),
    }
}

fn methods<'p>(method: &Method, rest: [&'p str; 3]) -> Option<(Op, &'p str)> {
    match rest {
        [id, "attach", ""] if *method == Method::POST => Some((Op::AttachMethod, id)),
        [id, "detach", ""] if *method == Method::POST => Some((Op::DetachMethod, id)),
        _ => plain(method, rest, [Some(Op::CreateMethod), Some(Op::ListMethods), Some(Op::RetrieveMethod), None]),
    }
}

fn customers<'p>(method: &Method, rest: [&'p str; 3]) -> Option<(Op, &'p str)> {
    match rest {
        [id, "", ""] if *method == Method::DELETE && !id.is_empty() => Some((Op::DeleteCustomer, id)),
        [id, "payment_methods", ""] if *method == Method::GET => Some((Op::ListCustomerMethods, id)),
        _ => plain(
            method,
            rest,
            [Some(Op::CreateCustomer), Some(Op::ListCustomers), Some(Op::RetrieveCustomer), Some(Op::UpdateCustomer)],
        ),
    }
}

fn sessions<'p>(method: &Method, [id, action]: [&'p str; 2]) -> Option<(Op, &'p str)> {
    match (method, id, action) {
        (&Method::GET, id, "line_items") if !id.is_empty() => Some((Op::ListLines, id)),
        (&Method::POST, id, "expire") if !id.is_empty() => Some((Op::ExpireSession, id)),
        (&Method::POST, "", "") => Some((Op::CreateSession, "")),
        (&Method::GET, "", "") => Some((Op::ListSessions, "")),
        (&Method::GET, id, "") => Some((Op::RetrieveSession, id)),
        _ => None,
    }
}
