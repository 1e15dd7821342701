//! Events: what happened, with the entities as they were then, kept for whoever has not accepted them yet. The API has
//! no list of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::link::{Link, Payment};
use super::view;
use crate::gateway::Gateway;
use crate::id;
use crate::journal::Record;
use crate::state::{Dispute, State};
use crate::webhook::hmac_hex;

/// What deliveries call the one address that hears of everything.
pub const ENDPOINT: &str = "razorpay";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub created: i64,
    pub kind: String,
    pub link: Arc<Link>,
    payment: Option<Payment>,
    /// As it was then.
    #[serde(default)]
    dispute: Option<Arc<Dispute>>,
}

impl State {
    pub fn tell_razorpay(&mut self, kind: &str, link: &Arc<Link>, payment: Option<&Payment>, now: i64) {
        self.tell_razorpay_of(kind, link, payment, None, now);
    }

    pub fn tell_razorpay_dispute(&mut self, kind: &str, link: &Arc<Link>, dispute: &Arc<Dispute>, now: i64) {
        let payment = link.payments.iter().find(|payment| payment.id == dispute.charge);
        self.tell_razorpay_of(kind, link, payment, Some(Arc::clone(dispute)), now);
    }

    fn tell_razorpay_of(
        &mut self,
        kind: &str,
        link: &Arc<Link>,
        payment: Option<&Payment>,
        dispute: Option<Arc<Dispute>>,
        now: i64,
    ) {
        let event = Arc::new(Event {
            id: id::short(""),
            created: now,
            kind: kind.to_owned(),
            link: Arc::clone(link),
            payment: payment.cloned(),
            dispute,
        });
        self.changes.push(Record::RazorpayEvent(Arc::clone(&event)));
        if self.razorpay.webhook_url.is_some() {
            self.owe_one(&event.id, ENDPOINT);
        }
        self.razorpay.restore_event(event);
    }
}

/// The headers that show an event to be genuine.
pub fn sign(gateway: &Gateway, event: &Event, body: &[u8]) -> Vec<(&'static str, String)> {
    let signature = hmac_hex(&gateway.config.razorpay.webhook_secret, body);
    vec![("X-Razorpay-Signature", signature), ("x-razorpay-event-id", event.id.clone())]
}

pub fn view(event: &Event, base: &str) -> Value {
    let mut payload = Map::new();
    let mut add = |name: &str, entity: Value| payload.insert(name.to_owned(), json!({"entity": entity}));
    let link = &event.link;
    if event.kind.starts_with("payment_link.") {
        add("payment_link", view::link(link, base));
        add("order", view::order(link));
    }
    if let Some(dispute) = &event.dispute {
        add("dispute", view::dispute(dispute));
    }
    if let Some(payment) = &event.payment {
        if let (true, Some(refund)) = (event.kind.starts_with("refund."), payment.refunds.last()) {
            add("refund", view::refund(link, payment, refund));
        }
        add("payment", view::payment(link, payment));
    }
    let contains: Vec<&String> = payload.keys().collect();
    json!({
        "entity": "event", "account_id": "acc_MercerSandbox", "event": event.kind, "contains": contains,
        "payload": payload, "created_at": event.created,
    })
}
