//! Orders after the pivot: states, lines, fulfilment, what shopper and merchant see and do.
//!
//! ```text
//! pending_payment → confirmed → processing → shipped → delivered
//!        │              └────────────┴──→ cancelled | refunded
//!        └→ payment_failed | cancelled
//! ```

use crate::address::Address;
use crate::id::{CheckoutId, CustomerId, FulfilmentId, OrderId, OrderLineId, VariantId};
use crate::money::Money;
use crate::pricing::Totals;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    PendingPayment,
    PaymentFailed,
    Confirmed,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
    Refunded,
}

impl State {
    pub const ALL: [Self; 8] = [
        Self::PendingPayment,
        Self::PaymentFailed,
        Self::Confirmed,
        Self::Processing,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
        Self::Refunded,
    ];

    /// As stored and as programs see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::PaymentFailed => "payment_failed",
            Self::Confirmed => "confirmed",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::PendingPayment => "Payment pending",
            Self::PaymentFailed => "Payment failed",
            Self::Confirmed => "Confirmed",
            Self::Processing => "Being packed",
            Self::Shipped => "Shipped",
            Self::Delivered => "Delivered",
            Self::Cancelled => "Cancelled",
            Self::Refunded => "Refunded",
        }
    }
}

/// Money side of an order, derived from its attempt: never stored twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    Pending,
    Authorized,
    Paid,
    PartiallyRefunded,
    Refunded,
    Voided,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: OrderLineId,
    pub variant_id: VariantId,
    pub sku: String,
    pub title: String,
    pub variant_title: String,
    pub product_slug: String,
    pub picture_url: String,
    pub quantity: i64,
    pub unit_price: Money,
    pub total: Money,
    pub fulfilled: i64,
    pub restocked: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fulfilment {
    pub id: FulfilmentId,
    pub carrier: String,
    pub tracking_number: String,
    pub lines: Vec<(OrderLineId, i64)>,
    /// Unix milliseconds.
    pub at: i64,
}

/// One entry of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub at: i64,
    /// "Payment authorised", "Shipped with DHL 123".
    pub text: String,
    pub actor: String,
}

/// An order as its page shows it, to the shopper and (with more around it) to the merchant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub checkout_id: CheckoutId,
    pub customer_id: Option<CustomerId>,
    pub state: State,
    pub payment_state: PaymentState,
    pub email: String,
    pub lines: Vec<Line>,
    pub totals: Totals,
    pub captured: Money,
    pub refunded: Money,
    pub shipping_address: Address,
    pub shipping_method: String,
    pub note: String,
    pub fulfilments: Vec<Fulfilment>,
    pub version: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    pub placed_at: Option<i64>,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub id: OrderId,
    pub number: String,
    pub state: State,
    pub payment_state: PaymentState,
    pub email: String,
    pub total: Money,
    pub units: i64,
    pub created_at: i64,
}
// Signatures (feature `server`):
//   by_token(&Shop, number, access_token) -> Result<Order>      (guests; NotFound when the token is another's)
//   of_customer(&Shop, &Customer, number) -> Result<Order>;  history(&Shop, &Customer, after) -> Result<Page<Summary>>
//   admin: list(&Shop, &Staff, ListFilter) -> Result<Page<Summary>>, detail(&Shop, &Staff, number) -> Result<Detail{order, attempts, refunds, events, mails}>
//   capture(&Shop, &Staff, number, version), ship(&Shop, &Staff, number, version, Vec<(OrderLineId, i64)>, carrier, tracking),
//   mark_delivered, cancel(&Shop, &Staff, number, version, restock, reason) (void or refund), refund(&Shop, &Staff, number, version, amount, restock lines, reason)
