//! `/v1/webhook_endpoints`: who is told of events.

use std::sync::Arc;

use super::list::{list as list_of, page};
use super::{Call, json};
use crate::error::{Answer, ApiError};
use crate::id;
use crate::state::{Endpoint, State};
use crate::view;

const ENDPOINTS_MAX: usize = 16;

pub fn create(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&["url", "enabled_events", "description", "metadata", "api_version"])?;
    let url = params.required("url")?;
    if !url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(ApiError::param("url_invalid", "url", "Invalid URL: must start with http:// or https://"));
    }
    let enabled_events: Vec<String> = params.values("enabled_events").map(str::to_owned).collect();
    if enabled_events.is_empty() {
        return Err(ApiError::missing_param("enabled_events"));
    }
    if state.endpoints.len() >= ENDPOINTS_MAX {
        let message = format!("You have reached the maximum of {ENDPOINTS_MAX} test webhook endpoints.");
        return Err(ApiError::new(400, "invalid_request_error", message));
    }
    let endpoint = state.put_endpoint(Endpoint {
        id: id::new("we_"),
        created: now,
        url: url.to_owned(),
        secret: id::new("whsec_"),
        enabled_events,
        deleted: false,
    });
    Ok(json(&view::endpoint(&endpoint, true)))
}

pub fn retrieve(state: &State, call: &Call) -> Answer<Vec<u8>> {
    Ok(json(&view::endpoint(find(state, &call.id)?, false)))
}

pub fn list(state: &State, call: &Call) -> Answer<Vec<u8>> {
    call.params.only(&["limit", "starting_after", "ending_before"])?;
    let cursor = |id: &str| state.endpoints.iter().position(|endpoint| endpoint.id == id);
    let (found, has_more) = page(&call.params, &state.endpoints, cursor, |endpoint| endpoint.created, |_| true)?;
    let data = found.into_iter().map(|endpoint| view::endpoint(endpoint, false)).collect();
    Ok(list_of("/v1/webhook_endpoints", data, has_more))
}

pub fn delete(state: &mut State, call: &Call) -> Answer<Vec<u8>> {
    let endpoint = Arc::clone(find(state, &call.id)?);
    state.put_endpoint(Endpoint { deleted: true, ..(*endpoint).clone() });
    Ok(json(&serde_json::json!({"id": endpoint.id, "object": "webhook_endpoint", "deleted": true})))
}

fn find<'a>(state: &'a State, id: &str) -> Answer<&'a Arc<Endpoint>> {
    let found = state.endpoints.iter().find(|endpoint| endpoint.id == id);
    found.ok_or_else(|| ApiError::no_such("webhook endpoint", "webhook_endpoint", id))
}
