//! The rows of accounts, locked by whoever changes them.

use super::{Kind, Problem};
use crate::db::{Engine, Read, Sql, Tx};
use crate::id::{CheckoutId, CustomerId, StoredValueId};
use crate::{Result, args, rows};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Account {
    pub id: StoredValueId,
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    pub currency: String,
    pub last_four: String,
    pub balance: i64,
    pub held: i64,
    pub customer_id: Option<CustomerId>,
    pub expires_at: Option<i64>,
    pub frozen_at: Option<i64>,
}

impl Account {
    /// What stands against it, however much is on it. `again`: it was agreed to before it expired.
    pub fn problem(&self, currency: &str, customer: Option<CustomerId>, again: bool, now: i64) -> Option<Problem> {
        if self.frozen_at.is_some() {
            Some(Problem::Frozen)
        } else if !again && self.expires_at.is_some_and(|end| end <= now) {
            Some(Problem::Expired)
        } else if self.kind == Kind::StoreCredit && self.customer_id != customer {
            Some(Problem::NotYours)
        } else {
            (self.currency != currency).then_some(Problem::Currency)
        }
    }
}

const LOCK: Sql = Sql {
    sqlite: "SELECT s.id, s.kind, s.currency, s.last_four, s.balance, s.held, s.customer_id, s.expires_at, s.frozen_at
      FROM stored_value s WHERE s.id IN (SELECT unhex(value) FROM json_each($1))",
    postgres:
        "SELECT s.id, s.kind, s.currency, s.last_four, s.balance, s.held, s.customer_id, s.expires_at, s.frozen_at
      FROM stored_value s WHERE s.id = ANY($1) ORDER BY s.id FOR NO KEY UPDATE",
};

/// Nobody else changes these before the transaction ends.
pub(super) async fn lock(tx: &mut Tx, ids: impl Iterator<Item = StoredValueId>) -> Result<HashMap<Uuid, Account>> {
    let mut ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Account> = tx.fetch_all(LOCK.of(tx.engine()), args![ids]).await?;
    Ok(rows.into_iter().map(|row| (row.id.0, row)).collect())
}

const OF_CHECKOUTS: Sql = Sql {
    sqlite: "SELECT DISTINCT account_id FROM tender
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT DISTINCT account_id FROM tender WHERE checkout_id = ANY($1)",
};

/// The accounts that these checkouts have to do with, locked.
pub(super) async fn lock_of(tx: &mut Tx, checkouts: &[Uuid]) -> Result<HashMap<Uuid, Account>> {
    if checkouts.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<(StoredValueId,)> = tx.fetch_all(OF_CHECKOUTS.of(tx.engine()), args![checkouts.to_vec()]).await?;
    lock(tx, ids.into_iter().map(|(id,)| id)).await
}

/// Locks what these checkouts have to do with, for a transaction that comes to their promotions and shelves first.
pub(crate) async fn lock_for(tx: &mut Tx, checkouts: impl Iterator<Item = CheckoutId>) -> Result<()> {
    let checkouts: Vec<Uuid> = checkouts.map(|id| id.0).collect();
    // SQLite has one writer at a time.
    if tx.engine() == Engine::Postgres {
        lock_of(tx, &checkouts).await?;
    }
    Ok(())
}

/// Locks what a checkout has to do with, and one account beside it.
pub(crate) async fn lock_all(tx: &mut Tx, checkout: CheckoutId, beside: StoredValueId) -> Result<()> {
    let sql = "SELECT account_id FROM tender WHERE checkout_id = $1";
    let ids: Vec<(StoredValueId,)> = tx.fetch_all(sql, args![checkout]).await?;
    lock(tx, ids.into_iter().map(|(id,)| id).chain([beside])).await?;
    Ok(())
}

/// Sums by account, in the order of their ids.
#[derive(Default)]
pub(super) struct Sums(BTreeMap<Uuid, i64>);

impl Sums {
    pub fn add(&mut self, account: StoredValueId, amount: i64) {
        *self.0.entry(account.0).or_default() += amount;
    }

    /// Changes the accounts by a statement over rows of `id` and `number`; each of them must be met.
    pub async fn apply(&self, tx: &mut Tx, sql: Sql) -> Result<()> {
        #[derive(Serialize)]
        struct Row {
            id: Uuid,
            number: i64,
        }
        if self.0.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = self.0.iter().map(|(id, number)| Row { id: *id, number: *number }).collect();
        let changed = tx.execute(sql.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
        let wanted = rows.len() as u64;
        if changed != wanted {
            return Err(crate::db::DbError::Stale { wanted, changed }.into());
        }
        Ok(())
    }
}

/// Holds so much more, as long as it is there.
pub(super) const HOLD: Sql = rows!(
    "UPDATE stored_value SET held = held + d.number FROM",
    [id UUID, number BIGINT],
    "WHERE stored_value.id = d.id AND held + d.number <= balance"
);
/// For [`crate::canary`]: as much as the schema lets pass.
pub(super) const HOLD_BLINDLY: Sql = rows!(
    "UPDATE stored_value SET held = CASE WHEN held + d.number > balance THEN balance ELSE held + d.number END FROM",
    [id UUID, number BIGINT],
    "WHERE stored_value.id = d.id"
);
/// Lets go of what was held.
pub(super) const LET_GO: Sql = rows!(
    "UPDATE stored_value SET held = held - d.number FROM",
    [id UUID, number BIGINT],
    "WHERE stored_value.id = d.id AND held >= d.number"
);
