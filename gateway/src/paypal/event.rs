//! Events: what happened, with the resource as it was then, and how PayPal lets a merchant check that it said so.
//!
//! The real signature is RSA over a certificate of PayPal's; merchants may check it themselves or ask PayPal. The
//! sandbox is asked: it remembers what it sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::order::Order;
use super::view;
use crate::clock::rfc3339;
use crate::gateway::Gateway;
use crate::id;
use crate::journal::Record;
use crate::state::{Dispute, State};

/// What deliveries call the one address that hears of everything.
pub const ENDPOINT: &str = "paypal";

/// Which part of the order the event is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Order,
    Authorization,
    Capture,
    /// The latest one.
    Refund,
    Dispute,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub created: i64,
    pub kind: String,
    pub about: Resource,
    pub order: Arc<Order>,
    /// As it was then.
    #[serde(default)]
    dispute: Option<Arc<Dispute>>,
}

impl State {
    pub fn tell_paypal(&mut self, kind: &str, about: Resource, order: &Arc<Order>, now: i64) {
        self.tell_paypal_of(kind, about, order, None, now);
    }

    pub fn tell_paypal_dispute(&mut self, kind: &str, order: &Arc<Order>, dispute: &Arc<Dispute>, now: i64) {
        self.tell_paypal_of(kind, Resource::Dispute, order, Some(Arc::clone(dispute)), now);
    }

    fn tell_paypal_of(
        &mut self,
        kind: &str,
        about: Resource,
        order: &Arc<Order>,
        dispute: Option<Arc<Dispute>>,
        now: i64,
    ) {
        let id = format!("WH-{}-{}", id::capitals(), id::capitals());
        let order = Arc::clone(order);
        let event = Arc::new(Event { id, created: now, kind: kind.to_owned(), about, order, dispute });
        self.changes.push(Record::PaypalEvent(Arc::clone(&event)));
        if self.paypal.webhook_url.is_some() {
            self.owe_one(&event.id, ENDPOINT);
        }
        self.paypal.events.push(event);
    }
}

pub fn view(event: &Event, base: &str) -> Value {
    let order = &event.order;
    let part = match event.about {
        Resource::Order => Some(("checkout-order", view::order(order, base))),
        Resource::Authorization => {
            order.authorization.as_ref().map(|it| ("authorization", view::authorization(order, it, base)))
        }
        Resource::Capture => order.capture.as_ref().map(|it| ("capture", view::capture(order, it, base))),
        Resource::Refund => order.refunds.last().map(|it| ("refund", view::refund(order, it, base))),
        Resource::Dispute => event.dispute.as_ref().map(|it| ("dispute", view::dispute(it))),
    };
    let (resource_type, resource) = part.unwrap_or(("checkout-order", Value::Null));
    json!({
        "id": event.id, "event_version": "1.0", "create_time": rfc3339(event.created), "resource_type": resource_type,
        "resource_version": "2.0", "event_type": event.kind, "summary": "", "resource": resource, "links": [],
    })
}

/// The headers of one transmission, remembered for the merchant who asks about them.
pub fn transmit(gateway: &Gateway, event_id: &str) -> Vec<(&'static str, String)> {
    let (transmission, signature) = (id::uuid(), id::new("sig"));
    let time = rfc3339(gateway.clock.signature_s());
    gateway.with_state(|state, _| {
        let sent = (time.clone(), signature.clone(), event_id.to_owned());
        state.paypal.transmissions.insert(transmission.clone(), sent);
    });
    vec![
        ("PAYPAL-TRANSMISSION-ID", transmission),
        ("PAYPAL-TRANSMISSION-TIME", time),
        ("PAYPAL-TRANSMISSION-SIG", signature),
        ("PAYPAL-AUTH-ALGO", "SHA256withRSA".to_owned()),
        ("PAYPAL-CERT-URL", format!("{}/paypal/v1/notifications/certs/CERT-sandbox", gateway.base)),
    ]
}

/// Whether a merchant's question repeats, to the letter, what was sent.
pub fn is_genuine(gateway: &Gateway, question: &Value) -> bool {
    let text = |name: &str| question[name].as_str().unwrap_or_default();
    if text("webhook_id") != gateway.config.paypal.webhook_id || text("auth_algo") != "SHA256withRSA" {
        return false;
    }
    gateway.with_state(|state, _| {
        let Some((time, signature, event_id)) = state.paypal.transmissions.get(text("transmission_id")) else {
            return false;
        };
        let sent = state.paypal.event(event_id);
        time == text("transmission_time")
            && signature == text("transmission_sig")
            && sent.is_some_and(|event| view(event, &gateway.base) == question["webhook_event"])
    })
}
