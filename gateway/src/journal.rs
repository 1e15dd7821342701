//! The append-only log that lets a restarted sandbox know its payments: one JSON record a line, the last one of
//! an object counts. Written before the answer goes out; it survives the death of the process, which is all a
//! sandbox needs. Reading it at the start also rewrites it without what is superseded.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::idempotency::Kept;
use crate::ledger::Entry;
use crate::state::{
    Customer, Delivery, Dispute, Endpoint, Event, FraudWarning, Intent, Method, Refund, Session, State,
};
use crate::{paypal, razorpay};

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    Intent(Arc<Intent>),
    Method(Arc<Method>),
    Session(Arc<Session>),
    Refund(Arc<Refund>),
    Event(Arc<Event>),
    Endpoint(Arc<Endpoint>),
    Entry(Arc<Entry>),
    Key(Arc<Kept>),
    Customer(Arc<Customer>),
    Dispute(Arc<Dispute>),
    FraudWarning(Arc<FraudWarning>),
    Delivery(Arc<Delivery>),
    PaypalOrder(Arc<paypal::Order>),
    PaypalEvent(Arc<paypal::Event>),
    RazorpayLink(Arc<razorpay::Link>),
    RazorpayEvent(Arc<razorpay::Event>),
}

pub struct Journal(File);

impl Journal {
    /// Reads what is there into `state`, tidies the file up and opens it for appending.
    pub fn open(path: &Path, state: &mut State, now: i64) -> std::io::Result<Self> {
        let mut keys = Vec::new();
        if path.exists() {
            for line in BufReader::new(File::open(path)?).lines() {
                // The last line may have been cut off by a kill; whatever it was, its caller got no answer.
                let Ok(record) = serde_json::from_str(&line?) else { continue };
                restore(state, record, &mut keys);
            }
        } else if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        keys.retain(|kept| kept.is_fresh(now));
        let tidy = path.with_extension("new");
        write_all(&tidy, state, &keys)?;
        std::fs::rename(&tidy, path)?;
        Ok(Self(OpenOptions::new().append(true).open(path)?))
    }

    /// Appends in one write.
    pub fn append(&mut self, records: &[Record]) {
        let mut lines = Vec::with_capacity(records.len() * 1024);
        for record in records {
            serde_json::to_writer(&mut lines, record).expect("records have only string keys");
            lines.push(b'\n');
        }
        if let Err(error) = self.0.write_all(&lines) {
            tracing::error!(%error, "the sandbox gateway cannot write its journal");
        }
    }
}

fn restore(state: &mut State, record: Record, keys: &mut Vec<Arc<Kept>>) {
    match record {
        Record::Intent(intent) => state.restore_intent(intent),
        Record::Method(method) => state.restore_method(method),
        Record::Session(session) => state.restore_session(session),
        Record::Refund(refund) => state.restore_refund(refund),
        Record::Event(event) => state.restore_event(event),
        Record::Endpoint(endpoint) => state.restore_endpoint(endpoint),
        Record::Customer(customer) => state.restore_customer(customer),
        Record::Dispute(dispute) => state.restore_dispute(dispute),
        Record::FraudWarning(warning) => state.restore_fraud_warning(warning),
        Record::Delivery(delivery) => state.restore_delivery(delivery),
        Record::Entry(entry) => state.ledger.entries.push(entry),
        Record::PaypalOrder(order) => state.restore_paypal_order(order),
        Record::PaypalEvent(event) => state.paypal.events.push(event),
        Record::RazorpayLink(link) => state.restore_razorpay_link(link),
        Record::RazorpayEvent(event) => state.razorpay.restore_event(event),
        Record::Key(kept) => {
            state.keys.keep(&kept.key, kept.fingerprint, kept.status, kept.body.clone().into(), kept.at);
            keys.push(kept);
        }
    }
}

fn write_all(path: &Path, state: &State, keys: &[Arc<Kept>]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let records = state
        .intents
        .iter()
        .map(|it| Record::Intent(Arc::clone(it)))
        .chain(state.methods.iter().map(|it| Record::Method(Arc::clone(it))))
        .chain(state.sessions.iter().map(|it| Record::Session(Arc::clone(it))))
        .chain(state.refunds.iter().map(|it| Record::Refund(Arc::clone(it))))
        .chain(state.events.iter().map(|it| Record::Event(Arc::clone(it))))
        .chain(state.endpoints.iter().map(|it| Record::Endpoint(Arc::clone(it))))
        .chain(state.ledger.entries.iter().map(|it| Record::Entry(Arc::clone(it))))
        .chain(state.customers.iter().map(|it| Record::Customer(Arc::clone(it))))
        .chain(state.disputes.iter().map(|it| Record::Dispute(Arc::clone(it))))
        .chain(state.fraud_warnings.iter().map(|it| Record::FraudWarning(Arc::clone(it))))
        .chain(state.deliveries.values().map(|it| Record::Delivery(Arc::clone(it))))
        .chain(state.paypal.orders().map(|it| Record::PaypalOrder(Arc::clone(it))))
        .chain(state.paypal.events.iter().map(|it| Record::PaypalEvent(Arc::clone(it))))
        .chain(state.razorpay.links().map(|it| Record::RazorpayLink(Arc::clone(it))))
        .chain(state.razorpay.events().map(|it| Record::RazorpayEvent(Arc::clone(it))))
        .chain(keys.iter().map(|it| Record::Key(Arc::clone(it))));
    for record in records {
        serde_json::to_writer(&mut file, &record)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}
