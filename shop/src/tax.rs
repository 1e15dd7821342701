//! Tax: which rates apply at an address and a moment, to whom, and what was charged.
//!
//! ```text
//! address → zone (longest postcode, then region, then country) → rate of each class that is valid now
//! customer → exempt group and a number that staff has verified for the address → prices without tax
//! service  → where one is configured, it tells the rates once everything is known ([`service`])
//! order    → `order_tax`: what was charged at which rate, frozen; a refund takes it back in proportion
//! ```
//!
//! What a shopper sends never decides whether tax is charged: only the address does, and what staff has written down.

#[cfg(feature = "server")]
mod certificate;
#[cfg(feature = "server")]
mod class;
#[cfg(feature = "server")]
mod exempt;
#[cfg(feature = "server")]
mod note;
#[cfg(feature = "server")]
mod place;
#[cfg(feature = "server")]
mod preset;
#[cfg(feature = "server")]
mod rate;
#[cfg(feature = "server")]
mod record;
#[cfg(feature = "server")]
mod refund;
#[cfg(feature = "server")]
mod report;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod sql;
#[cfg(feature = "server")]
mod try_out;
#[cfg(feature = "server")]
mod zone;

#[cfg(feature = "server")]
pub use certificate::{Certificate, CertificateDraft, add_certificate, certificates, remove_certificate, set_verified};
#[cfg(feature = "server")]
pub use class::{Class, add_class, classes, remove_class};
#[cfg(feature = "server")]
pub use exempt::{Exemption, Taxation, exempt_groups, set_exempt_group, taxation};
#[cfg(feature = "server")]
pub use note::{at_home, boundaries};
#[cfg(feature = "server")]
pub use place::{Destination, Place, parse_places};
#[cfg(feature = "server")]
pub(crate) use preset::add as add_preset;
#[cfg(feature = "server")]
pub use preset::{PRESETS, Preset, fill as fill_preset};
#[cfg(feature = "server")]
pub use rate::{Rate, RateDraft, add_rate, end_rate, parse_percent, percent, remove_rate};
#[cfg(feature = "server")]
pub(crate) use record::{Taxed, write};
#[cfg(feature = "server")]
pub use report::{Report, ReportRow, report, report_csv};
#[cfg(feature = "server")]
pub use sql::rates_at;
#[cfg(feature = "server")]
pub use try_out::{Explained, Question, try_out};
#[cfg(feature = "server")]
pub use zone::{Zone, ZoneDraft, create_zone, delete_zone, update_zone, zone, zones};

use serde::{Deserialize, Serialize};

/// The class of goods that are named no other; its rate stands in for classes that have none in a zone.
pub const STANDARD_CLASS: &str = "standard";
/// The class of delivery where it is not taxed as the goods.
pub const DELIVERY_CLASS: &str = "shipping";
/// What an order says in the place of a rate when its buyer is exempt.
pub const EXEMPT: &str = "Tax exempt";

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

/// The rate of a class among those of one destination. A class without one of its own is taxed as standard goods: that
/// nothing is owed on it has to be said by a rate of 0 %.
pub fn of_class<'r>(rates: &'r [TaxRate], class: &str) -> Option<&'r TaxRate> {
    let named = |class: &str| rates.iter().find(|rate| rate.tax_class == class);
    named(class).or_else(|| named(STANDARD_CLASS))
}

/// Whether shelf prices contain the tax at a destination, as its zone says. Without rates there is no tax to contain.
pub fn is_inclusive(rates: &[TaxRate]) -> bool {
    rates.first().is_none_or(|rate| rate.inclusive)
}
