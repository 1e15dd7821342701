//! How connections are set up, and the proof that SQLite took each setting.

use crate::db::{DbError, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use std::path::Path;
use std::time::Duration;

/// Earlier versions can corrupt a WAL that is reset while another connection checkpoints.
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages in the WAL before a commit checkpoints them (4 KiB each).
const CHECKPOINT_PAGES: &str = "4000";
/// What a large transaction leaves of the WAL file after the next checkpoint, bytes.
const WAL_SIZE_LIMIT: &str = "67108864";
/// Page cache of a connection in KiB (negative by SQLite's convention), filled as it is used.
const WRITER_CACHE: &str = "-16384";
const READER_CACHE: &str = "-8192";
const STATEMENT_CACHE: usize = 256;

pub(super) fn writer(path: &Path) -> SqliteConnectOptions {
    common(path)
        .create_if_missing(true)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", WAL_SIZE_LIMIT)
        .pragma("cache_size", WRITER_CACHE)
        .thread_name(|_| "sqlite-writer".to_owned())
}

pub(super) fn reader(path: &Path) -> SqliteConnectOptions {
    common(path)
        .pragma("wal_autocheckpoint", "0")
        .pragma("query_only", "ON")
        .pragma("cache_size", READER_CACHE)
        .thread_name(|n| format!("sqlite-reader-{n}"))
}

fn common(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("trusted_schema", "OFF")
        .pragma("mmap_size", "0")
        .statement_cache_capacity(STATEMENT_CACHE)
        .disable_statement_logging()
}

/// Opens a connection and reads every setting back.
pub(super) async fn connect(options: &SqliteConnectOptions, query_only: bool) -> Result<SqliteConnection> {
    let mut connection = options.connect().await?;
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut connection).await?;
    check_version(&version)?;
    let busy_timeout_ms = BUSY_TIMEOUT.as_millis().to_string();
    for (pragma, wanted) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("busy_timeout", busy_timeout_ms.as_str()),
        ("trusted_schema", "0"),
        ("mmap_size", "0"),
        ("query_only", if query_only { "1" } else { "0" }),
    ] {
        let sql = format!("PRAGMA {pragma}");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(&mut connection).await?;
        // A pragma's value has no declared type: read it as it comes.
        let found = row.map(|row| row.try_get_unchecked::<String, _>(0)).transpose()?;
        check(pragma, wanted, found.as_deref())?;
    }
    Ok(connection)
}

fn check(pragma: &str, wanted: &str, found: Option<&str>) -> Result<()> {
    match found {
        Some(value) if value == wanted => Ok(()),
        _ => Err(DbError::Setup(format!("SQLite has {pragma} = {found:?}, needed is {wanted}"))),
    }
}

fn check_version(version: &str) -> Result<()> {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < OLDEST_VERSION.as_slice() {
        return Err(DbError::Setup(format!("SQLite {version} is too old: 3.51.3 or later is needed")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_the_wal_reset_bug_are_refused() {
        assert!(check_version("3.51.2").is_err());
        assert!(check_version("3.9.9").is_err());
        assert!(check_version("").is_err());
        assert!(check_version("3.51.3").is_ok());
        assert!(check_version("3.100.0").is_ok());
    }

    #[test]
    fn a_setting_that_was_not_taken_is_refused() {
        assert!(check("synchronous", "2", Some("1")).is_err());
        assert!(check("synchronous", "2", None).is_err());
        assert!(check("synchronous", "2", Some("2")).is_ok());
    }
}
