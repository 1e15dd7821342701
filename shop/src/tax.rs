//! Tax rates by country, region and class; inclusive or exclusive.

#[cfg(feature = "server")]
mod sql;

#[cfg(feature = "server")]
pub use sql::rates_for;

use serde::{Deserialize, Serialize};

/// The rate that applies to a class of goods at an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaxRate {
    pub tax_class: String,
    /// "VAT 19 %".
    pub name: String,
    /// Parts per million: 19 % = 190 000.
    pub rate_ppm: i64,
    pub inclusive: bool,
}

/// The rate of a class among those of one destination.
pub fn of_class<'r>(rates: &'r [TaxRate], class: &str) -> Option<&'r TaxRate> {
    rates.iter().find(|rate| rate.tax_class == class)
}

/// Whether shelf prices contain the tax at a destination: as its standard rate says, since a shop shows one kind of
/// price per destination. Without rates there is no tax to contain.
pub fn is_inclusive(rates: &[TaxRate]) -> bool {
    of_class(rates, "standard").or_else(|| rates.first()).is_none_or(|rate| rate.inclusive)
}
