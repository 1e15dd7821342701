//! Copying a SQLite database that is in use, and looking a copy over.
//!
//! The copy is of one moment: a read transaction is held from the first page to the last, so pages need no second
//! visit however much is written meanwhile (in WAL mode a reader keeps nobody from writing; the log only grows until
//! the copy is done). Pages go over as they are, a few megabytes at a time: no more memory than that, and the progress
//! is exact. `VACUUM INTO` would build every tree anew for the same result and tell nothing on its way.

use super::MIGRATOR;
use super::settings::{self, Role};
use crate::db::{DbError, Result};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Pages in one go: 4 MiB.
const STEP: i32 = 1024;
/// How long a page may be locked by a checkpoint before it is asked for again, and how often.
const RETRY: Duration = Duration::from_millis(5);
const TRIES: u32 = 2000;

/// Copies the database at `from` to the new file `to`. `progress` hears pages done and pages in all. What is in `to`
/// is on disk when its folder is synced, too.
pub(in crate::db) fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(usize, usize)) -> Result<()> {
    let source = settings::connect(from, Role::Reader)?;
    source.execute_batch("BEGIN")?;
    // BEGIN alone reads nothing: this is the moment that is copied.
    source.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(to, flags)?;
    // A copy that breaks off is thrown away, so it needs no journal; it is synced once, at its end.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    {
        let backup = Backup::new(&source, &mut target)?;
        let mut waits = 0;
        loop {
            match backup.step(STEP)? {
                StepResult::Done => break,
                StepResult::More => waits = 0,
                _ if waits < TRIES => {
                    waits += 1;
                    std::thread::sleep(RETRY);
                }
                _ => return Err(DbError::Busy("the database stays locked".into())),
            }
            let at = backup.progress();
            let all = usize::try_from(at.pagecount).unwrap_or(0);
            progress(all.saturating_sub(usize::try_from(at.remaining).unwrap_or(0)), all);
        }
        let all = usize::try_from(backup.progress().pagecount).unwrap_or(0);
        progress(all, all);
    }
    target.close().map_err(|(_, error)| error)?;
    let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|error| DbError::Other(error.into()))
}

/// Reads every page of a database that nobody uses: is it whole, does every reference lead somewhere, and does this
/// program know its schema? Changes nothing.
pub(in crate::db) fn inspect(path: &Path) -> Result<()> {
    // `immutable`: no log, no locks, and no file made beside it.
    let uri = format!("file:{}?immutable=1", escaped(path));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags)?;
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(DbError::Setup(format!("the database is damaged: {said}")));
    }
    let mut orphans = connection.prepare("PRAGMA foreign_key_check")?;
    if let Some(row) = orphans.query([])?.next()? {
        let table: String = row.get(0)?;
        return Err(DbError::Setup(format!("a row of {table} refers to one that is not there")));
    }
    let ran: Vec<(i64, Vec<u8>)> = connection
        .prepare("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    match ran.iter().find(|(version, sum)| {
        MIGRATOR.iter().all(|step| step.version != *version || step.checksum.as_ref() != sum.as_slice())
    }) {
        Some((version, _)) => {
            Err(DbError::Setup(format!("this program does not know migration {version} of this database")))
        }
        None => Ok(()),
    }
}

/// Makes the file at `path` one piece: the log is moved into it and removed.
///
/// # Errors
/// [`DbError::Busy`] when another process has the database open.
pub(in crate::db) fn fold(path: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "delete")?;
    connection.close().map_err(|(_, error)| error.into())
}

/// A path inside a `file:` URI.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
