//! The PayPal adapter: Orders v2 with the intent AUTHORIZE, over HTTPS or over HTTP to the sandbox gateway.
//!
//! ```text
//! order created → shopper approves on PayPal's page → our server authorizes → money held → captured | voided
//! ```
//! One order is both the page and the payment. Nothing is charged by the shopper's approval; the money is held when
//! [`Provider::advance_session`] says so, which only happens for a live attempt. PayPal cannot cancel an order: an
//! order that we shall never authorize is over, and told as expired or canceled.
//!
//! It cannot list orders: its search is over settled transactions, without what is only held, and lags behind by up to
//! three hours, so that a payment that is not in it proves nothing. Its events are listed instead.

mod amount;
mod client;
mod dispute;
mod event;
mod time;
mod wire;

use async_trait::async_trait;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use self::client::Client;
use super::guard::Guard;
use super::http::Wire;
use super::webhook::Rejection;
use super::{
    About, CspSources, Dispute, EventNotice, IntentStatus, Lists, Metadata, NewIntent, NewSession, Outcome, Page,
    Provider, RateLimit, RefundSnapshot, Refusal, Session, SessionStatus, Snapshot, http,
};
use crate::checkout::PaymentWay;
use crate::money::{Currency, Money};

/// Where the real PayPal answers.
pub const LIVE_API: &str = "https://api-m.paypal.com";
/// The longest text of a line or a description.
const TEXT_CHARS: usize = 127;

/// How to reach PayPal, or the sandbox gateway in its place.
#[derive(Clone)]
pub struct PaypalConfig {
    /// `https://api-m.paypal.com`, PayPal's own sandbox, or `…/paypal` of a sandbox gateway.
    pub api_base: String,
    pub client_id: String,
    pub secret: String,
    /// PayPal's name of the webhook, for verifying what comes in.
    pub webhook_id: String,
}

impl PaypalConfig {
    fn livemode(&self) -> bool {
        self.api_base.trim_end_matches('/') == LIVE_API
    }
}

/// A [`Provider`] that speaks PayPal's API.
pub struct Paypal {
    config: PaypalConfig,
    client: Client,
}

impl Paypal {
    /// Fails when the base URL is not one or TLS cannot be set up.
    pub fn new(config: PaypalConfig) -> crate::Result<Self> {
        let wire = Wire::to(&config.api_base).map_err(crate::Error::Internal)?;
        Ok(Self::over(wire, config))
    }

    /// As [`Paypal::new`], over a given wire.
    pub fn over(wire: Wire, config: PaypalConfig) -> Self {
        Self { client: Client::new(wire, &config), config }
    }

    /// With a limit on calls; without, there is none.
    #[must_use]
    pub fn limited(mut self, limit: RateLimit) -> Self {
        self.client.guard = Guard::new(limit);
        self
    }

    async fn order(&self, id: &str) -> Outcome<wire::Order> {
        self.client.get(&http::path(&["v2", "checkout", "orders", id])).await
    }

    fn session(order: &wire::Order) -> Outcome<Session> {
        order.session().map_or_else(|| odd(order), Outcome::Done)
    }

    fn snapshot(&self, order: &wire::Order) -> Outcome<Snapshot> {
        order.snapshot(self.config.livemode()).map_or_else(|| odd(order), Outcome::Done)
    }

    /// What a move on an authorization came to: the order tells.
    async fn after(&self, id: &str, moved: Outcome<Value>) -> Outcome<Snapshot> {
        match moved {
            Outcome::Done(_) => self.retrieve_intent(id).await.after_effect(),
            Outcome::Refused(refusal) => Outcome::Refused(refusal),
            Outcome::Unknown(why) => Outcome::Unknown(why),
        }
    }
}

/// An order that does not read: nothing may be concluded from it.
fn odd<T>(order: &wire::Order) -> Outcome<T> {
    Outcome::Unknown(format!("order {} with a status or an amount that PayPal does not describe", order.id))
}

#[async_trait]
impl Provider for Paypal {
    fn name(&self) -> &'static str {
        "paypal"
    }

    fn label(&self) -> &'static str {
        "PayPal"
    }

    fn offers(&self, way: &PaymentWay) -> bool {
        *way == PaymentWay::Hosted
    }

    fn takes(&self, currency: Currency) -> bool {
        amount::takes(currency)
    }

    fn lists(&self) -> Lists {
        Lists { intents: false, events: true }
    }

    fn csp_sources(&self) -> CspSources {
        let form_action = if self.config.livemode() {
            vec!["https://www.paypal.com".to_owned()]
        } else if self.config.api_base.contains("sandbox.paypal.com") {
            vec!["https://www.sandbox.paypal.com".to_owned()]
        } else {
            http::origin(&self.config.api_base).into_iter().collect()
        };
        CspSources { form_action, ..CspSources::default() }
    }

    /// Whatever moved, its order tells where it stands.
    fn about(&self, kind: &str) -> About {
        if kind.starts_with("CHECKOUT.ORDER.") || kind.starts_with("PAYMENT.AUTHORIZATION.") {
            About::Session
        } else if kind == "PAYMENT.CAPTURE.REFUNDED" {
            About::Refund
        } else if kind.starts_with("PAYMENT.CAPTURE.") {
            About::Session
        } else if kind.starts_with("CUSTOMER.DISPUTE.") {
            About::Dispute
        } else {
            About::Nothing
        }
    }

    fn reached(&self, kind: &str) -> Option<IntentStatus> {
        Some(match kind {
            "PAYMENT.AUTHORIZATION.CREATED" => IntentStatus::RequiresCapture,
            "PAYMENT.CAPTURE.COMPLETED" => IntentStatus::Succeeded,
            _ => return None,
        })
    }

    async fn read_webhook(&self, headers: &HeaderMap, body: &[u8], _now_ms: i64) -> Result<EventNotice, Rejection> {
        let header = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned).ok_or(Rejection::Malformed)
        };
        let event: Value = serde_json::from_slice(body).map_err(|_| Rejection::Malformed)?;
        let question = json!({
            "auth_algo": header("paypal-auth-algo")?, "cert_url": header("paypal-cert-url")?,
            "transmission_id": header("paypal-transmission-id")?, "transmission_sig": header("paypal-transmission-sig")?,
            "transmission_time": header("paypal-transmission-time")?, "webhook_id": self.config.webhook_id,
        });
        // The event goes back to the letter: reading and writing it again could change a digit.
        let mut question = question.to_string();
        question.pop();
        question.push_str(",\"webhook_event\":");
        question.push_str(std::str::from_utf8(body).map_err(|_| Rejection::Malformed)?);
        question.push('}');
        let path = "/v1/notifications/verify-webhook-signature";
        match self.client.post_text::<event::Verification>(path, question).await {
            Outcome::Done(answer) if answer.verification_status == "SUCCESS" => {}
            Outcome::Done(_) => return Err(Rejection::BadSignature),
            Outcome::Refused(refusal) if refusal.http_status == 400 => return Err(Rejection::BadSignature),
            Outcome::Refused(_) | Outcome::Unknown(_) => return Err(Rejection::Unverified),
        }
        let event: event::Event = serde_json::from_value(event).map_err(|_| Rejection::Unreadable)?;
        Ok(event.notice(self.config.livemode()))
    }

    async fn create_intent(&self, _key: &str, _new: &NewIntent) -> Outcome<Snapshot> {
        Outcome::Refused(Refusal::not_offered("payments outside its own page"))
    }

    async fn confirm_intent(&self, _key: &str, _id: &str, _method: &str, _return_url: &str) -> Outcome<Snapshot> {
        Outcome::Refused(Refusal::not_offered("payments outside its own page"))
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.snapshot(&done!(self.order(id).await))
    }

    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        let amount = match amount::to_wire(money) {
            Ok(amount) => amount,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let order = done!(self.order(id).await);
        let Some(authorization) = order.authorization() else {
            return Outcome::Refused(Refusal { code: "not_authorized".to_owned(), ..Refusal::default() });
        };
        let path = http::path(&["v2", "payments", "authorizations", &authorization.id, "capture"]);
        let body = json!({"amount": amount, "final_capture": true});
        let captured = self.client.post(&path, key, &body).await;
        self.after(id, captured).await
    }

    /// Lets go of what is held. When nothing is, nothing will be: only this shop could.
    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        let order = done!(self.order(id).await);
        let Some(authorization) = order.authorization() else {
            let snapshot = done!(self.snapshot(&order));
            return Outcome::Done(Snapshot { status: IntentStatus::Canceled, ..snapshot });
        };
        let path = http::path(&["v2", "payments", "authorizations", &authorization.id, "void"]);
        let voided = self.client.post(&path, key, &json!({})).await;
        self.after(id, voided).await
    }

    async fn list_intents(&self, _from: i64, _to: i64, _page: Option<&str>) -> Outcome<Page<Snapshot>> {
        Outcome::Refused(Refusal::not_offered("a list of orders"))
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        let body = match wire::new_order(new) {
            Ok(body) => body,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        Self::session(&done!(self.client.post("/v2/checkout/orders", key, &body).await))
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        Self::session(&done!(self.order(id).await))
    }

    async fn advance_session(&self, key: &str, id: &str) -> Outcome<Session> {
        let order = done!(self.order(id).await);
        if !order.is_approved() {
            return Self::session(&order);
        }
        let path = http::path(&["v2", "checkout", "orders", id, "authorize"]);
        match self.client.post::<wire::Order>(&path, key, &json!({})).await {
            Outcome::Done(order) => Self::session(&order),
            // Perhaps an earlier call did it and only its answer was lost.
            Outcome::Refused(refusal) if refusal.code == "ORDER_ALREADY_AUTHORIZED" => self.retrieve_session(id).await,
            Outcome::Refused(refusal) => Outcome::Refused(refusal),
            Outcome::Unknown(why) => Outcome::Unknown(why),
        }
    }

    /// Closes nothing at PayPal, and need not: an order without an authorization takes no money unless the shop says
    /// so, and of an attempt that has ended it never does.
    async fn expire_session(&self, _key: &str, id: &str) -> Outcome<Session> {
        let session = done!(self.retrieve_session(id).await);
        Outcome::Done(match session.status {
            SessionStatus::Open => Session { status: SessionStatus::Expired, url: None, ..session },
            SessionStatus::Complete | SessionStatus::Expired => session,
        })
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        let amount = match amount::to_wire(money) {
            Ok(amount) => amount,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let order = done!(self.order(id).await);
        let Some(capture) = order.capture_id() else {
            return Outcome::Refused(Refusal { code: "not_captured".to_owned(), ..Refusal::default() });
        };
        let path = http::path(&["v2", "payments", "captures", capture, "refund"]);
        let body = json!({"amount": amount, "custom_id": metadata.get("refund_id")});
        let refund: wire::Refund = done!(self.client.post(&path, key, &body).await);
        refund.read(id).map_or_else(|| odd(&order), Outcome::Done)
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        let order = done!(self.order(id).await);
        let all: Option<Vec<_>> = order.refunds().map(|refund| refund.read(id)).collect();
        all.map_or_else(|| odd(&order), Outcome::Done)
    }

    /// A dispute names the capture, and that its order.
    async fn retrieve_dispute(&self, id: &str) -> Outcome<Dispute> {
        let dispute: dispute::Dispute = done!(self.client.get(&http::path(&["v1", "customer", "disputes", id])).await);
        let odd =
            || Outcome::Unknown(format!("dispute {id} with an amount or a payment that PayPal does not describe"));
        let Some(capture) = dispute.capture_id() else { return odd() };
        let capture: dispute::Capture =
            done!(self.client.get(&http::path(&["v2", "payments", "captures", capture])).await);
        capture.order_id().and_then(|order| dispute.read(&order)).map_or_else(odd, Outcome::Done)
    }

    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>> {
        const LIST: &str = "/v1/notifications/webhooks-events";
        // The cursor is the query of the link to the next page.
        let first = || http::query(&[("page_size", "100"), ("start_time", &time::write(from))]);
        let query = page.map_or_else(first, str::to_owned);
        let list: event::Events = done!(self.client.get(&format!("{LIST}?{query}")).await);
        Outcome::Done(list.page(self.config.livemode()))
    }
}
