//! The Stripe adapter: ten endpoints of the public REST API over HTTPS, or over HTTP to the sandbox gateway.
//!
//! One code path for both: only the base URL differs. It invents no keys, and its guard repeats only what surely had no
//! effect; what it promises is the three-way reading of every answer in [`client`]. Card data never passes through here:
//! shoppers type it into the provider's page or frame.

mod amount;
mod client;
mod wire;

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::HeaderMap;

use self::client::{Call, Client};
use super::guard::Guard;
use super::http::Wire;
use super::webhook::{self, Rejection};
use super::{
    About, CspSources, Dispute, EventNotice, IntentStatus, Lists, Metadata, NewIntent, NewSession, Outcome, Page,
    Provider, RateLimit, RefundSnapshot, Refusal, Session, Snapshot, http,
};
use crate::checkout::PaymentWay;
use crate::money::{Currency, Money};

/// Where the real Stripe answers.
pub const LIVE_API: &str = "https://api.stripe.com";
/// How many objects a list call asks for; Stripe's maximum.
const PAGE_SIZE: &str = "100";

/// How to reach Stripe, or the sandbox gateway in its place.
#[derive(Clone)]
pub struct StripeConfig {
    /// `https://api.stripe.com`, or the address of a sandbox gateway.
    pub api_base: String,
    pub secret_key: String,
    pub publishable_key: String,
    /// All secrets that may sign webhooks; two during a rotation.
    pub webhook_secrets: Vec<String>,
}

impl StripeConfig {
    pub fn is_real(&self) -> bool {
        self.api_base.trim_end_matches('/') == LIVE_API
    }

    pub fn livemode(&self) -> bool {
        self.secret_key.starts_with("sk_live_") || self.secret_key.starts_with("rk_live_")
    }

    /// What Stripe allows an account that has agreed nothing else; a sandbox gateway has no limit.
    pub fn rate_limit(&self) -> RateLimit {
        let per_second = match (self.is_real(), self.livemode()) {
            (true, true) => 100,
            (true, false) => 25,
            (false, _) => return RateLimit::NONE,
        };
        RateLimit { per_second, per_endpoint: 25 }
    }

    /// The script that draws the card form in a frame of the provider.
    pub fn js_url(&self) -> String {
        if self.is_real() {
            "https://js.stripe.com/clover/stripe.js".to_owned()
        } else {
            format!("{}/v3/stripe.js", self.api_base.trim_end_matches('/'))
        }
    }

    /// Exactly the origins that payment needs (<https://docs.stripe.com/security/guide#content-security-policy>).
    pub fn csp_sources(&self) -> CspSources {
        let list = |sources: &[&str]| sources.iter().map(|&s| s.to_owned()).collect::<Vec<_>>();
        if self.is_real() {
            return CspSources {
                script: list(&["https://js.stripe.com", "https://*.js.stripe.com"]),
                frame: list(&["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"]),
                connect: list(&["https://api.stripe.com"]),
                form_action: list(&["https://checkout.stripe.com", "https://hooks.stripe.com"]),
            };
        }
        match http::origin(&self.api_base) {
            Some(origin) => CspSources {
                script: vec![origin.clone()],
                frame: vec![origin.clone()],
                connect: Vec::new(),
                form_action: vec![origin],
            },
            None => CspSources::default(),
        }
    }
}

/// A [`Provider`] that speaks Stripe's API.
pub struct Stripe {
    config: StripeConfig,
    client: Client,
}

impl Stripe {
    /// Fails when the base URL is not one or TLS cannot be set up.
    pub fn new(config: StripeConfig) -> crate::Result<Self> {
        let wire = Wire::to(&config.api_base).map_err(crate::Error::Internal)?;
        Self::over(wire, config)
    }

    /// As [`Stripe::new`], over a given wire.
    pub fn over(wire: Wire, config: StripeConfig) -> crate::Result<Self> {
        let (base, key, limit) = (&config.api_base, &config.secret_key, config.rate_limit());
        let client = Client::new(wire, base, key, limit).map_err(crate::Error::Internal)?;
        Ok(Self { config, client })
    }

    /// With another limit on calls than what Stripe allows by default.
    #[must_use]
    pub fn limited(mut self, limit: RateLimit) -> Self {
        self.client.guard = Guard::new(limit);
        self
    }

    pub fn config(&self) -> &StripeConfig {
        &self.config
    }

    async fn intent(&self, call: Call<'_>) -> Outcome<Snapshot> {
        self.client.send::<wire::Intent, _>(call.with("expand[]", "latest_charge")).await
    }

    async fn session(&self, call: Call<'_>) -> Outcome<Session> {
        self.client.send::<wire::Session, _>(call).await
    }
}

#[async_trait]
impl Provider for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn label(&self) -> &'static str {
        "Card"
    }

    fn offers(&self, _way: &PaymentWay) -> bool {
        true
    }

    fn takes(&self, _currency: Currency) -> bool {
        true
    }

    fn lists(&self) -> Lists {
        Lists { intents: true, events: true }
    }

    fn csp_sources(&self) -> CspSources {
        self.config.csp_sources()
    }

    fn about(&self, kind: &str) -> About {
        if kind.starts_with("payment_intent.") {
            About::Intent
        } else if kind.starts_with("checkout.session.") {
            About::Session
        } else if kind.starts_with("refund.") || kind.starts_with("charge.refund") {
            About::Refund
        } else if kind.starts_with("charge.dispute.") {
            About::Dispute
        } else {
            About::Nothing
        }
    }

    fn reached(&self, kind: &str) -> Option<IntentStatus> {
        Some(match kind {
            "payment_intent.created" => IntentStatus::RequiresPaymentMethod,
            "payment_intent.amount_capturable_updated" => IntentStatus::RequiresCapture,
            "payment_intent.succeeded" => IntentStatus::Succeeded,
            _ => return None,
        })
    }

    async fn read_webhook(&self, headers: &HeaderMap, body: &[u8], now_ms: i64) -> Result<EventNotice, Rejection> {
        let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
        webhook::read(header, body, &self.config.webhook_secrets, now_ms, self.config.livemode())
    }

    async fn create_intent(&self, key: &str, new: &NewIntent) -> Outcome<Snapshot> {
        let amount = match amount::to_wire(new.money) {
            Ok(amount) => amount,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let call = Call::post("payment_intents.create", "/v1/payment_intents", key)
            .with("amount", amount.to_string())
            .with("currency", amount::currency(new.money))
            .with("capture_method", "manual")
            .with("automatic_payment_methods[enabled]", "true")
            .with("description", &new.description)
            .metadata("metadata", &new.metadata);
        self.intent(call).await
    }

    async fn confirm_intent(&self, key: &str, id: &str, payment_method: &str, return_url: &str) -> Outcome<Snapshot> {
        let call = Call::post("payment_intents.confirm", &path(&["payment_intents", id, "confirm"]), key)
            .with("payment_method", payment_method)
            .with("return_url", return_url)
            .with("expand[]", "latest_charge");
        let (outcome, kept) = self.client.send_keyed::<wire::Intent, Snapshot>(call).await;
        let Some(status) = kept else { return outcome };
        // What was answered with a failure is over; whether it had an effect, the payment tells.
        match self.retrieve_intent(id).await {
            Outcome::Done(proof) if proof.is_untouched() => Outcome::Refused(Refusal::key_spent(status, proof)),
            Outcome::Done(snapshot) => Outcome::Done(snapshot),
            Outcome::Refused(_) | Outcome::Unknown(_) => outcome,
        }
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.intent(Call::get("payment_intents.retrieve", &path(&["payment_intents", id]))).await
    }

    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        let amount = match amount::to_wire(money) {
            Ok(amount) => amount,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let call = Call::post("payment_intents.capture", &path(&["payment_intents", id, "capture"]), key);
        self.intent(call.with("amount_to_capture", amount.to_string())).await
    }

    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        self.intent(Call::post("payment_intents.cancel", &path(&["payment_intents", id, "cancel"]), key)).await
    }

    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>> {
        let call = Call::get("payment_intents.list", "/v1/payment_intents")
            .with("created[gte]", from.div_euclid(1000).to_string())
            .with("created[lte]", to.div_euclid(1000).to_string())
            .with("expand[]", "data.latest_charge")
            .page(PAGE_SIZE, page);
        self.client.send::<wire::List<wire::Intent>, Page<Snapshot>>(call).await
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        let mut call = Call::post("checkout.sessions.create", "/v1/checkout/sessions", key)
            .with("mode", "payment")
            .with("success_url", &new.success_url)
            .with("cancel_url", &new.cancel_url)
            .with("expires_at", new.expires_at.div_euclid(1000).to_string())
            .with("client_reference_id", &new.reference)
            .with("payment_intent_data[capture_method]", "manual")
            .metadata("payment_intent_data[metadata]", &new.metadata)
            .metadata("metadata", &new.metadata);
        if let Some(email) = &new.customer_email {
            call = call.with("customer_email", email);
        }
        for (at, line) in new.lines.iter().enumerate() {
            let amount = match amount::to_wire(line.unit_price) {
                Ok(amount) => amount,
                Err(refusal) => return Outcome::Refused(refusal),
            };
            let price = format!("line_items[{at}][price_data]");
            call = call
                .with(format!("line_items[{at}][quantity]"), line.quantity.to_string())
                .with(format!("{price}[currency]"), amount::currency(line.unit_price))
                .with(format!("{price}[unit_amount]"), amount.to_string())
                .with(format!("{price}[product_data][name]"), &line.name);
        }
        self.session(call).await
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        self.session(Call::get("checkout.sessions.retrieve", &path(&["checkout", "sessions", id]))).await
    }

    /// Stripe's page does everything by itself.
    async fn advance_session(&self, _key: &str, id: &str) -> Outcome<Session> {
        self.retrieve_session(id).await
    }

    async fn expire_session(&self, key: &str, id: &str) -> Outcome<Session> {
        self.session(Call::post("checkout.sessions.expire", &path(&["checkout", "sessions", id, "expire"]), key)).await
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        let amount = match amount::to_wire(money) {
            Ok(amount) => amount,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let call = Call::post("refunds.create", "/v1/refunds", key)
            .with("payment_intent", id)
            .with("amount", amount.to_string())
            .metadata("metadata", metadata);
        self.client.send::<wire::Refund, _>(call).await
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let call =
                Call::get("refunds.list", "/v1/refunds").with("payment_intent", id).page(PAGE_SIZE, cursor.as_deref());
            match self.client.send::<wire::List<wire::Refund>, Page<RefundSnapshot>>(call).await {
                Outcome::Done(page) => {
                    all.extend(page.items);
                    match page.next {
                        Some(next) => cursor = Some(next),
                        None => return Outcome::Done(all),
                    }
                }
                Outcome::Refused(refusal) => return Outcome::Refused(refusal),
                Outcome::Unknown(why) => return Outcome::Unknown(why),
            }
        }
    }

    async fn retrieve_dispute(&self, id: &str) -> Outcome<Dispute> {
        self.client.send::<wire::Dispute, _>(Call::get("disputes.retrieve", &path(&["disputes", id]))).await
    }

    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>> {
        let call = Call::get("events.list", "/v1/events")
            .with("created[gte]", from.div_euclid(1000).to_string())
            .page(PAGE_SIZE, page);
        self.client.send::<wire::List<super::webhook::Event>, Page<EventNotice>>(call).await
    }
}

/// `/v1/…`
fn path(parts: &[&str]) -> String {
    format!("/v1{}", http::path(parts))
}

impl<'a> Call<'a> {
    fn get(endpoint: &'static str, path: &str) -> Self {
        Self::new(endpoint, Method::GET, path, None)
    }

    fn post(endpoint: &'static str, path: &str, key: &'a str) -> Self {
        Self::new(endpoint, Method::POST, path, Some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(api_base: &str) -> StripeConfig {
        StripeConfig {
            api_base: api_base.to_owned(),
            secret_key: "sk_test_x".to_owned(),
            publishable_key: "pk_test_x".to_owned(),
            webhook_secrets: Vec::new(),
        }
    }

    #[test]
    fn the_policy_names_the_sandbox_only_when_the_sandbox_is_used() {
        let sandbox = config("http://127.0.0.1:4242/");
        assert_eq!(sandbox.js_url(), "http://127.0.0.1:4242/v3/stripe.js");
        assert_eq!(sandbox.csp_sources().frame, ["http://127.0.0.1:4242"]);
        let real = config(LIVE_API);
        assert!(real.js_url().starts_with("https://js.stripe.com/"));
        assert!(real.csp_sources().form_action.contains(&"https://checkout.stripe.com".to_owned()));
    }
}
