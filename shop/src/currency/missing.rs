//! What is sold in the default currency and not in another one.

use crate::catalogue::Page;
use crate::id::{ProductId, VariantId};
use crate::limits::PAGE_ROWS;
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

/// A variant of a published product without a price in the currency that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub product: ProductId,
    pub title: String,
    pub sku: String,
    /// In the default currency.
    pub price: Money,
}

type Row = (VariantId, ProductId, String, String, i64);

/// In the order of the variants; a page begins after a key, however large the shop is.
pub async fn missing(
    shop: &Shop,
    _by: &Staff,
    currency: Currency,
    after: Option<&str>,
    rows: i64,
) -> Result<Page<Missing>> {
    const MISSING: &str = "SELECT v.id, p.id, p.title, v.sku, b.amount
        FROM variant v JOIN product p ON p.id = v.product_id AND p.status = 'published'
        JOIN price b ON b.variant_id = v.id AND b.currency = $1
        WHERE v.active AND v.id > $3
          AND NOT EXISTS (SELECT 1 FROM price r WHERE r.variant_id = v.id AND r.currency = $2)
        ORDER BY v.id LIMIT $4";
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let unknown = || Error::field("after", "Not a position in this list.");
    let after = after.map_or(Ok(VariantId(Uuid::nil())), |text| text.parse().map_err(|_| unknown()))?;
    let base = shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    let mut found: Vec<Row> = shop.db.fetch_all(MISSING, args![base, currency, after, rows + 1]).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|(variant, ..)| variant.to_string());
    let missing = |(_, product, title, sku, amount): Row| Missing { product, title, sku, price: base.money(amount) };
    Ok(Page { items: found.into_iter().map(missing).collect(), next })
}
