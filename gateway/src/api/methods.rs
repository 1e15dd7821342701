//! `/v1/payment_methods`. Card numbers are taken only from a page or frame that the sandbox itself served.

use std::sync::Arc;

use super::list::{self, list as list_of, page};
use super::{Call, Caller, json};
use crate::card::{Card, year_and_month};
use crate::error::{Answer, ApiError};
use crate::form::{Metadata, Params};
use crate::id;
use crate::state::{Method, Place, State, Subject};
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
    Ok(json(&MethodView(state.method(&call.id)?)))
}

/// Of one customer, or of all.
pub fn list(state: &State, call: &Call) -> Answer<Vec<u8>> {
    call.params.only(&[list::PARAMS, &["customer", "type"]].concat())?;
    if let Some(customer) = call.params.text("customer") {
        state.customer(customer)?;
    }
    page_of(state, &call.params, call.params.text("customer"), "/v1/payment_methods")
}

pub fn page_of(state: &State, params: &Params, customer: Option<&str>, url: &'static str) -> Answer<Vec<u8>> {
    // There are only cards.
    let any = params.text("type").is_none_or(|kind| kind == "card");
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Method(at)) => Some(at),
        _ => None,
    };
    let wanted = |method: &Method| any && customer.is_none_or(|customer| method.customer.as_deref() == Some(customer));
    let (found, has_more) = page(params, &state.methods, cursor, |method| method.created, wanted)?;
    Ok(list_of(url, found.into_iter().map(|method| MethodView(method)).collect(), has_more))
}

pub fn attach(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    call.params.only(&["customer"])?;
    let customer = call.params.required("customer")?;
    state.customer(customer)?;
    let method = find_or_make(state, &call.id, now)?;
    let method = state.attach(&method.id, Some(customer))?;
    state.emit("payment_method.attached", Subject::Method(Arc::clone(&method)), now);
    Ok(json(&MethodView(&method)))
}

pub fn detach(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    call.params.only(&[])?;
    let method = state.attach(&call.id, None)?;
    state.emit("payment_method.detached", Subject::Method(Arc::clone(&method)), now);
    Ok(json(&MethodView(&method)))
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
    state.put_method(Method { id: id::new("pm_"), created: now, card, holder, email: None, metadata, customer: None })
}
