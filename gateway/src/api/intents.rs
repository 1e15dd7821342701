//! `/v1/payment_intents` and `/v1/charges`.

use std::sync::Arc;

use super::list::{list as list_of, page};
use super::{Call, Caller, json, methods};
use crate::currency;
use crate::error::{Answer, ApiError};
use crate::form::{Params, merge};
use crate::id;
use crate::mood::PaymentMood;
use crate::state::{CaptureMethod, Confirmation, Intent, Place, State, Status, Subject};
use crate::view::{ChargeView, IntentView};

const CREATE: &[&str] = &[
    "amount",
    "currency",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "confirmation_method",
    "customer",
    "description",
    "metadata",
    "off_session",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
    "payment_method_options",
    "use_stripe_sdk",
    "error_on_requires_action",
];
const CONFIRM: &[&str] = &[
    "payment_method",
    "return_url",
    "off_session",
    "client_secret",
    "capture_method",
    "receipt_email",
    "payment_method_data",
    "payment_method_options",
    "setup_future_usage",
    "shipping",
    "use_stripe_sdk",
    "error_on_requires_action",
    "mandate_data",
];
const UPDATE: &[&str] = &[
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "payment_method",
    "receipt_email",
    "shipping",
    "capture_method",
    "payment_method_types",
    "setup_future_usage",
    "statement_descriptor",
    "transfer_group",
];
const CAPTURE: &[&str] = &["amount_to_capture", "metadata", "statement_descriptor", "final_capture"];
const LIST: &[&str] = &["created", "customer", "limit", "starting_after", "ending_before"];
const REASONS: &[&str] = &["duplicate", "fraudulent", "requested_by_customer", "abandoned"];

pub fn create(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(CREATE)?;
    let amount = params.integer("amount")?.ok_or_else(|| ApiError::missing_param("amount"))?;
    let currency = currency::parse(params.required("currency")?)?;
    currency::check(amount, currency, "amount")?;
    let capture_method = CaptureMethod::parse(params.text("capture_method"))?;
    let metadata = params.metadata("metadata")?;
    let confirm = params.flag("confirm")?;
    let off_session = params.flag("off_session")?;
    if let Some(other) = params.values("payment_method_types").find(|kind| *kind != "card") {
        let message = format!("The payment method type \"{other}\" is invalid: the sandbox takes cards.");
        return Err(ApiError::param("payment_intent_invalid_parameter", "payment_method_types", message));
    }
    let method = params.text("payment_method").map(|id| methods::find_or_make(state, id, now)).transpose()?;
    if let Some(customer) = params.text("customer") {
        state.customer(customer)?;
    }
    let id = id::new("pi_");
    let intent = state.put_intent(Intent {
        client_secret: id::new(&format!("{id}_secret_")),
        id,
        amount,
        currency: currency.to_owned(),
        capture_method,
        status: if method.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod },
        amount_capturable: 0,
        amount_received: 0,
        created: now,
        automatic_methods: params.values("payment_method_types").next().is_none(),
        customer: params.owned("customer"),
        description: params.owned("description"),
        receipt_email: params.owned("receipt_email"),
        metadata: Arc::new(metadata),
        method,
        last_error: None,
        return_url: None,
        canceled_at: None,
        cancellation_reason: None,
        charge: None,
        session: None,
        settles: None,
    });
    state.emit("payment_intent.created", Subject::Intent(Arc::clone(&intent)), now);
    let intent = if confirm {
        let with = Confirmation { return_url: params.owned("return_url"), off_session, ..Confirmation::default() };
        state.confirm(&intent.id, bent(call, with, &intent), now)?
    } else {
        intent
    };
    Ok(show(&intent, params, base))
}

pub fn retrieve(state: &State, call: &Call, base: &str) -> Answer<Vec<u8>> {
    call.params.only(&["client_secret"])?;
    let intent = state.intent(&call.id)?;
    admit(call, intent)?;
    Ok(show(intent, &call.params, base))
}

pub fn update(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(UPDATE)?;
    let old = Arc::clone(state.intent(&call.id)?);
    let mut intent = (*old).clone();
    intent.metadata = Arc::new(merge(&old.metadata, params.metadata("metadata")?));
    if let Some(description) = params.owned("description") {
        intent.description = Some(description);
    }
    if let Some(email) = params.owned("receipt_email") {
        intent.receipt_email = Some(email);
    }
    let amount = params.integer("amount")?;
    if amount.is_some() || params.text("currency").is_some() || params.text("payment_method").is_some() {
        if !old.takes_confirmation() {
            let message =
                format!("This PaymentIntent could not be updated because it has a status of {}.", old.status.name());
            return Err(ApiError::state("payment_intent_unexpected_state", message).with_intent(&old));
        }
        if let Some(code) = params.text("currency") {
            currency::parse(code)?.clone_into(&mut intent.currency);
        }
        intent.amount = amount.unwrap_or(intent.amount);
        currency::check(intent.amount, &intent.currency, "amount")?;
        if let Some(id) = params.text("payment_method") {
            intent.method = Some(methods::find_or_make(state, id, now)?);
            intent.status = Status::RequiresConfirmation;
        }
    }
    let intent = state.put_intent(intent);
    Ok(show(&intent, params, base))
}

pub fn confirm(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(CONFIRM)?;
    let intent = state.intent(&call.id)?;
    admit(call, intent)?;
    if state.owned_by_open_session(intent) {
        let message = "This PaymentIntent belongs to a Checkout Session and can only be confirmed on its page.";
        return Err(ApiError::state("payment_intent_unexpected_state", message));
    }
    let intent = Arc::clone(intent);
    let with = Confirmation {
        off_session: params.flag("off_session")?,
        method: params.text("payment_method").map(|id| methods::find_or_make(state, id, now)).transpose()?,
        return_url: params.owned("return_url"),
        ..Confirmation::default()
    };
    let intent = state.confirm(&call.id, bent(call, with, &intent), now)?;
    Ok(show(&intent, params, base))
}

pub fn capture(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    call.params.only(CAPTURE)?;
    if matches!(call.twist, Some(PaymentMood::LapsedBefore)) {
        state.lapse(&call.id, now);
    }
    let intent = state.capture(&call.id, call.params.integer("amount_to_capture")?, now)?;
    Ok(show(&intent, &call.params, base))
}

pub fn cancel(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    call.params.only(&["cancellation_reason"])?;
    let reason = call.params.owned("cancellation_reason");
    if reason.as_deref().is_some_and(|reason| !REASONS.contains(&reason)) {
        let message =
            "Invalid cancellation_reason: must be one of duplicate, fraudulent, requested_by_customer, or abandoned";
        return Err(ApiError::param("parameter_invalid_enum", "cancellation_reason", message));
    }
    let intent = state.intent(&call.id)?;
    if state.owned_by_open_session(intent) {
        let message = "You cannot cancel a PaymentIntent created by a Checkout Session that is still open. Expire the \
                       Checkout Session instead.";
        return Err(ApiError::state("payment_intent_unexpected_state", message).with_intent(intent));
    }
    if let Some(PaymentMood::PaidMeanwhile { captured }) = call.twist {
        pay_meanwhile(state, &call.id, captured, now)?;
    }
    let intent = state.cancel(&call.id, reason, now)?;
    Ok(show(&intent, &call.params, base))
}

pub fn list(state: &State, call: &Call, base: &str) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(LIST)?;
    let customer = params.text("customer");
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Intent(at)) => Some(at),
        _ => None,
    };
    let wanted = |intent: &Intent| customer.is_none_or(|customer| intent.customer.as_deref() == Some(customer));
    let (found, has_more) = page(params, &state.intents, cursor, |intent| intent.created, wanted)?;
    let expand = params.values("expand").any(|path| path == "data.latest_charge");
    let data = found.into_iter().map(|intent| IntentView { intent, expand, base }).collect();
    Ok(list_of("/v1/payment_intents", data, has_more))
}

/// The shopper pays at the last moment, with the card at hand.
fn pay_meanwhile(state: &mut State, id: &str, captured: bool, now: i64) -> Answer<()> {
    let intent = Arc::clone(state.intent(id)?);
    if intent.takes_confirmation() {
        let method = methods::find_or_make(state, "pm_card_visa", now)?;
        state.confirm(id, Confirmation { method: Some(method), ..Confirmation::default() }, now)?;
    }
    if captured && state.intent(id)?.status == Status::RequiresCapture {
        state.capture(id, None, now)?;
    }
    Ok(())
}

/// As a mood will have it.
fn bent(call: &Call, mut with: Confirmation, intent: &Intent) -> Confirmation {
    if let Some(twist) = &call.twist {
        twist.bend(&mut with, &intent.sum());
    }
    with
}

pub fn charges(state: &State, call: &Call) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&[LIST, &["payment_intent"]].concat())?;
    let (customer, intent) = (params.text("customer"), params.text("payment_intent"));
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Charge(at)) => Some(at),
        _ => None,
    };
    let wanted = |it: &Intent| {
        it.charge.is_some()
            && customer.is_none_or(|customer| it.customer.as_deref() == Some(customer))
            && intent.is_none_or(|id| it.id == id)
    };
    let (found, has_more) = page(params, &state.intents, cursor, |intent| intent.created, wanted)?;
    Ok(list_of("/v1/charges", found.into_iter().map(|intent| ChargeView(intent)).collect(), has_more))
}

pub fn charge(state: &State, call: &Call) -> Answer<Vec<u8>> {
    if let Some(Place::Charge(at)) = state.place(&call.id) {
        let intent = &state.intents[at];
        if intent.charge.as_ref().is_some_and(|charge| charge.id == call.id) {
            return Ok(json(&ChargeView(intent)));
        }
    }
    Err(ApiError::no_such("charge", "id", &call.id))
}

/// A browser shows that it is the shopper's by the client secret.
fn admit(call: &Call, intent: &Intent) -> Answer<()> {
    let given = call.params.text("client_secret");
    let right = given.is_some_and(|secret| secret == intent.client_secret);
    if right || (given.is_none() && call.caller == Caller::Secret) {
        return Ok(());
    }
    Err(match given {
        None => ApiError::missing_param("client_secret"),
        Some(_) => ApiError::param(
            "payment_intent_invalid_parameter",
            "client_secret",
            "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
        ),
    })
}

fn show(intent: &Intent, params: &Params, base: &str) -> Vec<u8> {
    let expand = params.values("expand").any(|path| path == "latest_charge");
    json(&IntentView { intent, expand, base })
}
