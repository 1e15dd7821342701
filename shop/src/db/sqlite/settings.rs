//! How connections are set up, and the proof that SQLite took each setting.

use crate::canary::{self, Canary};
use crate::db::{DbError, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Earlier versions can corrupt a WAL that is reset while another connection checkpoints.
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];
/// How long a reader waits for a lock, which WAL mode asks of it only while another process recovers the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages in the WAL before a commit checkpoints them (4 KiB each).
const CHECKPOINT_PAGES: i64 = 4000;
/// What a large transaction leaves of the WAL file after the next checkpoint, bytes.
const WAL_SIZE_LIMIT: i64 = 67_108_864;
/// Page cache of a connection in KiB (negative by SQLite's convention), filled as it is used.
const WRITER_CACHE: i64 = -16_384;
const READER_CACHE: i64 = -16_384;
const STATEMENT_CACHE: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Never waits for a lock on the calling thread: [`super::writer`] asks again.
    Writer,
    Reader,
}

/// Opens a connection and reads every setting back.
///
/// # Errors
/// [`DbError::Setup`] when SQLite is too old or did not take a setting.
pub(super) fn connect(path: &Path, role: Role) -> Result<Connection> {
    check_version(rusqlite::version())?;
    // One thread at a time uses a connection, which is what the compiler checks: no mutex is needed inside.
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if role == Role::Writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // Plans must not depend on bound values: SQLite would plan a cached statement again for every new argument.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let common = [
        ("journal_mode", "wal"),
        ("synchronous", if canary::on(Canary::SynchronousOff) { "0" } else { "2" }),
        ("foreign_keys", "1"),
        ("trusted_schema", "0"),
        ("mmap_size", "0"),
    ];
    let (query_only, cache, checkpoint) = match role {
        Role::Writer => ("0", WRITER_CACHE, CHECKPOINT_PAGES),
        Role::Reader => ("1", READER_CACHE, 0),
    };
    for (pragma, wanted) in common.into_iter().chain([("query_only", query_only)]) {
        connection.pragma_update(None, pragma, wanted)?;
        check(pragma, wanted, &read(&connection, pragma)?)?;
    }
    connection.pragma_update(None, "cache_size", cache)?;
    connection.pragma_update(None, "wal_autocheckpoint", checkpoint)?;
    connection.pragma_update(None, "journal_size_limit", WAL_SIZE_LIMIT)?;
    if role == Role::Writer {
        connection.busy_timeout(Duration::ZERO)?;
    }
    Ok(connection)
}

/// Lets the writer wait for other processes after all, as start-up work may.
pub(super) fn wait_for_locks(connection: &Connection, wait: bool) -> Result<()> {
    Ok(connection.busy_timeout(if wait { BUSY_TIMEOUT } else { Duration::ZERO })?)
}

fn read(connection: &Connection, pragma: &str) -> Result<String> {
    let found = connection.pragma_query_value(None, pragma, |row| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(v) => v.to_string(),
            other => other.as_str()?.to_owned(),
        })
    })?;
    Ok(found)
}

fn check(pragma: &str, wanted: &str, found: &str) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(DbError::Setup(format!("SQLite has {pragma} = {found}, needed is {wanted}")))
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
        assert!(check("synchronous", "2", "1").is_err());
        assert!(check("synchronous", "2", "2").is_ok());
    }
}
