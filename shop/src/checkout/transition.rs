//! Every move of a checkout, an attempt or an order, with its cause: the timeline and the proof.

use crate::db::{Read, Sql, Tx};
use crate::id::{AttemptId, CheckoutId, OrderId};
use crate::{Result, args, rows};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transition {
    id: Uuid,
    entity: &'static str,
    entity_id: Uuid,
    from_state: String,
    to_state: String,
    cause: String,
}

fn entry(entity: &'static str, entity_id: Uuid, from: &str, to: &str, cause: &str) -> Transition {
    Transition {
        id: crate::chance::uuid(),
        entity,
        entity_id,
        from_state: from.into(),
        to_state: to.into(),
        cause: cause.into(),
    }
}

pub(crate) fn of_checkout(id: CheckoutId, from: &str, to: &str, cause: &str) -> Transition {
    entry("checkout", id.0, from, to, cause)
}

pub(crate) fn of_order(id: OrderId, from: &str, to: &str, cause: &str) -> Transition {
    entry("order", id.0, from, to, cause)
}

pub(crate) fn of_attempt(id: AttemptId, from: &str, to: &str, cause: &str) -> Transition {
    entry("payment_attempt", id.0, from, to, cause)
}

/// The states that checkouts are in; nobody else changes them before this transaction ends.
pub(super) async fn lock_checkouts(
    tx: &mut Tx,
    ids: impl Iterator<Item = CheckoutId>,
) -> Result<HashMap<CheckoutId, String>> {
    // On SQLite a transaction that writes is alone; PostgreSQL takes the locks in the order of the ids.
    const LOCK: Sql = Sql {
        sqlite: "SELECT id, state FROM checkout WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "SELECT id, state FROM checkout WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
    };
    let ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    Ok(tx.fetch_all(LOCK.of(tx.engine()), args![ids]).await?.into_iter().collect())
}

/// The state of one checkout, locked.
pub(crate) async fn lock_checkout(tx: &mut Tx, id: CheckoutId) -> Result<Option<String>> {
    Ok(lock_checkouts(tx, std::iter::once(id)).await?.remove(&id))
}

/// Writes the moves in the transaction that makes them.
pub(crate) async fn record(tx: &mut Tx, moves: &[Transition], actor: &str, at: i64) -> Result<()> {
    if !moves.is_empty() {
        tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(moves)?, actor, at]).await?;
    }
    Ok(())
}

const INSERT: Sql = rows!(
    "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
     SELECT d.id, d.entity, d.entity_id, d.from_state, d.to_state, d.cause, $2, $3 FROM",
    [id UUID, entity TEXT, entity_id UUID, from_state TEXT, to_state TEXT, cause TEXT],
    ""
);
