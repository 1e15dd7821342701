//! Canary 11 at the shelf itself: a cart names each variant once, so no order comes to two demands on one stock row; the
//! reservation promises to add them up all the same.

use crate::sim::{self, Town};
use shop::args;
use shop::canary::{self, Canary};
use shop::db::{Db, DbError};
use shop::id::{CheckoutId, StockId};
use shop::inventory::reserve::{ReserveRequest, reserve_many};
use std::path::Path;

/// Asks twice for two thirds of what a stock row has, in one request, of a shop with this bug; whether it was granted.
/// Must not be called inside a runtime.
///
/// # Errors
/// When the machine does not play along.
pub fn oversells(town: &Town, bug: Option<Canary>) -> Result<bool, String> {
    let folder = town.plot()?;
    let path = folder.path().join("shelf.sqlite");
    std::fs::write(&path, &town.file).map_err(|error| error.to_string())?;
    let runtime = sim::runtime()?;
    canary::plant_here(bug);
    let granted = runtime.block_on(ask(&path, town.shelves[0].stock));
    canary::plant_here(None);
    granted.map_err(|error| error.to_string())
}

async fn ask(path: &Path, stock: StockId) -> Result<bool, DbError> {
    let db = Db::open(&format!("sqlite:{}", path.display())).await?;
    let (free,): (i64,) = db.fetch_one("SELECT free FROM stock WHERE id = $1", args![stock]).await?;
    let mut tx = db.begin().await?;
    let checkout_id = CheckoutId::new();
    let sql = "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency,
          recovery_point, expires_at, created_at, updated_at)
        SELECT $1, id, -1, 'prepared', '{}', '', 0, 'EUR', 'prepared', 0, 0, 0 FROM cart LIMIT 1";
    tx.execute(sql, args![checkout_id]).await?;
    let request =
        ReserveRequest { checkout_id, expires_at: 0, demands: vec![(stock, free * 2 / 3); 2], otherwise: None };
    let outcome = reserve_many(&mut tx, &[request]).await?;
    Ok(outcome == [Ok(())])
}
