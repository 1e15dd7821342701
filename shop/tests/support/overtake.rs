//! A provider between whose answers and their arrival other things happen: a webhook that is faster than the answer to
//! our own call, or a second worker that takes a paused one for dead.

use async_trait::async_trait;
use futures_util::future::BoxFuture;
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

/// Calls to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    CreateIntent,
    ConfirmIntent,
    RetrieveIntent,
    CaptureIntent,
    CancelIntent,
    ListIntents,
    CreateSession,
    ExpireSession,
    Refund,
}

/// Waited for after the provider has answered; with the payment, where that is the answer.
type Meanwhile = dyn Fn(Call, Option<Snapshot>) -> BoxFuture<'static, ()> + Send + Sync;

pub struct Overtaking {
    real: Shop,
    meanwhile: Box<Meanwhile>,
}

impl Overtaking {
    fn real(&self) -> &dyn Provider {
        self.real.payments.configured().next().unwrap()
    }

    /// `shop` with `meanwhile` happening between every call and its answer.
    pub fn with(
        shop: &Shop,
        meanwhile: impl Fn(Call, Option<Snapshot>) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Shop {
        Shop { payments: Self { real: shop.clone(), meanwhile: Box::new(meanwhile) }.into(), ..shop.clone() }
    }

    /// `shop` with every webhook about a new payment overtaking the answer.
    pub fn shop(shop: &Shop) -> Shop {
        let real = shop.clone();
        Self::with(shop, move |call, snapshot| {
            let real = real.clone();
            Box::pin(async move {
                if let (Call::CreateIntent, Some(snapshot)) = (call, snapshot) {
                    checkout::apply_payment_fact(&real, attempt_of(&snapshot), &snapshot).await.unwrap();
                }
            })
        })
    }

    async fn told(&self, call: Call, answer: Outcome<Snapshot>) -> Outcome<Snapshot> {
        (self.meanwhile)(call, answer.clone().done()).await;
        answer
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
        self.told(Call::CreateIntent, self.real().create_intent(key, new).await).await
    }

    async fn confirm_intent(&self, key: &str, id: &str, payment_method: &str, return_url: &str) -> Outcome<Snapshot> {
        self.told(Call::ConfirmIntent, self.real().confirm_intent(key, id, payment_method, return_url).await).await
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.told(Call::RetrieveIntent, self.real().retrieve_intent(id).await).await
    }

    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        self.told(Call::CaptureIntent, self.real().capture_intent(key, id, money).await).await
    }

    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        self.told(Call::CancelIntent, self.real().cancel_intent(key, id).await).await
    }

    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>> {
        let answer = self.real().list_intents(from, to, page).await;
        (self.meanwhile)(Call::ListIntents, None).await;
        answer
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        let answer = self.real().create_session(key, new).await;
        (self.meanwhile)(Call::CreateSession, None).await;
        answer
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        self.real().retrieve_session(id).await
    }

    async fn expire_session(&self, key: &str, id: &str) -> Outcome<Session> {
        let answer = self.real().expire_session(key, id).await;
        (self.meanwhile)(Call::ExpireSession, None).await;
        answer
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        let answer = self.real().refund(key, id, money, metadata).await;
        (self.meanwhile)(Call::Refund, None).await;
        answer
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        self.real().list_refunds(id).await
    }

    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>> {
        self.real().list_events(from, page).await
    }
}
