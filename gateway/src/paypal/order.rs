//! Orders with what became of them, and where they are kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Event;
use crate::form::Metadata;
use crate::ledger::Provider;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Intent {
    Authorize,
    Capture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Created,
    PayerActionRequired,
    Approved,
    Completed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorizationStatus {
    Created,
    Captured,
    PartiallyCaptured,
    Voided,
}

/// What the buyer has chosen to pay with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    Good,
    /// The issuer says no when it is to be charged.
    Declined,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub unit_amount: i64,
    pub quantity: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authorization {
    pub id: String,
    pub status: AuthorizationStatus,
    pub created: i64,
    pub expires: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Capture {
    pub id: String,
    pub amount: i64,
    pub created: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    pub custom_id: Option<String>,
    pub created: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub created: i64,
    pub intent: Intent,
    pub status: Status,
    pub amount: i64,
    /// Upper case.
    pub currency: String,
    pub reference_id: String,
    pub custom_id: Option<String>,
    pub description: Option<String>,
    pub lines: Vec<Line>,
    pub return_url: String,
    pub cancel_url: String,
    pub funding: Option<Funding>,
    pub authorization: Option<Authorization>,
    pub capture: Option<Capture>,
    pub refunds: Vec<Refund>,
}

impl Order {
    /// The merchant's own text, by the name that the API has for it.
    pub fn metadata(&self) -> Metadata {
        self.custom_id.iter().map(|text| ("custom_id".to_owned(), text.clone())).collect()
    }

    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }
}

/// PayPal's part of the sandbox's memory.
#[derive(Default)]
pub struct Store {
    orders: BTreeMap<String, Arc<Order>>,
    /// Authorization, capture or refund → its order.
    parts: HashMap<String, String>,
    pub events: Vec<Arc<Event>>,
    /// Who hears of events.
    pub webhook_url: Option<String>,
    /// Access token → when it ends. Forgotten at a restart: callers have to ask for a new one at any time.
    pub tokens: HashMap<String, i64>,
    /// Transmission → time, signature and event.
    pub transmissions: HashMap<String, (String, String, String)>,
}

impl Store {
    pub fn order(&self, id: &str) -> Option<&Arc<Order>> {
        self.orders.get(id)
    }

    /// Most are asked for soon after they happened.
    pub fn event(&self, id: &str) -> Option<&Arc<Event>> {
        self.events.iter().rev().find(|event| event.id == id)
    }

    /// The order that an authorization, a capture or a refund belongs to.
    pub fn order_of(&self, part: &str) -> Option<&Arc<Order>> {
        self.orders.get(self.parts.get(part)?)
    }

    pub fn orders(&self) -> impl Iterator<Item = &Arc<Order>> {
        self.orders.values()
    }

    pub fn restore_order(&mut self, order: Arc<Order>) {
        let authorization = order.authorization.iter().map(|it| &it.id);
        let capture = order.capture.iter().map(|it| &it.id);
        for part in authorization.chain(capture).chain(order.refunds.iter().map(|it| &it.id)) {
            self.parts.insert(part.clone(), order.id.clone());
        }
        self.orders.insert(order.id.clone(), order);
    }

    /// Every order for the tests' dump.
    pub fn dump(&self) -> impl Iterator<Item = (&str, Value)> {
        self.orders().map(|order| {
            let status = order.authorization.as_ref().map_or_else(|| json!(order.status), |it| json!(it.status));
            let what = json!({
                "provider": Provider::Paypal, "id": order.id, "status": status, "amount": order.amount,
                "currency": order.currency.to_ascii_lowercase(), "created": order.created,
                "metadata": order.metadata(), "session": order.id,
            });
            (order.id.as_str(), what)
        })
    }
}
