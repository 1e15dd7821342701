//! Products as a table: one line for each variant, filled in like a spreadsheet.

use super::State;
use crate::catalogue::draft::{Draft, DraftPrice};
use crate::catalogue::stored;
use crate::id::{BulkEditId, ProductId, VariantId};
use crate::limits::{self, Check};
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a table says of the variants that it changes. Prices are of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    pub currency: Currency,
    pub lines: BTreeMap<VariantId, Line>,
}

/// A variant as its line has it, complete: what is empty there is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of the product; its first variant's line has it.
    pub title: Option<String>,
    pub sku: String,
    pub barcode: Option<String>,
    /// Minor units; without one it is not sold in the currency.
    pub price: Option<i64>,
    pub compare_at: Option<i64>,
    /// Minor units of the default currency.
    pub cost: Option<i64>,
    pub weight_grams: i64,
}

impl Line {
    /// As the `at`-th variant of `draft` stands.
    pub fn of(draft: &Draft, at: usize, currency: Currency) -> Self {
        let variant = &draft.variants[at];
        let price = variant.prices.iter().find(|price| price.currency == currency);
        Self {
            title: (at == 0).then(|| draft.title.clone()),
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            price: price.map(|price| price.amount),
            compare_at: price.and_then(|price| price.compare_at),
            cost: variant.cost,
            weight_grams: variant.weight_grams,
        }
    }
}

impl Sheet {
    pub(super) fn check(&self, check: &mut Check) {
        check.that(!self.lines.is_empty(), "changes", "Change something in the table.");
        check.that(self.lines.len() <= limits::SHEET_LINES, "changes", "Too many lines.");
        for (id, line) in &self.lines {
            let lonely = line.price.is_none() && line.compare_at.is_some();
            check.that(!lonely, &format!("{id}.compare_at"), "A price before needs a price.");
        }
    }

    pub(super) fn fill_in(&self, draft: &mut Draft) {
        for (at, variant) in draft.variants.iter_mut().enumerate() {
            let Some(line) = variant.id.and_then(|id| self.lines.get(&id)) else { continue };
            if let Some(title) = line.title.as_ref().filter(|_| at == 0) {
                draft.title.clone_from(title);
            }
            variant.sku.clone_from(&line.sku);
            variant.barcode.clone_from(&line.barcode);
            (variant.cost, variant.weight_grams) = (line.cost, line.weight_grams);
            variant.prices.retain(|price| price.currency != self.currency);
            let (currency, compare_at) = (self.currency, line.compare_at);
            variant.prices.extend(line.price.map(|amount| DraftPrice { currency, amount, compare_at }));
            variant.prices.sort_by_key(|price| price.currency.code());
        }
    }
}

/// A product in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetProduct {
    pub id: ProductId,
    pub version: i64,
    pub draft: Draft,
}

/// The chosen products with all their variants, in the order in which they were chosen.
///
/// # Errors
/// `Conflict` "moved_on" when the edit is under way already; `Invalid` "products" beyond [`limits::SHEET_LINES`] variants.
pub async fn sheet(shop: &Shop, by: &Staff, id: BulkEditId) -> Result<Vec<SheetProduct>> {
    let edit = super::load(shop, by, id).await?;
    if !matches!(edit.state, State::Choosing | State::Planned) {
        return Err(Error::Conflict { code: "moved_on", message: "This edit is under way already.".into() });
    }
    let ids: Vec<(ProductId,)> = shop
        .db
        .fetch_all(
            "SELECT i.product_id FROM bulk_item i JOIN product p ON p.id = i.product_id
             WHERE i.edit_id = $1 ORDER BY i.seq LIMIT $2",
            args![id, i64::try_from(limits::SHEET_LINES).unwrap_or(i64::MAX) + 1],
        )
        .await?;
    let ids: Vec<ProductId> = ids.into_iter().map(|(id,)| id).collect();
    let (variants,): (i64,) = shop
        .db
        .fetch_one(
            "SELECT COUNT(*) FROM bulk_item i JOIN variant v ON v.product_id = i.product_id AND v.active
             WHERE i.edit_id = $1",
            args![id],
        )
        .await?;
    if usize::try_from(variants).is_ok_and(|count| count > limits::SHEET_LINES) {
        let message = format!(
            "A table takes at most {} variants; these products have {variants}. Choose fewer products, or change all of them the same way.",
            limits::SHEET_LINES
        );
        return Err(Error::field("products", message));
    }
    let stored = stored::load(&mut &shop.db, &ids, None).await?;
    let place = |id: ProductId| ids.iter().position(|known| *known == id);
    let mut products: Vec<_> =
        stored.into_iter().map(|s| SheetProduct { id: s.id, version: s.version, draft: s.draft }).collect();
    products.sort_by_key(|product| place(product.id));
    Ok(products)
}

#[cfg(test)]
mod tests {
    use super::super::back::taken_back;
    use super::super::change::Changes;
    use super::super::change::tests::product;
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_line_is_what_its_variant_becomes_in_one_currency() {
        let mut before = product(&[(Currency::EUR, 1_000, Some(1_200)), (Currency::USD, 1_100, None)]);
        let id = VariantId(Uuid::from_u128(1));
        before.variants[0].id = Some(id);
        let as_it_is = Line::of(&before, 0, Currency::EUR);
        let line = Line {
            title: Some("Cup".into()),
            price: None,
            compare_at: None,
            weight_grams: 350,
            cost: Some(400),
            ..as_it_is.clone()
        };
        let changes = |line| Changes {
            sheet: Some(Sheet { currency: Currency::EUR, lines: [(id, line)].into() }),
            ..Changes::default()
        };
        assert_eq!(changes(as_it_is).made_of(&before).unwrap(), before, "nothing typed, nothing changed");
        let after = changes(line.clone()).made_of(&before).unwrap();
        assert_eq!(
            (after.title.as_str(), after.variants[0].weight_grams, after.variants[0].cost),
            ("Cup", 350, Some(400))
        );
        let prices: Vec<_> = after.variants[0].prices.iter().map(|p| (p.currency, p.amount)).collect();
        assert_eq!(prices, [(Currency::USD, 1_100)], "not sold in euros any more, in dollars as before");
        assert_eq!(taken_back(&after, &before, &after), before);
        let lonely = Line { compare_at: Some(5), ..line };
        assert!(changes(lonely).check().is_err(), "a price before without a price");
    }
}
