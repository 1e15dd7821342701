//! The cart: lines a visitor means to buy. It never reserves stock.
//!
//! Each line keeps the price at which it was added; what has changed since is told before paying.
//! Anonymous carts live in the session, a customer has one active cart; log-in merges the two (SPEC.md, rule 10).

use crate::catalogue::Availability;
use crate::id::{CartId, CartLineId, ProductId, VariantId};
use crate::money::{Currency, Money};
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
    pub total: Money,
    pub compare_at: Option<Money>,
    pub availability: Availability,
    pub requires_shipping: bool,
    pub weight_grams: i64,
    pub problem: Option<LineProblem>,
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
    /// The customer's lines as they were (variant, quantity, price seen), for undo.
    pub before: Vec<(VariantId, i64, i64)>,
}
// Signatures (feature `server`): see the brief of each page; `Visitor` is in `account.rs`.
//   load(&Shop, &Visitor) -> Result<Option<Cart>>
//   count(&Shop, &Visitor) -> Result<i64>                                (badge: one small statement)
//   add(&Shop, &mut Visitor, sku, quantity) -> Result<Cart>              (creates the cart; SoldOut tells what is left)
//   set_quantity(&Shop, &Visitor, CartLineId, quantity) -> Result<Cart>  (0 removes)
//   remove(&Shop, &Visitor, CartLineId) -> Result<Cart>
//   save_for_later / move_to_cart(&Shop, &Visitor, CartLineId) -> Result<Cart>
//   acknowledge(&Shop, &Visitor) -> Result<Cart>   (price seen := price now, quantities capped, unavailable lines removed)
//   merge_on_login(&Shop, anonymous: Option<CartId>, CustomerId) -> Result<Option<CartId>>
//   dismiss_merge / undo_merge(&Shop, &Visitor) -> Result<Cart>
//   set_currency(&Shop, &Visitor, Currency) -> Result<()>
