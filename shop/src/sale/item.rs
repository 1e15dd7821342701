//! What a sale has done to prices.

use super::read::{cut, unknown_place};
use crate::catalogue::Page;
use crate::id::{ProductId, SaleId, VariantId};
use crate::limits::PAGE_ROWS;
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Result, Shop, args};

/// What a sale has done to a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub product: ProductId,
    pub title: String,
    pub sku: String,
    /// "held", "returned", "released", "skipped".
    pub state: String,
    /// Why it was skipped: "other_sale", "not_lower"; else empty.
    pub reason: String,
    pub former: Money,
    /// What the sale wrote, or would have written.
    pub price: Money,
    /// What is asked now; `None`: it is not sold in this currency any more.
    pub now: Option<Money>,
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    variant_id: VariantId,
    product_id: ProductId,
    title: String,
    sku: String,
    currency: String,
    state: String,
    reason: String,
    former_amount: i64,
    amount: i64,
    now: Option<i64>,
}

/// What became of the prices of a sale, those in `state` alone unless that is empty; in the order of their variants.
pub async fn items(
    shop: &Shop,
    _by: &Staff,
    id: SaleId,
    state: &str,
    after: Option<&str>,
    rows: i64,
) -> Result<Page<Item>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let (variant, currency) = match after {
        None => (VariantId(uuid::Uuid::nil()), String::new()),
        Some(text) => {
            let (variant, currency) = text.split_once('.').ok_or_else(unknown_place)?;
            (variant.parse().map_err(|_| unknown_place())?, currency.to_owned())
        }
    };
    let mut found: Vec<ItemRow> = shop
        .db
        .fetch_all(
            "SELECT i.variant_id, v.product_id, p.title, v.sku, i.currency, i.state, i.reason,
               i.former_amount, i.amount, r.amount AS now
             FROM sale_item i JOIN variant v ON v.id = i.variant_id JOIN product p ON p.id = v.product_id
             LEFT JOIN price r ON r.variant_id = i.variant_id AND r.currency = i.currency
             WHERE i.sale_id = $1 AND ($2 = '' OR i.state = $2) AND (i.variant_id, i.currency) > ($3, $4)
             ORDER BY i.variant_id, i.currency LIMIT $5",
            args![id, state, variant, currency, rows + 1],
        )
        .await?;
    let more = cut(&mut found, rows);
    let next = found.last().filter(|_| more).map(|last| format!("{}.{}", last.variant_id, last.currency));
    let item = |row: ItemRow| {
        let currency = Currency::parse(&row.currency)?;
        Some(Item {
            product: row.product_id,
            title: row.title,
            sku: row.sku,
            state: row.state,
            reason: row.reason,
            former: currency.money(row.former_amount),
            price: currency.money(row.amount),
            now: row.now.map(|amount| currency.money(amount)),
        })
    };
    Ok(Page { items: found.into_iter().filter_map(item).collect(), next })
}

/// A price of a product that a sale holds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    pub sku: String,
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    pub sale_id: SaleId,
    pub sale: String,
}

/// Which prices of a product are held by sales.
pub async fn held(shop: &Shop, _by: &Staff, product: ProductId) -> Result<Vec<Held>> {
    let sql = "SELECT v.sku, i.currency, s.id AS sale_id, s.title AS sale FROM variant v
         JOIN sale_item i ON i.variant_id = v.id AND i.state = 'held' JOIN sale s ON s.id = i.sale_id
         WHERE v.product_id = $1 ORDER BY s.id, v.position, v.id, i.currency";
    Ok(shop.db.fetch_all(sql, args![product]).await?)
}
