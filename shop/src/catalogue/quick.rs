//! Price and stock of products with one variant, changed where they are listed.
//!
//! What is changed is told together with what was shown: a price that somebody has moved meanwhile is left alone, and stock
//! is moved by the difference, so units that were sold meanwhile stay sold.

use super::draft::DraftPrice;
use super::edit;
use crate::db::Sql;
use crate::id::{ProductId, StockId, VariantId};
use crate::inventory::{self, Reason};
use crate::limits::ON_HAND_MAX;
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, rows};
use serde::Serialize;

/// A product with one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quick {
    pub product: ProductId,
    pub sku: String,
    /// In the default currency, minor units.
    pub price: Option<i64>,
    /// Where its stock is and what is on hand; `None` when there are several warehouses or it is not counted.
    pub stock: Option<(StockId, i64)>,
}

#[derive(Serialize)]
struct Key {
    id: ProductId,
}

const ONLY_VARIANTS: Sql = rows!(
    "SELECT v.product_id, v.id, v.sku, v.tracked, r.amount FROM",
    [id UUID],
    "JOIN variant v ON v.product_id = d.id AND v.active
       LEFT JOIN price r ON r.variant_id = v.id AND r.currency = $2 AND NOT r.converted
     WHERE NOT EXISTS (SELECT 1 FROM variant o WHERE o.product_id = d.id AND o.active AND o.id <> v.id)"
);

/// Those of the products that have one variant, in any order.
pub async fn quick(shop: &Shop, _by: &Staff, products: &[ProductId]) -> Result<Vec<Quick>> {
    let keys: Vec<Key> = products.iter().map(|id| Key { id: *id }).collect();
    let sql = ONLY_VARIANTS.of(shop.db.engine());
    let found: Vec<(ProductId, VariantId, String, bool, Option<i64>)> =
        shop.db.fetch_all(sql, args![serde_json::to_string(&keys)?, currency(shop)?]).await?;
    let mut all = Vec::with_capacity(found.len());
    for (product, variant, sku, tracked, price) in found {
        let levels = if tracked { inventory::levels(shop, variant).await? } else { Vec::new() };
        let stock = match levels.as_slice() {
            [only] => Some((only.stock_id, only.on_hand)),
            _ => None,
        };
        all.push(Quick { product, sku, price, stock });
    }
    Ok(all)
}

/// From the price that was shown to the one that is to be, both in minor units of the default currency.
///
/// # Errors
/// `Conflict` "price_moved" when it is not `was` any more, "changed" when somebody saves the product at this moment;
/// `Invalid` as [`edit::update`].
pub async fn set_price(shop: &Shop, by: &Staff, id: ProductId, was: Option<i64>, amount: i64) -> Result<()> {
    let currency = currency(shop)?;
    let edit::Edited { mut draft, version, .. } = edit::load(shop, by, &id.to_string()).await?;
    let [variant] = draft.variants.as_mut_slice() else {
        return Err(Error::Conflict {
            code: "price_moved",
            message: "This product has several variants by now.".into(),
        });
    };
    let price = variant.prices.iter_mut().find(|price| price.currency == currency);
    let now = price.as_ref().map(|price| price.amount);
    if now != was {
        let now = now.map_or("none".to_owned(), |amount| currency.money(amount).to_string());
        let message = format!("The price of {} is {now} by now.", variant.sku);
        return Err(Error::Conflict { code: "price_moved", message });
    }
    match price {
        Some(price) => price.amount = amount,
        None => {
            variant.prices.push(DraftPrice { currency, amount, compare_at: None });
            variant.prices.sort_by_key(|price| price.currency.code());
        }
    }
    edit::update(shop, by, id, draft, version).await
}

/// From the units on hand that were shown to those that are to be.
///
/// # Errors
/// As [`inventory::adjust`].
pub async fn set_on_hand(shop: &Shop, by: &Staff, stock: StockId, was: i64, units: i64) -> Result<()> {
    if !(0..=ON_HAND_MAX).contains(&units) {
        return Err(Error::field("units", "Out of range."));
    }
    inventory::adjust(shop, by, stock, units - was, Reason::Counted, "").await?;
    Ok(())
}

fn currency(shop: &Shop) -> Result<Currency> {
    shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))
}
