//! Events, each with its object as it was.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{
    API_VERSION, ChargeView, IntentView, MethodView, RefundView, SessionView, customer, dispute, fraud_warning,
};
use crate::state::{Event, Subject};

pub struct EventView<'a> {
    pub event: &'a Event,
    pub base: &'a str,
}

impl Serialize for EventView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.event.id)?;
        map.serialize_entry("object", "event")?;
        map.serialize_entry("api_version", API_VERSION)?;
        map.serialize_entry("created", &self.event.created)?;
        map.serialize_entry("data", &Data { object: SubjectView { subject: &self.event.subject, base: self.base } })?;
        map.serialize_entry("livemode", &false)?;
        map.serialize_entry("pending_webhooks", &1)?;
        map.serialize_entry("request", &Request { id: None, idempotency_key: None })?;
        map.serialize_entry("type", &self.event.kind)?;
        map.end()
    }
}

#[derive(Serialize)]
struct Data<'a> {
    object: SubjectView<'a>,
}

#[derive(Serialize)]
struct Request {
    id: Option<&'static str>,
    idempotency_key: Option<&'static str>,
}

struct SubjectView<'a> {
    subject: &'a Subject,
    base: &'a str,
}

impl Serialize for SubjectView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.subject {
            Subject::Intent(intent) => IntentView { intent, expand: false, base: self.base }.serialize(serializer),
            Subject::Charge(intent) => ChargeView(intent).serialize(serializer),
            Subject::Session(session) => SessionView { session, intent: None, base: self.base }.serialize(serializer),
            Subject::Refund(refund) => RefundView(refund).serialize(serializer),
            Subject::Dispute(it) => dispute(it).serialize(serializer),
            Subject::FraudWarning(it) => fraud_warning(it).serialize(serializer),
            Subject::Customer(it) => customer(it).serialize(serializer),
            Subject::Method(method) => MethodView(method).serialize(serializer),
        }
    }
}
