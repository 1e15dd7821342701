//! The merchant's side of a limit.

use super::Limit;
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::ProductId;
use crate::limits::{Check, PURCHASE_DAYS, PURCHASE_UNITS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

type Row = (Option<i64>, Option<i64>, Option<i64>);

const OF_PRODUCT: &str = "SELECT per_order, per_buyer, days FROM purchase_limit WHERE product_id = $1";

/// The limit of a product; [`Limit::default`] when it has none.
pub async fn of_product(shop: &Shop, _by: &Staff, product: ProductId) -> Result<Limit> {
    let row: Option<Row> = shop.db.fetch_optional(OF_PRODUCT, args![product]).await?;
    Ok(row.map_or_else(Limit::default, limit))
}

fn limit((per_order, per_buyer, days): Row) -> Limit {
    Limit { per_order, per_buyer, days }
}

/// Sets or takes away the limit of a product. What was ordered before there was a limit for each buyer is not counted.
///
/// # Errors
/// `Invalid` "per_order", "per_buyer" or "days"; `NotFound` for no product.
pub async fn set(shop: &Shop, by: &Staff, product: ProductId, wanted: Limit) -> Result<()> {
    const SET: &str = "INSERT INTO purchase_limit (product_id, per_order, per_buyer, days)
        SELECT p.id, $2, $3, $4 FROM product p WHERE p.id = $1
        ON CONFLICT (product_id) DO UPDATE
        SET per_order = excluded.per_order, per_buyer = excluded.per_buyer, days = excluded.days";
    const GONE: &str = "DELETE FROM purchase_limit WHERE product_id = $1";
    let fits = |number: Option<i64>| number.is_none_or(|number| PURCHASE_UNITS.contains(&number));
    let most = PURCHASE_UNITS.end();
    Check::default()
        .that(fits(wanted.per_order), "per_order", format!("Between 1 and {most}, or empty for no limit."))
        .that(fits(wanted.per_buyer), "per_buyer", format!("Between 1 and {most}, or empty for no limit."))
        .that(
            wanted.days.is_none_or(|days| PURCHASE_DAYS.contains(&days)),
            "days",
            format!("Between 1 and {}, or empty for all orders there ever were.", PURCHASE_DAYS.end()),
        )
        .that(wanted.days.is_none() || wanted.per_buyer.is_some(), "days", "Days belong to a limit for each customer.")
        .done()?;
    let mut tx = shop.db.begin().await?;
    let before: Option<Row> = tx.fetch_optional(OF_PRODUCT, args![product]).await?;
    let before = before.map_or_else(Limit::default, limit);
    if before == wanted {
        return Ok(());
    }
    if wanted.is_none() {
        tx.execute(GONE, args![product]).await?;
    } else if tx.execute(SET, args![product, wanted.per_order, wanted.per_buyer, wanted.days]).await? == 0 {
        return Err(Error::NotFound("product"));
    }
    let entry = Entry::new(by, "product.limit", "product", product).before(&before).after(&wanted);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}
