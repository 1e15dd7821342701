//! A small PayPal: Orders v2, Payments v2, webhooks and the page where a buyer approves, under `/paypal`.
//!
//! ```text
//! CREATED ──buyer──→ APPROVED ──authorize──→ COMPLETED (authorization CREATED ──capture──→ CAPTURED | void → VOIDED)
//!    ↑ buyer cancels    └── instrument declined → PAYER_ACTION_REQUIRED ──buyer──→ APPROVED
//! ```
//! No money moves when the buyer approves: it is held when the merchant's server says `authorize`. An order cannot be
//! cancelled. Shapes and states follow PayPal's published OpenAPI descriptions.

mod amount;
mod api;
mod create;
mod event;
mod moves;
mod operation;
mod order;
mod page;
mod problem;
mod token;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, post};

pub use self::event::{ENDPOINT, Event, transmit, view as event_view};
pub use self::operation::Operation;
pub use self::order::{Order, Store};
use crate::gateway::Gateway;

/// What a merchant has from PayPal. The sandbox's own open nothing but the sandbox.
#[derive(Clone, Debug)]
pub struct Account {
    pub client_id: String,
    pub secret: String,
    /// Names the webhook when a signature is to be verified.
    pub webhook_id: String,
    /// Where events go.
    pub webhook_url: Option<String>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            client_id: "mercer-sandbox-client".to_owned(),
            secret: "mercer-sandbox-secret".to_owned(),
            webhook_id: "7MERCERSANDBOX001".to_owned(),
            webhook_url: None,
        }
    }
}

pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/paypal/v1/oauth2/token", post(token::issue))
        .route("/paypal/checkoutnow", get(page::show).post(page::answer))
        .route("/paypal/{*path}", any(api::handle))
}
