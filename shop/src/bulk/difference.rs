//! What changes of a product, in words for the merchant.

use super::back::currencies;
use crate::attribute::{Attribute, Value, decimal};
use crate::catalogue::draft::{Draft, DraftVariant, Status};
use crate::id::CategoryId;
use crate::money::Currency;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// "Brand", "Price of MUG-1 in EUR".
    pub what: String,
    /// Empty: nothing.
    pub before: String,
    pub after: String,
}

/// What things are called that a product only refers to.
#[derive(Default)]
pub struct Names {
    pub categories: HashMap<CategoryId, String>,
    pub attributes: Vec<Attribute>,
    /// The default one.
    pub currency: Option<Currency>,
}

pub fn between(before: &Draft, after: &Draft, known: &Names) -> Vec<Difference> {
    let names = |ids: &[CategoryId]| {
        let known = ids.iter().map(|id| known.categories.get(id).map_or("?", String::as_str));
        known.collect::<Vec<_>>().join(", ")
    };
    let mut found = Vec::new();
    let mut note = |what: &str, before: String, after: String| {
        if before != after {
            found.push(Difference { what: what.to_owned(), before, after });
        }
    };
    note("Status", status(before).to_owned(), status(after).to_owned());
    note("Title", before.title.clone(), after.title.clone());
    note("Brand", before.brand.clone(), after.brand.clone());
    note("Product type", before.product_type.clone(), after.product_type.clone());
    note("Tags", before.tags.join(", "), after.tags.join(", "));
    note("Categories", names(&before.categories), names(&after.categories));
    for attribute in &known.attributes {
        let [before, after] = [before, after].map(|draft| value(draft, attribute));
        note(&attribute.label(), before, after);
    }
    for (was, is) in before.variants.iter().zip(&after.variants) {
        let sku = &was.sku;
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
        note(&format!("SKU of {sku}"), was.sku.clone(), is.sku.clone());
        note(&format!("Barcode of {sku}"), or_nothing(&was.barcode), or_nothing(&is.barcode));
        note(&format!("Weight of {sku} in g"), was.weight_grams.to_string(), is.weight_grams.to_string());
        note(&format!("Tax class of {sku}"), was.tax_class.clone(), is.tax_class.clone());
        let [before, after] = [was, is].map(|variant| cost(variant, known.currency));
        note(&format!("Cost of {sku}"), before, after);
        for currency in currencies(was, is) {
            let [before, after] = [was, is].map(|variant| prices(variant, currency));
            note(&format!("Price of {sku} in {currency}"), before.0, after.0);
            note(&format!("Price before of {sku} in {currency}"), before.1, after.1);
        }
    }
    found
}

fn value(draft: &Draft, attribute: &Attribute) -> String {
    match draft.attributes.iter().find(|value| value.attribute == attribute.id).map(|value| &value.value) {
        None => String::new(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Number(number)) => decimal(*number),
        Some(Value::Boolean(yes)) => if *yes { "Yes" } else { "No" }.to_owned(),
        Some(Value::Choice(ids)) => {
            let chosen = attribute.choices.iter().filter(|choice| ids.contains(&choice.id));
            chosen.map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(", ")
        }
    }
}

/// `currency`: the default one, in which costs are.
fn cost(variant: &DraftVariant, currency: Option<Currency>) -> String {
    let money = variant.cost.zip(currency).map(|(cost, currency)| currency.money(cost).decimal());
    money.unwrap_or_default()
}

fn status(draft: &Draft) -> &'static str {
    match draft.status {
        Status::Draft if draft.publish_at.is_some() => "Scheduled",
        Status::Draft => "Draft",
        Status::Published => "Published",
        Status::Archived => "Archived",
    }
}

fn prices(variant: &DraftVariant, currency: Currency) -> (String, String) {
    let text = |amount: i64| currency.money(amount).decimal();
    match variant.prices.iter().find(|price| price.currency == currency) {
        Some(price) => (text(price.amount), price.compare_at.map(text).unwrap_or_default()),
        None => <(String, String)>::default(),
    }
}
