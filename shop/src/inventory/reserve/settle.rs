//! What becomes of reservations: sold or given back. Both move rows that are `held` and tell which were not.

use super::{change_stock, expect_rows, json, lock, sql};
use crate::args;
use crate::db::{Read, Result, Tx};
use crate::id::{CheckoutId, StockId};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many of a checkout's reservations moved. None at all is right for a checkout of things that are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub moved: usize,
    /// Rows that were committed or released before.
    pub not_held: usize,
}

#[derive(Clone, Debug)]
pub struct CommitRequest {
    pub checkout_id: CheckoutId,
    /// The order's number, for the stock ledger.
    pub reference: String,
}

/// held → released: gives the units back. Rows that are no longer held stay as they are, so this can be repeated.
pub async fn release_many(tx: &mut Tx, checkouts: &[CheckoutId]) -> Result<Vec<Moved>> {
    let mut of = reservations(tx, checkouts).await?;
    let mut outcomes = Vec::with_capacity(checkouts.len());
    let mut ids = Vec::new();
    let mut quantities: BTreeMap<StockId, i64> = BTreeMap::new();
    for checkout in checkouts {
        // Taken out: a checkout named twice moves once.
        let rows = of.remove(checkout).unwrap_or_default();
        let held: Vec<_> = rows.iter().filter(|row| row.is_held()).collect();
        for row in &held {
            ids.push(row.id);
            *quantities.entry(row.stock_id).or_default() += row.quantity;
        }
        outcomes.push(Moved { moved: held.len(), not_held: rows.len() - held.len() });
    }
    if !ids.is_empty() {
        lock(tx, quantities.keys().copied()).await?;
        move_held(tx, ids, "released").await?;
        change_stock(tx, sql::UNRESERVE, &quantities).await?;
    }
    Ok(outcomes)
}

/// held → committed: the units leave the shelf and the stock ledger says for which order. All or nothing for each
/// checkout: when any of its rows is no longer held, none moves.
pub async fn commit_many(tx: &mut Tx, requests: &[CommitRequest], actor: &str, at: i64) -> Result<Vec<Moved>> {
    let checkouts: Vec<_> = requests.iter().map(|request| request.checkout_id).collect();
    let mut of = reservations(tx, &checkouts).await?;
    let stock_ids: Vec<_> = of.values().flatten().map(|row| row.stock_id).collect();
    let mut on_hand: BTreeMap<StockId, i64> =
        lock(tx, stock_ids.into_iter()).await?.into_iter().map(|(id, on_hand, _)| (id, on_hand)).collect();

    let mut outcomes = Vec::with_capacity(requests.len());
    let mut ids = Vec::new();
    let mut quantities: BTreeMap<StockId, i64> = BTreeMap::new();
    let mut movements = Vec::new();
    for request in requests {
        let rows = of.remove(&request.checkout_id).unwrap_or_default();
        let not_held = rows.iter().filter(|row| !row.is_held()).count();
        if not_held > 0 {
            outcomes.push(Moved { moved: 0, not_held });
            continue;
        }
        for row in &rows {
            let left = on_hand.entry(row.stock_id).or_default();
            *left -= row.quantity;
            ids.push(row.id);
            *quantities.entry(row.stock_id).or_default() += row.quantity;
            movements.push(Movement {
                id: crate::chance::uuid(),
                stock_id: row.stock_id,
                delta: -row.quantity,
                on_hand_after: *left,
                reference: request.reference.clone(),
            });
        }
        outcomes.push(Moved { moved: rows.len(), not_held: 0 });
    }
    if !ids.is_empty() {
        move_held(tx, ids, "committed").await?;
        change_stock(tx, sql::SELL, &quantities).await?;
        let text = sql::INSERT_SOLD.of(tx.engine());
        let inserted = tx.execute(text, args![json(&movements), actor, at]).await?;
        expect_rows(inserted, movements.len())?;
    }
    Ok(outcomes)
}

#[derive(Serialize)]
struct Movement {
    id: Uuid,
    stock_id: StockId,
    delta: i64,
    on_hand_after: i64,
    reference: String,
}

#[derive(sqlx::FromRow)]
struct Reservation {
    id: Uuid,
    checkout_id: CheckoutId,
    stock_id: StockId,
    quantity: i64,
    state: String,
}

impl Reservation {
    fn is_held(&self) -> bool {
        self.state == "held"
    }
}

async fn reservations(tx: &mut Tx, checkouts: &[CheckoutId]) -> Result<BTreeMap<CheckoutId, Vec<Reservation>>> {
    let ids: Vec<Uuid> = checkouts.iter().map(|id| id.0).collect();
    let text = sql::LOCK_RESERVATIONS.of(tx.engine());
    let mut of: BTreeMap<CheckoutId, Vec<Reservation>> = BTreeMap::new();
    for row in tx.fetch_all::<Reservation>(text, args![ids]).await? {
        of.entry(row.checkout_id).or_default().push(row);
    }
    Ok(of)
}

async fn move_held(tx: &mut Tx, ids: Vec<Uuid>, to: &str) -> Result<()> {
    let count = ids.len();
    let moved = tx.execute(sql::MOVE_HELD.of(tx.engine()), args![ids, to]).await?;
    expect_rows(moved, count)
}
