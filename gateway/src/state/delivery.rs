//! What endpoints have still to be told: one delivery for each event and endpoint, kept until it is accepted or
//! given up, over a restart too.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Due, Event, Place, State};
use crate::journal::Record;
use crate::webhook::News;

/// Pauses after each try that failed, in seconds; every further one is as long as the last.
const PAUSES_S: &[i64] = &[1, 5, 15, 60, 300, 900, 3600, 7200, 14_400, 28_800];
/// As the real provider: what nobody accepts for three days is given up.
const GIVE_UP_MS: i64 = 3 * 86_400_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Pending,
    /// A mood keeps it back: it goes out only on demand.
    Withheld,
    Delivered,
    GivenUp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub number: u64,
    pub event: String,
    pub endpoint: String,
    pub since_ms: i64,
    pub tries: u32,
    /// Unix milliseconds; only a guess while a try is under way.
    pub next_at_ms: i64,
    pub progress: Progress,
}

impl State {
    /// Owes an event to everyone who wants it.
    pub(super) fn owe(&mut self, event: &Event) {
        for at in 0..self.endpoints.len() {
            if self.endpoints[at].wants(&event.kind) {
                let endpoint = self.endpoints[at].id.clone();
                self.owe_one(&event.id, &endpoint);
            }
        }
    }

    pub fn owe_one(&mut self, event: &str, endpoint: &str) {
        let delivery = Delivery {
            number: self.last_delivery + 1,
            event: event.to_owned(),
            endpoint: endpoint.to_owned(),
            since_ms: self.now_ms,
            tries: 0,
            next_at_ms: self.now_ms,
            progress: Progress::Pending,
        };
        self.fresh.push(delivery.number);
        self.put_delivery(delivery);
    }

    /// What to send and where; `None` when it is settled or its endpoint is gone.
    pub fn posting(&self, number: u64) -> Option<News> {
        let delivery = self.deliveries.get(&number)?;
        self.news(&delivery.event).into_iter().find(|news| news.endpoint() == delivery.endpoint)
    }

    pub fn knows(&self, event: &str) -> bool {
        matches!(self.place(event), Some(Place::Event(_)))
            || self.paypal.event(event).is_some()
            || self.razorpay.event(event).is_some()
    }

    /// An event of any provider, once for everyone who wants it; empty when there is none.
    pub fn news(&self, event: &str) -> Vec<News> {
        if let Some(Place::Event(at)) = self.place(event) {
            let event = &self.events[at];
            let wanting = self.endpoints.iter().filter(|endpoint| endpoint.wants(&event.kind));
            return wanting.map(|endpoint| News::Stripe(Arc::clone(event), Arc::clone(endpoint))).collect();
        }
        let paypal = |url: &String| Some(News::Paypal(Arc::clone(self.paypal.event(event)?), url.clone()));
        let razorpay = |url: &String| Some(News::Razorpay(Arc::clone(self.razorpay.event(event)?), url.clone()));
        let told =
            [self.paypal.webhook_url.as_ref().and_then(paypal), self.razorpay.webhook_url.as_ref().and_then(razorpay)];
        told.into_iter().flatten().collect()
    }

    /// The endpoint accepted it.
    pub fn delivered(&mut self, number: u64) {
        if let Some(old) = self.deliveries.remove(&number) {
            self.due.remove(&(old.next_at_ms, Due::Delivery(number)));
            let delivery = Delivery { progress: Progress::Delivered, ..Arc::unwrap_or_clone(old) };
            self.changes.push(Record::Delivery(Arc::new(delivery)));
        }
    }

    /// An endpoint accepted an event that was sent on demand: nothing of it is owed any more.
    pub fn told(&mut self, event: &str, endpoint: &str) {
        let owed = self.deliveries.values().filter(|it| it.event == event && it.endpoint == endpoint);
        for number in owed.map(|it| it.number).collect::<Vec<_>>() {
            self.delivered(number);
        }
    }

    /// Nobody answered, or not with 2xx: try again later, but not for ever.
    pub fn not_delivered(&mut self, number: u64) {
        let Some(old) = self.deliveries.get(&number).map(|it| (**it).clone()) else { return };
        if old.progress != Progress::Pending {
            return;
        }
        let pause_s = PAUSES_S.get(old.tries as usize).or(PAUSES_S.last()).copied().unwrap_or_default();
        let next_at_ms = self.now_ms + pause_s * 1000;
        let given_up = next_at_ms > old.since_ms + GIVE_UP_MS;
        if given_up {
            tracing::warn!(event = old.event, endpoint = old.endpoint, "a webhook was never accepted");
        } else {
            self.due.insert((next_at_ms, Due::Delivery(number)));
        }
        let progress = if given_up { Progress::GivenUp } else { Progress::Pending };
        self.put_delivery(Delivery { tries: old.tries + 1, next_at_ms, progress, ..old });
    }

    /// Sends it `by_ms` later than it would be.
    pub fn postpone(&mut self, number: u64, by_ms: i64) {
        if let Some(old) = self.deliveries.get(&number).map(|it| (**it).clone()) {
            let next_at_ms = self.now_ms.saturating_add(by_ms);
            self.due.insert((next_at_ms, Due::Delivery(number)));
            self.put_delivery(Delivery { next_at_ms, ..old });
        }
    }

    pub fn withhold(&mut self, number: u64) {
        if let Some(old) = self.deliveries.get(&number).map(|it| (**it).clone()) {
            self.put_delivery(Delivery { progress: Progress::Withheld, ..old });
        }
    }

    pub fn restore_delivery(&mut self, delivery: Arc<Delivery>) {
        self.last_delivery = self.last_delivery.max(delivery.number);
        if delivery.progress == Progress::Delivered {
            self.deliveries.remove(&delivery.number);
        } else {
            self.deliveries.insert(delivery.number, delivery);
        }
    }

    /// After a restart: everything pending is sent again, at its time.
    pub fn resume_deliveries(&mut self) {
        for delivery in self.deliveries.values().filter(|it| it.progress == Progress::Pending) {
            self.due.insert((delivery.next_at_ms, Due::Delivery(delivery.number)));
        }
    }

    fn put_delivery(&mut self, delivery: Delivery) {
        let delivery = Arc::new(delivery);
        self.changes.push(Record::Delivery(Arc::clone(&delivery)));
        self.restore_delivery(delivery);
    }
}
