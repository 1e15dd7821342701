//! What people see, and the only place where card data is typed: the hosted payment page, the 3-D Secure challenge
//! and the card element that shops embed. Pages work without scripts (the element is one by nature), carry no
//! inline script or style, and may not be framed, except for the element by the origin that asked for it.

mod assets;
mod challenge;
mod checkout;
mod element;
pub mod html;
mod typed;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::routing::{get, post};

use crate::gateway::Gateway;

pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/", get(html::start))
        .route("/c/pay/{session}", get(checkout::show).post(checkout::pay))
        .route("/3ds/{intent}", get(challenge::show).post(challenge::answer))
        .route("/elements/card", get(element::show))
        .route("/elements/confirm", post(element::confirm))
        .route("/v3/stripe.js", get(assets::stripe_js))
        .route("/assets/{name}", get(assets::file))
}

/// Whether a script of ours sent this: its origin is the host that it was sent to.
pub fn is_own_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => false,
    }
}

/// Adds what Stripe adds to a return address.
fn return_to(return_url: &str, intent: &crate::state::Intent, succeeded: bool) -> String {
    let Ok(mut url) = url::Url::parse(return_url) else { return return_url.to_owned() };
    url.query_pairs_mut()
        .append_pair("payment_intent", &intent.id)
        .append_pair("payment_intent_client_secret", &intent.client_secret)
        .append_pair("redirect_status", if succeeded { "succeeded" } else { "failed" });
    url.into()
}
