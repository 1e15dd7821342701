//! Events: what happened, with the object as it was then; and the endpoints that want to hear of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Customer, Dispute, FraudWarning, Intent, Method, Place, Refund, Session, State};
use crate::form::Metadata;
use crate::id;
use crate::journal::Record;

/// The object of an event, as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Intent(Arc<Intent>),
    /// The charge of this intent.
    Charge(Arc<Intent>),
    Session(Arc<Session>),
    Refund(Arc<Refund>),
    Dispute(Arc<Dispute>),
    FraudWarning(Arc<FraudWarning>),
    Customer(Arc<Customer>),
    Method(Arc<Method>),
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

impl Event {
    /// The metadata of its object, or of the payment it is about.
    pub fn metadata<'a>(&'a self, state: &'a State) -> Option<&'a Metadata> {
        match &self.subject {
            Subject::Intent(intent) | Subject::Charge(intent) => Some(&intent.metadata),
            Subject::Session(session) => Some(&session.metadata),
            Subject::Refund(refund) => state.metadata_of(&refund.intent),
            Subject::Dispute(dispute) => state.metadata_of(&dispute.intent),
            Subject::FraudWarning(warning) => state.metadata_of(&warning.intent),
            Subject::Customer(customer) => Some(&customer.metadata),
            Subject::Method(method) => Some(&method.metadata),
        }
    }
}

impl Endpoint {
    pub fn wants(&self, kind: &str) -> bool {
        self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == kind)
    }
}

impl State {
    /// The metadata by which rules of moods recognise a payment: of a page or payment its own, of what came out of a
    /// payment the payment's.
    pub fn metadata_of(&self, id: &str) -> Option<&Metadata> {
        match self.place(id)? {
            Place::Intent(at) | Place::Charge(at) => Some(&self.intents[at].metadata),
            Place::Session(at) => Some(&self.sessions[at].metadata),
            Place::Refund(at) => self.metadata_of(&self.refunds[at].intent),
            Place::Dispute(at) => self.metadata_of(&self.disputes[at].intent),
            Place::FraudWarning(at) => self.metadata_of(&self.fraud_warnings[at].intent),
            Place::Customer(at) => Some(&self.customers[at].metadata),
            Place::Method(at) => Some(&self.methods[at].metadata),
            Place::Event(at) => self.events[at].metadata(self),
        }
    }

    pub fn emit(&mut self, kind: &str, subject: Subject, now: i64) {
        let event = Arc::new(Event { id: id::new("evt_"), created: now, kind: kind.to_owned(), subject });
        self.changes.push(Record::Event(Arc::clone(&event)));
        self.owe(&event);
        self.restore_event(event);
    }
}
