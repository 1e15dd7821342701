//! The calls that every provider's adapter answers.

use super::{
    About, CspSources, Dispute, EventNotice, IntentStatus, Lists, Metadata, NewIntent, NewSession, Outcome, Page,
    RefundSnapshot, Refusal, Session, Snapshot, webhook,
};
use crate::checkout::PaymentWay;
use crate::money::{Currency, Money};

/// A payment provider. Calls may take 10 seconds and must never be made inside a database transaction.
///
/// `key` is the idempotency key: the same key with the same parameters has one effect, however often it is sent.
#[async_trait::async_trait]
pub trait Provider: Send + Sync {
    /// Stable name, as stored with an attempt.
    fn name(&self) -> &'static str;
    /// What shoppers choose by.
    fn label(&self) -> &'static str;
    /// Whether shoppers can pay this way. Nothing else of a way is called when not.
    fn offers(&self, way: &PaymentWay) -> bool;
    fn takes(&self, currency: Currency) -> bool;
    fn lists(&self) -> Lists;
    /// What the page with the payment form has to allow.
    fn csp_sources(&self) -> CspSources;

    /// What an event of this type is about.
    fn about(&self, kind: &str) -> About;
    /// How far a payment has come at least when an event of this type is told of it; `None` when only a look at the
    /// payment can say. News that could end a payment or ask the shopper for something always needs that look.
    fn reached(&self, kind: &str) -> Option<IntentStatus>;
    /// Checks that the provider sent these bytes, and says which object to fetch. May ask the provider.
    async fn read_webhook(
        &self,
        headers: &reqwest::header::HeaderMap,
        body: &[u8],
        now_ms: i64,
    ) -> Result<EventNotice, webhook::Rejection>;

    /// Creates a payment for manual capture, not yet confirmed.
    async fn create_intent(&self, key: &str, new: &NewIntent) -> Outcome<Snapshot>;
    /// Charges a payment-method token. A decline is `Refused` with `is_card_decline`.
    async fn confirm_intent(&self, key: &str, id: &str, payment_method: &str, return_url: &str) -> Outcome<Snapshot>;
    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot>;
    /// Takes `money` of what is authorised and lets the rest go.
    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot>;
    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot>;
    /// Intents created in `[from, to]` (Unix milliseconds), newest first.
    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>>;

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session>;
    async fn retrieve_session(&self, id: &str) -> Outcome<Session>;
    /// As [`Self::retrieve_session`], after taking the step that some providers leave to the shop's server once the
    /// shopper has agreed on their page: to hold the money. Only for an attempt that is live; its decline is
    /// `Refused` with `is_card_decline` and ends the page.
    async fn advance_session(&self, key: &str, id: &str) -> Outcome<Session>;
    /// Closes the hosted page: after `Done`, nobody can pay there any more.
    async fn expire_session(&self, key: &str, id: &str) -> Outcome<Session>;

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot>;
    /// All refunds of one intent.
    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>>;

    /// One dispute. Asked only for events that are [`About::Dispute`].
    async fn retrieve_dispute(&self, _id: &str) -> Outcome<Dispute> {
        Outcome::Refused(Refusal::not_offered("disputes"))
    }

    /// Events created at or after `from` (Unix milliseconds), newest first.
    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>>;
}
