//! From cart to paid order, under faults. `RELIABILITY.md` section 2 is the specification.
//!
//! Details (contact, address, delivery) are collected on the cart, step by step. `place` freezes a quote and
//! creates order, reservation, payment attempt and idempotency record in one transaction before the provider
//! hears of it; everything after is driven by a persisted recovery point.
//!
//! ```text
//! prepared → paying ⇄ awaiting_action → authorized → placed → settled
//!     │         └→ unknown ──(proof)→ authorized | payable_again | released
//!     └→ releasing → released
//! ```

#[cfg(feature = "server")]
mod anew;
#[cfg(feature = "server")]
mod create;
#[cfg(feature = "server")]
mod fact;
#[cfg(feature = "server")]
mod handover;
#[cfg(feature = "server")]
mod idempotency;
#[cfg(feature = "server")]
mod page;
#[cfg(feature = "server")]
mod place;
#[cfg(feature = "server")]
mod prepare;
#[cfg(feature = "server")]
mod queue;
#[cfg(feature = "server")]
mod recover;
#[cfg(feature = "server")]
mod release;
#[cfg(feature = "server")]
mod saga;
#[cfg(feature = "server")]
pub(crate) mod state;
#[cfg(feature = "server")]
mod status;
#[cfg(feature = "server")]
mod stored;
#[cfg(feature = "server")]
pub(crate) mod transition;
#[cfg(feature = "server")]
mod view;

#[cfg(feature = "server")]
pub(crate) use anew::close_payment;
#[cfg(feature = "server")]
pub use anew::{ask_anew, pay_anew};
#[cfg(feature = "server")]
pub use fact::apply_payment_fact;
#[cfg(feature = "server")]
pub(crate) use fact::{News, apply as apply_news, apply_events};
#[cfg(feature = "server")]
pub use place::{Answered, live, place, place_or_replay};
#[cfg(feature = "server")]
pub use queue::Queues;
#[cfg(feature = "server")]
pub(crate) use recover::{ask_about, poll_stuck_attempts, recover_checkouts};
#[cfg(feature = "server")]
pub(crate) use release::{end_review, resume_review, sweep_expired};
#[cfg(feature = "server")]
pub(crate) use saga::key as provider_key;
#[cfg(feature = "server")]
pub use status::{cancel, status};
#[cfg(feature = "server")]
pub use view::{save_address, save_contact, save_delivery, save_gift_note, save_gift_to, save_reminder, view};

use crate::address::Address;
use crate::id::{CheckoutId, OrderId, ShippingMethodId, StoredValueId, VariantId, WarehouseId};
use crate::money::Money;
use crate::order::GiftTo;
use crate::pricing::{PricedLine, TaxPart, Totals};
use crate::promotion::{CodeState, QuotedUse};
use crate::shipping::DeliveryOption;
use crate::tender::{QuotedTender, Share};
use serde::{Deserialize, Serialize};

/// What the shopper has told so far; kept with the cart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub email: String,
    pub address: Option<Address>,
    pub delivery: Option<ShippingMethodId>,
    pub note: String,
    /// Whom gift cards that are bought go to; `None`: to the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_to: Option<GiftTo>,
    /// What is to be written on the card of an order that is a present.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gift_note: String,
    /// Whether somebody wants to be reminded of this cart at `email`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub remind: bool,
    /// Gift cards, and the customer's credit, that are to pay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tender: Vec<StoredValueId>,
}

/// The steps that have a URL, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    Contact,
    Address,
    Delivery,
    Payment,
}

/// The checkout page's data: details so far, what can be chosen, what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub cart: crate::cart::Cart,
    pub details: Details,
    /// First step that still lacks something.
    pub reached: StepName,
    /// Empty until the address is known.
    pub delivery_options: Vec<DeliveryOption>,
    /// Without delivery and tax until they are known.
    pub totals: Totals,
    /// The cart's lines that can be bought, priced.
    #[serde(skip)]
    pub priced: Vec<PricedLine>,
    /// Codes in the cart, and why they do or do not apply.
    #[serde(skip)]
    pub codes: Vec<CodeState>,
    /// A code that was just typed and refused, and why.
    #[serde(skip)]
    pub refused_code: Option<(String, String)>,
    /// What is claimed of promotions when the order is placed.
    #[serde(skip)]
    pub uses: Vec<QuotedUse>,
    /// What is taxed at which rate.
    #[serde(skip)]
    pub taxes: Vec<TaxPart>,
    /// The verified number by which no tax is charged; else empty.
    #[serde(skip)]
    pub exemption: String,
    /// Gift cards and credit in the cart, and what each pays.
    #[serde(skip)]
    pub tender: Vec<Share>,
    /// What the customer could use of store credit, and does not; asked for by whoever draws it.
    #[serde(skip)]
    pub credit: Option<Money>,
    /// The code of a gift card that was just typed and refused, and why.
    #[serde(skip)]
    pub refused_card: Option<(String, String)>,
}

impl View {
    /// Minor units that are left to pay.
    pub fn due(&self) -> i64 {
        self.totals.total - self.tender.iter().map(|share| share.amount).sum::<i64>()
    }
}

/// A frozen offer: what the shopper saw and agreed to. Stored as JSON with its SHA-256.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    pub lines: Vec<QuoteLine>,
    pub email: String,
    pub address: Address,
    /// `None` when nothing has to be carried.
    pub delivery_id: Option<ShippingMethodId>,
    pub delivery_name: String,
    /// The warehouse where the buyer fetches it.
    #[serde(default)]
    pub pickup: Option<WarehouseId>,
    /// Its country and region, by whose rates it is taxed; otherwise the address's are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxed_at: Option<(String, String)>,
    pub note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_to: Option<GiftTo>,
    /// Of an order that is a present; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gift_note: String,
    pub totals: Totals,
    /// Promotions, which the order claims.
    #[serde(default)]
    pub promotions: Vec<QuotedUse>,
    /// What is taxed at which rate; over the order they add up to its total.
    #[serde(default)]
    pub taxes: Vec<TaxPart>,
    /// The verified number by which no tax is charged; else empty.
    #[serde(default)]
    pub exemption: String,
    /// Gift cards and credit, which the order holds; the payment is over the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tender: Vec<QuotedTender>,
}

impl Quote {
    /// Minor units that gift cards and credit pay.
    pub fn tendered(&self) -> i64 {
        self.tender.iter().map(|one| one.amount).sum()
    }

    /// Country and region by whose rates it is taxed.
    pub fn taxed_at(&self) -> (&str, &str) {
        match &self.taxed_at {
            Some((country, region)) => (country, region),
            None => (&self.address.country, &self.address.region),
        }
    }

    /// Minor units that are left for a payment.
    pub fn due(&self) -> i64 {
        self.totals.total - self.tendered()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuoteLine {
    #[serde(flatten)]
    pub priced: PricedLine,
    pub sku: String,
    pub title: String,
    pub variant_title: String,
    pub product_slug: String,
    pub picture_url: String,
    pub tracked: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gift_card: bool,
}

/// How the shopper pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum PaymentWay {
    /// The provider's page; works without JavaScript.
    Hosted,
    /// The provider's element in our page.
    Embedded,
    /// A payment-method token, confirmed by the server.
    Token { payment_method: String },
}

impl PaymentWay {
    /// The payment-method token; empty when the shopper pays at the provider.
    pub fn token(&self) -> &str {
        match self {
            Self::Hosted | Self::Embedded => "",
            Self::Token { payment_method } => payment_method,
        }
    }
}

/// Where the provider sends the shopper after its hosted page or a challenge: the shop's route, without origin.
pub fn return_path(checkout: CheckoutId) -> String {
    format!("/checkout/return/{checkout}")
}

/// Where the provider sends the shopper who turns back.
pub const BACK_PATH: &str = "/checkout/payment";

/// A request to place the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceOrder {
    pub idempotency_key: String,
    /// Minor units the shopper saw; another total is refused with `cart_changed`.
    pub expected_total: i64,
    /// Of it, what the shopper saw was left to pay beside gift cards and credit; without it all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_due: Option<i64>,
    pub cart_version: i64,
    pub payment: PaymentWay,
    /// Name of the payment provider that the shopper has chosen; without it the first that offers the way, or the one
    /// that a started payment is with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// From where it was sent; empty when that is not known. Not part of what is asked for.
    #[serde(skip)]
    pub network_address: String,
}

impl PlaceOrder {
    /// Minor units that the shopper agreed to pay beside gift cards and credit.
    pub fn due(&self) -> i64 {
        self.expected_due.unwrap_or(self.expected_total)
    }
}

/// What placing came to, for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Placed {
    /// Send the shopper there: the provider's page or a 3-D Secure challenge.
    Redirect { checkout_id: CheckoutId, url: String },
    /// Confirm in the page with the provider's script.
    Confirm { checkout_id: CheckoutId, client_secret: String },
    /// Paid or authorised: the order stands.
    Order { order_id: OrderId, number: String, access_token: String },
    /// Outcome not known yet: "processing, do not pay again".
    Pending { checkout_id: CheckoutId },
}

/// Where a checkout stands, for the return and pending pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    Pending,
    Placed {
        order_id: OrderId,
        number: String,
        access_token: String,
    },
    /// Declined or given up at the provider: the same cart can be paid again until `expires_at` (ms).
    PayableAgain {
        message: String,
        expires_at: i64,
    },
    /// The hold ran out or the shopper cancelled; the cart is still there.
    Released,
}

/// Units of a variant that the checkout needs, for the reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub variant_id: VariantId,
    pub quantity: i64,
}
