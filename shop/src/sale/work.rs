//! Begins and ends sales, a few prices at a time.

use super::write::{self, CLOSE, Change, Item, PRICED, Priced, WRITTEN, Written};
use super::{Scope, State, entity};
use crate::audit::{self, Actor, Entry};
use crate::db::{Read, Tx};
use crate::id::{SaleId, VariantId};
use crate::{Error, Result, Shop, args};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Variants of one transaction, and prices that one takes back: shoppers' own writes wait no longer than for these.
const VARIANTS: i64 = 200;
const PRICES: i64 = 400;

/// Works until nothing is due; how many transactions that took. A sale that cannot be gone on with holds up no other; the
/// first such error is returned in the end, and the next call tries again.
pub async fn work(shop: &Shop, until: &CancellationToken) -> Result<usize> {
    let (mut done, mut left, mut failed) = (0, Vec::new(), None);
    while !until.is_cancelled() {
        let Some(sale) = next(shop, &left).await? else { break };
        match sale.advance(shop).await {
            Ok(true) => done += 1,
            // Another worker has done it; it may be at it still.
            Ok(false) => left.push(sale.id),
            Err(error) => {
                left.push(sale.id);
                failed = failed.or(Some(error));
            }
        }
    }
    failed.map_or(Ok(done), Err)
}

/// The next transaction of whatever is due; whether there was one.
pub async fn step(shop: &Shop) -> Result<bool> {
    match next(shop, &[]).await? {
        Some(sale) => sale.advance(shop).await,
        None => Ok(false),
    }
}

#[derive(sqlx::FromRow)]
struct Due {
    id: SaleId,
    state: String,
    scope: String,
    percent: Option<i64>,
    end_at: Option<i64>,
    step: i64,
    position: Option<VariantId>,
}

/// What is due first: sales that end, so that one that begins in the same moment finds their prices free.
async fn next(shop: &Shop, but: &[SaleId]) -> Result<Option<Due>> {
    const DUE: &str = "SELECT id, state, scope, percent, end_at, step, position FROM sale
        WHERE state IN ('ending', 'cancelling', 'starting') OR (state = 'running' AND end_at <= $1)
          OR (state = 'scheduled' AND start_at <= $1)
        ORDER BY CASE WHEN state IN ('ending', 'cancelling') THEN 0 WHEN end_at <= $1 THEN 1 ELSE 2 END, start_at, id";
    let due: Vec<Due> = shop.db.fetch_all(DUE, args![shop.now_ms()]).await?;
    Ok(due.into_iter().find(|sale| !but.contains(&sale.id)))
}

impl Due {
    /// One transaction; `false` when somebody else has moved the sale on meanwhile, which then leaves nothing behind.
    async fn advance(&self, shop: &Shop) -> Result<bool> {
        let now = shop.now_ms();
        let over = self.end_at.is_some_and(|end| end <= now);
        match State::parse(&self.state)? {
            // The shop was away the whole time.
            State::Scheduled if over => self.turn(shop, State::Ended, now).await,
            State::Scheduled => self.turn(shop, State::Starting, now).await,
            State::Starting | State::Running if over => self.turn(shop, State::Ending, now).await,
            State::Starting => self.apply(shop, now).await,
            State::Ending => self.take_back(shop, State::Ended, now).await,
            State::Cancelling => self.take_back(shop, State::Cancelled, now).await,
            State::Draft | State::Running | State::Ended | State::Cancelled => Ok(false),
        }
    }

    async fn turn(&self, shop: &Shop, to: State, now: i64) -> Result<bool> {
        const TURN: &str =
            "UPDATE sale SET state = $4, step = step + 1, ended_at = CASE WHEN $4 IN ('ended', 'cancelled')
              THEN CAST($5 AS BIGINT) ELSE ended_at END
            WHERE id = $1 AND state = $2 AND step = $3
              AND ($4 NOT IN ('ended', 'cancelled')
                OR NOT EXISTS (SELECT 1 FROM sale_item i WHERE i.sale_id = $1 AND i.state = 'held'))";
        let mut tx = shop.db.begin().await?;
        if tx.execute(TURN, args![self.id, &self.state, self.step, to.code(), now]).await? == 0 {
            return Ok(false);
        }
        let action = match to {
            State::Starting => Some("sale.start"),
            State::Ended => Some("sale.end"),
            _ => None,
        };
        if let Some(action) = action {
            let entry = Entry::new(Actor::System, action, "sale", entity(self.id));
            let entry = entry.before(&json!({ "state": self.state })).after(&json!({ "state": to.code() }));
            audit::record(&mut tx, &entry, now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Makes this piece of work ours until the transaction ends; `false` when it is somebody else's.
    async fn hold(&self, tx: &mut Tx, position: Option<VariantId>) -> Result<bool> {
        const HOLD: &str = "UPDATE sale SET step = step + 1, position = COALESCE($4, position)
            WHERE id = $1 AND state = $2 AND step = $3";
        Ok(tx.execute(HOLD, args![self.id, &self.state, self.step, position]).await? == 1)
    }

    /// Writes the prices of the next variants.
    async fn apply(&self, shop: &Shop, now: i64) -> Result<bool> {
        let scope = Scope::parse(&self.scope).ok_or_else(|| Error::Internal("a sale without a scope".into()))?;
        let sql = format!(
            "SELECT v.id FROM sale s CROSS JOIN variant v WHERE s.id = $1 AND v.active AND v.id > $2 AND {}
             ORDER BY v.id LIMIT $3",
            scope.condition()
        );
        let after = self.position.unwrap_or(VariantId(Uuid::nil()));
        let variants: Vec<(VariantId,)> = shop.db.fetch_all(&sql, args![self.id, after, VARIANTS]).await?;
        let Some((last,)) = variants.last().copied() else { return self.turn(shop, State::Running, now).await };
        let mut tx = shop.db.begin().await?;
        if !self.hold(&mut tx, Some(last)).await? {
            return Ok(false);
        }
        let ids = write::ids(variants.into_iter().map(|(id,)| id))?;
        write::lock_products(&mut tx, &ids, now).await?;
        let prices: Vec<Priced> = tx.fetch_all(PRICED.of(tx.engine()), args![&ids, self.id]).await?;
        let items: Vec<Item> = prices.iter().filter_map(|row| row.item(self.id, self.percent)).collect();
        write::insert(&mut tx, &items).await?;
        let changes: Vec<_> = items
            .iter()
            .filter(|item| item.state == "held")
            .map(|item| Change {
                variant_id: item.variant_id,
                currency: item.currency,
                was_amount: item.former_amount,
                was_compare_at: item.former_compare_at,
                amount: item.amount,
                compare_at: Some(item.former_amount),
                now,
            })
            .collect();
        write::change(&mut tx, &changes).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Writes the former prices back where the price is what the sale wrote.
    async fn take_back(&self, shop: &Shop, to: State, now: i64) -> Result<bool> {
        const HELD: &str = "SELECT DISTINCT variant_id FROM (SELECT variant_id FROM sale_item
            WHERE sale_id = $1 AND state = 'held' ORDER BY variant_id, currency LIMIT $2) AS held";
        let held: Vec<(VariantId,)> = shop.db.fetch_all(HELD, args![self.id, PRICES]).await?;
        if held.is_empty() {
            return self.turn(shop, to, now).await;
        }
        let mut tx = shop.db.begin().await?;
        if !self.hold(&mut tx, None).await? {
            return Ok(false);
        }
        let ids = write::ids(held.into_iter().map(|(id,)| id))?;
        write::lock_products(&mut tx, &ids, now).await?;
        let rows: Vec<Written> = tx.fetch_all(WRITTEN.of(tx.engine()), args![&ids, self.id]).await?;
        // Before the prices: what was taken back is not released by hand.
        for (state, standing) in [("returned", true), ("released", false)] {
            let ended: Vec<_> = rows
                .iter()
                .filter(|row| row.stands == standing)
                .map(|row| json!({ "variant_id": row.variant_id, "currency": row.currency }))
                .collect();
            tx.execute(CLOSE.of(tx.engine()), args![serde_json::to_string(&ended)?, self.id, state]).await?;
        }
        let changes: Vec<_> = rows
            .iter()
            .filter(|row| row.stands)
            .map(|row| Change {
                variant_id: row.variant_id,
                currency: &row.currency,
                was_amount: row.amount,
                was_compare_at: Some(row.former_amount),
                amount: row.former_amount,
                compare_at: row.former_compare_at,
                now,
            })
            .collect();
        write::change(&mut tx, &changes).await?;
        tx.commit().await?;
        Ok(true)
    }
}
