//! Events: what happened, with the object as it was then; and the endpoints that want to hear of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Intent, Refund, Session, State};
use crate::id;
use crate::journal::Record;
use crate::webhook::News;

/// The object of an event, as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Intent(Arc<Intent>),
    /// The charge of this intent.
    Charge(Arc<Intent>),
    Session(Arc<Session>),
    Refund(Arc<Refund>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub created: i64,
    /// For example `payment_intent.succeeded`.
    pub kind: String,
    pub subject: Subject,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: String,
    pub created: i64,
    pub url: String,
    pub secret: String,
    /// Types, or `*`.
    pub enabled_events: Vec<String>,
    pub deleted: bool,
}

impl Endpoint {
    pub fn wants(&self, kind: &str) -> bool {
        self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == kind)
    }
}

impl State {
    pub fn emit(&mut self, kind: &str, subject: Subject, now: i64) {
        let event = Arc::new(Event { id: id::new("evt_"), created: now, kind: kind.to_owned(), subject });
        self.changes.push(Record::Event(Arc::clone(&event)));
        self.fresh_events.push(News::Stripe(Arc::clone(&event)));
        self.restore_event(event);
    }
}
