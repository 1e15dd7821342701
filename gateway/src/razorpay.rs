//! A small Razorpay: payment links with the orders, payments and refunds that come of them, webhooks, and the page
//! where a buyer pays, under `/razorpay`.
//!
//! ```text
//! link      created ──buyer pays──→ paid        created ──→ cancelled | expired
//! payment   authorized ──→ captured ──refunds──→ refunded
//!                └── not captured in time ──→ refunded, never having been captured
//! ```
//! A payment is captured by itself, as is Razorpay's default; when the bank answers late it stays authorized until
//! the merchant captures it. Shapes and states follow Razorpay's published documentation.

mod api;
mod create;
mod event;
mod fault;
mod link;
mod moves;
mod operation;
mod page;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};

pub use self::event::{ENDPOINT, Event, sign, view as event_view};
pub use self::link::{Link, Store};
pub use self::operation::Operation;
use crate::gateway::Gateway;

/// What a merchant has from Razorpay. The sandbox's own open nothing but the sandbox.
#[derive(Clone, Debug)]
pub struct Account {
    pub key_id: String,
    pub key_secret: String,
    pub webhook_secret: String,
    /// Where events go.
    pub webhook_url: Option<String>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            key_id: "rzp_test_mercersandbox".to_owned(),
            key_secret: "mercer-sandbox-key-secret".to_owned(),
            webhook_secret: "mercer-sandbox-webhook".to_owned(),
            webhook_url: None,
        }
    }
}

pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/razorpay/pay/{link}", get(page::show).post(page::answer))
        .route("/razorpay/v1/{*path}", any(api::handle))
}
