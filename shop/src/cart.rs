//! The cart: lines a visitor means to buy. It never reserves stock.
//!
//! Each line keeps the price at which it was added; what has changed since is told before paying.
//! Anonymous carts live in the session, a customer has one active cart; log-in merges the two (SPEC.md, rule 10).

#[cfg(feature = "server")]
mod add;
#[cfg(feature = "server")]
mod edit;
#[cfg(feature = "server")]
mod fill;
#[cfg(feature = "server")]
mod merge;
#[cfg(feature = "server")]
pub(crate) mod read;
#[cfg(feature = "server")]
pub mod recovery;
#[cfg(feature = "server")]
pub mod share;
#[cfg(feature = "server")]
pub mod token;

#[cfg(feature = "server")]
pub(crate) use add::{Adding, Wish};
#[cfg(feature = "server")]
pub use add::{First, add, add_first, add_to};
#[cfg(feature = "server")]
pub(crate) use edit::touch;
#[cfg(feature = "server")]
pub use edit::{acknowledge, move_to_cart, remove, save_for_later, set_currency, set_quantity};
#[cfg(feature = "server")]
pub use merge::{dismiss_merge, merge_on_login, undo_merge};
#[cfg(feature = "server")]
pub use read::{count, load};

use crate::catalogue::Availability;
use crate::id::{CartId, CartLineId, ProductId, PromotionId, VariantId};
use crate::money::{Currency, Money};
use crate::purchase_limit::Allowed;
use serde::{Deserialize, Serialize};

/// What has changed about a line since the shopper last saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineProblem {
    PriceChanged {
        from: Money,
        to: Money,
    },
    /// Fewer units can be bought than the line asks for; 0: sold out.
    StockReduced {
        wanted: i64,
        available: i64,
    },
    /// More than one may buy of it: `why` is the limit, as a sentence.
    LimitReached {
        wanted: i64,
        allowed: i64,
        why: String,
    },
    /// Withdrawn, unpublished or without a price in the cart's currency.
    Unavailable,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: CartLineId,
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub sku: String,
    pub product_slug: String,
    pub title: String,
    pub variant_title: String,
    pub picture_url: Option<String>,
    pub quantity: i64,
    /// Today's price.
    pub unit_price: Money,
    /// The quantity from which that is the price, where it is lower than the catalogue's; 1 for a price of one's own.
    pub from_quantity: Option<i64>,
    /// The price the shopper last saw.
    pub price_seen: Money,
    pub total: Money,
    pub compare_at: Option<Money>,
    pub availability: Availability,
    pub requires_shipping: bool,
    /// Of one unit.
    pub weight_grams: i64,
    /// `None`: not taxable.
    pub tax_class: Option<String>,
    /// Each unit becomes a gift card over its price.
    #[serde(default)]
    pub gift_card: bool,
    /// `None`: as many as there are.
    pub limit: Option<Allowed>,
    /// The promotion that has put it there; `None`: the shopper has.
    pub gift: Option<PromotionId>,
    pub problem: Option<LineProblem>,
}

impl Line {
    /// Units of `wanted` that can be bought now, whatever stands in the way of more.
    pub fn cap(&self, wanted: i64) -> i64 {
        let most = self.limit.map_or(i64::MAX, |allowed| allowed.most);
        self.availability.cap(wanted).min(most).max(0)
    }
}

/// A cart as pages, islands and the API show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    pub id: CartId,
    pub version: i64,
    pub currency: Currency,
    pub lines: Vec<Line>,
    pub saved: Vec<Line>,
    /// Units over all lines, for the badge.
    pub count: i64,
    /// Sum over the buyable lines, before delivery and exclusive tax.
    pub subtotal: Money,
    pub merge_notice: Option<MergeNotice>,
    /// Titles of promotions whose gifts are sold out.
    pub missing_gifts: Vec<String>,
}

/// What log-in did to the carts, shown until dismissed or undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergeNotice {
    /// Lines that came from the anonymous cart: title and the quantity now.
    pub added: Vec<(String, i64)>,
    /// Lines both carts held: title, the two quantities, the quantity now.
    pub combined: Vec<(String, i64, i64, i64)>,
    /// Lines cut down to what can be bought: title, wanted, now.
    pub capped: Vec<(String, i64, i64)>,
    /// The customer's lines as they were (variant, quantity, price seen, saved for later), for undo.
    pub before: Vec<(VariantId, i64, i64, bool)>,
}

/// What became of something that was to go into a cart together with other things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    pub sku: String,
    pub title: String,
    /// Units that went into the cart.
    pub added: i64,
    /// Why it was not all that was wanted, as a sentence.
    pub problem: Option<String>,
}

impl Cart {
    /// Something has changed since the shopper last looked and must be acknowledged before paying.
    pub fn has_problems(&self) -> bool {
        self.lines.iter().any(|line| line.problem.is_some())
    }

    /// Grams of everything that has to be carried.
    pub fn weight_grams(&self) -> i64 {
        self.lines.iter().filter(|l| l.requires_shipping).map(|l| l.weight_grams.saturating_mul(l.quantity)).sum()
    }

    pub fn has_gift_cards(&self) -> bool {
        self.lines.iter().any(|line| line.gift_card)
    }

    pub fn requires_shipping(&self) -> bool {
        self.lines.iter().any(|line| line.requires_shipping)
    }
}
