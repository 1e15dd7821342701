//! Runs the migrations a database lacks, each in a transaction with the note that it ran.
//!
//! The notes are kept in the table and form that sqlx uses on PostgreSQL.

use super::MIGRATOR;
use crate::db::{DbError, Result};
use rusqlite::{Connection, OptionalExtension, params};

const NOTES: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
  )";

/// # Errors
/// [`DbError::Setup`] when a migration that ran is not in this program, or differs from what ran.
pub(super) fn run(connection: &mut Connection) -> Result<()> {
    connection.execute(NOTES, [])?;
    let ran: Vec<i64> = connection
        .prepare("SELECT version FROM _sqlx_migrations ORDER BY version")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if let Some(version) = ran.into_iter().find(|version| MIGRATOR.iter().all(|step| step.version != *version)) {
        return Err(DbError::Setup(format!("this program does not know migration {version} of this database")));
    }
    for step in MIGRATOR.iter() {
        // Two programs that start at once: the second waits here and then finds the first one's note.
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let ran: Option<Vec<u8>> = tx
            .query_row("SELECT checksum FROM _sqlx_migrations WHERE version = ?1", [step.version], |row| row.get(0))
            .optional()?;
        match ran {
            Some(checksum) if checksum == *step.checksum => continue,
            Some(_) => {
                return Err(DbError::Setup(format!("migration {} was changed after it ran", step.version)));
            }
            None => {}
        }
        tx.execute_batch(step.sql.as_str())?;
        tx.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (?1, ?2, TRUE, ?3, 0)",
            params![step.version, step.description, &*step.checksum],
        )?;
        tx.commit()?;
    }
    Ok(())
}
