//! What the server tells the islands: small, already formatted, nothing that needs a rule to show.
//!
//! The JSON answers of the cart's routes have this shape. Programs use `/api/v1` instead.

use serde::{Deserialize, Serialize};

/// The cart as the drawer shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    pub count: i64,
    pub subtotal: String,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub href: String,
    pub title: String,
    pub variant: String,
    pub picture: String,
    pub quantity: i64,
    /// Most that can be bought now.
    pub max: i64,
    pub total: String,
    /// What changed since the shopper last saw the line; empty when nothing did.
    pub problem: String,
}

/// One variant, for the picker of the product page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub sku: String,
    pub values: Vec<String>,
    pub price: String,
    /// Struck-through price; empty when there is none.
    pub compare_at: String,
    /// Sentence about the lowest price before the reduction; empty when there is none.
    pub lowest: String,
    pub stock: String,
    /// "in", "low" or "out".
    pub level: String,
    /// Position of its picture in the gallery.
    pub picture: Option<usize>,
    pub max: i64,
}

/// What the page that takes the payment needs to know before the order is placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub publishable_key: String,
    /// Minor units.
    pub amount: i64,
    /// Lower case, as the provider's script wants it.
    pub currency: String,
    pub email: String,
    /// Identifies cart and version, so that a key kept in the browser is used for this offer only.
    pub offer: String,
}

#[cfg(feature = "ssr")]
impl From<&shop::cart::Cart> for Cart {
    fn from(cart: &shop::cart::Cart) -> Self {
        Self {
            count: cart.count,
            subtotal: cart.subtotal.to_string(),
            lines: cart.lines.iter().map(Line::from).collect(),
        }
    }
}

#[cfg(feature = "ssr")]
impl From<&shop::cart::Line> for Line {
    fn from(line: &shop::cart::Line) -> Self {
        Self {
            id: line.id.to_string(),
            href: format!("/p/{}?variant={}", line.product_slug, crate::variants::query_value(&line.sku)),
            title: line.title.clone(),
            variant: line.variant_title.clone(),
            picture: line.picture_url.clone().unwrap_or_default(),
            quantity: line.quantity,
            max: line.cap(*shop::limits::LINE_QUANTITY.end()),
            total: if line.gift.is_some() { "Gift".to_owned() } else { line.total.to_string() },
            problem: line.problem.as_ref().map(crate::components::problem_text).unwrap_or_default(),
        }
    }
}
