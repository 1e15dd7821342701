//! What a product has of an attribute: as it is written, and as it is shown.

use super::Kind;
#[cfg(feature = "server")]
use super::decimal;
use crate::id::{AttributeId, ChoiceId};
use crate::limits::{self, Check};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Text(String),
    /// Thousandths.
    Number(i64),
    Boolean(bool),
    /// Ascending, each once, at least one.
    Choice(Vec<ChoiceId>),
}

impl Value {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Number(_) => Kind::Number,
            Self::Boolean(_) => Kind::Boolean,
            Self::Choice(_) => Kind::Choice,
        }
    }

    /// Text in one line; `None` for one of spaces.
    pub fn text(text: &str) -> Option<Self> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(Self::Text(text))
    }

    /// `None` without any.
    pub fn choice(mut ids: Vec<ChoiceId>) -> Option<Self> {
        ids.sort();
        ids.dedup();
        (!ids.is_empty()).then_some(Self::Choice(ids))
    }
}

/// What a product is to have of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftValue {
    pub attribute: AttributeId,
    pub value: Value,
}

impl DraftValue {
    /// What is wrong with it, under the name `attributes.<id>`.
    pub(crate) fn check(&self, check: &mut Check) {
        let field = format!("attributes.{}", self.attribute);
        match &self.value {
            Value::Text(text) => {
                check.required(&field, text, limits::ATTRIBUTE_TEXT_CHARS);
            }
            Value::Number(number) => {
                let most = limits::ATTRIBUTE_NUMBER_MAX;
                check.that((-most..=most).contains(number), &field, "Out of range.");
            }
            Value::Boolean(_) => {}
            Value::Choice(ids) => {
                let is_set = ids.is_sorted_by(|one, other| one < other);
                check.that(is_set && !ids.is_empty(), &field, "Each value once, and at least one.");
            }
        }
    }
}

/// A line of a product's specifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    pub slug: String,
    pub name: String,
    pub kind: Kind,
    /// Of a number; empty: none.
    pub unit: String,
    /// As shoppers read them, without the unit; more than one only of a choice.
    pub values: Vec<String>,
}

impl Spec {
    /// All of it in one line: "18.5 cm", "Oak, Ash".
    pub fn text(&self) -> String {
        let values = self.values.join(", ");
        if self.unit.is_empty() { values } else { format!("{values} {}", self.unit) }
    }
}

#[cfg(feature = "server")]
/// A value as shoppers read it; `None` for a row that fits no type, which the schema has not.
pub(crate) fn shown(kind: Kind, text: Option<String>, number: Option<i64>, choice: Option<String>) -> Option<String> {
    match kind {
        Kind::Text => text,
        Kind::Number => number.map(decimal),
        Kind::Boolean => number.map(|yes| if yes == 1 { "Yes" } else { "No" }.to_owned()),
        Kind::Choice => choice,
    }
}
