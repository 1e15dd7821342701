//! `/v1/events`: what happened, for those who missed the webhook.

use super::list::{list as list_of, page};
use super::{Call, json};
use crate::error::{Answer, ApiError};
use crate::mood::is_kind;
use crate::state::{Event, Place, State};
use crate::view::EventView;

pub fn retrieve(state: &State, call: &Call, base: &str) -> Answer<Vec<u8>> {
    match state.place(&call.id) {
        Some(Place::Event(at)) => Ok(json(&EventView { event: &state.events[at], base })),
        _ => Err(ApiError::no_such("event", "id", &call.id)),
    }
}

pub fn list(state: &State, call: &Call, base: &str) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&["created", "limit", "starting_after", "ending_before", "type", "types", "delivery_success"])?;
    let mut kinds: Vec<&str> = params.values("types").collect();
    kinds.extend(params.text("type"));
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Event(at)) => Some(at),
        _ => None,
    };
    // As with Stripe, `charge.*` means every type under it.
    let wanted = |event: &Event| kinds.is_empty() || kinds.iter().any(|kind| is_kind(kind, &event.kind));
    let (found, has_more) = page(params, &state.events, cursor, |event| event.created, wanted)?;
    Ok(list_of("/v1/events", found.into_iter().map(|event| EventView { event, base }).collect(), has_more))
}
