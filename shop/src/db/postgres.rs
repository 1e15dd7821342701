//! PostgreSQL: pool, settings of each connection, migrations.

use super::{DbError, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};
use std::str::FromStr;
use std::time::Duration;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// `server_version_num` of PostgreSQL 13, the oldest with everything the statements use.
const OLDEST_VERSION: i64 = 130_000;
const CONNECTIONS: u32 = 32;
/// A connection that rested longer is pinged before use.
const PING_AFTER: Duration = Duration::from_secs(1);

/// Opens the pool. Every connection gives up on a lock after 2 s, on a statement after 5 s, and when idle in a
/// transaction after 10 s; commits wait for the disk.
pub(super) async fn open(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.application_name("mercer").disable_statement_logging().options([
        ("lock_timeout", "2s"),
        ("statement_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("synchronous_commit", "on"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > PING_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    check(&pool).await?;
    Ok(pool)
}

async fn check(pool: &PgPool) -> Result<()> {
    let (version, synchronous_commit, encoding): (i64, String, String) = sqlx::query_as(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('synchronous_commit'),
           current_setting('server_encoding')",
    )
    .fetch_one(pool)
    .await?;
    require(version >= OLDEST_VERSION, "version 13 or later", &version.to_string())?;
    require(synchronous_commit == "on", "synchronous_commit = on", &synchronous_commit)?;
    require(encoding == "UTF8", "a database in UTF8", &encoding)
}

fn require(holds: bool, what: &str, found: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(DbError::Setup(format!("PostgreSQL: {what} is needed, found {found}"))) }
}

pub(super) async fn migrate(pool: &PgPool) -> Result<()> {
    Ok(MIGRATOR.run(pool).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_not_set_up_for_the_shop_is_refused() {
        assert!(require(120_022 >= OLDEST_VERSION, "version 13 or later", "120022").is_err());
        assert!(require(150_018 >= OLDEST_VERSION, "version 13 or later", "150018").is_ok());
    }
}
