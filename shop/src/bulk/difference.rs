//! What changes of a product, in words for the merchant.

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

/// `categories`: what they are called.
pub fn between(before: &Draft, after: &Draft, categories: &HashMap<CategoryId, String>) -> Vec<Difference> {
    let names = |ids: &[CategoryId]| {
        let known = ids.iter().map(|id| categories.get(id).map_or("?", String::as_str));
        known.collect::<Vec<_>>().join(", ")
    };
    let mut found = Vec::new();
    let mut note = |what: &str, before: String, after: String| {
        if before != after {
            found.push(Difference { what: what.to_owned(), before, after });
        }
    };
    note("Status", status(before).to_owned(), status(after).to_owned());
    note("Brand", before.brand.clone(), after.brand.clone());
    note("Product type", before.product_type.clone(), after.product_type.clone());
    note("Tags", before.tags.join(", "), after.tags.join(", "));
    note("Categories", names(&before.categories), names(&after.categories));
    for (was, is) in before.variants.iter().zip(&after.variants) {
        note(&format!("Tax class of {}", was.sku), was.tax_class.clone(), is.tax_class.clone());
        for price in &is.prices {
            let (currency, sku) = (price.currency, &was.sku);
            let [before, after] = [was, is].map(|variant| prices(variant, currency));
            note(&format!("Price of {sku} in {currency}"), before.0, after.0);
            note(&format!("Price before of {sku} in {currency}"), before.1, after.1);
        }
    }
    found
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
