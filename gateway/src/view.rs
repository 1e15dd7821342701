//! Objects as the Stripe API shows them. Everything is written straight from the stored object, without an
//! intermediate tree; `expand` puts a whole charge where its id would stand.

mod event;
mod sequel;

pub use self::event::EventView;
pub use self::sequel::{customer, dispute, fraud_warning};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::error::PaymentError;
use crate::state::{
    CaptureMethod, Endpoint, Intent, Line, Method, Refund, RefundStatus, Session, SessionStatus, Status,
};

/// The version whose shapes are shown.
pub const API_VERSION: &str = "2025-09-30.clover";

pub struct IntentView<'a> {
    pub intent: &'a Intent,
    pub expand: bool,
    /// The sandbox's own address, for the challenge page; empty inside error envelopes and events.
    pub base: &'a str,
}

impl Serialize for IntentView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let it = self.intent;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &it.id)?;
        map.serialize_entry("object", "payment_intent")?;
        map.serialize_entry("amount", &it.amount)?;
        map.serialize_entry("amount_capturable", &it.amount_capturable)?;
        map.serialize_entry("amount_received", &it.amount_received)?;
        map.serialize_entry(
            "automatic_payment_methods",
            &it.automatic_methods.then_some(AutomaticMethods { allow_redirects: "always", enabled: true }),
        )?;
        map.serialize_entry("canceled_at", &it.canceled_at)?;
        map.serialize_entry("cancellation_reason", &it.cancellation_reason)?;
        map.serialize_entry("capture_method", &it.capture_method)?;
        map.serialize_entry("client_secret", &it.client_secret)?;
        map.serialize_entry("confirmation_method", "automatic")?;
        map.serialize_entry("created", &it.created)?;
        map.serialize_entry("currency", &it.currency)?;
        map.serialize_entry("customer", &it.customer)?;
        map.serialize_entry("description", &it.description)?;
        map.serialize_entry("last_payment_error", &it.last_error.as_deref().map(LastError))?;
        match &it.charge {
            Some(_) if self.expand => map.serialize_entry("latest_charge", &ChargeView(it))?,
            charge => map.serialize_entry("latest_charge", &charge.as_ref().map(|charge| &charge.id))?,
        }
        map.serialize_entry("livemode", &false)?;
        map.serialize_entry("metadata", &*it.metadata)?;
        map.serialize_entry("next_action", &NextAction::of(it, self.base))?;
        map.serialize_entry("payment_method", &it.method.as_ref().map(|method| &method.id))?;
        map.serialize_entry("payment_method_types", &["card"])?;
        map.serialize_entry("processing", &())?;
        map.serialize_entry("receipt_email", &it.receipt_email)?;
        map.serialize_entry("setup_future_usage", &())?;
        map.serialize_entry("shipping", &())?;
        map.serialize_entry("statement_descriptor", &())?;
        map.serialize_entry("status", &it.status)?;
        map.end()
    }
}

#[derive(Serialize)]
struct AutomaticMethods {
    allow_redirects: &'static str,
    enabled: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum NextAction<'a> {
    RedirectToUrl { redirect_to_url: RedirectToUrl<'a> },
    UseStripeSdk { use_stripe_sdk: Sdk },
}

#[derive(Serialize)]
struct RedirectToUrl<'a> {
    return_url: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Sdk {
    #[serde(rename = "type")]
    kind: &'static str,
    stripe_js: String,
}

impl<'a> NextAction<'a> {
    fn of(intent: &'a Intent, base: &str) -> Option<Self> {
        if intent.status != Status::RequiresAction {
            return None;
        }
        let url = challenge_url(intent, base);
        Some(match &intent.return_url {
            Some(return_url) => Self::RedirectToUrl { redirect_to_url: RedirectToUrl { return_url, url } },
            None => Self::UseStripeSdk { use_stripe_sdk: Sdk { kind: "three_d_secure_redirect", stripe_js: url } },
        })
    }
}

/// The 3-D Secure page of an intent; the client secret proves that its visitor is the shopper.
pub fn challenge_url(intent: &Intent, base: &str) -> String {
    format!("{base}/3ds/{}?secret={}", intent.id, intent.client_secret)
}

struct LastError<'a>(&'a PaymentError);

impl Serialize for LastError<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &self.0.code)?;
        if let Some(decline_code) = &self.0.decline_code {
            map.serialize_entry("decline_code", decline_code)?;
        }
        map.serialize_entry("message", &self.0.message)?;
        map.serialize_entry("type", &self.0.kind)?;
        map.end()
    }
}

/// The charge of an intent that has one.
pub struct ChargeView<'a>(pub &'a Intent);

impl Serialize for ChargeView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let it = self.0;
        let Some(charge) = &it.charge else { return serializer.serialize_none() };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &charge.id)?;
        map.serialize_entry("object", "charge")?;
        map.serialize_entry("amount", &it.amount)?;
        map.serialize_entry("amount_captured", &charge.amount_captured)?;
        map.serialize_entry("amount_refunded", &charge.amount_refunded)?;
        map.serialize_entry("captured", &charge.captured)?;
        map.serialize_entry("created", &charge.created)?;
        map.serialize_entry("currency", &it.currency)?;
        map.serialize_entry("customer", &it.customer)?;
        map.serialize_entry("description", &it.description)?;
        map.serialize_entry("disputed", &charge.disputed)?;
        let failure = charge.failure.as_deref();
        map.serialize_entry("failure_code", &failure.map(|f| &f.code))?;
        map.serialize_entry("failure_message", &failure.map(|f| &f.message))?;
        map.serialize_entry("livemode", &false)?;
        map.serialize_entry("metadata", &*it.metadata)?;
        map.serialize_entry("paid", &charge.succeeded)?;
        map.serialize_entry("payment_intent", &it.id)?;
        map.serialize_entry("payment_method", &it.method.as_ref().map(|method| &method.id))?;
        map.serialize_entry(
            "payment_method_details",
            &it.method.as_ref().map(|method| {
                let card = &method.card;
                let capture_before = (it.status == Status::RequiresCapture).then_some(charge.capture_before);
                MethodDetails {
                    card: CardDetails {
                        brand: &card.brand,
                        capture_before,
                        exp_month: card.exp_month,
                        exp_year: card.exp_year,
                        last4: &card.last4,
                        three_d_secure: charge.authenticated.then_some(ThreeDSecure { result: "authenticated" }),
                    },
                    kind: "card",
                }
            }),
        )?;
        map.serialize_entry("refunded", &(charge.amount_captured > 0 && it.refundable() == 0))?;
        map.serialize_entry("status", if charge.succeeded { "succeeded" } else { "failed" })?;
        map.end()
    }
}

#[derive(Serialize)]
struct MethodDetails<'a> {
    card: CardDetails<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct CardDetails<'a> {
    brand: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_before: Option<i64>,
    exp_month: i64,
    exp_year: i64,
    last4: &'a str,
    three_d_secure: Option<ThreeDSecure>,
}

#[derive(Serialize)]
struct ThreeDSecure {
    result: &'static str,
}

pub struct MethodView<'a>(pub &'a Method);

impl Serialize for MethodView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let it = self.0;
        json!({
            "id": it.id, "object": "payment_method", "allow_redisplay": "unspecified",
            "billing_details": {"address": null, "email": it.email, "name": it.holder, "phone": null},
            "card": {
                "brand": it.card.brand, "exp_month": it.card.exp_month, "exp_year": it.card.exp_year,
                "last4": it.card.last4, "funding": "credit", "country": "US",
            },
            "created": it.created, "customer": it.customer, "livemode": false, "metadata": it.metadata, "type": "card",
        })
        .serialize(serializer)
    }
}

pub struct SessionView<'a> {
    pub session: &'a Session,
    pub intent: Option<&'a Intent>,
    pub base: &'a str,
}

impl Serialize for SessionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let it = self.session;
        let paid = self.intent.is_some_and(|intent| intent.status == Status::Succeeded);
        let url = (it.status == SessionStatus::Open && !self.base.is_empty()).then(|| session_url(it, self.base));
        json!({
            "id": it.id, "object": "checkout.session", "amount_subtotal": it.amount, "amount_total": it.amount,
            "automatic_tax": {"enabled": false, "liability": null, "status": null},
            "cancel_url": it.cancel_url, "client_reference_id": it.reference, "client_secret": null,
            "created": it.created, "currency": it.currency, "customer": it.customer,
            "customer_details": it.customer_email.as_ref().map(|email| json!({"email": email})),
            "customer_email": it.customer_email, "expires_at": it.expires_at, "livemode": false, "locale": null,
            "metadata": it.metadata, "mode": "payment", "payment_intent": it.intent, "payment_link": null,
            "payment_method_types": ["card"], "payment_status": if paid { "paid" } else { "unpaid" },
            "status": it.status.name(), "success_url": it.success_url, "ui_mode": "hosted", "url": url,
        })
        .serialize(serializer)
    }
}

pub fn session_url(session: &Session, base: &str) -> String {
    format!("{base}/c/pay/{}", session.id)
}

pub fn lines(lines: &[Line], currency: &str) -> serde_json::Value {
    let data: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let amount = line.unit_amount.saturating_mul(line.quantity);
            json!({
                "id": format!("li_{}", at + 1), "object": "item", "amount_subtotal": amount, "amount_total": amount,
                "currency": currency, "description": line.name, "quantity": line.quantity,
                "price": {"currency": currency, "unit_amount": line.unit_amount, "type": "one_time", "object": "price"},
            })
        })
        .collect();
    json!({"object": "list", "data": data, "has_more": false, "url": "/v1/checkout/sessions/line_items"})
}

pub struct RefundView<'a>(pub &'a Refund);

impl Serialize for RefundView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let it = self.0;
        json!({
            "id": it.id, "object": "refund", "amount": it.amount, "balance_transaction": null, "charge": it.charge,
            "created": it.created, "currency": it.currency, "metadata": it.metadata, "payment_intent": it.intent,
            "failure_reason": (it.status == RefundStatus::Failed).then_some("lost_or_stolen_card"),
            "reason": it.reason, "receipt_number": null, "status": it.status,
        })
        .serialize(serializer)
    }
}

/// An endpoint; its secret is shown once, when it is created.
pub fn endpoint(it: &Endpoint, with_secret: bool) -> serde_json::Value {
    let mut value = json!({
        "id": it.id, "object": "webhook_endpoint", "api_version": API_VERSION, "application": null,
        "created": it.created, "description": null, "enabled_events": it.enabled_events, "livemode": false,
        "metadata": {}, "status": if it.deleted { "disabled" } else { "enabled" }, "url": it.url,
    });
    if with_secret {
        value["secret"] = json!(it.secret);
    }
    value
}

impl CaptureMethod {
    pub fn parse(text: Option<&str>) -> crate::error::Answer<Self> {
        match text {
            None | Some("automatic_async") => Ok(Self::AutomaticAsync),
            Some("automatic") => Ok(Self::Automatic),
            Some("manual") => Ok(Self::Manual),
            Some(_) => Err(crate::error::ApiError::param(
                "parameter_invalid_enum",
                "capture_method",
                "Invalid capture_method: must be one of automatic, automatic_async, or manual",
            )),
        }
    }
}
