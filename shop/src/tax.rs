//! Tax rates by country, region and class; inclusive or exclusive.

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
