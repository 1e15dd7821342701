//! The places that a zone is made of, as people write them: "DE", "US-CA", "DE 10*", "*".

use crate::address;
use crate::limits::POSTAL_CODE_CHARS;
use serde::{Deserialize, Serialize};

/// A country, one of its regions, or postcodes that begin alike. Of the places around an address the most specific counts:
/// the longest beginning of its postcode, then its region, then its country, then the rest of the world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Area {
    /// ISO 3166-1 alpha-2; "*" is the rest of the world.
    pub country: String,
    /// Code of a region as addresses have it, "CA"; empty: all of them.
    pub region: String,
    /// Beginning of postcodes as [`Area::postcode`] writes them; empty: all of them.
    pub postcode: String,
}

impl Area {
    /// Reads "DE", "US-CA", "DE 10*" or "*".
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "*" {
            return Ok(Self { country: "*".into(), ..Self::default() });
        }
        let (place, prefix) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let place = place.to_uppercase();
        let (country, region) = place.split_once('-').unwrap_or((&place, ""));
        let rules = address::rules(country).ok_or_else(|| format!("{text}: the shop knows no country {country}."))?;
        let knows = rules.regions.is_empty() || rules.regions.iter().any(|(code, _)| *code == region);
        if !region.is_empty() && (rules.region_label.is_none() || !knows) {
            return Err(format!("{text}: {} has no region {region}.", rules.name));
        }
        let postcode = Self::postcode(prefix.trim().trim_end_matches('*'));
        let fits = postcode.bytes().all(|b| b.is_ascii_alphanumeric()) && postcode.len() <= POSTAL_CODE_CHARS;
        if !prefix.trim().is_empty() && (postcode.is_empty() || !fits || rules.postal_label.is_none()) {
            return Err(format!("{text}: postcodes are written by how they begin, like DE 10*."));
        }
        if !region.is_empty() && !postcode.is_empty() {
            return Err(format!("{text}: either a region or postcodes."));
        }
        Ok(Self { country: country.to_owned(), region: region.to_owned(), postcode })
    }

    /// A postcode as its beginnings are compared: capitals, without spaces and hyphens.
    pub fn postcode(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_uppercase()
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.country)?;
        match (self.region.as_str(), self.postcode.as_str()) {
            ("", "") => Ok(()),
            (region, "") => write!(f, "-{region}"),
            (_, postcode) => write!(f, " {postcode}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        for (typed, written) in [
            ("DE", "DE"),
            (" us-ca ", "US-CA"),
            ("de 10*", "DE 10*"),
            ("GB bt-", "GB BT*"),
            ("*", "*"),
            ("IT-MI", "IT-MI"),
        ] {
            assert_eq!(Area::parse(typed).unwrap().to_string(), written);
        }
        for wrong in ["", "XX", "DE-BE", "US-ZZ", "DE *", "DE 1é*", "US-CA 90*", "HK 1*"] {
            assert!(Area::parse(wrong).is_err(), "{wrong}");
        }
    }
}
