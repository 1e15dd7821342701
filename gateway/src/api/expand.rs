//! `expand[]`: puts whole objects where their ids stand, up to four deep. `latest_charge` of an intent, which the
//! shop asks for in every call, is written so from the start; everything else is put in afterwards.

use serde_json::Value;

use super::{Call, json};
use crate::error::{Answer, ApiError};
use crate::form::Params;
use crate::state::{Place, State};
use crate::view::{self, ChargeView, IntentView, MethodView, RefundView, SessionView};

const DEPTH_MAX: usize = 4;
/// What can stand for an id.
const EXPANDABLE: &[&str] = &["latest_charge", "payment_intent", "payment_method", "customer", "charge", "line_items"];

/// Refuses paths that no object has, before anything is done.
pub fn check(params: &Params) -> Answer<()> {
    for path in params.values("expand").filter(|path| !is_native(path)) {
        let parts = path.strip_prefix("data.").unwrap_or(path).split('.');
        if parts.clone().count() > DEPTH_MAX {
            let message = format!("You cannot expand more than {DEPTH_MAX} levels of a property.");
            return Err(ApiError::param("parameter_invalid", "expand", message));
        }
        if let Some(part) = parts.into_iter().find(|part| !EXPANDABLE.contains(part)) {
            let message = format!("This property cannot be expanded ({part}).");
            return Err(ApiError::param("parameter_invalid", "expand", message));
        }
    }
    Ok(())
}

/// The answer with everything expanded that the call asks for.
pub fn apply(state: &State, call: &Call, body: Vec<u8>, base: &str) -> Vec<u8> {
    let mut rest = call.params.values("expand").filter(|path| !is_native(path)).peekable();
    if rest.peek().is_none() {
        return body;
    }
    let mut value: Value = serde_json::from_slice(&body).unwrap_or_default();
    for path in rest {
        match path.strip_prefix("data.") {
            Some(path) => {
                for element in value["data"].as_array_mut().into_iter().flatten() {
                    expand(state, element, path, base);
                }
            }
            None => expand(state, &mut value, path, base),
        }
    }
    json(&value)
}

fn is_native(path: &str) -> bool {
    matches!(path, "latest_charge" | "data.latest_charge")
}

fn expand(state: &State, value: &mut Value, path: &str, base: &str) {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    if name == "line_items"
        && let Some(session) = value["id"].as_str().and_then(|id| state.session(id).ok())
    {
        value["line_items"] = view::lines(&session.lines, &session.currency);
    }
    // What is null, or not there, has nothing to expand.
    let Some(field) = value.get_mut(name) else { return };
    if let Some(object) = field.as_str().and_then(|id| whole(state, id, base)) {
        *field = object;
    }
    if !rest.is_empty() && field.is_object() {
        expand(state, field, rest, base);
    }
}

fn whole(state: &State, id: &str, base: &str) -> Option<Value> {
    let object = match state.place(id)? {
        Place::Intent(at) => serde_json::to_value(IntentView { intent: &state.intents[at], expand: false, base }),
        Place::Charge(at) => serde_json::to_value(ChargeView(&state.intents[at])),
        Place::Method(at) => serde_json::to_value(MethodView(&state.methods[at])),
        Place::Session(at) => serde_json::to_value(SessionView { session: &state.sessions[at], intent: None, base }),
        Place::Refund(at) => serde_json::to_value(RefundView(&state.refunds[at])),
        Place::Customer(at) => Ok(view::customer(&state.customers[at])),
        Place::Event(_) | Place::Dispute(_) | Place::FraudWarning(_) => return None,
    };
    object.ok()
}
