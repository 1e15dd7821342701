//! Putting a backup back, and why no order is taken right afterwards.
//!
//! Between the backup and what made it needed, shoppers have paid for orders that the restored database has never
//! heard of. Until the provider's list of payments was compared with it, a shop that sells would sell those units
//! again and could charge somebody twice. So a restored database carries a mark, placing orders answers 503 with the
//! cart kept, and recovery starts no payment; [`reopen`] takes the mark away once reconciliation has run clean.

use super::manifest::{DATABASE, Manifest, damaged, failed};
use super::{Progress, copy_file, sync_folder};
use crate::db::{Db, DbError};
use crate::{Error, Result, Shop, args};
use std::path::{Path, PathBuf};

/// Row of table `setting`: Unix milliseconds of the restore.
const CLOSED: &str = "orders_closed_until_reconciled";

/// What follows a database's name in the names of its files; a log without its database would be taken for the next's.
const LOGS: [&str; 3] = ["", "-wal", "-shm"];

/// Puts the backup in `from` where `database` and `media` are to be and marks the shop as restored. Everything is
/// verified before the first file of the shop is touched. With `replace`, a database that is there is kept beside,
/// with `.before-restore-<time>` after its name. Waits for the disk on the calling thread.
///
/// # Errors
/// `Conflict`: "backup_damaged" names the file; "not_empty" when there is a database and `replace` is false;
/// "in_use" when a program has it open.
pub async fn restore(
    from: &Path,
    database: &Path,
    media: &Path,
    replace: bool,
    now: i64,
    progress: Progress<'_>,
) -> Result<Manifest> {
    let manifest = Manifest::read(from)?;
    manifest.verify(from, progress)?;
    Db::inspect_file(&from.join(DATABASE))
        .map_err(|error| damaged(&from.join(DATABASE), &format!("cannot be used: {error}")))?;
    let occupied = LOGS.iter().any(|log| with_suffix(database, log).exists());
    if occupied && !replace {
        return Err(Error::conflict("not_empty", format!("{} exists already.", database.display())));
    }
    // First beside, then renamed: whatever breaks off, there is one whole database.
    let beside = with_suffix(database, ".restoring");
    remove_leftovers(&beside)?;
    for folder in [database.parent(), Some(media)].into_iter().flatten().filter(|path| !path.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    copy_file(&from.join(DATABASE), &beside)?;
    let pictures: Vec<_> = manifest.files.iter().filter_map(|entry| entry.path.strip_prefix("media/")).collect();
    for (done, name) in pictures.iter().enumerate() {
        copy_file(&from.join("media").join(name), &media.join(name))?;
        progress("pictures", done + 1, pictures.len());
    }
    sync_folder(media)?;
    mark(&beside, now).await?;
    if occupied {
        set_aside(database, now)?;
    }
    std::fs::rename(&beside, database).map_err(failed(database))?;
    sync_folder(database.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    Ok(manifest)
}

/// What a restore that broke off has left: its log must not be taken for the next copy's.
fn remove_leftovers(beside: &Path) -> Result<()> {
    for log in LOGS {
        let file = with_suffix(beside, log);
        if file.exists() {
            std::fs::remove_file(&file).map_err(failed(&file))?;
        }
    }
    Ok(())
}

/// Sets the mark in a file that nobody uses, and leaves no log beside it.
async fn mark(file: &Path, now: i64) -> Result<()> {
    let db = Db::open(&format!("sqlite:{}", file.display())).await?;
    let marked = close_orders(&db, now).await;
    db.close().await;
    marked?;
    Ok(Db::fold_file(file)?)
}

/// Renames the database that is there. Its log belongs to it: it is moved in first, which also tells whether somebody
/// has the database open. A file too damaged for that goes aside with its log as they are.
fn set_aside(database: &Path, now: i64) -> Result<()> {
    let folded = if database.exists() { Db::fold_file(database) } else { Ok(()) };
    match folded {
        Err(DbError::Busy(_)) => {
            return Err(Error::conflict("in_use", format!("{} is open in another program.", database.display())));
        }
        Err(error) => tracing::warn!(%error, "the old database cannot be read; it is kept as it is"),
        Ok(()) => {}
    }
    for log in LOGS {
        let file = with_suffix(database, log);
        if file.exists() {
            let aside = with_suffix(database, &format!(".before-restore-{now}{log}"));
            std::fs::rename(&file, &aside).map_err(failed(&file))?;
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Marks a database as restored, for one that was filled by other means (`pg_restore`). Programs that have it open
/// do not notice: stop them first.
pub async fn close_orders(db: &Db, now: i64) -> Result<()> {
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    db.execute(sql, args![CLOSED, now.to_string()]).await?;
    Ok(())
}

/// Since when no orders are taken because the database was restored (Unix ms); `None` for an open shop. A shop that
/// was found open is not looked at again: the mark is only ever set on a database that nobody serves.
pub async fn orders_closed(shop: &Shop) -> Result<Option<i64>> {
    if shop.checkouts.are_open() {
        return Ok(None);
    }
    let row: Option<(String,)> =
        shop.db.fetch_optional("SELECT value FROM setting WHERE key = $1", args![CLOSED]).await?;
    let Some((since,)) = row else {
        shop.checkouts.found_open();
        return Ok(None);
    };
    Ok(Some(serde_json::from_str(&since)?))
}

/// Takes orders again, here and in every other program over this database. For whoever has compared the provider's
/// payments with the restored database and found nothing open.
pub async fn reopen(shop: &Shop) -> Result<()> {
    shop.db.execute("DELETE FROM setting WHERE key = $1", args![CLOSED]).await?;
    Ok(())
}
