//! What files say of the shop's attributes: Shopify's metafields, WooCommerce's attributes that no variation names.
//!
//! An attribute is known by its key, else by its name. One that the shop does not have is made, of text; a value that a choice
//! does not have is added to it. A cell without anything in it takes the value away; what a file does not name stays.

use super::RowError;
use super::cell::{join, split};
use super::item::Item;
use super::table::short;
use crate::attribute::{self, Attribute, Choice, Draft, DraftValue, Kind, Value, decimal, thousandths};
use crate::catalogue::draft::slugify;
use crate::db::Tx;
use crate::id::{AttributeId, ChoiceId};
use crate::limits::{ATTRIBUTE_CHOICES, ATTRIBUTE_TEXT_CHARS, NAME_CHARS};
use crate::{Error, Result};
use serde::Serialize;

/// What a file says a product has of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Empty where the file only has a name.
    pub key: String,
    pub name: String,
    pub text: String,
    /// Between several values: a semicolon in a metafield, a comma at WooCommerce.
    pub separator: char,
    /// Whether a product's page is to show it; only asked of an attribute that is made.
    pub shown: bool,
    /// Written by this shop: nothing is guessed.
    #[serde(skip)]
    pub literal: bool,
    /// Where it stands in the file.
    #[serde(skip)]
    pub line: u64,
    #[serde(skip)]
    pub column: String,
}

impl Named {
    fn error(&self, message: impl Into<String>) -> RowError {
        RowError { line: self.line, column: self.column.clone(), message: message.into() }
    }

    /// A metafield that is a list may also be written as JSON.
    fn values(&self) -> Vec<String> {
        match serde_json::from_str::<Vec<String>>(&self.text) {
            Ok(values) if self.separator == ';' && !self.literal => values,
            _ => split(&self.text, self.separator, true),
        }
    }

    fn is(&self, attribute: &Attribute) -> bool {
        let key = if self.key.is_empty() { &self.name } else { &self.key };
        attribute.slug == *key || attribute.slug == slugify(key)
    }
}

/// A cell as it is read back; `None` where the product has nothing of the attribute. `for_people`: with units, and in
/// words.
pub fn cell(attribute: &Attribute, values: &[DraftValue], separator: char, for_people: bool) -> Option<String> {
    let value = &values.iter().find(|value| value.attribute == attribute.id)?.value;
    Some(match value {
        // Only lists of WooCommerce are taken apart whatever the attribute's kind is.
        Value::Text(text) if separator == ',' => join([text.as_str()], separator),
        Value::Text(text) => text.clone(),
        Value::Number(number) if for_people && !attribute.unit.is_empty() => {
            format!("{} {}", decimal(*number), attribute.unit)
        }
        Value::Number(number) => decimal(*number),
        Value::Boolean(yes) if for_people => if *yes { "Yes" } else { "No" }.to_owned(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Choice(ids) => {
            let chosen = attribute.choices.iter().filter(|choice| ids.contains(&choice.id));
            join(chosen.map(|choice| choice.value.as_str()), separator)
        }
    })
}

/// The shop's attributes, and those made since.
pub struct Definitions {
    known: Vec<Attribute>,
    now: i64,
}

impl Definitions {
    pub async fn load(tx: &mut Tx, now: i64) -> Result<Self> {
        Ok(Self { known: attribute::definitions(tx).await?, now })
    }

    /// What a product is to have that has `before`, or why it is refused.
    pub async fn apply(
        &mut self,
        tx: &mut Tx,
        item: &Item,
        before: &[DraftValue],
    ) -> Result<Result<Vec<DraftValue>, Vec<RowError>>> {
        let (mut values, mut errors) = (before.to_vec(), Vec::new());
        for named in &item.attributes {
            match self.value(tx, named).await? {
                Ok(None) => {}
                Ok(Some((attribute, value))) => {
                    values.retain(|known| known.attribute != attribute);
                    values.extend(value.map(|value| DraftValue { attribute, value }));
                }
                Err(message) => errors.push(named.error(message)),
            }
        }
        values.sort_by_key(|value| value.attribute);
        Ok(if errors.is_empty() { Ok(values) } else { Err(errors) })
    }

    /// Which attribute is meant, and what the product has of it; `Ok(None)` for nothing of one that is not there.
    async fn value(
        &mut self,
        tx: &mut Tx,
        named: &Named,
    ) -> Result<Result<Option<(AttributeId, Option<Value>)>, String>> {
        let at = match self.place(named) {
            Some(at) => at,
            None if named.text.trim().is_empty() => return Ok(Ok(None)),
            None => match self.make(tx, named).await {
                Ok(()) => self.known.len() - 1,
                Err(Error::Invalid(fields)) => {
                    return Ok(Err(fields.into_iter().map(|field| field.message).collect::<Vec<_>>().join(" ")));
                }
                Err(error) => return Err(error),
            },
        };
        let text = named.text.trim();
        let (id, kind) = (self.known[at].id, self.known[at].kind);
        let value = match kind {
            _ if text.is_empty() => None,
            Kind::Text => match Value::text(&as_text(named)) {
                Some(Value::Text(text)) if text.chars().count() > ATTRIBUTE_TEXT_CHARS => {
                    return Ok(Err(format!("At most {ATTRIBUTE_TEXT_CHARS} characters.")));
                }
                value => value,
            },
            Kind::Number => match number(text, &self.known[at].unit) {
                Some(number) => Some(Value::Number(number)),
                None => return Ok(Err(format!("{:?} is not a number of at most three decimals.", short(text)))),
            },
            Kind::Boolean => match yes_or_no(text) {
                Some(yes) => Some(Value::Boolean(yes)),
                None => return Ok(Err("Neither yes nor no.".to_owned())),
            },
            Kind::Choice => match self.choices(tx, at, named.values()).await? {
                Ok(ids) => Value::choice(ids),
                Err(message) => return Ok(Err(message)),
            },
        };
        Ok(Ok(Some((id, value))))
    }

    fn place(&self, named: &Named) -> Option<usize> {
        let by_name = || {
            let name = named.name.to_lowercase();
            self.known.iter().position(|known| !name.is_empty() && known.name.to_lowercase() == name)
        };
        self.known.iter().position(|known| named.is(known)).or_else(by_name)
    }

    async fn make(&mut self, tx: &mut Tx, named: &Named) -> Result<()> {
        let name = if named.name.is_empty() { &named.key } else { &named.name };
        let draft = Draft {
            name: name.clone(),
            slug: slugify(&named.key),
            kind: Kind::Text,
            searchable: true,
            shown: named.shown,
            ..Draft::default()
        };
        let draft = draft.clean()?;
        let id = AttributeId::new();
        attribute::insert(tx, id, &draft, self.now).await?;
        let Draft { slug, name, kind, unit, shown, .. } = draft;
        self.known.push(Attribute { id, slug, name, kind, unit, shown, choices: Vec::new() });
        Ok(())
    }

    async fn choices(&mut self, tx: &mut Tx, at: usize, values: Vec<String>) -> Result<Result<Vec<ChoiceId>, String>> {
        let attribute = &mut self.known[at];
        let mut ids = Vec::new();
        for value in values {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            let same = |choice: &&Choice| choice.value.to_lowercase() == value.to_lowercase();
            if let Some(choice) = attribute.choices.iter().find(same) {
                ids.push(choice.id);
                continue;
            }
            if value.is_empty() || value.chars().count() > NAME_CHARS || value.chars().any(char::is_control) {
                return Ok(Err(format!("{:?} cannot be one of its values.", short(&value))));
            }
            if attribute.choices.len() >= ATTRIBUTE_CHOICES {
                return Ok(Err(format!("It has {ATTRIBUTE_CHOICES} values; {:?} would be one more.", short(&value))));
            }
            let id = attribute::add_choice(tx, attribute.id, attribute.choices.len(), &value).await?;
            attribute.choices.push(Choice { id, value, swatch: None });
            ids.push(id);
        }
        Ok(Ok(ids))
    }
}

/// Several values of a text stand in it one behind the other.
fn as_text(named: &Named) -> String {
    let is_list = named.separator == ',' || (named.text.starts_with("[\"") && !named.literal);
    if is_list { named.values().join(", ") } else { named.text.clone() }
}

/// Thousandths of a number, with or without its unit.
fn number(text: &str, unit: &str) -> Option<i64> {
    let bare = text.len().checked_sub(unit.len()).and_then(|at| {
        let (number, end) = (text.get(..at)?, text.get(at..)?);
        (!unit.is_empty() && end.eq_ignore_ascii_case(unit)).then_some(number)
    });
    thousandths(bare.unwrap_or(text))
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_and_without_their_unit() {
        assert_eq!([number("18.5", "cm"), number("18,5 cm", "cm"), number("18.5CM", "cm")], [Some(18_500); 3]);
        assert_eq!([number("18 in", "cm"), number("cm", "cm"), number("é", "cm")], [None; 3]);
        assert_eq!(number("7", ""), Some(7_000));
    }

    #[test]
    fn lists_are_read_as_the_formats_write_them() {
        let named = |text: &str, separator| Named {
            key: String::new(),
            name: "Wood".into(),
            text: text.into(),
            separator,
            shown: true,
            literal: false,
            line: 2,
            column: String::new(),
        };
        assert_eq!(named("Oak; Ash", ';').values(), ["Oak", "Ash"]);
        assert_eq!(named(r#"["Oak","Ash, pale"]"#, ';').values(), ["Oak", "Ash, pale"]);
        assert_eq!(named(r"Oak, Ash\, pale", ',').values(), ["Oak", "Ash, pale"]);
        assert_eq!(as_text(&named(r"Oak\, oiled", ',')), "Oak, oiled");
        assert_eq!(as_text(&named("Oak; oiled", ';')), "Oak; oiled");
    }
}
