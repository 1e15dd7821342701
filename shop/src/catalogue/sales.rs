//! What sells: units of the last 30 days, by product. Counted in batches off the request path, once an hour; nothing of a
//! checkout waits for it, and a count that breaks off is begun anew.

use crate::id::ProductId;
use crate::{Result, Shop, args};
use std::collections::HashMap;
use uuid::Uuid;

/// What has sold earlier is not "best-selling".
const LATELY_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Orders counted by one statement, and products written in one transaction: nobody waits long for either.
const ORDERS: i64 = 1_000;
const PRODUCTS: usize = 200;

/// Counts the orders of the last 30 days that were neither cancelled nor given back; how many products have another figure.
pub async fn count(shop: &Shop) -> Result<usize> {
    let sold = sold_since(shop, shop.now_ms() - LATELY_MS).await?;
    let known: Vec<(ProductId, i64)> =
        shop.db.fetch_all("SELECT product_id, units FROM product_sales", args![]).await?;
    let gone = known.iter().filter(|(id, _)| !sold.contains_key(id)).map(|(id, _)| (*id, 0));
    let mut changed: Vec<(ProductId, i64)> = gone.collect();
    let known: HashMap<ProductId, i64> = known.into_iter().collect();
    changed.extend(sold.into_iter().filter(|(id, units)| known.get(id) != Some(units)));
    for some in changed.chunks(PRODUCTS) {
        write(shop, some).await?;
    }
    Ok(changed.len())
}

async fn sold_since(shop: &Shop, from_ms: i64) -> Result<HashMap<ProductId, i64>> {
    const LAST: &str = "SELECT id FROM (SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2) AS part
        ORDER BY id DESC LIMIT 1";
    const SOLD: &str = "SELECT v.product_id, CAST(SUM(l.quantity) AS BIGINT)
        FROM orders o JOIN order_line l ON l.order_id = o.id JOIN variant v ON v.id = l.variant_id
        WHERE o.id > $1 AND o.id <= $2 AND o.created_at >= $3 AND o.state IN ('confirmed', 'processing', 'shipped', 'delivered')
        GROUP BY v.product_id";
    let mut sold = HashMap::new();
    let mut after = first_at(from_ms);
    loop {
        let row: Option<(Uuid,)> = shop.db.fetch_optional(LAST, args![after, ORDERS]).await?;
        let Some((to,)) = row else { return Ok(sold) };
        let units: Vec<(ProductId, i64)> = shop.db.fetch_all(SOLD, args![after, to, from_ms]).await?;
        for (product, units) in units {
            *sold.entry(product).or_insert(0) += units;
        }
        after = to;
    }
}

async fn write(shop: &Shop, changed: &[(ProductId, i64)]) -> Result<()> {
    const SET: &str = "INSERT INTO product_sales (product_id, units) SELECT id, $2 FROM product WHERE id = $1
        ON CONFLICT (product_id) DO UPDATE SET units = excluded.units";
    const FORGET: &str = "DELETE FROM product_sales WHERE product_id = $1";
    let mut tx = shop.db.begin().await?;
    for (product, units) in changed {
        match units {
            0 => tx.execute(FORGET, args![*product]).await?,
            units => tx.execute(SET, args![*product, *units]).await?,
        };
    }
    Ok(tx.commit().await?)
}

/// Identifiers begin with their time (RFC 9562, UUIDv7): those made from `at_ms` on are not below this one.
fn first_at(at_ms: i64) -> Uuid {
    Uuid::from_u128(u128::from(at_ms.max(0).unsigned_abs()) << 80)
}
