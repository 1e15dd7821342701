//! `/v1/disputes` and `/v1/radar/early_fraud_warnings`: read by the shop; they come from test cards or the control.

use std::sync::Arc;

use super::list::{self, list as list_of, page};
use super::{Call, json};
use crate::error::{Answer, ApiError};
use crate::ledger::Provider;
use crate::state::{Dispute, FraudWarning, Place, State};
use crate::view;

pub fn retrieve(state: &State, call: &Call) -> Answer<Vec<u8>> {
    Ok(json(&view::dispute(ours(state, &call.id)?)))
}

/// Of this API, not of another provider's.
fn ours<'s>(state: &'s State, id: &str) -> Answer<&'s Arc<Dispute>> {
    let dispute = state.find_dispute(id)?;
    let is_ours = dispute.provider == Provider::Stripe;
    if is_ours { Ok(dispute) } else { Err(ApiError::no_such("dispute", "dispute", id)) }
}

/// The shop accepts it: the money is lost.
pub fn close(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    call.params.only(&[])?;
    ours(state, &call.id)?;
    let dispute = state.close_dispute(&call.id, false, now)?;
    Ok(json(&view::dispute(&dispute)))
}

pub fn list(state: &State, call: &Call) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&[list::PARAMS, &["charge", "payment_intent"]].concat())?;
    let (charge, intent) = (params.text("charge"), params.text("payment_intent"));
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Dispute(at)) => Some(at),
        _ => None,
    };
    let wanted = |dispute: &Dispute| {
        dispute.provider == Provider::Stripe
            && charge.is_none_or(|charge| dispute.charge == charge)
            && intent.is_none_or(|intent| dispute.intent == intent)
    };
    let (found, has_more) = page(params, &state.disputes, cursor, |dispute| dispute.created, wanted)?;
    Ok(list_of("/v1/disputes", found.into_iter().map(|it| view::dispute(it)).collect(), has_more))
}

pub fn retrieve_warning(state: &State, call: &Call) -> Answer<Vec<u8>> {
    match state.place(&call.id) {
        Some(Place::FraudWarning(at)) => Ok(json(&view::fraud_warning(&state.fraud_warnings[at]))),
        _ => Err(ApiError::no_such("early fraud warning", "id", &call.id)),
    }
}

pub fn list_warnings(state: &State, call: &Call) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&[list::PARAMS, &["charge", "payment_intent"]].concat())?;
    let (charge, intent) = (params.text("charge"), params.text("payment_intent"));
    let cursor = |id: &str| match state.place(id) {
        Some(Place::FraudWarning(at)) => Some(at),
        _ => None,
    };
    let wanted = |warning: &FraudWarning| {
        charge.is_none_or(|charge| warning.charge == charge) && intent.is_none_or(|intent| warning.intent == intent)
    };
    let (found, has_more) = page(params, &state.fraud_warnings, cursor, |warning| warning.created, wanted)?;
    let data = found.into_iter().map(|it| view::fraud_warning(it)).collect();
    Ok(list_of("/v1/radar/early_fraud_warnings", data, has_more))
}
