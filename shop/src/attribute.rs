//! What products are like, in the merchant's own words: attributes with a type, and what each product has of them.
//!
//! ```text
//! attribute ── attribute_choice          defined by the merchant, or by an import
//!     │               │
//!     └── product_attribute ── product_change ──▶ search: facets and words
//!                  └──▶ the product's page: specifications
//! ```
//!
//! A value fits its attribute's type because the schema refuses any other (`migrations/*/0023_attribute.sql`); an attribute
//! stays of its type for as long as it is there. Numbers are whole thousandths.

#[cfg(feature = "server")]
mod edit;
mod number;
#[cfg(feature = "server")]
mod read;
mod value;
#[cfg(feature = "server")]
pub(crate) mod write;

#[cfg(feature = "server")]
pub use edit::{Step, create, put, remove, update};
#[cfg(feature = "server")]
pub(crate) use edit::{add_choice, insert};
#[cfg(feature = "server")]
pub use read::{Edited, all, list, load};
#[cfg(feature = "server")]
pub(crate) use read::{FacetOf, definitions, facets};

pub use number::{decimal, thousandths};
#[cfg(feature = "server")]
pub(crate) use value::shown;
pub use value::{DraftValue, Spec, Value};

use crate::catalogue::draft::{is_slug, slugify};
use crate::id::{AttributeId, ChoiceId};
use crate::limits::{self, Check};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What an attribute's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Text,
    /// Thousandths, shown with the attribute's unit.
    Number,
    Boolean,
    /// Some of a list of values.
    Choice,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Boolean, Self::Choice];

    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// An attribute, as everything that asks for products' values needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub id: AttributeId,
    pub slug: String,
    pub name: String,
    pub kind: Kind,
    /// Of a number; empty: none.
    pub unit: String,
    /// On the product's page.
    pub shown: bool,
    /// Of a choice, in the merchant's order.
    pub choices: Vec<Choice>,
}

impl Attribute {
    /// The name with the unit: "Width (cm)".
    pub fn label(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.unit) }
    }
}

/// A value that products can have of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: ChoiceId,
    pub value: String,
    /// A colour like "#a04030".
    pub swatch: Option<String>,
}

/// An attribute as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub name: String,
    /// Left empty, it is made from the name.
    pub slug: String,
    pub kind: Kind,
    pub unit: String,
    pub filterable: bool,
    pub searchable: bool,
    pub shown: bool,
    /// Of a choice, and of no other.
    pub choices: Vec<DraftChoice>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftChoice {
    /// The value that this changes; without one it is new.
    pub id: Option<ChoiceId>,
    pub value: String,
    /// "#a04030"; empty: none.
    pub swatch: String,
}

impl Draft {
    /// Without spaces around, with a slug, and within bounds.
    ///
    /// # Errors
    /// `Invalid` by field ("choices.2.swatch").
    pub fn clean(mut self) -> crate::Result<Self> {
        for text in [&mut self.name, &mut self.slug, &mut self.unit] {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if self.slug.is_empty() {
            self.slug = slugify(&self.name);
        }
        if self.kind != Kind::Number {
            self.unit.clear();
        }
        if self.kind != Kind::Choice {
            self.choices.clear();
        }
        for choice in &mut self.choices {
            choice.value = choice.value.split_whitespace().collect::<Vec<_>>().join(" ");
            choice.swatch = choice.swatch.trim().to_ascii_lowercase();
        }
        let mut check = Check::default();
        check.required("name", &self.name, limits::NAME_CHARS).text("slug", &self.slug, limits::SLUG_CHARS);
        let address = !self.slug.is_empty() && is_slug(&self.slug);
        check.that(address || self.name.is_empty(), "slug", "Lower-case letters, digits and hyphens.");
        check.text("unit", &self.unit, limits::UNIT_CHARS);
        self.check_choices(&mut check);
        check.done()?;
        Ok(self)
    }

    fn check_choices(&self, check: &mut Check) {
        let most = limits::ATTRIBUTE_CHOICES;
        check.that(self.choices.len() <= most, "choices", format!("At most {most} values."));
        let mut seen = HashSet::new();
        for (at, choice) in self.choices.iter().enumerate() {
            let value = format!("choices.{at}.value");
            check.required(&value, &choice.value, limits::NAME_CHARS);
            check.that(seen.insert(choice.value.to_lowercase()), &value, "This value stands there twice.");
            let is_colour = choice.swatch.is_empty() || is_swatch(&choice.swatch);
            check.that(is_colour, &format!("choices.{at}.swatch"), "Enter a colour like #a04030.");
        }
    }
}

fn is_swatch(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(value: &str, swatch: &str) -> DraftChoice {
        DraftChoice { id: None, value: value.into(), swatch: swatch.into() }
    }

    #[test]
    fn what_is_wrong_with_a_definition_is_said_by_field() {
        let wrong = Draft {
            name: " ".into(),
            kind: Kind::Choice,
            choices: vec![choice("Oak", "brown"), choice(" oak ", ""), choice("", "#12345g")],
            ..Draft::default()
        };
        let Err(crate::Error::Invalid(fields)) = wrong.clean() else { panic!("was taken") };
        let fields: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["name", "choices.0.swatch", "choices.1.value", "choices.2.value", "choices.2.swatch"]);
    }

    #[test]
    fn what_a_kind_does_not_have_is_left_out() {
        let text =
            Draft { name: " Wood ".into(), unit: "cm".into(), choices: vec![choice("Oak", "")], ..Draft::default() };
        let text = text.clean().unwrap();
        assert_eq!((text.name.as_str(), text.slug.as_str(), text.unit.as_str()), ("Wood", "wood", ""));
        assert!(text.choices.is_empty());
        let colour = Draft {
            name: "Colour".into(),
            kind: Kind::Choice,
            choices: vec![choice("Red", "#AA0000 ")],
            ..Draft::default()
        };
        assert_eq!(colour.clean().unwrap().choices[0].swatch, "#aa0000");
    }
}
