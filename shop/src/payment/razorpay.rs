//! The Razorpay adapter: payment links, with the orders and payments behind them, over HTTPS or over HTTP to the
//! sandbox gateway.
//!
//! A link is a hosted page that can be closed, needs no script of ours, and is known by a reference that cannot be
//! used twice: that reference is the idempotency key. The link stands for the payment as well, because every try of
//! the shopper is a payment of its own there. Razorpay captures by itself, so success is the pivot; a payment whose
//! bank answered late stays authorized until we capture it, or goes back by itself after some days. It cannot be
//! voided. Events cannot be listed. Payments can, by the time they were made, and each names its link and carries the
//! link's notes: what holds or has held money is listed as the link it was paid at.

mod client;
mod wire;

use async_trait::async_trait;
use hmac::{Hmac, Mac};
use reqwest::header::HeaderMap;
use serde_json::json;
use sha2::{Digest, Sha256};

use self::client::Client;
use self::wire::{Collection, Link, Payment, Standing};
use super::guard::Guard;
use super::http::Wire;
use super::webhook::Rejection;
use super::{
    About, CspSources, Dispute, EventNotice, IntentStatus, Lists, Metadata, NewIntent, NewSession, Outcome, Page,
    Provider, RateLimit, RefundSnapshot, Refusal, Session, Snapshot, http,
};
use crate::checkout::PaymentWay;
use crate::money::{Currency, Money};

/// Where the real Razorpay answers.
pub const LIVE_API: &str = "https://api.razorpay.com";
/// A reference has up to 40 characters; our keys are longer, and 160 bits of them name a link well enough.
const REFERENCE_CHARS: usize = 40;
/// The most that a page of a list holds.
const LIST_ROWS: usize = 100;

/// How to reach Razorpay, or the sandbox gateway in its place.
#[derive(Clone)]
pub struct RazorpayConfig {
    /// `https://api.razorpay.com`, or `…/razorpay` of a sandbox gateway.
    pub api_base: String,
    pub key_id: String,
    pub key_secret: String,
    /// All secrets that may sign webhooks; two during a rotation.
    pub webhook_secrets: Vec<String>,
}

impl RazorpayConfig {
    fn livemode(&self) -> bool {
        self.key_id.starts_with("rzp_live_")
    }
}

/// A [`Provider`] that speaks Razorpay's API.
pub struct Razorpay {
    config: RazorpayConfig,
    client: Client,
}

impl Razorpay {
    /// Fails when the base URL is not one or TLS cannot be set up.
    pub fn new(config: RazorpayConfig) -> crate::Result<Self> {
        let wire = Wire::to(&config.api_base).map_err(crate::Error::Internal)?;
        Ok(Self::over(wire, config))
    }

    /// As [`Razorpay::new`], over a given wire.
    pub fn over(wire: Wire, config: RazorpayConfig) -> Self {
        Self { client: Client::new(wire, &config), config }
    }

    /// With a limit on calls; without, there is none.
    #[must_use]
    pub fn limited(mut self, limit: RateLimit) -> Self {
        self.client.guard = Guard::new(limit);
        self
    }

    /// The link and the payments that were tried at it.
    async fn standing(&self, id: &str) -> Outcome<Standing> {
        let link: Link = done!(self.client.get(&http::path(&["v1", "payment_links", id])).await);
        self.standing_of(link).await
    }

    async fn standing_of(&self, link: Link) -> Outcome<Standing> {
        let payments = if let Some(order) = &link.order_id {
            let path = http::path(&["v1", "orders", order, "payments"]);
            done!(self.client.get::<Collection<Payment>>(&path).await).items
        } else {
            // Without the order, the link names at least what was captured.
            let mut payments = Vec::new();
            for paid in link.payments() {
                payments.push(done!(self.client.get::<Payment>(&http::path(&["v1", "payments", paid])).await));
            }
            payments
        };
        Outcome::Done(Standing { link, payments })
    }

    /// The link that an earlier call under the same reference made, if there was one.
    async fn known(&self, reference: &str) -> Outcome<Option<Link>> {
        let path = format!("/v1/payment_links?{}", http::query(&[("reference_id", reference)]));
        let found: wire::Links = done!(self.client.get(&path).await);
        Outcome::Done(found.payment_links.into_iter().find(|link| link.reference_id == reference))
    }

    fn session(standing: &Standing) -> Outcome<Session> {
        standing.session().map_or_else(|| odd(standing), Outcome::Done)
    }

    fn snapshot(&self, standing: &Standing) -> Outcome<Snapshot> {
        standing.snapshot(self.config.livemode()).map_or_else(|| odd(standing), Outcome::Done)
    }

    /// The payment that has been captured, for refunds.
    async fn captured(&self, id: &str) -> Outcome<String> {
        let standing = done!(self.standing(id).await);
        match standing.captured() {
            Some(payment) => Outcome::Done(payment.id.clone()),
            None => Outcome::Refused(Refusal { code: "not_captured".to_owned(), ..Refusal::default() }),
        }
    }
}

/// A link that does not read: nothing may be concluded from it.
fn odd<T>(standing: &Standing) -> Outcome<T> {
    Outcome::Unknown(format!("link {} with a status that Razorpay does not describe", standing.link.id))
}

#[async_trait]
impl Provider for Razorpay {
    fn name(&self) -> &'static str {
        "razorpay"
    }

    fn label(&self) -> &'static str {
        "Razorpay"
    }

    fn offers(&self, way: &PaymentWay) -> bool {
        *way == PaymentWay::Hosted
    }

    fn takes(&self, _currency: Currency) -> bool {
        true
    }

    fn lists(&self) -> Lists {
        Lists { intents: true, events: false }
    }

    fn csp_sources(&self) -> CspSources {
        let is_real = self.config.api_base.trim_end_matches('/') == LIVE_API;
        let form_action = if is_real {
            vec!["https://rzp.io".to_owned(), "https://*.razorpay.com".to_owned()]
        } else {
            http::origin(&self.config.api_base).into_iter().collect()
        };
        CspSources { form_action, ..CspSources::default() }
    }

    fn about(&self, kind: &str) -> About {
        if kind.starts_with("payment_link.") {
            About::Session
        } else if kind.starts_with("refund.") {
            About::Refund
        } else if kind.starts_with("payment.dispute.") {
            About::Dispute
        } else {
            About::Nothing
        }
    }

    fn reached(&self, kind: &str) -> Option<IntentStatus> {
        (kind == "payment_link.paid").then_some(IntentStatus::Succeeded)
    }

    async fn read_webhook(&self, headers: &HeaderMap, body: &[u8], _now_ms: i64) -> Result<EventNotice, Rejection> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = header("x-razorpay-signature").and_then(|text| hex::decode(text).ok());
        let signature = signature.ok_or(Rejection::Malformed)?;
        let mut matches = false;
        for secret in self.config.webhook_secrets.iter().filter(|secret| !secret.is_empty()) {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
            mac.update(body);
            matches |= mac.verify_slice(&signature).is_ok();
        }
        if !matches {
            return Err(Rejection::BadSignature);
        }
        let event: wire::Event = serde_json::from_slice(body).map_err(|_| Rejection::Unreadable)?;
        // The header is not signed: the worst that a wrong one does is a question to Razorpay.
        let id = header("x-razorpay-event-id").filter(|id| (1..=64).contains(&id.len()));
        let id = id.map_or_else(|| hex::encode(Sha256::digest(body)), str::to_owned);
        Ok(event.notice(format!("razorpay_{id}"), self.config.livemode()))
    }

    async fn create_intent(&self, _key: &str, _new: &NewIntent) -> Outcome<Snapshot> {
        Outcome::Refused(Refusal::not_offered("payments outside its own page"))
    }

    async fn confirm_intent(&self, _key: &str, _id: &str, _method: &str, _return_url: &str) -> Outcome<Snapshot> {
        Outcome::Refused(Refusal::not_offered("payments outside its own page"))
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.snapshot(&done!(self.standing(id).await))
    }

    /// All of a payment that waits; Razorpay captures no part. A second capture is refused there.
    async fn capture_intent(&self, _key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        let standing = done!(self.standing(id).await);
        let Some(payment) = standing.authorized() else {
            return Outcome::Refused(Refusal { code: "not_authorized".to_owned(), ..Refusal::default() });
        };
        let path = http::path(&["v1", "payments", &payment.id, "capture"]);
        let body = json!({"amount": money.amount, "currency": money.currency.code()});
        done!(self.client.post::<Payment>(&path, None, &body).await);
        self.retrieve_intent(id).await.after_effect()
    }

    /// Closes the page. Money that is held already cannot be let go: it goes back by itself.
    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        let standing = done!(self.standing(id).await);
        if standing.authorized().is_some() {
            return Outcome::Refused(Refusal::not_offered("letting go of an authorized payment"));
        }
        done!(self.expire_session(key, id).await);
        self.retrieve_intent(id).await.after_effect()
    }

    /// By the time of the payment. What was made meanwhile moves the rest to later pages: some may be read twice, none
    /// is missed.
    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>> {
        let skip: usize = page.and_then(|page| page.parse().ok()).unwrap_or(0);
        let (from, to) = (from.div_euclid(1000).to_string(), to.div_euclid(1000).to_string());
        let (count, skipped) = (LIST_ROWS.to_string(), skip.to_string());
        let query = http::query(&[("from", &from), ("to", &to), ("count", &count), ("skip", &skipped)]);
        let list: Collection<Payment> = done!(self.client.get(&format!("/v1/payments?{query}")).await);
        let next = (list.items.len() == LIST_ROWS).then(|| (skip + LIST_ROWS).to_string());
        let livemode = self.config.livemode();
        let mut items = Vec::new();
        for mut snapshot in list.items.iter().filter_map(|payment| payment.snapshot(livemode)) {
            if snapshot.metadata.is_empty() {
                // Without the link's notes nobody knows whose it is: the link does. Another product's has none.
                match self.retrieve_intent(&snapshot.intent_id).await {
                    Outcome::Done(link) => snapshot = link,
                    Outcome::Refused(_) => continue,
                    Outcome::Unknown(why) => return Outcome::Unknown(why),
                }
            }
            items.push(snapshot);
        }
        Outcome::Done(Page { items, next })
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        let reference: String = key.chars().take(REFERENCE_CHARS).collect();
        let body = match wire::new_link(new, &reference) {
            Ok(body) => body,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let link = match self.client.post::<Link>("/v1/payment_links", None, &body).await {
            Outcome::Done(link) => link,
            // The reference may be taken by an earlier call whose answer was lost.
            Outcome::Refused(refusal) if refusal.http_status == 400 => match done!(self.known(&reference).await) {
                Some(link) => link,
                None => return Outcome::Refused(refusal),
            },
            Outcome::Refused(refusal) => return Outcome::Refused(refusal),
            Outcome::Unknown(why) => return Outcome::Unknown(why),
        };
        Self::session(&done!(self.standing_of(link).await.after_effect()))
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        Self::session(&done!(self.standing(id).await))
    }

    /// Razorpay's page does everything by itself.
    async fn advance_session(&self, _key: &str, id: &str) -> Outcome<Session> {
        self.retrieve_session(id).await
    }

    async fn expire_session(&self, _key: &str, id: &str) -> Outcome<Session> {
        let path = http::path(&["v1", "payment_links", id, "cancel"]);
        let link: Link = done!(self.client.post(&path, None, &json!({})).await);
        Self::session(&done!(self.standing_of(link).await.after_effect()))
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        let payment = done!(self.captured(id).await);
        let path = http::path(&["v1", "payments", &payment, "refund"]);
        let body = json!({"amount": money.amount, "notes": metadata});
        let refund: wire::Refund = done!(self.client.post(&path, Some(key), &body).await);
        refund.read(id).map_or_else(|| Outcome::Unknown("a refund of unknown status".to_owned()), Outcome::Done)
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        let payment = done!(self.captured(id).await);
        let path = http::path(&["v1", "payments", &payment, "refunds"]);
        let list: Collection<wire::Refund> = done!(self.client.get(&path).await);
        let all: Option<Vec<_>> = list.items.iter().map(|refund| refund.read(id)).collect();
        all.map_or_else(|| Outcome::Unknown("a refund of unknown status".to_owned()), Outcome::Done)
    }

    /// A dispute names the payment, and that its link.
    async fn retrieve_dispute(&self, id: &str) -> Outcome<Dispute> {
        let dispute: wire::Dispute = done!(self.client.get(&http::path(&["v1", "disputes", id])).await);
        let path = http::path(&["v1", "payments", &dispute.payment_id]);
        let payment: Payment = done!(self.client.get(&path).await);
        let read = payment.link_id().and_then(|link| dispute.read(link));
        let odd =
            || Outcome::Unknown(format!("dispute {id} with a status or a payment that Razorpay does not describe"));
        read.map_or_else(odd, Outcome::Done)
    }

    async fn list_events(&self, _from: i64, _page: Option<&str>) -> Outcome<Page<EventNotice>> {
        Outcome::Refused(Refusal::not_offered("a list of events"))
    }
}
