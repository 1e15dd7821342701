//! What a product's prices were, and since when. Written by triggers (`migrations/*/0015_*.sql`), read here.

use crate::id::ProductId;
use crate::limits::PRICE_CHANGES;
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Result, Shop, args};

/// A price that came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    pub sku: String,
    pub currency: Currency,
    /// Unix milliseconds.
    pub since: i64,
    /// `None`: from then on it was not sold in this currency.
    pub price: Option<Money>,
    pub compare_at: Option<Money>,
}

/// SKU, currency, since, amount, compared amount.
type Row = (String, String, i64, Option<i64>, Option<i64>);

/// The latest changes of a product's prices, newest first, at most [`PRICE_CHANGES`].
pub async fn price_changes(shop: &Shop, _by: &Staff, product: ProductId) -> Result<Vec<PriceChange>> {
    let rows: Vec<Row> = shop
        .db
        .fetch_all(
            "SELECT v.sku, h.currency, h.since, h.amount, h.compare_at
             FROM variant v JOIN price_history h ON h.variant_id = v.id
             WHERE v.product_id = $1 ORDER BY h.since DESC, v.position, v.id, h.currency LIMIT $2",
            args![product, PRICE_CHANGES],
        )
        .await?;
    let change = |(sku, currency, since, amount, compare_at): Row| {
        let currency = Currency::parse(&currency)?;
        let money = |amount: Option<i64>| amount.map(|amount| currency.money(amount));
        Some(PriceChange { sku, currency, since, price: money(amount), compare_at: money(compare_at) })
    };
    Ok(rows.into_iter().filter_map(change).collect())
}
