//! A provider whose webhook is faster than its own answer: news of a payment is applied before the call that created
//! it returns.

use async_trait::async_trait;
use shop::id::AttemptId;
use shop::money::Money;
use shop::payment::{
    EventNotice, Metadata, NewIntent, NewSession, Outcome, Page, Provider, RefundSnapshot, Session, Snapshot,
};
use shop::{Shop, checkout};
use std::sync::Arc;

pub struct Overtaking(pub Shop);

impl Overtaking {
    /// `shop` with every webhook about a new payment overtaking the answer.
    pub fn shop(shop: &Shop) -> Shop {
        Shop { payments: Arc::new(Self(shop.clone())), ..shop.clone() }
    }
}

/// The attempt a payment was created for.
pub fn attempt_of(snapshot: &Snapshot) -> AttemptId {
    snapshot.metadata["attempt_id"].parse().unwrap()
}

#[async_trait]
impl Provider for Overtaking {
    fn name(&self) -> &'static str {
        self.0.payments.name()
    }

    async fn create_intent(&self, key: &str, new: &NewIntent) -> Outcome<Snapshot> {
        let answer = self.0.payments.create_intent(key, new).await;
        if let Outcome::Done(snapshot) = &answer {
            checkout::apply_payment_fact(&self.0, attempt_of(snapshot), snapshot).await.unwrap();
        }
        answer
    }

    async fn confirm_intent(&self, key: &str, id: &str, payment_method: &str, return_url: &str) -> Outcome<Snapshot> {
        self.0.payments.confirm_intent(key, id, payment_method, return_url).await
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.0.payments.retrieve_intent(id).await
    }

    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        self.0.payments.capture_intent(key, id, money).await
    }

    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        self.0.payments.cancel_intent(key, id).await
    }

    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>> {
        self.0.payments.list_intents(from, to, page).await
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        self.0.payments.create_session(key, new).await
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        self.0.payments.retrieve_session(id).await
    }

    async fn expire_session(&self, key: &str, id: &str) -> Outcome<Session> {
        self.0.payments.expire_session(key, id).await
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        self.0.payments.refund(key, id, money, metadata).await
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        self.0.payments.list_refunds(id).await
    }

    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>> {
        self.0.payments.list_events(from, page).await
    }
}
