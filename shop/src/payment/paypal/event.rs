//! PayPal's events, pushed or listed, and its word on whether one is genuine.

use serde::Deserialize;

use super::super::{EventNotice, Page};
use super::time;
use super::wire::Link;

#[derive(Deserialize)]
pub struct Verification {
    pub verification_status: String,
}

#[derive(Deserialize)]
pub struct Events {
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    links: Vec<Link>,
}

impl Events {
    pub fn page(self, livemode: bool) -> Page<EventNotice> {
        let next = self.links.iter().find(|link| link.rel == "next");
        let next = next.and_then(|link| link.href.split_once('?')).map(|(_, query)| query.to_owned());
        Page { items: self.events.into_iter().map(|event| event.notice(livemode)).collect(), next }
    }
}

#[derive(Deserialize)]
pub struct Event {
    id: String,
    event_type: String,
    create_time: Option<String>,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    /// A dispute has its name elsewhere.
    #[serde(default, alias = "dispute_id")]
    id: String,
    #[serde(default)]
    supplementary_data: Option<Supplement>,
}

/// What an object of PayPal belongs to.
#[derive(Deserialize)]
pub struct Supplement {
    related_ids: Option<Related>,
}

#[derive(Deserialize)]
struct Related {
    order_id: Option<String>,
}

impl Supplement {
    pub fn order_id(self) -> Option<String> {
        self.related_ids?.order_id
    }
}

impl Event {
    /// About the order or the dispute, which is what can be asked about; only refunds do not name their order.
    pub fn notice(self, livemode: bool) -> EventNotice {
        let order = self.resource.supplementary_data.and_then(Supplement::order_id);
        EventNotice {
            event_id: self.id,
            kind: self.event_type,
            object_id: order.unwrap_or(self.resource.id),
            livemode,
            created_ms: self.create_time.as_deref().and_then(time::read).unwrap_or_default(),
        }
    }
}
