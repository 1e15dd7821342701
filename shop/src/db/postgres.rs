//! PostgreSQL: pool, settings of each connection, migrations.

use super::Result;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::str::FromStr;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// Opens the pool. Every connection gives up on a lock after 2 s, on a statement after 5 s, and when idle in a
/// transaction after 10 s; commits wait for the disk.
pub(super) async fn open(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.application_name("mercer").options([
        ("lock_timeout", "2s"),
        ("statement_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("synchronous_commit", "on"),
    ]);
    Ok(PgPoolOptions::new().max_connections(32).connect_with(options).await?)
}

pub(super) async fn migrate(pool: &PgPool) -> Result<()> {
    Ok(MIGRATOR.run(pool).await?)
}
