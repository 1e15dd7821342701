//! Warehouses: where stock lies, which countries each serves, when its parcels leave, and which one serves an order.
//!
//! A warehouse is never deleted, because movements and orders name it; it is closed. Nothing of a closed one is sold, in any
//! program over the database: triggers mark its stock rows (`migrations/*/0030_shipping.sql`).

#[cfg(feature = "server")]
mod edit;
pub mod route;
#[cfg(feature = "server")]
mod sql;

#[cfg(feature = "server")]
pub use edit::{create, list, load, update};
#[cfg(feature = "server")]
pub(crate) use sql::{shelves_of_cart, shelves_of_order, shelves_of_variant, shelves_seen_by_cart};

use crate::address::{self, Address};
use crate::id::WarehouseId;
use crate::limits::{self, Check};
use crate::{FieldError, Result};
use serde::{Deserialize, Serialize};

/// Why nothing of a row is sold whose warehouse is closed; the schema writes the same text.
pub const CLOSED: &str = "The warehouse is closed.";

/// What the merchant says of a warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Short name on labels and in files: capitals, digits and hyphens.
    pub code: String,
    pub name: String,
    /// Where it stands; street and city may be unknown unless buyers fetch orders there.
    pub address: Address,
    /// ISO 3166-1 alpha-2, the nearest first; empty: every country.
    pub countries: Vec<String>,
    /// Lower comes first among those that are equally near.
    pub priority: i64,
    /// Minute of the UTC day until which orders leave on the same day.
    pub cutoff: i64,
    /// Working days that an order waits before it leaves.
    pub handling_days: i64,
    pub active: bool,
    /// Buyers may fetch orders here.
    pub pickup: bool,
}

/// A warehouse as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warehouse {
    pub id: WarehouseId,
    /// To be handed back to [`update`].
    pub version: i64,
    pub draft: Draft,
    /// Variants with units on hand, all those units, and how many of them are reserved.
    pub variants: i64,
    pub on_hand: i64,
    pub reserved: i64,
}

impl Draft {
    /// Trimmed and checked, as it is stored.
    ///
    /// # Errors
    /// `Invalid` by field.
    pub fn clean(mut self) -> Result<Self> {
        self.code = self.code.trim().to_ascii_uppercase();
        self.name = self.name.trim().into();
        self.address.name.clone_from(&self.name);
        self.address = self.address.normalised();
        for country in &mut self.countries {
            *country = country.trim().to_ascii_uppercase();
        }
        let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        let repeated = |(at, country): (usize, &String)| self.countries[..at].contains(country);
        let mut check = Check::default();
        check
            .required("code", &self.code, limits::WAREHOUSE_CODE_CHARS)
            .that(self.code.chars().all(is_code), "code", "Letters, digits and hyphens only.")
            .required("name", &self.name, limits::NAME_CHARS)
            .that(limits::RANK.contains(&self.priority), "priority", "Between 0 and 9999.")
            .that((0..24 * 60).contains(&self.cutoff), "cutoff", "A time of day like 14:00.")
            .that(limits::HANDLING_DAYS.contains(&self.handling_days), "handling_days", "Between 0 and 60 days.");
        for country in &self.countries {
            let text = format!("{country} is no country that the shop knows: two letters, like DE.");
            check.that(address::rules(country).is_some(), "countries", text);
        }
        if let Some((_, country)) = self.countries.iter().enumerate().find(|one| repeated(*one)) {
            check.that(false, "countries", format!("{country} stands there twice."));
        }
        check.extend(self.place_errors()).done()?;
        Ok(self)
    }

    /// Street and city are needed where somebody has to find it.
    fn place_errors(&self) -> Vec<FieldError> {
        let is_known = !self.address.line1.is_empty() || !self.address.city.is_empty();
        let wrong = self.address.check("");
        wrong.into_iter().filter(|error| self.pickup || is_known || error.field == "country").collect()
    }
}
