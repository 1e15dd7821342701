//! Units of checkouts that end without an order, or of an order that is cancelled, go back, once; and are claimed again when
//! the money came late.

use super::claim::{Key, Left, recount};
use crate::db::{Engine, Read, Sql, Tx};
use crate::id::{CheckoutId, ProductId};
use crate::{Result, args};
use std::collections::BTreeSet;
use uuid::Uuid;

/// `$1`: checkout ids. Of whom they hold something.
const HELD: Sql = Sql {
    sqlite: "SELECT DISTINCT product_id, buyer FROM purchase
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'claimed'",
    postgres: "SELECT DISTINCT product_id, buyer FROM purchase WHERE checkout_id = ANY($1) AND state = 'claimed'",
};
/// On SQLite the transaction is the only writer anyway.
const LOCK: &str = "SELECT b.bought FROM json_to_recordset(CAST($1 AS JSON)) AS d(product_id UUID, buyer TEXT)
    JOIN purchase_buyer b ON b.product_id = d.product_id AND b.buyer = d.buyer
    ORDER BY b.product_id, b.buyer FOR NO KEY UPDATE OF b";
const RELEASE: Sql = Sql {
    sqlite: "UPDATE purchase SET state = 'released'
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'claimed'",
    postgres: "UPDATE purchase SET state = 'released' WHERE checkout_id = ANY($1) AND state = 'claimed'",
};

/// Gives back what these checkouts have claimed; what was given back before stays so. Call it after promotions and before
/// shelves are locked.
pub(crate) async fn release(tx: &mut Tx, checkouts: impl Iterator<Item = CheckoutId>) -> Result<()> {
    let engine = tx.engine();
    let ids: Vec<Uuid> = checkouts.map(|id| id.0).collect();
    let held: Vec<(ProductId, String)> = tx.fetch_all(HELD.of(engine), args![ids.clone()]).await?;
    if held.is_empty() {
        return Ok(());
    }
    if engine == Engine::Postgres {
        let keys: Vec<Key> = held.into_iter().map(|(product_id, buyer)| Key { product_id, buyer }).collect();
        tx.fetch_all::<(i64,)>(LOCK, args![serde_json::to_string(&keys)?]).await?;
    }
    tx.execute(RELEASE.of(engine), args![ids]).await?;
    Ok(())
}

/// Claims again what a checkout has given back; `false` when its buyer may not have that much any more, and then nothing is
/// claimed. `now` in Unix milliseconds.
pub(crate) async fn reclaim(tx: &mut Tx, checkout_id: CheckoutId, now: i64) -> Result<bool> {
    let sql = "SELECT product_id, buyer, units FROM purchase WHERE checkout_id = $1 AND state = 'released'";
    let rows: Vec<(ProductId, String, i64)> = tx.fetch_all(sql, args![checkout_id]).await?;
    if rows.is_empty() {
        return Ok(true);
    }
    let wanted: Vec<(Key, i64)> =
        rows.into_iter().map(|(product_id, buyer, units)| (Key { product_id, buyer }, units)).collect();
    let keys: BTreeSet<Key> = wanted.iter().map(|(key, _)| key.clone()).collect();
    let left = Left::lock(tx, keys.clone(), now).await?;
    if wanted.iter().any(|(key, units)| left.allow(key, *units).is_err()) {
        return Ok(false);
    }
    recount(tx, &keys, now).await?;
    let sql = "UPDATE purchase SET state = 'claimed', at = $2 WHERE checkout_id = $1 AND state = 'released'";
    tx.execute(sql, args![checkout_id, now]).await?;
    Ok(true)
}
