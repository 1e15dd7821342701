//! Setting stock aside for checkouts, many at a time, without ever overselling.
//!
//! ```text
//!           reserve_many            commit_many: on_hand and reserved go down, a movement says why
//! (nothing) ────────────> held ──────────────────> committed
//!                          └──────────────────> released
//!                            release_many: reserved goes down
//! ```
//!
//! Each function is a handful of set-based statements inside the caller's transaction, for one checkout as for five
//! hundred. Stock rows are touched in ascending order of their id. The decision who gets what is made here in order of
//! arrival; the conditional UPDATE with its checked row count, and the CHECK constraints behind it, hold even if
//! another process decided at the same time. At all times `stock.reserved` is the sum of the rows `held`.

mod settle;
mod sql;

pub use settle::{CommitRequest, Moved, commit_many, release_many};

use crate::args;
use crate::canary::{self, Canary};
use crate::db::{Arg, DbError, Read, Result, Tx};
use crate::id::{CheckoutId, StockId};
use crate::warehouse::route::Otherwise;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// All or nothing for one checkout.
#[derive(Clone, Debug)]
pub struct ReserveRequest {
    pub checkout_id: CheckoutId,
    /// Unix ms.
    pub expires_at: i64,
    /// Units per stock row, each above zero. A row may be named twice.
    pub demands: Vec<(StockId, i64)>,
    /// What to take when `demands` is not to be had any more; `None`: nothing else.
    pub otherwise: Option<Otherwise>,
}

/// A stock row that has less than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    pub stock_id: StockId,
    pub demanded: i64,
    /// What this request could still have had; 0 for a row that does not exist.
    pub available: i64,
}

/// Reserves for each request in order of arrival. A request that cannot be met in full gets nothing and the list of
/// what is short; those behind it may still be met.
///
/// # Errors
/// Any error means that nothing may be kept of this transaction; among them a checkout that holds a row already
/// ([`crate::db::Violation::Unique`]) and a demand below one ([`crate::db::Violation::Check`]).
pub async fn reserve_many(
    tx: &mut Tx,
    requests: &[ReserveRequest],
) -> Result<Vec<std::result::Result<(), Vec<Short>>>> {
    let demands: Vec<BTreeMap<StockId, i64>> = requests.iter().map(|request| total(&request.demands)).collect();
    // What may be taken instead is locked, too: all rows of a batch once, in one order.
    let others = requests.iter().filter_map(|request| request.otherwise.as_ref()).flat_map(Otherwise::rows);
    let ids = demands.iter().flat_map(|demand| demand.keys().copied()).chain(others);
    let mut available: BTreeMap<StockId, i64> =
        lock(tx, ids).await?.into_iter().map(|(id, _, free)| (id, free)).collect();

    let mut granted: BTreeMap<StockId, i64> = BTreeMap::new();
    let mut rows = Vec::new();
    let mut outcomes = Vec::with_capacity(requests.len());
    for (request, demand) in requests.iter().zip(demands) {
        let short = shortages(&demand, &available);
        let other = request.otherwise.as_ref().filter(|_| !short.is_empty());
        let (demand, short) = match other.and_then(|other| other.choose(&available)) {
            Some(other) => (total(&other), Vec::new()),
            None => (demand, short),
        };
        if !short.is_empty() && !canary::on(Canary::UnconditionalStock) {
            outcomes.push(Err(short));
            continue;
        }
        for (stock_id, quantity) in demand {
            *available.entry(stock_id).or_default() -= quantity;
            *granted.entry(stock_id).or_default() += quantity;
            rows.push(ReservationRow {
                id: crate::chance::uuid(),
                checkout_id: request.checkout_id,
                stock_id,
                quantity,
                expires_at: request.expires_at,
            });
        }
        outcomes.push(Ok(()));
    }
    if !rows.is_empty() {
        let reserve = if canary::on(Canary::UnconditionalStock) { sql::RESERVE_BLINDLY } else { sql::RESERVE };
        change_stock(tx, reserve, &granted).await?;
        let inserted = tx.execute(sql::INSERT_RESERVATIONS.of(tx.engine()), args![json(&rows)]).await?;
        expect_rows(inserted, rows.len())?;
    }
    Ok(outcomes)
}

#[derive(Serialize)]
struct ReservationRow {
    id: Uuid,
    checkout_id: CheckoutId,
    stock_id: StockId,
    quantity: i64,
    expires_at: i64,
}

/// Demand summed per stock row. A quantity below one poisons its row, so that the database refuses it.
fn total(demands: &[(StockId, i64)]) -> BTreeMap<StockId, i64> {
    let mut total: BTreeMap<StockId, i64> = BTreeMap::new();
    for &(stock_id, quantity) in demands {
        let sum = total.entry(stock_id).or_default();
        let before = if canary::on(Canary::LinesNotSummed) { 0 } else { *sum };
        *sum = if quantity < 1 || before < 0 { -1 } else { before.saturating_add(quantity) };
    }
    total
}

fn shortages(demand: &BTreeMap<StockId, i64>, available: &BTreeMap<StockId, i64>) -> Vec<Short> {
    demand
        .iter()
        .filter_map(|(&stock_id, &demanded)| {
            let available = available.get(&stock_id).copied().unwrap_or(0).max(0);
            (demanded > available).then_some(Short { stock_id, demanded, available })
        })
        .collect()
}

/// Reads (id, on hand, free) in ascending order of id and keeps the rows locked until the transaction ends.
async fn lock(tx: &mut Tx, ids: impl Iterator<Item = StockId>) -> Result<Vec<(StockId, i64, i64)>> {
    let mut ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = sql::LOCK_STOCK.of(tx.engine());
    tx.fetch_all(text, args![ids]).await
}

/// Adds or takes `quantities` from the stock rows; the statement says of which columns and under which condition.
async fn change_stock(tx: &mut Tx, statement: crate::db::Sql, quantities: &BTreeMap<StockId, i64>) -> Result<()> {
    #[derive(Serialize)]
    struct Change {
        id: StockId,
        quantity: i64,
    }
    let rows: Vec<_> = quantities.iter().map(|(&id, &quantity)| Change { id, quantity }).collect();
    let changed = tx.execute(statement.of(tx.engine()), args![json(&rows)]).await?;
    expect_rows(changed, rows.len())
}

fn json(rows: &impl Serialize) -> Arg {
    Arg::Text(Some(serde_json::to_string(rows).expect("plain rows serialise")))
}

/// The condition of a statement did not hold for a row that was just read under lock.
fn expect_rows(changed: u64, wanted: usize) -> Result<()> {
    if changed == wanted as u64 { Ok(()) } else { Err(DbError::Stale { wanted: wanted as u64, changed }) }
}
