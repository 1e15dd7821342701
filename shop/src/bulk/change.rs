//! What is to change, and what that makes of a product. Pure: the same changes make the same of the same product.

use super::price::PriceChange;
use super::sheet::Sheet;
use crate::Result;
use crate::attribute::DraftValue;
use crate::catalogue::draft::{Draft, Status};
use crate::id::{AttributeId, CategoryId};
use crate::limits::{self, Check};
use serde::{Deserialize, Serialize};

/// What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    pub status: Option<Status>,
    /// Empty: none from now on.
    pub brand: Option<String>,
    pub product_type: Option<String>,
    pub add_tags: Vec<String>,
    pub remove_tags: Vec<String>,
    pub add_category: Option<CategoryId>,
    pub remove_category: Option<CategoryId>,
    /// Of all variants.
    pub tax_class: Option<String>,
    pub price: Option<PriceChange>,
    /// What products are like from now on, each attribute once.
    pub set_attributes: Vec<DraftValue>,
    pub remove_attributes: Vec<AttributeId>,
    /// What a table says of each variant on its own.
    pub sheet: Option<Sheet>,
}

impl Changes {
    /// # Errors
    /// `Invalid` names the field; nothing at all to change is refused as "changes".
    pub fn check(&self) -> Result<()> {
        let mut check = Check::default();
        check.that(*self != Self::default(), "changes", "Choose something to change.");
        for (field, text) in [("brand", &self.brand), ("product_type", &self.product_type)] {
            check.text(field, text.as_deref().unwrap_or_default(), limits::NAME_CHARS);
        }
        for (field, tags) in [("add_tags", &self.add_tags), ("remove_tags", &self.remove_tags)] {
            check.that(tags.len() <= limits::TAGS, field, format!("At most {}.", limits::TAGS));
            for tag in tags {
                check.text(field, tag, limits::NAME_CHARS);
            }
        }
        if let Some(class) = &self.tax_class {
            check.required("tax_class", class, limits::NAME_CHARS);
        }
        for value in &self.set_attributes {
            value.check(&mut check);
            let both = self.remove_attributes.contains(&value.attribute);
            check.that(!both, &format!("attributes.{}", value.attribute), "Either set or removed.");
        }
        if let Some(sheet) = &self.sheet {
            sheet.check(&mut check);
        }
        if let Some(price) = self.price {
            price.check(&mut check);
        }
        check.done()
    }

    /// The product as it is to be.
    ///
    /// # Errors
    /// `Invalid` when a rule of products is broken, for example by a price below 0.
    pub fn made_of(&self, before: &Draft) -> Result<Draft> {
        let mut draft = before.clone();
        if let Some(status) = self.status {
            draft.status = status;
            if status != Status::Draft {
                draft.publish_at = None;
            }
        }
        for (wanted, text) in [(&self.brand, &mut draft.brand), (&self.product_type, &mut draft.product_type)] {
            if let Some(wanted) = wanted {
                text.clone_from(wanted);
            }
        }
        draft.tags.retain(|tag| !self.remove_tags.contains(tag));
        for tag in &self.add_tags {
            if !draft.tags.contains(tag) {
                draft.tags.push(tag.clone());
            }
        }
        draft.categories.retain(|category| Some(*category) != self.remove_category);
        if let Some(category) = self.add_category.filter(|category| !draft.categories.contains(category)) {
            draft.categories.push(category);
            draft.categories.sort();
        }
        let spoken_of = |id: AttributeId| {
            self.remove_attributes.contains(&id) || self.set_attributes.iter().any(|value| value.attribute == id)
        };
        draft.attributes.retain(|value| !spoken_of(value.attribute));
        draft.attributes.extend(self.set_attributes.iter().cloned());
        draft.attributes.sort_by_key(|value| value.attribute);
        if let Some(sheet) = &self.sheet {
            sheet.fill_in(&mut draft);
        }
        for (at, variant) in draft.variants.iter_mut().enumerate() {
            if let Some(class) = &self.tax_class {
                variant.tax_class.clone_from(class);
            }
            if let Some(price) = self.price {
                price.change(at, variant)?;
            }
        }
        draft.check()?;
        Ok(draft)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::price::{CompareAt, PriceStep};
    use super::*;
    use crate::catalogue::draft::{DraftPrice, DraftVariant};
    use crate::money::Currency;
    use uuid::Uuid;

    pub fn product(prices: &[(Currency, i64, Option<i64>)]) -> Draft {
        let prices = prices.iter().map(|(c, a, b)| DraftPrice { currency: *c, amount: *a, compare_at: *b }).collect();
        let variant = DraftVariant { sku: "A-1".into(), prices, ..DraftVariant::default() };
        Draft { title: "Mug".into(), slug: "mug".into(), variants: vec![variant], ..Draft::default() }
    }

    pub fn priced(step: PriceStep, compare_at: CompareAt) -> Changes {
        Changes { price: Some(PriceChange { currency: Currency::EUR, step, compare_at }), ..Changes::default() }
    }

    #[test]
    fn attributes_are_set_and_removed_and_nothing_else_of_them_changes() {
        let id = |n| AttributeId(Uuid::from_u128(n));
        let of = |n, text: &str| DraftValue { attribute: id(n), value: crate::attribute::Value::text(text).unwrap() };
        let before = Draft { attributes: vec![of(1, "Oak"), of(2, "Wipe"), of(3, "Made here")], ..product(&[]) };
        let changes = Changes {
            set_attributes: vec![of(4, "New"), of(1, "Ash")],
            remove_attributes: vec![id(2)],
            ..Changes::default()
        };
        assert_eq!(changes.made_of(&before).unwrap().attributes, [of(1, "Ash"), of(3, "Made here"), of(4, "New")]);
        let both = Changes { remove_attributes: vec![id(1)], ..changes };
        assert!(both.check().is_err());
    }
}
