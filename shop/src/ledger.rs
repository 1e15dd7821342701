//! Double entry: every movement of money is a set of rows that sums to zero.
//!
//! Accounts: `receivable` (owed by shoppers), `provider` (held by the payment provider), `sales`, `tax`, `refunds`;
//! `gift_cards` and `store_credit` (owed to their holders), `goodwill` (given to them by the merchant).

use crate::db::{Sql, Tx};
use crate::id::OrderId;
use crate::{Error, Result, args, rows};
use serde::Serialize;
use uuid::Uuid;

#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    id: Uuid,
    tx_id: Uuid,
    account: &'static str,
    /// Minor units: above zero debits, below credits.
    amount: i64,
    currency: String,
    order_id: Option<OrderId>,
}

/// The rows of one movement; amounts of nothing are left out.
pub fn transaction(order_id: impl Into<Option<OrderId>>, currency: &str, parts: &[(&'static str, i64)]) -> Vec<Entry> {
    let (tx_id, order_id) = (crate::chance::uuid(), order_id.into());
    parts
        .iter()
        .filter(|(_, amount)| *amount != 0)
        .map(|&(account, amount)| Entry {
            id: crate::chance::uuid(),
            tx_id,
            account,
            amount,
            currency: currency.to_owned(),
            order_id,
        })
        .collect()
}

/// Writes the rows, with the change they belong to. Rows that do not sum to zero are a bug and stop everything.
pub async fn record(tx: &mut Tx, entries: &[Entry], at: i64) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    if entries.iter().map(|entry| i128::from(entry.amount)).sum::<i128>() != 0 {
        return Err(Error::Internal("ledger rows that do not sum to zero".into()));
    }
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(entries)?, at]).await?;
    Ok(())
}

const INSERT: Sql = rows!(
    "INSERT INTO ledger (id, tx_id, account, amount, currency, order_id, at)
     SELECT d.id, d.tx_id, d.account, d.amount, d.currency, d.order_id, $2 FROM",
    [id UUID, tx_id UUID, account TEXT, amount BIGINT, currency TEXT, order_id UUID],
    ""
);
