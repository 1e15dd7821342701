//! Postal addresses and the rules of each country for writing them.
//!
//! The same checks run in the browser and on the server; the table of countries is `address/country.rs`.

mod country;

pub use country::CityLine;

use crate::FieldError;
use crate::limits::{self, Check};
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
    /// "Postcode", "ZIP code"; `None`: the country has none.
    pub postal_label: Option<&'static str>,
    /// Shape of a postal code: `9` a digit, `A` a letter, `X` either, others literally; alternatives by `|`.
    pub postal_shape: &'static str,
    /// "State", "Province"; `None`: no such field.
    pub region_label: Option<&'static str>,
    /// (code, name); empty with a label: free text, not required.
    pub regions: &'static [(&'static str, &'static str)],
    pub city_line: CityLine,
}

/// Every country the shop can deliver to, by English name.
pub fn countries() -> &'static [CountryRules] {
    country::COUNTRIES
}

/// The rules of the country with this code, upper case; `None` when the shop does not know it.
pub fn rules(country: &str) -> Option<&'static CountryRules> {
    country::COUNTRIES.iter().find(|rules| rules.code == country)
}

impl CountryRules {
    /// A valid postal code of the country, for the hint below the field.
    pub fn postal_example(&self) -> String {
        let shape = self.postal_shape.split('|').next().unwrap_or_default();
        let mut digits = "12345678".chars().cycle();
        let mut letters = "ABCDEFGH".chars().cycle();
        shape
            .chars()
            .map(|c| match c {
                '9' => digits.next().expect("cycles for ever"),
                'A' | 'X' => letters.next().expect("cycles for ever"),
                other => other,
            })
            .collect()
    }

    fn postal_code_fits(&self, code: &str) -> bool {
        self.postal_shape.split('|').any(|shape| {
            shape.chars().count() == code.chars().count()
                && shape.chars().zip(code.chars()).all(|(want, is)| match want {
                    '9' => is.is_ascii_digit(),
                    'A' => is.is_ascii_uppercase(),
                    'X' => is.is_ascii_uppercase() || is.is_ascii_digit(),
                    literal => is == literal,
                })
        })
    }

    fn region_name(&self, code: &str) -> Option<&'static str> {
        self.regions.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
    }
}

impl Address {
    /// Trimmed, postal code and codes in upper case, fields the country does not use emptied: as it is stored.
    #[must_use]
    pub fn normalised(&self) -> Self {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut address = Self {
            name: line(&self.name),
            company: line(&self.company),
            line1: line(&self.line1),
            line2: line(&self.line2),
            city: line(&self.city),
            region: line(&self.region),
            // ASCII, here and below: the tables for all of Unicode would weigh 9 KB in a shopper's download.
            postal_code: line(&self.postal_code).to_ascii_uppercase(),
            country: self.country.trim().to_ascii_uppercase(),
            phone: line(&self.phone),
        };
        if let Some(rules) = rules(&address.country) {
            if rules.postal_label.is_none() {
                address.postal_code.clear();
            }
            if rules.region_label.is_none() {
                address.region.clear();
            } else if !rules.regions.is_empty() {
                let typed = address.region.to_ascii_lowercase();
                let known = rules
                    .regions
                    .iter()
                    .find(|(c, n)| c.to_ascii_lowercase() == typed || n.to_ascii_lowercase() == typed);
                if let Some((code, _)) = known {
                    (*code).clone_into(&mut address.region);
                }
            }
        }
        address
    }

    /// What is wrong, field by field, each name preceded by `prefix`; empty when the address can be delivered to.
    /// Judges the address as [`Address::normalised`] leaves it.
    pub fn check(&self, prefix: &str) -> Vec<FieldError> {
        let mut check = Check::default();
        let field = |name: &str| format!("{prefix}{name}");
        check
            .required(&field("name"), &self.name, limits::NAME_CHARS)
            .text(&field("company"), &self.company, limits::NAME_CHARS)
            .required(&field("line1"), &self.line1, limits::ADDRESS_LINE_CHARS)
            .text(&field("line2"), &self.line2, limits::ADDRESS_LINE_CHARS)
            .required(&field("city"), &self.city, limits::CITY_CHARS)
            .text(&field("region"), &self.region, limits::CITY_CHARS)
            .text(&field("postal_code"), &self.postal_code, limits::POSTAL_CODE_CHARS)
            .text(&field("phone"), &self.phone, limits::PHONE_CHARS)
            .that(
                self.phone.chars().all(|c| c.is_ascii_digit() || " +-()./x".contains(c)),
                &field("phone"),
                "Digits, spaces and + - ( ) only.",
            );
        let Some(rules) = rules(&self.country) else {
            check.that(false, &field("country"), "Choose a country from the list.");
            return check.into_errors();
        };
        if let Some(label) = rules.postal_label {
            check.that(
                rules.postal_code_fits(&self.postal_code),
                &field("postal_code"),
                format!("Enter a {label} like {}.", rules.postal_example()),
            );
        }
        if let (Some(label), false) = (rules.region_label, rules.regions.is_empty()) {
            check.that(
                rules.region_name(&self.region).is_some(),
                &field("region"),
                format!("Choose the {}.", label.to_ascii_lowercase()),
            );
        }
        check.into_errors()
    }

    /// The lines of a label, in the order the country writes them; never an empty one.
    pub fn lines(&self) -> Vec<String> {
        let rules = rules(&self.country);
        let (city, region, postal) = (self.city.as_str(), self.region.as_str(), self.postal_code.as_str());
        let joined = |parts: &[&str]| parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ");
        let city_lines = match rules.map_or(CityLine::PostalCity, |rules| rules.city_line) {
            CityLine::PostalCity => vec![joined(&[postal, city])],
            CityLine::CityThenPostal => vec![city.to_owned(), region.to_owned(), postal.to_owned()],
            CityLine::CityPostal => vec![joined(&[city, postal])],
            CityLine::PostalCityRegion => vec![joined(&[postal, city, region])],
            CityLine::CityRegionPostal => {
                // Numbered prefectures are written by name.
                let named = rules
                    .and_then(|r| r.region_name(region))
                    .filter(|_| region.starts_with(|c: char| c.is_ascii_digit()));
                let tail = joined(&[named.unwrap_or(region), postal]);
                vec![if tail.is_empty() { city.to_owned() } else { format!("{city}, {tail}") }]
            }
        };
        let country = rules.map_or(self.country.as_str(), |rules| rules.name);
        [self.name.as_str(), &self.company, &self.line1, &self.line2]
            .into_iter()
            .map(str::to_owned)
            .chain(city_lines)
            .chain([country.to_owned()])
            .filter(|line| !line.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(country: &str, region: &str, postal_code: &str, city: &str) -> Address {
        Address {
            name: "Ada Byron".into(),
            line1: "1 Long Street".into(),
            city: city.into(),
            region: region.into(),
            postal_code: postal_code.into(),
            country: country.into(),
            ..Address::default()
        }
    }

    #[test]
    fn every_country_accepts_its_own_example_and_appears_once() {
        assert!(countries().len() >= 35);
        for rules in countries() {
            assert_eq!(countries().iter().filter(|other| other.code == rules.code).count(), 1, "{}", rules.code);
            let region = rules.regions.first().map_or("", |(code, _)| code);
            let address = address(rules.code, region, &rules.postal_example(), "Town");
            assert_eq!(address.check(""), [], "{}", rules.code);
        }
    }

    #[test]
    fn a_wrong_postal_code_region_or_country_is_refused_by_field() {
        let fields = |a: Address| a.check("to_").into_iter().map(|e| e.field).collect::<Vec<_>>();
        assert_eq!(fields(address("DE", "", "1011", "Berlin")), ["to_postal_code"]);
        assert_eq!(fields(address("US", "ZZ", "97201", "Portland")), ["to_region"]);
        assert_eq!(fields(address("XX", "", "1", "Nowhere")), ["to_country"]);
        assert_eq!(fields(address("DE", "", "١٠١١٥", "Berlin")), ["to_postal_code"]);
    }

    #[test]
    fn typing_habits_are_forgiven() {
        let typed = address(" gb ", "ignored", " sw1a  1aa ", " London").normalised();
        assert_eq!((typed.postal_code.as_str(), typed.region.as_str()), ("SW1A 1AA", ""));
        assert_eq!(typed.check(""), []);
        assert_eq!(address("US", "oregon", "97201", "Portland").normalised().region, "OR");
    }

    #[test]
    fn each_country_writes_its_lines_in_its_own_order() {
        let tail = |a: Address| a.lines()[2..].join(" / ");
        assert_eq!(tail(address("DE", "", "10115", "Berlin")), "10115 Berlin / Germany");
        assert_eq!(tail(address("US", "OR", "97201", "Portland")), "Portland, OR 97201 / United States");
        assert_eq!(tail(address("GB", "", "SW1A 1AA", "London")), "London / SW1A 1AA / United Kingdom");
        assert_eq!(tail(address("JP", "13", "100-0001", "Chiyoda")), "Chiyoda, Tokyo 100-0001 / Japan");
    }
}
