//! Places: where a zone's rates apply, and how an owner writes them.

use crate::address::{self, Address};
use crate::{Error, Result, Shop};

/// Where something is delivered, as far as tax asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// State or province code; perhaps empty.
    pub region: String,
    /// As it is written; perhaps empty.
    pub postal_code: String,
}

impl Destination {
    /// Where a shopper is assumed to be until they say.
    pub(crate) fn home(shop: &Shop) -> Self {
        Self { country: shop.settings.home_country.clone(), ..Self::default() }
    }

    /// The postcode as places name it.
    pub(super) fn postal_key(&self) -> String {
        postal_key(&self.postal_code)
    }
}

impl From<&Address> for Destination {
    fn from(address: &Address) -> Self {
        Self {
            country: address.country.clone(),
            region: address.region.clone(),
            postal_code: address.postal_code.clone(),
        }
    }
}

/// Upper case, without spaces and hyphens.
fn postal_key(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

/// A country, a region of one, or postcodes that begin alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub country: String,
    /// Empty: the whole country.
    pub region: String,
    /// Empty: whatever the postcode.
    pub postal_prefix: String,
}

impl std::fmt::Display for Place {
    /// "DE", "US-CA", "ES 35": as [`parse_places`] reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.country)?;
        if !self.region.is_empty() {
            write!(f, "-{}", self.region)?;
        }
        if !self.postal_prefix.is_empty() {
            write!(f, " {}", self.postal_prefix)?;
        }
        Ok(())
    }
}

/// The most places of one zone.
const PLACES: usize = 1_000;

/// Places as they are typed, one on each line or between commas: a country, perhaps "-" and a region, perhaps a space and
/// the beginning of a postcode.
///
/// # Errors
/// `Invalid` "places" with the first that cannot be read.
pub fn parse_places(text: &str) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for typed in text.split(['\n', ',', ';']).map(str::trim).filter(|typed| !typed.is_empty()) {
        let wrong = |why: &str| Error::field("places", format!("“{typed}”: {why}"));
        let (area, postcode) = typed.split_once(' ').unwrap_or((typed, ""));
        let (country, region) = area.split_once('-').unwrap_or((area, ""));
        let country = country.to_ascii_uppercase();
        let rules = address::rules(&country).ok_or_else(|| wrong("a country has two letters, like DE."))?;
        let region = region.to_ascii_uppercase();
        if !region.is_empty() && rules.regions.iter().all(|(code, _)| *code != region) {
            return Err(wrong("there is no such region in this country."));
        }
        let postal_prefix = postal_key(postcode);
        if !postal_prefix.chars().all(|c| c.is_ascii_alphanumeric()) || postal_prefix.len() > 10 {
            return Err(wrong("the beginning of a postcode is letters and digits."));
        }
        places.push(Place { country, region, postal_prefix });
    }
    places.sort();
    places.dedup();
    if places.len() > PLACES {
        return Err(Error::field("places", format!("At most {PLACES} places.")));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        let read = parse_places("de, us-ca\nES 35;ES 38 \n\nGB BT\nDE").unwrap();
        let written: Vec<_> = read.iter().map(ToString::to_string).collect();
        assert_eq!(written, ["DE", "ES 35", "ES 38", "GB BT", "US-CA"]);
        for wrong in ["Germany", "US-ZZ", "ES 3?", "X"] {
            assert!(parse_places(wrong).is_err(), "{wrong}");
        }
    }
}
