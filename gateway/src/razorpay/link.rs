//! Payment links with everything that came of them, and where they are kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Event;
use crate::ledger::Provider;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStatus {
    Created,
    Paid,
    Cancelled,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Authorized,
    Captured,
    Refunded,
    Failed,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    pub notes: BTreeMap<String, String>,
    pub receipt: Option<String>,
    pub created: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payment {
    pub id: String,
    pub created: i64,
    pub status: PaymentStatus,
    pub captured: bool,
    pub refunds: Vec<Refund>,
}

impl Payment {
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Link {
    pub id: String,
    pub order_id: String,
    pub created: i64,
    pub status: LinkStatus,
    pub amount: i64,
    /// Upper case.
    pub currency: String,
    pub reference_id: String,
    pub description: String,
    pub notes: BTreeMap<String, String>,
    pub callback_url: Option<String>,
    pub expire_by: i64,
    /// When it was cancelled or expired; 0 before.
    pub closed_at: i64,
    pub payments: Vec<Payment>,
}

impl Link {
    /// The payment that holds or has taken the money.
    pub fn live(&self) -> Option<&Payment> {
        self.payments.iter().find(|it| matches!(it.status, PaymentStatus::Authorized | PaymentStatus::Captured))
    }
}

/// Razorpay's part of the sandbox's memory.
#[derive(Default)]
pub struct Store {
    links: BTreeMap<String, Arc<Link>>,
    /// Order, payment, refund or reference → link.
    parts: HashMap<String, String>,
    /// For deliveries; the API has no list of them.
    events: BTreeMap<String, Arc<Event>>,
    latest_s: i64,
    /// Who hears of events.
    pub webhook_url: Option<String>,
}

impl Store {
    pub fn link(&self, id: &str) -> Option<&Arc<Link>> {
        self.links.get(id)
    }

    /// The link that an order, a payment or a refund belongs to.
    pub fn link_of(&self, part: &str) -> Option<&Arc<Link>> {
        self.links.get(self.parts.get(part)?)
    }

    pub fn link_by_reference(&self, reference: &str) -> Option<&Arc<Link>> {
        self.link_of(&reference_key(reference))
    }

    pub fn links(&self) -> impl Iterator<Item = &Arc<Link>> {
        self.links.values()
    }

    pub fn restore(&mut self, link: Arc<Link>) {
        let mut parts = vec![link.order_id.clone()];
        if !link.reference_id.is_empty() {
            parts.push(reference_key(&link.reference_id));
        }
        for payment in &link.payments {
            parts.push(payment.id.clone());
            parts.extend(payment.refunds.iter().map(|refund| refund.id.clone()));
        }
        for part in parts {
            self.parts.insert(part, link.id.clone());
        }
        self.links.insert(link.id.clone(), link);
    }

    pub fn event(&self, id: &str) -> Option<&Arc<Event>> {
        self.events.get(id)
    }

    pub fn events(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.events.values()
    }

    pub fn restore_event(&mut self, event: Arc<Event>) {
        self.latest_s = self.latest_s.max(event.created);
        self.events.insert(event.id.clone(), event);
    }

    /// When something last happened, in Unix seconds; 0 when nothing did.
    pub fn latest_s(&self) -> i64 {
        self.latest_s
    }

    /// Every link for the tests' dump.
    pub fn dump(&self) -> impl Iterator<Item = (&str, Value)> {
        self.links().map(|link| {
            let status = link.payments.last().map_or_else(|| json!(link.status), |payment| json!(payment.status));
            let what = json!({
                "provider": Provider::Razorpay, "id": link.id, "status": status, "amount": link.amount,
                "currency": link.currency.to_ascii_lowercase(), "created": link.created, "metadata": link.notes,
                "session": link.id,
            });
            (link.id.as_str(), what)
        })
    }
}

/// References are the merchant's: they must not be taken for ids.
fn reference_key(reference: &str) -> String {
    format!("reference {reference}")
}
