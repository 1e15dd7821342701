//! Razorpay's JSON, as far as the shop reads it, and its translation into the shop's own types.
//!
//! Amounts are minor units by ISO 4217, as in the shop.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::super::{
    Dispute as ShopDispute, DisputeStatus, EventNotice, IntentStatus, Metadata, NewSession, RefundSnapshot,
    RefundStatus, Refusal, Session, SessionStatus, Snapshot,
};

#[derive(Deserialize)]
pub struct Link {
    pub id: String,
    status: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    pub reference_id: String,
    short_url: Option<String>,
    pub order_id: Option<String>,
    payments: Option<Vec<Paid>>,
    #[serde(default, deserialize_with = "notes")]
    notes: Metadata,
    #[serde(default)]
    expire_by: i64,
    created_at: i64,
}

#[derive(Deserialize)]
struct Paid {
    payment_id: String,
}

/// Notes are an object, and an empty list or nothing when there are none.
fn notes<'de, D: Deserializer<'de>>(from: D) -> Result<Metadata, D::Error> {
    let Value::Object(notes) = Value::deserialize(from)? else { return Ok(Metadata::new()) };
    Ok(notes.into_iter().filter_map(|(name, note)| Some((name, note.as_str()?.to_owned()))).collect())
}

#[derive(Deserialize)]
pub struct Links {
    pub payment_links: Vec<Link>,
}

#[derive(Deserialize)]
pub struct Collection<T> {
    pub items: Vec<T>,
}

#[derive(Deserialize)]
pub struct Payment {
    pub id: String,
    status: String,
    amount: i64,
    #[serde(default)]
    amount_refunded: i64,
    #[serde(default)]
    captured: bool,
    error_code: Option<String>,
    error_description: Option<String>,
    #[serde(default)]
    currency: String,
    /// Of a payment at a link: "#" and the link's id without its prefix.
    #[serde(default)]
    description: Option<String>,
    /// Those of the link.
    #[serde(default, deserialize_with = "notes")]
    notes: Metadata,
    #[serde(default)]
    created_at: i64,
}

impl Payment {
    /// The link it was paid at; `None` for a payment that came another way.
    pub fn link_id(&self) -> Option<String> {
        let id = self.description.as_deref()?.strip_prefix('#')?;
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
        is_id.then(|| format!("plink_{id}"))
    }

    /// The link as this payment alone tells of it; `None` for what is not ours, and for what holds and has taken nothing:
    /// another try at the same link may.
    pub fn snapshot(&self, livemode: bool) -> Option<Snapshot> {
        let status = match self.status.as_str() {
            "captured" | "refunded" if self.captured => IntentStatus::Succeeded,
            "authorized" => IntentStatus::RequiresCapture,
            _ => return None,
        };
        let only = |of: IntentStatus, amount: i64| if status == of { amount } else { 0 };
        Some(Snapshot {
            intent_id: self.link_id()?,
            status,
            amount: self.amount,
            currency: self.currency.clone(),
            amount_capturable: only(IntentStatus::RequiresCapture, self.amount),
            amount_received: only(IntentStatus::Succeeded, self.amount),
            amount_refunded: only(IntentStatus::Succeeded, self.amount_refunded),
            client_secret: None,
            next_url: None,
            decline: None,
            metadata: self.notes.clone(),
            livemode,
            capture_before: None,
            created_ms: self.created_at.saturating_mul(1000),
        })
    }
}

impl Link {
    /// The payments that were captured at it.
    pub fn payments(&self) -> impl Iterator<Item = &str> {
        self.payments.iter().flatten().map(|paid| paid.payment_id.as_str())
    }
}

/// A link with what was tried at it.
pub struct Standing {
    pub link: Link,
    pub payments: Vec<Payment>,
}

impl Standing {
    /// Whatever was refunded of it since, the money came.
    pub fn captured(&self) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.captured)
    }

    pub fn authorized(&self) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.status == "authorized")
    }

    /// `None` when Razorpay says something that it does not describe.
    pub fn session(&self) -> Option<Session> {
        let is_paid = self.captured().is_some() || self.authorized().is_some();
        let status = match self.link.status.as_str() {
            "created" | "paid" | "cancelled" | "expired" if is_paid => SessionStatus::Complete,
            "created" => SessionStatus::Open,
            "cancelled" | "expired" => SessionStatus::Expired,
            _ => return None,
        };
        Some(Session {
            id: self.link.id.clone(),
            url: self.link.short_url.clone().filter(|_| status == SessionStatus::Open),
            intent_id: is_paid.then(|| self.link.id.clone()),
            status,
            amount: self.link.amount,
            currency: self.link.currency.clone(),
            metadata: self.link.notes.clone(),
            expires_at: self.link.expire_by.saturating_mul(1000),
        })
    }

    pub fn snapshot(&self, livemode: bool) -> Option<Snapshot> {
        let (captured, authorized) = (self.captured(), self.authorized());
        // Held, never captured, and gone back by itself.
        let lapsed = self.payments.iter().any(|it| it.status == "refunded" && !it.captured);
        let status = match self.link.status.as_str() {
            "created" | "paid" | "cancelled" | "expired" if captured.is_some() => IntentStatus::Succeeded,
            "created" | "cancelled" | "expired" if authorized.is_some() => IntentStatus::RequiresCapture,
            "cancelled" | "expired" => IntentStatus::Canceled,
            "created" if lapsed => IntentStatus::Canceled,
            "created" => IntentStatus::RequiresPaymentMethod,
            _ => return None,
        };
        let failed = self.payments.iter().rfind(|it| it.status == "failed");
        let decline = failed
            .filter(|_| status == IntentStatus::RequiresPaymentMethod)
            .map(|it| (it.error_code.clone().unwrap_or_default(), it.error_description.clone().unwrap_or_default()));
        Some(Snapshot {
            intent_id: self.link.id.clone(),
            status,
            amount: self.link.amount,
            currency: self.link.currency.clone(),
            amount_capturable: authorized
                .filter(|_| status == IntentStatus::RequiresCapture)
                .map_or(0, |payment| payment.amount),
            amount_received: captured.map_or(0, |payment| payment.amount),
            amount_refunded: captured.map_or(0, |payment| payment.amount_refunded),
            client_secret: None,
            next_url: None,
            decline,
            metadata: self.link.notes.clone(),
            livemode,
            capture_before: None,
            created_ms: self.link.created_at.saturating_mul(1000),
        })
    }
}

#[derive(Deserialize)]
pub struct Refund {
    id: String,
    status: String,
    amount: i64,
    currency: String,
    #[serde(default, deserialize_with = "notes")]
    notes: Metadata,
    created_at: i64,
}

impl Refund {
    pub fn read(&self, link: &str) -> Option<RefundSnapshot> {
        let status = match self.status.as_str() {
            "processed" => RefundStatus::Succeeded,
            "pending" => RefundStatus::Pending,
            "failed" => RefundStatus::Failed,
            _ => return None,
        };
        Some(RefundSnapshot {
            refund_id: self.id.clone(),
            intent_id: link.to_owned(),
            status,
            amount: self.amount,
            currency: self.currency.clone(),
            metadata: self.notes.clone(),
            created_ms: self.created_at.saturating_mul(1000),
        })
    }
}

#[derive(Deserialize)]
pub struct Dispute {
    id: String,
    pub payment_id: String,
    amount: i64,
    currency: String,
    /// What the shop has lost by it.
    #[serde(default)]
    amount_deducted: i64,
    reason_code: Option<String>,
    status: String,
    created_at: i64,
}

impl Dispute {
    pub fn read(&self, link: String) -> Option<ShopDispute> {
        let status = match self.status.as_str() {
            "open" | "under_review" => DisputeStatus::Open,
            "lost" => DisputeStatus::Lost,
            // Closed is over without a word of the bank: what was taken says how.
            "closed" if self.amount_deducted > 0 => DisputeStatus::Lost,
            "won" | "closed" => DisputeStatus::Won,
            _ => return None,
        };
        Some(ShopDispute {
            dispute_id: self.id.clone(),
            intent_id: link,
            amount: self.amount,
            currency: self.currency.clone(),
            reason: self.reason_code.clone().unwrap_or_default(),
            status,
            created_ms: self.created_at.saturating_mul(1000),
        })
    }
}

/// The request for a link; refuses what cannot be charged.
pub fn new_link(new: &NewSession, reference: &str) -> Result<Value, Refusal> {
    let refusal = || Refusal { code: "amount_not_supported".to_owned(), ..Refusal::default() };
    let currency = new.lines.first().ok_or_else(refusal)?.unit_price.currency;
    let sum = |total: i64, (price, quantity): (i64, i64)| total.checked_add(price.checked_mul(quantity)?);
    let total = new.lines.iter().map(|line| (line.unit_price.amount, line.quantity)).try_fold(0, sum);
    // Of three decimals the last must be zero.
    let fits = |total: &i64| *total > 0 && (currency.exponent() != 3 || total % 10 == 0);
    let total = total.filter(fits).ok_or_else(refusal)?;
    let order = new.metadata.get("order_no").map_or("", String::as_str);
    Ok(json!({
        "amount": total, "currency": currency.code(), "reference_id": reference,
        "description": format!("Order {order}"), "notes": new.metadata,
        "customer": {"email": new.customer_email}, "notify": {"sms": false, "email": false}, "reminder_enable": false,
        "callback_url": new.success_url.split('?').next(), "callback_method": "get",
        "expire_by": new.expires_at.div_euclid(1000),
    }))
}

#[derive(Deserialize)]
pub struct Event {
    event: String,
    payload: Payload,
    created_at: i64,
}

#[derive(Deserialize)]
struct Payload {
    payment_link: Option<Part>,
    dispute: Option<Part>,
    refund: Option<Part>,
    payment: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    entity: HasId,
}

#[derive(Deserialize)]
struct HasId {
    id: String,
}

impl Event {
    pub fn notice(self, event_id: String, livemode: bool) -> EventNotice {
        let part = self.payload.payment_link.or(self.payload.dispute).or(self.payload.refund).or(self.payload.payment);
        EventNotice {
            event_id,
            kind: self.event,
            object_id: part.map(|part| part.entity.id).unwrap_or_default(),
            livemode,
            created_ms: self.created_at.saturating_mul(1000),
        }
    }
}
