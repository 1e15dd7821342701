//! `/v1/payment_methods`. Card numbers are taken only from a page or frame that the sandbox itself served.

use std::sync::Arc;

use super::{Call, Caller, json};
use crate::card::{Card, year_and_month};
use crate::error::{Answer, ApiError};
use crate::form::Metadata;
use crate::id;
use crate::state::{Method, Place, State};
use crate::view::MethodView;

pub fn create(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&["type", "card", "billing_details", "allow_redisplay"])?;
    if params.required("type")? != "card" {
        let message = "Invalid type: the sandbox takes cards.";
        return Err(ApiError::param("parameter_invalid_enum", "type", message));
    }
    if let Some(token) = params.text("card[token]") {
        let method = find_or_make(state, &token.replacen("tok_", "pm_card_", 1), now)?;
        return Ok(json(&MethodView(&method)));
    }
    if call.caller == Caller::Secret || !call.own_page {
        let message = "Sending credit card numbers directly to the API is unsafe and not enabled. Use the hosted page, \
                       the payment element, or a test payment method such as pm_card_visa.";
        return Err(ApiError::new(402, "invalid_request_error", message));
    }
    let field = |name: &str| params.text(name).unwrap_or_default();
    let card = Card::read(
        field("card[number]"),
        field("card[exp_month]"),
        field("card[exp_year]"),
        field("card[cvc]"),
        year_and_month(now),
    )
    .map_err(|fault| ApiError {
        status: 402,
        kind: "card_error",
        ..ApiError::param(fault.code, &format!("card[{}]", fault.field), fault.message)
    })?;
    let holder = params.owned("billing_details[name]");
    let method = keep(state, card, holder, now);
    Ok(json(&MethodView(&method)))
}

pub fn retrieve(state: &mut State, call: &Call) -> Answer<Vec<u8>> {
    match state.place(&call.id) {
        Some(Place::Method(at)) => Ok(json(&MethodView(&state.methods[at]))),
        _ => Err(ApiError::no_such("PaymentMethod", "payment_method", &call.id)),
    }
}

/// A stored method, or a new one from a ready-made test card.
pub fn find_or_make(state: &mut State, id: &str, now: i64) -> Answer<Arc<Method>> {
    if let Some(Place::Method(at)) = state.place(id) {
        return Ok(Arc::clone(&state.methods[at]));
    }
    match Card::test(id, year_and_month(now)) {
        Some(card) => Ok(keep(state, card, None, now)),
        None => Err(ApiError::no_such("PaymentMethod", "payment_method", id)),
    }
}

pub fn keep(state: &mut State, card: Card, holder: Option<String>, now: i64) -> Arc<Method> {
    let metadata = Metadata::new();
    state.put_method(Method { id: id::new("pm_"), created: now, card, holder, email: None, metadata })
}
