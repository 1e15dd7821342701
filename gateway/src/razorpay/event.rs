//! Events: what happened, with the entities as they were then. There is no list of them to read later.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::link::{Link, Payment};
use super::view;
use crate::state::State;
use crate::webhook::{News, Posting, Seal};
use crate::{Gateway, id};

pub struct Event {
    id: String,
    created: i64,
    kind: &'static str,
    link: Arc<Link>,
    payment: Option<Payment>,
}

impl State {
    pub fn tell_razorpay(&mut self, kind: &'static str, link: &Arc<Link>, payment: Option<&Payment>, now: i64) {
        let event = Event { id: id::short(""), created: now, kind, link: Arc::clone(link), payment: payment.cloned() };
        self.fresh_events.push(News::Razorpay(Arc::new(event)));
    }
}

/// What is sent of an event, when anybody wants it.
pub fn posting(gateway: &Gateway, event: &Event) -> Option<Posting> {
    let url = gateway.config.razorpay.webhook_url.clone()?;
    let body = view(event, &gateway.base).to_string().into();
    Some(Posting { url, body, seal: Seal::Razorpay { event_id: event.id.clone() } })
}

fn view(event: &Event, base: &str) -> Value {
    let mut payload = Map::new();
    let mut add = |name: &str, entity: Value| payload.insert(name.to_owned(), json!({"entity": entity}));
    let link = &event.link;
    if event.kind.starts_with("payment_link.") {
        add("payment_link", view::link(link, base));
        add("order", view::order(link));
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
