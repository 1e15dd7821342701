//! The pricing engine: pure functions over a snapshot, in integer minor units. The same code prices product pages, carts,
//! the checkout, the API and the merchant's preview; it is compiled for the browser, too.
//!
//! ```text
//! catalogue's price → sale → price list        unit.rs, one price for each unit
//!   → promotions by line, by order, of delivery  reduce.rs, each on what those before have left
//!     → tax on what is left                      here
//!       → gift cards and store credit            crate::tender: they pay for `Totals::total`, they do not lower it
//! ```
//!
//! Rounding, stated once: what a promotion takes off is worked out on the sum of the lines it is for, rounded half up,
//! and spread over them by largest remainder ([`allocate`]); what is taken off single units is rounded half up once per
//! line. Price reductions granted at the time of supply are no part of the taxable amount (Directive 2006/112/EC,
//! article 79 (b)), so tax is of what is left of each line. It is rounded half away from zero once per line: European law leaves the method to
//! the member states (Court of Justice, C-484/06, Ahold), which allow rounding by line. Delivery is spread over the rates of what it carries ([`taxed`]) and its tax rounded once for each
//! of them. Rows and totals are sums of the rounded parts, so the parts always add up.

mod allocate;
mod reason;
mod reduce;
mod rule;
mod taxed;
mod unit;

pub use allocate::allocate;
pub use reason::Reason;
pub use reduce::{Reduction, Verdict};
pub use rule::{Amounts, Buyer, Class, Combines, Effect, Facts, Promotion, Rule, Scope, Step};
pub use taxed::{TaxPart, without_tax};
pub use unit::{Offer, UnitPrice, breaks, reduced, unit_price};

use crate::id::VariantId;
use crate::money::{Currency, Money};
use crate::tax::{self, TaxRate};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Everything a shopper is asked to pay, in minor units of `currency`.
/// Invariant: `total = subtotal - discount + shipping + (tax if not inclusive)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub currency: Currency,
    /// The lines before promotions.
    pub subtotal: i64,
    /// What promotions take off the lines.
    pub discount: i64,
    /// Delivery as it is paid.
    pub shipping: i64,
    /// What promotions took off the delivery: without them it were `shipping` and this.
    #[serde(default)]
    pub shipping_discount: i64,
    pub tax: i64,
    pub tax_inclusive: bool,
    pub total: i64,
    /// "VAT 19 %" with its amount, one row per rate, delivery's share included.
    pub tax_rows: Vec<(String, i64)>,
    /// What each promotion took off: the rows behind `discount` and `shipping_discount`.
    #[serde(default)]
    pub discounts: Vec<Discount>,
}

/// What one promotion took off, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    pub title: String,
    /// Empty for a promotion that applies by itself.
    pub code: String,
    /// Off the lines, and off the delivery; minor units.
    pub amount: i64,
    pub shipping: i64,
}

impl Discount {
    /// "Welcome (WELCOME10)"; the code alone where that is the title.
    pub fn label(&self) -> String {
        if self.code.is_empty() || self.code == self.title {
            self.title.clone()
        } else {
            format!("{} ({})", self.title, self.code)
        }
    }
}

/// One line after pricing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricedLine {
    pub variant_id: VariantId,
    pub quantity: i64,
    pub unit_price: i64,
    /// `unit_price * quantity`.
    pub total: i64,
    /// What promotions take off: 0 to `total`.
    #[serde(default)]
    pub discount: i64,
    /// Contained in what is left when prices are inclusive, on top of it otherwise.
    pub tax: i64,
    pub tax_name: String,
    pub tax_rate_ppm: i64,
}

impl PricedLine {
    /// What is paid for the line, before tax that comes on top.
    pub fn net(&self) -> i64 {
        self.total - self.discount
    }
}

/// One line to be priced.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub variant_id: VariantId,
    pub quantity: i64,
    /// Minor units: [`unit_price`].
    pub unit_price: i64,
    /// `None`: not taxable.
    pub tax_class: Option<String>,
    pub facts: Facts,
}

/// Everything that decides what a cart costs. No variant is named twice.
#[derive(Clone, Debug)]
pub struct Snapshot<'a> {
    pub currency: Currency,
    pub items: &'a [Item],
    /// What delivery costs; `None`: not known yet, or nothing has to be carried.
    pub shipping: Option<i64>,
    /// Of the destination; empty: not known yet, or nothing is taxed there.
    pub rates: &'a [TaxRate],
    /// Those that apply by themselves, and those whose codes were typed; their order means nothing.
    pub promotions: &'a [Promotion],
    pub buyer: Buyer,
    /// Unix milliseconds.
    pub now: i64,
}

/// What a snapshot comes to, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Priced {
    /// In the order of the items.
    pub lines: Vec<PricedLine>,
    pub totals: Totals,
    /// What is taxed at which rate, what is not taxed included; they add up to the total.
    pub taxes: Vec<TaxPart>,
    pub reductions: Vec<Reduction>,
    /// One for each promotion.
    pub verdicts: Vec<Verdict>,
}

impl Totals {
    pub fn money(&self, amount: i64) -> Money {
        self.currency.money(amount)
    }
}

/// Prices a snapshot. Sums beyond `i64` are `Error::Invalid`.
pub fn price(snapshot: &Snapshot<'_>) -> Result<Priced> {
    let rates = snapshot.rates;
    let inclusive = tax::is_inclusive(rates);
    let gross: Vec<i64> = snapshot
        .items
        .iter()
        .map(|item| item.unit_price.checked_mul(item.quantity).ok_or_else(too_much))
        .collect::<Result<_>>()?;
    let subtotal = gross.iter().try_fold(0_i64, |sum, total| sum.checked_add(*total)).ok_or_else(too_much)?;
    let (reductions, verdicts) = reduce::reduce(snapshot, &gross);
    let mut lines = Vec::with_capacity(gross.len());
    for (at, (item, total)) in snapshot.items.iter().zip(gross).enumerate() {
        let discount = reductions.iter().map(|reduction| reduction.lines[at]).sum::<i64>();
        let rate = item.tax_class.as_deref().and_then(|class| tax::of_class(rates, class));
        let tax = rate.map_or(0, |rate| taxed::tax_of(total - discount, rate.rate_ppm, inclusive));
        lines.push(PricedLine {
            variant_id: item.variant_id,
            quantity: item.quantity,
            unit_price: item.unit_price,
            total,
            discount,
            tax,
            tax_name: rate.map(|rate| rate.name.clone()).unwrap_or_default(),
            tax_rate_ppm: rate.map_or(0, |rate| rate.rate_ppm),
        });
    }
    let discount = reductions.iter().map(|reduction| reduction.amount).sum::<i64>();
    let shipping_discount = reductions.iter().map(|reduction| reduction.shipping).sum::<i64>();
    let shipping = snapshot.shipping.unwrap_or(0) - shipping_discount;
    let taxes = taxed::parts(snapshot.items, &lines, shipping, rates);
    let tax = taxes.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.tax())).ok_or_else(too_much)?;
    let on_top = if inclusive { 0 } else { tax };
    let goods = subtotal - discount;
    let total = goods.checked_add(shipping).and_then(|sum| sum.checked_add(on_top)).ok_or_else(too_much)?;
    let discounts = reductions.iter().map(|r| Discount {
        title: r.title.clone(),
        code: r.code.clone(),
        amount: r.amount,
        shipping: r.shipping,
    });
    let totals = Totals {
        currency: snapshot.currency,
        subtotal,
        discount,
        shipping,
        shipping_discount,
        tax,
        tax_inclusive: inclusive,
        total,
        tax_rows: taxed::rows(&taxes),
        discounts: discounts.collect(),
    };
    Ok(Priced { lines, totals, taxes, reductions, verdicts })
}

/// What the goods come to after promotions. What delivery costs does not change it: promotions of the delivery come last.
pub fn goods(snapshot: &Snapshot<'_>) -> Result<i64> {
    if snapshot.promotions.is_empty() {
        let mut totals = snapshot.items.iter().map(|item| item.unit_price.checked_mul(item.quantity));
        return totals.try_fold(0_i64, |sum, total| sum.checked_add(total?)).ok_or_else(too_much);
    }
    let totals = price(&Snapshot { shipping: None, rates: &[], ..snapshot.clone() })?.totals;
    Ok(totals.subtotal - totals.discount)
}

fn too_much() -> Error {
    Error::field("quantity", "The cart is worth more than can be charged.")
}

#[cfg(test)]
mod tests;
