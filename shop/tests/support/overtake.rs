//! A provider whose webhook is faster than its own answer: news of a payment is applied before the call that created
//! it returns.

use async_trait::async_trait;
use reqwest::header::HeaderMap;
use shop::checkout::PaymentWay;
use shop::id::AttemptId;
use shop::money::{Currency, Money};
use shop::payment::webhook::Rejection;
use shop::payment::{
    About, CspSources, EventNotice, IntentStatus, Lists, Metadata, NewIntent, NewSession, Outcome, Page, Provider,
    RefundSnapshot, Session, Snapshot,
};
use shop::{Shop, checkout};

pub struct Overtaking(pub Shop);

impl Overtaking {
    fn real(&self) -> &dyn Provider {
        self.0.payments.configured().next().unwrap()
    }

    /// `shop` with every webhook about a new payment overtaking the answer.
    pub fn shop(shop: &Shop) -> Shop {
        Shop { payments: Self(shop.clone()).into(), ..shop.clone() }
    }
}

/// The attempt a payment was created for.
pub fn attempt_of(snapshot: &Snapshot) -> AttemptId {
    snapshot.metadata["attempt_id"].parse().unwrap()
}

#[async_trait]
impl Provider for Overtaking {
    fn name(&self) -> &'static str {
        self.real().name()
    }

    fn label(&self) -> &'static str {
        self.real().label()
    }

    fn offers(&self, way: &PaymentWay) -> bool {
        self.real().offers(way)
    }

    fn takes(&self, currency: Currency) -> bool {
        self.real().takes(currency)
    }

    fn lists(&self) -> Lists {
        self.real().lists()
    }

    fn csp_sources(&self) -> CspSources {
        self.real().csp_sources()
    }

    fn about(&self, kind: &str) -> About {
        self.real().about(kind)
    }

    fn reached(&self, kind: &str) -> Option<IntentStatus> {
        self.real().reached(kind)
    }

    async fn read_webhook(&self, headers: &HeaderMap, body: &[u8], now_ms: i64) -> Result<EventNotice, Rejection> {
        self.real().read_webhook(headers, body, now_ms).await
    }

    async fn advance_session(&self, key: &str, id: &str) -> Outcome<Session> {
        self.real().advance_session(key, id).await
    }

    async fn create_intent(&self, key: &str, new: &NewIntent) -> Outcome<Snapshot> {
        let answer = self.real().create_intent(key, new).await;
        if let Outcome::Done(snapshot) = &answer {
            checkout::apply_payment_fact(&self.0, attempt_of(snapshot), snapshot).await.unwrap();
        }
        answer
    }

    async fn confirm_intent(&self, key: &str, id: &str, payment_method: &str, return_url: &str) -> Outcome<Snapshot> {
        self.real().confirm_intent(key, id, payment_method, return_url).await
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.real().retrieve_intent(id).await
    }

    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        self.real().capture_intent(key, id, money).await
    }

    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        self.real().cancel_intent(key, id).await
    }

    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>> {
        self.real().list_intents(from, to, page).await
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        self.real().create_session(key, new).await
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        self.real().retrieve_session(id).await
    }

    async fn expire_session(&self, key: &str, id: &str) -> Outcome<Session> {
        self.real().expire_session(key, id).await
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        self.real().refund(key, id, money, metadata).await
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        self.real().list_refunds(id).await
    }

    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>> {
        self.real().list_events(from, page).await
    }
}
