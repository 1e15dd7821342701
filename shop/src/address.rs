//! Postal addresses and the rules of each country for writing them.
//!
//! The same checks run in the browser and on the server; the table of countries is `address/country.rs`.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub name: String,
    #[serde(default)]
    pub company: String,
    pub line1: String,
    #[serde(default)]
    pub line2: String,
    pub city: String,
    /// State, province or prefecture code where the country uses one.
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub postal_code: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    #[serde(default)]
    pub phone: String,
}

/// What a country's form asks for.
#[derive(Clone, Copy, Debug)]
pub struct CountryRules {
    pub code: &'static str,
    pub name: &'static str,
    /// "Postcode", "ZIP code", "PLZ"; `None`: the country has none.
    pub postal_label: Option<&'static str>,
    /// Shape of a postal code: `9` a digit, `A` a letter, others literally; alternatives by `|`. "99999|99999-9999".
    pub postal_shape: &'static str,
    /// "State", "Province"; `None`: no such field.
    pub region_label: Option<&'static str>,
    /// (code, name); empty with a label: free text.
    pub regions: &'static [(&'static str, &'static str)],
}

// To come here (wasm-safe): `rules(country) -> Option<&'static CountryRules>`, `countries()`, and
// `Address::check(&self, prefix: &str) -> Vec<FieldError>` (fields named "<prefix>postal_code", …),
// `Address::lines(&self) -> Vec<String>` for display in the country's order.
