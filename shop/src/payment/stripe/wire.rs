//! Stripe's JSON, as far as the shop reads it, and its translation into the shop's own types.

use serde::Deserialize;

use super::super::webhook::Event;
use super::super::{
    Dispute as ShopDispute, DisputeStatus, EventNotice, IntentStatus, Metadata, Page, RefundSnapshot, RefundStatus,
    Session as ShopSession, SessionStatus, Snapshot,
};
use super::amount::from_wire;

/// Translates; `None` when an amount has fractions that the currency does not have.
pub trait Read<T> {
    fn read(self) -> Option<T>;
}

/// A field that holds an id, or the object itself when it was expanded.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expandable<T> {
    Object(T),
    Id(String),
}

#[derive(Deserialize)]
struct HasId {
    id: String,
}

impl Expandable<HasId> {
    fn id(self) -> String {
        match self {
            Self::Object(object) => object.id,
            Self::Id(id) => id,
        }
    }
}

#[derive(Deserialize)]
pub struct Intent {
    id: String,
    status: IntentStatus,
    amount: i64,
    currency: String,
    #[serde(default)]
    amount_capturable: i64,
    #[serde(default)]
    amount_received: i64,
    client_secret: Option<String>,
    next_action: Option<NextAction>,
    last_payment_error: Option<Error>,
    #[serde(default)]
    metadata: Metadata,
    livemode: bool,
    created: i64,
    latest_charge: Option<Expandable<Charge>>,
}

#[derive(Deserialize)]
struct NextAction {
    redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Deserialize)]
struct RedirectToUrl {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Charge {
    #[serde(default)]
    amount_refunded: i64,
    payment_method_details: Option<MethodDetails>,
}

#[derive(Deserialize)]
struct MethodDetails {
    card: Option<CardDetails>,
}

#[derive(Deserialize)]
struct CardDetails {
    capture_before: Option<i64>,
}

impl Read<Snapshot> for Intent {
    fn read(self) -> Option<Snapshot> {
        let (capture_before, refunded) = match self.latest_charge {
            Some(Expandable::Object(charge)) => {
                (charge.payment_method_details.and_then(|d| d.card?.capture_before), charge.amount_refunded)
            }
            _ => (None, 0),
        };
        Some(Snapshot {
            amount: from_wire(self.amount, &self.currency)?,
            amount_capturable: from_wire(self.amount_capturable, &self.currency)?,
            amount_received: from_wire(self.amount_received, &self.currency)?,
            amount_refunded: from_wire(refunded, &self.currency)?,
            currency: self.currency.to_ascii_uppercase(),
            intent_id: self.id,
            status: self.status,
            client_secret: self.client_secret,
            next_url: self.next_action.and_then(|action| action.redirect_to_url?.url),
            decline: self.last_payment_error.map(|e| (e.decline_code.or(e.code).unwrap_or(e.kind), e.message)),
            metadata: self.metadata,
            livemode: self.livemode,
            capture_before: capture_before.map(ms),
            created_ms: ms(self.created),
        })
    }
}

#[derive(Deserialize)]
pub struct Session {
    id: String,
    url: Option<String>,
    payment_intent: Option<Expandable<HasId>>,
    status: SessionStatus,
    amount_total: i64,
    currency: String,
    #[serde(default)]
    metadata: Option<Metadata>,
    expires_at: i64,
}

impl Read<ShopSession> for Session {
    fn read(self) -> Option<ShopSession> {
        Some(ShopSession {
            amount: from_wire(self.amount_total, &self.currency)?,
            currency: self.currency.to_ascii_uppercase(),
            id: self.id,
            url: self.url,
            intent_id: self.payment_intent.map(Expandable::id),
            status: self.status,
            metadata: self.metadata.unwrap_or_default(),
            expires_at: ms(self.expires_at),
        })
    }
}

#[derive(Deserialize)]
pub struct Refund {
    id: String,
    payment_intent: Expandable<HasId>,
    status: RefundStatus,
    amount: i64,
    currency: String,
    #[serde(default)]
    metadata: Option<Metadata>,
    created: i64,
}

impl Read<RefundSnapshot> for Refund {
    fn read(self) -> Option<RefundSnapshot> {
        Some(RefundSnapshot {
            amount: from_wire(self.amount, &self.currency)?,
            currency: self.currency.to_ascii_uppercase(),
            refund_id: self.id,
            intent_id: self.payment_intent.id(),
            status: self.status,
            metadata: self.metadata.unwrap_or_default(),
            created_ms: ms(self.created),
        })
    }
}

#[derive(Deserialize)]
pub struct Dispute {
    id: String,
    payment_intent: Expandable<HasId>,
    amount: i64,
    currency: String,
    #[serde(default)]
    reason: String,
    status: String,
    created: i64,
}

impl Read<ShopDispute> for Dispute {
    fn read(self) -> Option<ShopDispute> {
        Some(ShopDispute {
            amount: from_wire(self.amount, &self.currency)?,
            currency: self.currency.to_ascii_uppercase(),
            dispute_id: self.id,
            intent_id: self.payment_intent.id(),
            reason: self.reason,
            status: match self.status.as_str() {
                "won" | "warning_closed" | "prevented" => DisputeStatus::Won,
                "lost" => DisputeStatus::Lost,
                _ => DisputeStatus::Open,
            },
            created_ms: ms(self.created),
        })
    }
}

/// A page of a list, with the id of each object beside it for the cursor.
#[derive(Deserialize)]
pub struct List<T> {
    data: Vec<T>,
    has_more: bool,
}

impl<W: Read<T>, T: Cursor> Read<Page<T>> for List<W> {
    fn read(self) -> Option<Page<T>> {
        let items: Vec<T> = self.data.into_iter().map(Read::read).collect::<Option<_>>()?;
        let next = if self.has_more { items.last().map(|item| item.cursor().to_owned()) } else { None };
        Some(Page { items, next })
    }
}

pub trait Cursor {
    fn cursor(&self) -> &str;
}

impl Cursor for Snapshot {
    fn cursor(&self) -> &str {
        &self.intent_id
    }
}

impl Cursor for RefundSnapshot {
    fn cursor(&self) -> &str {
        &self.refund_id
    }
}

impl Cursor for EventNotice {
    fn cursor(&self) -> &str {
        &self.event_id
    }
}

impl Read<EventNotice> for Event {
    fn read(self) -> Option<EventNotice> {
        Some(self.notice())
    }
}

/// The envelope of every refusal.
#[derive(Deserialize)]
pub struct Failure {
    pub error: Error,
}

#[derive(Deserialize)]
pub struct Error {
    #[serde(rename = "type")]
    pub kind: String,
    pub code: Option<String>,
    pub decline_code: Option<String>,
    #[serde(default)]
    pub message: String,
    pub payment_intent: Option<Box<Intent>>,
}

fn ms(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}
