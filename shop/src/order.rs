//! Orders after the pivot: states, lines, fulfilment, what shopper and merchant see and do.
//!
//! ```text
//! pending_payment → confirmed → processing → shipped → delivered
//!        │              └────────────┴──→ cancelled | refunded
//!        └→ payment_failed | cancelled
//! ```

#[cfg(feature = "server")]
mod cards;
#[cfg(feature = "server")]
mod detail;
#[cfg(feature = "server")]
mod expired;
#[cfg(feature = "server")]
mod hold;
#[cfg(feature = "server")]
mod list;
#[cfg(feature = "server")]
mod machine;
#[cfg(feature = "server")]
mod mend;
#[cfg(feature = "server")]
mod merchant;
#[cfg(feature = "server")]
mod read;
#[cfg(feature = "server")]
mod refund;
#[cfg(feature = "server")]
mod refund_value;
#[cfg(feature = "server")]
mod restock;
#[cfg(feature = "server")]
mod source;

#[cfg(feature = "server")]
pub(crate) use cards::{Sent, cards_were_sent};
#[cfg(feature = "server")]
pub(crate) use expired::{is_over, keep_waiting, paid_anew, payment_expired, wait_for_ever};
#[cfg(feature = "server")]
use machine::Happening;
#[cfg(feature = "server")]
pub(crate) use mend::{cancel_uncharged, send_refunds_again, take_refunds_over};
#[cfg(feature = "server")]
pub(crate) use read::by_order_id;
#[cfg(feature = "server")]
pub(crate) use refund::{carry_out_refund, refund_everything};

#[cfg(feature = "server")]
pub use detail::detail;
#[cfg(feature = "server")]
pub use hold::{hold, release};
#[cfg(feature = "server")]
pub use list::{history, list};
#[cfg(feature = "server")]
pub use merchant::{cancel, capture, mark_delivered, refund, ship};
#[cfg(feature = "server")]
pub use read::{by_id, by_token, of_customer};
#[cfg(feature = "server")]
pub use refund_value::{Destination, refund_value};
#[cfg(feature = "server")]
pub use source::sources;

use crate::address::Address;
use crate::id::{CheckoutId, CustomerId, FulfilmentId, OrderId, OrderLineId, StoredValueId, VariantId};
use crate::money::Money;
use crate::pricing::Totals;
use crate::shipping::Estimate;
use crate::tender::Tender;
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
    /// Let go by the provider before it was taken; the order waits to be paid anew.
    Expired,
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
    /// `unit_price * quantity`.
    pub total: Money,
    /// What promotions took off: paid was the rest.
    pub discount: Money,
    pub fulfilled: i64,
    pub restocked: i64,
    /// Each unit becomes a gift card.
    pub gift_card: bool,
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

/// What comes out of one warehouse: a parcel to be packed, or what waits to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub warehouse: String,
    /// Title, SKU and units.
    pub lines: Vec<(String, String, i64)>,
}

/// Whom a gift card is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftTo {
    pub email: String,
    /// Words of the buyer; may be empty.
    #[serde(default)]
    pub message: String,
}

/// The carrier of gift cards.
pub const BY_MAIL: &str = "e-mail";

/// A gift card that was bought with an order; its code is told to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCard {
    pub id: StoredValueId,
    pub last_four: String,
    pub value: Money,
    /// What the merchant has taken off it again.
    pub taken_back: Money,
    pub recipient: String,
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
    /// Of what was captured, what went back as store credit.
    pub credited: Money,
    /// What gift cards and credit have paid, or were to pay.
    pub tender: Vec<Tender>,
    /// Of the buyer, where the order is fetched.
    pub shipping_address: Address,
    pub shipping_method: String,
    /// Where the buyer fetches it; `None`: it is carried.
    pub pickup: Option<Address>,
    /// When it was said to arrive.
    pub due: Option<Estimate>,
    pub note: String,
    /// Those that were made so far.
    pub gift_cards: Vec<GiftCard>,
    /// What the card of a present says; empty: there is none.
    pub gift_note: String,
    pub fulfilments: Vec<Fulfilment>,
    pub version: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    pub placed_at: Option<i64>,
    /// While its payment has expired: when it is cancelled unless it is paid anew.
    pub cancel_at: Option<i64>,
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

/// Which orders the merchant's list shows.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub state: Option<State>,
    /// Only those that wait for a person, whatever `state` says.
    pub held: bool,
    /// Beginning of the number or of the e-mail address; empty: all.
    pub text: String,
    /// Opaque position from [`Page::next`](crate::catalogue::Page::next).
    pub after: Option<String>,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

/// A payment attempt as the merchant sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: i64,
    /// Name of the payment provider.
    pub provider: String,
    pub way: String,
    pub state: String,
    pub amount: Money,
    pub captured: Money,
    /// The provider's id, empty before it is known.
    pub provider_ref: String,
    pub decline_message: String,
    pub created_at: i64,
    /// Until when authorised money can be captured, Unix milliseconds.
    pub capture_before: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub amount: Money,
    pub reason: String,
    /// `prepared`, `sent`, `succeeded`, `failed`.
    pub state: String,
    pub actor: String,
    pub created_at: i64,
}

/// A mail about the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailEntry {
    pub id: crate::id::OutboxId,
    pub recipient: String,
    pub subject: String,
    pub state: String,
    pub at: i64,
}

/// The card holder has asked the bank for the money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    Open,
    /// The money stays.
    Won,
    /// The money is gone.
    Lost,
}

impl Dispute {
    /// As stored; nothing for an order that nobody disputes.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "open" => Some(Self::Open),
            "won" => Some(Self::Won),
            "lost" => Some(Self::Lost),
            _ => None,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Whether the bank has the money or has given it away: no refund goes out.
    pub fn blocks_refunds(self) -> bool {
        self != Self::Won
    }
}

/// What the merchant's page of one order shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    pub order: Order,
    pub attempts: Vec<Attempt>,
    pub refunds: Vec<Refund>,
    /// Oldest first.
    pub events: Vec<Event>,
    pub mails: Vec<MailEntry>,
    /// Where the card holder's dispute stands, when there is one.
    pub dispute: Option<Dispute>,
    /// Why it waits for a person; empty when it does not.
    pub held: Vec<String>,
    /// The verified number by which no tax was charged; else empty.
    pub tax_exemption: String,
}

/// What the merchant can do with an order as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one per button")]
pub struct Actions {
    pub capture: bool,
    pub ship: bool,
    pub mark_delivered: bool,
    pub cancel: bool,
    /// Minor units that the provider can still give back.
    pub refundable: i64,
}

impl Order {
    /// Minor units that a payment has brought, or has to bring, beside gift cards and credit.
    pub fn due(&self) -> i64 {
        self.totals.total - self.tender.iter().map(|one| one.amount.amount).sum::<i64>()
    }

    pub fn actions(&self) -> Actions {
        let is_open = matches!(self.state, State::Confirmed | State::Processing);
        Actions {
            capture: is_open && self.payment_state == PaymentState::Authorized,
            ship: is_open && self.captured.amount >= self.due(),
            mark_delivered: self.state == State::Shipped,
            cancel: self.state == State::Confirmed,
            refundable: self.captured.amount - self.refunded.amount - self.credited.amount,
        }
    }
}
