//! Totals, in integer minor units: what the lines cost, what delivery costs, what of it is tax.
//!
//! Pure functions over a snapshot; the same code prices the cart page, the checkout and the API.
//! Rounding: tax of a line is rounded half away from zero once per line and rate.

use crate::id::VariantId;
use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// One line to be priced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricedLine {
    pub variant_id: VariantId,
    pub quantity: i64,
    pub unit_price: i64,
    /// `unit_price * quantity`.
    pub total: i64,
    /// Contained in `total` when prices are inclusive, on top of it otherwise.
    pub tax: i64,
    pub tax_name: String,
    pub tax_rate_ppm: i64,
}

/// Everything a shopper is asked to pay, in minor units of `currency`.
/// Invariant: `total = subtotal - discount + shipping + (tax if not inclusive)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub currency: Currency,
    pub subtotal: i64,
    pub discount: i64,
    pub shipping: i64,
    pub tax: i64,
    pub tax_inclusive: bool,
    pub total: i64,
    /// "VAT 19 %" with its amount, one row per rate, shipping's share included.
    pub tax_rows: Vec<(String, i64)>,
}

impl Totals {
    pub fn money(&self, amount: i64) -> Money {
        self.currency.money(amount)
    }
}
