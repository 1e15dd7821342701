//! Everything the sandbox knows, behind one lock: objects, their order of creation, what is due, what happened.
//!
//! Objects are replaced, never changed in place, so an event keeps the object as it was by holding on to it.
//! Every replacement is noted for the journal, every event for delivery; both are collected by the caller once
//! the operation is over.

mod customer;
mod delivery;
mod dispute;
mod event;
mod intent;
mod payment;
mod refund;
mod session;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub use self::customer::Customer;
pub use self::delivery::Delivery;
pub use self::dispute::{Dispute, DisputeStatus, FraudWarning};
pub use self::event::{Endpoint, Event, Subject};
pub use self::intent::{Aftermath, CaptureMethod, Charge, Confirmation, Intent, Method, Status, Sum};
pub use self::refund::{NewRefund, Refund, RefundStatus};
pub use self::session::{Line, Session, SessionStatus};
use crate::error::{Answer, ApiError};
use crate::idempotency::Keys;
use crate::journal::Record;
use crate::ledger::{Booking, Ledger, Movement};
use crate::{paypal, razorpay};

/// Where an id leads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Intent(usize),
    /// A charge lives with the intent that made it.
    Charge(usize),
    Method(usize),
    Session(usize),
    Refund(usize),
    Event(usize),
    Customer(usize),
    Dispute(usize),
    FraudWarning(usize),
}

/// What happens by itself at a certain time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    SessionExpires(usize),
    AuthorisationLapses(usize),
    /// A payment under way, or a challenge that answers itself, comes to its end.
    IntentSettles(usize),
    RefundSettles(usize),
    /// Nobody captured in time.
    PaypalLapses,
    /// A page closes, or nobody captured in time.
    RazorpayLapses,
    /// A webhook is sent again; names the delivery.
    Delivery(u64),
}

#[derive(Default)]
pub struct State {
    pub intents: Vec<Arc<Intent>>,
    pub methods: Vec<Arc<Method>>,
    pub sessions: Vec<Arc<Session>>,
    pub refunds: Vec<Arc<Refund>>,
    pub events: Vec<Arc<Event>>,
    pub customers: Vec<Arc<Customer>>,
    pub disputes: Vec<Arc<Dispute>>,
    pub fraud_warnings: Vec<Arc<FraudWarning>>,
    /// What endpoints have not been told yet, by number: the order in which it happened.
    pub deliveries: BTreeMap<u64, Arc<Delivery>>,
    last_delivery: u64,
    /// The time of the operation under way, in Unix milliseconds.
    pub now_ms: i64,
    pub endpoints: Vec<Arc<Endpoint>>,
    pub paypal: paypal::Store,
    pub razorpay: razorpay::Store,
    pub ledger: Ledger,
    pub keys: Keys,
    places: HashMap<String, Place>,
    /// By Unix milliseconds.
    due: BTreeSet<(i64, Due)>,
    /// Deliveries of what happened in the operation under way.
    pub fresh: Vec<u64>,
    /// Deliveries that were put off until now.
    pub again: Vec<u64>,
    /// Changes of the operation under way, for the journal.
    pub changes: Vec<Record>,
}

impl State {
    pub fn place(&self, id: &str) -> Option<Place> {
        self.places.get(id).copied()
    }

    /// When something last happened, in Unix milliseconds; 0 when nothing did.
    pub fn latest_ms(&self) -> i64 {
        let events = [
            self.events.last().map_or(0, |event| event.created),
            self.paypal.events.last().map_or(0, |event| event.created),
            self.razorpay.latest_s(),
        ];
        let told = events.into_iter().max().unwrap_or_default() * 1000;
        self.deliveries.values().next_back().map_or(told, |delivery| delivery.since_ms.max(told))
    }

    pub fn intent(&self, id: &str) -> Answer<&Arc<Intent>> {
        match self.place(id) {
            Some(Place::Intent(at)) => Ok(&self.intents[at]),
            _ => Err(ApiError::no_such("payment_intent", "intent", id)),
        }
    }

    pub fn session(&self, id: &str) -> Answer<&Arc<Session>> {
        match self.place(id) {
            Some(Place::Session(at)) => Ok(&self.sessions[at]),
            _ => Err(ApiError::no_such("checkout.session", "session", id)),
        }
    }

    pub fn put_intent(&mut self, intent: Intent) -> Arc<Intent> {
        let intent = Arc::new(intent);
        self.changes.push(Record::Intent(Arc::clone(&intent)));
        self.restore_intent(Arc::clone(&intent));
        intent
    }

    pub fn put_method(&mut self, method: Method) -> Arc<Method> {
        let method = Arc::new(method);
        self.changes.push(Record::Method(Arc::clone(&method)));
        self.restore_method(Arc::clone(&method));
        method
    }

    pub fn put_session(&mut self, session: Session) -> Arc<Session> {
        let session = Arc::new(session);
        self.changes.push(Record::Session(Arc::clone(&session)));
        self.restore_session(Arc::clone(&session));
        session
    }

    pub fn put_refund(&mut self, refund: Refund) -> Arc<Refund> {
        let refund = Arc::new(refund);
        self.changes.push(Record::Refund(Arc::clone(&refund)));
        self.restore_refund(Arc::clone(&refund));
        refund
    }

    pub fn put_endpoint(&mut self, endpoint: Endpoint) -> Arc<Endpoint> {
        let endpoint = Arc::new(endpoint);
        self.changes.push(Record::Endpoint(Arc::clone(&endpoint)));
        self.restore_endpoint(Arc::clone(&endpoint));
        endpoint
    }

    pub fn restore_intent(&mut self, intent: Arc<Intent>) {
        let at = if let Some(Place::Intent(at)) = self.place(&intent.id) {
            at
        } else {
            self.places.insert(intent.id.clone(), Place::Intent(self.intents.len()));
            self.intents.push(Arc::clone(&intent));
            self.intents.len() - 1
        };
        if let Some(charge) = &intent.charge {
            if !self.places.contains_key(&charge.id) {
                self.places.insert(charge.id.clone(), Place::Charge(at));
            }
            if intent.status == Status::RequiresCapture {
                self.due.insert((charge.capture_before * 1000, Due::AuthorisationLapses(at)));
            } else {
                self.due.remove(&(charge.capture_before * 1000, Due::AuthorisationLapses(at)));
            }
        }
        if let Some(settling) = &intent.settles {
            self.due.insert((settling.at_ms, Due::IntentSettles(at)));
        }
        self.intents[at] = intent;
    }

    pub fn restore_method(&mut self, method: Arc<Method>) {
        if let Some(Place::Method(at)) = self.place(&method.id) {
            self.methods[at] = method;
        } else {
            self.places.insert(method.id.clone(), Place::Method(self.methods.len()));
            self.methods.push(method);
        }
    }

    pub fn restore_session(&mut self, session: Arc<Session>) {
        let at = if let Some(Place::Session(at)) = self.place(&session.id) {
            at
        } else {
            self.places.insert(session.id.clone(), Place::Session(self.sessions.len()));
            self.sessions.push(Arc::clone(&session));
            self.sessions.len() - 1
        };
        if session.status == SessionStatus::Open {
            self.due.insert((session.expires_at * 1000, Due::SessionExpires(at)));
        } else {
            self.due.remove(&(session.expires_at * 1000, Due::SessionExpires(at)));
        }
        self.sessions[at] = session;
    }

    pub fn restore_refund(&mut self, refund: Arc<Refund>) {
        let at = if let Some(Place::Refund(at)) = self.place(&refund.id) {
            at
        } else {
            self.places.insert(refund.id.clone(), Place::Refund(self.refunds.len()));
            self.refunds.push(Arc::clone(&refund));
            self.refunds.len() - 1
        };
        if let Some(settling) = &refund.settles {
            self.due.insert((settling.at_ms, Due::RefundSettles(at)));
        }
        self.refunds[at] = refund;
    }

    pub fn restore_event(&mut self, event: Arc<Event>) {
        self.places.insert(event.id.clone(), Place::Event(self.events.len()));
        self.events.push(event);
    }

    pub fn restore_endpoint(&mut self, endpoint: Arc<Endpoint>) {
        self.endpoints.retain(|known| known.id != endpoint.id);
        if !endpoint.deleted {
            self.endpoints.push(endpoint);
        }
    }

    /// Lets happen what is due: open pages close, authorisations lapse, payments and refunds under way end, webhooks
    /// are sent again, old idempotency keys are forgotten.
    pub fn tick(&mut self) {
        let now_ms = self.now_ms;
        let now = now_ms / 1000;
        while let Some(&(at_ms, due)) = self.due.first() {
            if at_ms > now_ms {
                break;
            }
            self.due.remove(&(at_ms, due));
            match due {
                Due::SessionExpires(at) => {
                    let id = self.sessions[at].id.clone();
                    // Refused when it was paid in the same second, which is as good.
                    let _ = self.expire_session(&id, now);
                }
                Due::AuthorisationLapses(at) => {
                    let id = self.intents[at].id.clone();
                    self.lapse(&id, now);
                }
                Due::IntentSettles(at) => self.settle_intent(at, now),
                Due::RefundSettles(at) => self.settle_refund(at, now),
                Due::PaypalLapses => self.lapse_paypal(now),
                Due::RazorpayLapses => self.lapse_razorpay(now),
                Due::Delivery(number) => self.again.push(number),
            }
        }
        self.keys.prune(now);
    }

    /// Lets `what` happen once it is `at_s`, in Unix seconds.
    pub fn expect(&mut self, at_s: i64, what: Due) {
        self.due.insert((at_s * 1000, what));
    }

    /// Moves money in the books.
    pub fn book_for(&mut self, what: &Booking<'_>, movement: Movement, amount: i64, now: i64) {
        let entry = self.ledger.book(what, movement, amount, now);
        self.changes.push(Record::Entry(entry));
    }
}
