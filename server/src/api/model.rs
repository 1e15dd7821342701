//! What goes over the wire: the API's own types, so that the shop's may change without breaking a program.

mod cart;
mod catalogue;
mod checkout;
mod order;
mod search;
mod wishlist;

pub use cart::{Cart, Item, NewCart};
pub use catalogue::{Category, Collection, Product, ProductPage, Recommendations};
pub use checkout::{CheckoutOptions, CheckoutStatus, Details, PlaceRequest, PlaceResult, order_url};
pub use order::Order;
pub use search::SearchPage;
pub use wishlist::{NewWishlist, Wishlist};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The day of a time in Unix milliseconds, as `2026-03-17`.
fn date(at: i64) -> String {
    app::date::machine(at)[..10].to_owned()
}

/// An amount in the currency's minor unit.
#[derive(Serialize, ToSchema)]
pub struct Money {
    #[schema(example = 1995)]
    amount: i64,
    #[schema(example = "EUR")]
    currency: String,
}

impl From<shop::money::Money> for Money {
    fn from(money: shop::money::Money) -> Self {
        Self { amount: money.amount, currency: money.currency.code().into() }
    }
}

/// A postal address; which fields are needed depends on the country.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    name: String,
    #[serde(default)]
    company: String,
    line1: String,
    #[serde(default)]
    line2: String,
    city: String,
    /// State, province or prefecture code where the country uses one.
    #[serde(default)]
    region: String,
    #[serde(default)]
    postal_code: String,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "DE")]
    country: String,
    #[serde(default)]
    phone: String,
}

impl From<shop::address::Address> for Address {
    fn from(a: shop::address::Address) -> Self {
        Self {
            name: a.name,
            company: a.company,
            line1: a.line1,
            line2: a.line2,
            city: a.city,
            region: a.region,
            postal_code: a.postal_code,
            country: a.country,
            phone: a.phone,
        }
    }
}

impl From<Address> for shop::address::Address {
    fn from(a: Address) -> Self {
        Self {
            name: a.name,
            company: a.company,
            line1: a.line1,
            line2: a.line2,
            city: a.city,
            region: a.region,
            postal_code: a.postal_code,
            country: a.country,
            phone: a.phone,
        }
    }
}

/// What an order or a checkout costs.
/// `total = subtotal - discount + shipping`, and `tax` on top unless it is included.
#[derive(Serialize, ToSchema)]
pub struct Totals {
    currency: String,
    subtotal: i64,
    discount: i64,
    /// As it is paid.
    shipping: i64,
    /// What promotions took off the delivery.
    shipping_discount: i64,
    tax: i64,
    tax_included: bool,
    total: i64,
    /// What each promotion took off.
    discounts: Vec<Discount>,
}

/// What one promotion took off, in minor units.
#[derive(Serialize, ToSchema)]
pub struct Discount {
    title: String,
    /// Null for one that applies by itself.
    code: Option<String>,
    /// Off the items, and off the delivery.
    amount: i64,
    shipping: i64,
}

impl From<shop::pricing::Discount> for Discount {
    fn from(d: shop::pricing::Discount) -> Self {
        Self {
            title: d.title,
            code: Some(d.code).filter(|code| !code.is_empty()),
            amount: d.amount,
            shipping: d.shipping,
        }
    }
}

impl From<shop::pricing::Totals> for Totals {
    fn from(t: shop::pricing::Totals) -> Self {
        Self {
            currency: t.currency.code().into(),
            subtotal: t.subtotal,
            discount: t.discount,
            shipping: t.shipping,
            shipping_discount: t.shipping_discount,
            tax: t.tax,
            tax_included: t.tax_inclusive,
            total: t.total,
            discounts: t.discounts.into_iter().map(Discount::from).collect(),
        }
    }
}

/// An error (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `shop::Problem` looks like")]
pub struct Problem {
    #[schema(rename = "type", example = "about:blank")]
    kind: String,
    title: String,
    #[schema(example = 422)]
    status: u16,
    /// Stable, for programs.
    #[schema(example = "invalid")]
    code: String,
    /// For people.
    detail: String,
    /// With 422: each field and why it was refused.
    errors: Option<Vec<FieldError>>,
    /// With 409 `sold_out`: what is left.
    shortages: Option<Vec<Shortage>>,
    /// With 409 `already_ordered`: the order.
    order_url: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `shop::FieldError` looks like")]
pub struct FieldError {
    field: String,
    message: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `shop::error::Shortage` looks like")]
pub struct Shortage {
    sku: String,
    title: String,
    available: i64,
}
