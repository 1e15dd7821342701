//! What a batch writes about itself, in its own transaction.

use super::State;
use crate::db::{DbError, Read, Sql, Tx};
use crate::id::ImportId;
use crate::import::apply::Done;
use crate::import::{Outcome, RowError};
use crate::limits::IMPORT_ERRORS;
use crate::{Result, args, rows};
use serde_json::json;

/// Who works on a job: the newest epoch, or nobody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub id: ImportId,
    pub epoch: i64,
}

/// How long a job waits for a worker that is not heard of, in milliseconds.
pub(super) const LEASE_MS: i64 = 60_000;

impl Lease {
    /// Takes the job's row until the end of the transaction; whether somebody wants the work to end.
    ///
    /// # Errors
    /// [`DbError::Stale`] when the job is somebody else's by now, or has moved on.
    pub async fn hold(self, tx: &mut Tx, state: State, now: i64) -> Result<bool, DbError> {
        let held: Option<(bool,)> = tx
            .fetch_optional(
                "UPDATE import_job SET lease_until = $4 WHERE id = $1 AND epoch = $2 AND state = $3 RETURNING cancelled",
                args![self.id, self.epoch, state.code(), now + LEASE_MS],
            )
            .await?;
        held.map(|(cancelled,)| cancelled).ok_or(DbError::Stale { wanted: 1, changed: 0 })
    }

    /// Brings the job into another state; nobody works on it then, unless that is one with work to do.
    pub async fn turn(self, tx: &mut Tx, to: State, message: &str, now: i64) -> Result<()> {
        let ended = (!to.is_active()).then_some(now);
        tx.execute(
            "UPDATE import_job SET state = $3, message = $4, ended_at = $5,
               lease_until = CASE WHEN $5 IS NULL THEN lease_until ELSE 0 END
             WHERE id = $1 AND epoch = $2",
            args![self.id, self.epoch, to.code(), message, ended],
        )
        .await?;
        Ok(())
    }
}

const ERRORS: Sql = rows!(
    "INSERT INTO import_job_error (job_id, seq, line, column_name, message)
     SELECT $2, seq, line, column_name, message FROM",
    [seq BIGINT, line BIGINT, column_name TEXT, message TEXT],
    ""
);
const ITEMS: Sql = rows!(
    "INSERT INTO import_item (job_id, seq, product_id, handle, outcome, version, before)
     SELECT $2, seq, product_id, handle, outcome, version, before_ FROM",
    [seq BIGINT, product_id UUID, handle TEXT, outcome TEXT, version BIGINT, before_ TEXT],
    ""
);

/// Keeps as many errors as there is room for, and counts all.
pub(super) async fn errors(tx: &mut Tx, id: ImportId, errors: &[RowError]) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(errors.len()).unwrap_or(i64::MAX);
    let (before,): (i64,) = tx
        .fetch_one("UPDATE import_job SET errors = errors + $2 WHERE id = $1 RETURNING errors - $2", args![id, count])
        .await?;
    let rows: Vec<_> = (before..IMPORT_ERRORS)
        .zip(errors)
        .map(|(seq, e)| json!({ "seq": seq, "line": e.line, "column_name": e.column, "message": e.message }))
        .collect();
    if !rows.is_empty() {
        tx.execute(ERRORS.of(tx.engine()), args![serde_json::to_string(&rows)?, id]).await?;
    }
    Ok(())
}

/// Counts what became of the products from `position` on, and moves the position behind them. `items` are kept where
/// something was written; `keys` are theirs.
pub(super) async fn progress(
    tx: &mut Tx,
    id: ImportId,
    position: usize,
    done: &[Done],
    keys: &[&str],
    keep: bool,
) -> Result<()> {
    let count = |outcome| i64::try_from(done.iter().filter(|d| d.outcome == outcome).count()).unwrap_or(0);
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let moved = tx
        .execute(
            "UPDATE import_job SET position = position + $3, created = created + $4, updated = updated + $5,
               unchanged = unchanged + $6, refused = refused + $7 WHERE id = $1 AND position = $2",
            args![
                id,
                position,
                i64::try_from(done.len()).unwrap_or(0),
                count(Outcome::Created),
                count(Outcome::Updated),
                count(Outcome::Unchanged),
                count(Outcome::Refused)
            ],
        )
        .await?;
    if moved != 1 {
        return Err(DbError::Stale { wanted: 1, changed: moved }.into());
    }
    let said: Vec<RowError> = done.iter().flat_map(|d| d.errors.iter().cloned()).collect();
    errors(tx, id, &said).await?;
    if keep { items(tx, id, position, done, keys).await } else { Ok(()) }
}

async fn items(tx: &mut Tx, id: ImportId, position: i64, done: &[Done], keys: &[&str]) -> Result<()> {
    let mut rows = Vec::new();
    for ((seq, done), key) in (position..).zip(done).zip(keys) {
        let Some(change) = &done.change else { continue };
        let before = change.before.as_ref().map(serde_json::to_string).transpose()?;
        rows.push(json!({
            "seq": seq, "product_id": change.product, "handle": key, "version": change.version, "before_": before,
            "outcome": if before.is_some() { "updated" } else { "created" },
        }));
    }
    if !rows.is_empty() {
        tx.execute(ITEMS.of(tx.engine()), args![serde_json::to_string(&rows)?, id]).await?;
    }
    Ok(())
}
