//! `/v1/refunds`.

use std::sync::Arc;

use super::list::{list as list_of, page};
use super::{Call, json};
use crate::error::{Answer, ApiError};
use crate::form::merge;
use crate::mood::PaymentMood;
use crate::state::{NewRefund, Place, Refund, State, Subject};
use crate::view::RefundView;

const REASONS: &[&str] = &["duplicate", "fraudulent", "requested_by_customer"];

pub fn create(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&["payment_intent", "charge", "amount", "metadata", "reason", "currency"])?;
    let reason = params.owned("reason");
    if reason.as_deref().is_some_and(|reason| !REASONS.contains(&reason)) {
        let message = "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer";
        return Err(ApiError::param("parameter_invalid_enum", "reason", message));
    }
    let intent = match (params.text("payment_intent"), params.text("charge")) {
        (Some(intent), _) => intent.to_owned(),
        (None, Some(charge)) => match state.place(charge) {
            Some(Place::Charge(at)) => state.intents[at].id.clone(),
            _ => return Err(ApiError::no_such("charge", "charge", charge)),
        },
        (None, None) => return Err(ApiError::missing_param("payment_intent")),
    };
    let pends = match call.twist {
        Some(PaymentMood::RefundPends { ms, fails }) => Some((ms, fails)),
        _ => None,
    };
    let (amount, metadata) = (params.integer("amount")?, params.metadata("metadata")?);
    let refund = state.refund(NewRefund { intent, amount, reason, metadata, pends }, now)?;
    Ok(json(&RefundView(&refund)))
}

pub fn retrieve(state: &State, call: &Call) -> Answer<Vec<u8>> {
    Ok(json(&RefundView(find(state, &call.id)?)))
}

pub fn update(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    call.params.only(&["metadata"])?;
    let old = Arc::clone(find(state, &call.id)?);
    let metadata = merge(&old.metadata, call.params.metadata("metadata")?);
    let refund = state.put_refund(Refund { metadata, ..(*old).clone() });
    state.emit("refund.updated", Subject::Refund(Arc::clone(&refund)), now);
    Ok(json(&RefundView(&refund)))
}

pub fn list(state: &State, call: &Call) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&["payment_intent", "charge", "created", "limit", "starting_after", "ending_before"])?;
    let (intent, charge) = (params.text("payment_intent"), params.text("charge"));
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Refund(at)) => Some(at),
        _ => None,
    };
    let wanted = |refund: &Refund| {
        intent.is_none_or(|intent| refund.intent == intent) && charge.is_none_or(|charge| refund.charge == charge)
    };
    let (found, has_more) = page(params, &state.refunds, cursor, |refund| refund.created, wanted)?;
    Ok(list_of("/v1/refunds", found.into_iter().map(|refund| RefundView(refund)).collect(), has_more))
}

fn find<'a>(state: &'a State, id: &str) -> Answer<&'a Arc<Refund>> {
    match state.place(id) {
        Some(Place::Refund(at)) => Ok(&state.refunds[at]),
        _ => Err(ApiError::no_such("refund", "refund", id)),
    }
}
