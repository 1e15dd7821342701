//! A copy of the whole shop on SQLite: the database as it was at one moment, and the pictures.
//!
//! ```text
//! <backup>/manifest.json   what is in here: size and SHA-256 of every file, schema version, counts, when
//!          shop.sqlite     the database, one file without a log
//!          media/…         pictures, named by their content
//! ```
//! A folder and not an archive: each file can be read, compared and copied elsewhere with what every machine has. It is
//! made under another name and takes its own when everything is on disk, so half a backup never looks like one. The
//! database comes first: whatever picture it names was stored before. Sent mail is in the database; `.eml` files of
//! a shop without an SMTP server are not taken along.

mod manifest;
mod restore;

pub use manifest::{DATABASE, Entry, MANIFEST, Manifest};
pub use restore::{close_orders, orders_closed, reopen, restore};

use crate::db::{Db, Engine};
use crate::{Error, Result, args};
use manifest::{digest, failed};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What a long step tells: its noun, done, of.
pub type Progress<'p> = &'p mut (dyn FnMut(&'static str, usize, usize) + Send);

/// Writes a backup of `db` and of the folder `media` into the new folder `to`, while the shop goes on. `now` in Unix
/// milliseconds. Waits for the disk on the calling thread.
///
/// # Errors
/// `Conflict` when `to` exists; `Invalid` on PostgreSQL.
pub async fn backup(db: &Db, media: &Path, to: &Path, now: i64, progress: Progress<'_>) -> Result<Manifest> {
    if db.engine() != Engine::Sqlite {
        return Err(Error::field("database", "PostgreSQL is backed up by pg_dump."));
    }
    if to.symlink_metadata().is_ok() {
        return Err(Error::conflict("backup_exists", format!("{} exists already.", to.display())));
    }
    let partial = Partial::create(to)?;
    let copy = partial.0.join(DATABASE);
    db.copy_to(&copy, &mut |done, of| progress("pages", done, of))?;
    let counts = counts(&copy).await?;
    let mut files = vec![digest(&partial.0, DATABASE)?];
    copy_media(media, &partial.0, &mut files, progress)?;
    let manifest = Manifest::new(now, counts, files);
    manifest.write(&partial.0)?;
    partial.finish(to)?;
    Ok(manifest)
}

/// A folder that goes away again unless it is finished.
struct Partial(PathBuf);

impl Partial {
    fn create(to: &Path) -> Result<Self> {
        let name = to.file_name().ok_or_else(|| Error::field("backup", "Name a folder that is not there yet."))?;
        let mut partial = name.to_owned();
        partial.push(".partial");
        let path = to.with_file_name(partial);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        // Not `create_dir_all`: a second backup of the same name must not write into the first.
        std::fs::create_dir(&path).map_err(failed(&path))?;
        Ok(Self(path))
    }

    fn finish(self, to: &Path) -> Result<()> {
        sync_folder(&self.0)?;
        std::fs::rename(&self.0, to).map_err(failed(to))?;
        if let Some(parent) = to.parent() {
            sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
        }
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After `finish` it has another name.
        if self.0.exists()
            && let Err(error) = std::fs::remove_dir_all(&self.0)
        {
            tracing::warn!(%error, folder = %self.0.display(), "a broken-off backup stays");
        }
    }
}

/// Pictures, in order of name. Files that are being written have names that begin with a dot.
fn copy_media(media: &Path, to: &Path, files: &mut Vec<Entry>, progress: Progress<'_>) -> Result<()> {
    let mut names = Vec::new();
    if media.is_dir() {
        for entry in std::fs::read_dir(media).map_err(failed(media))? {
            let entry = entry.map_err(failed(media))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_file() && !name.starts_with('.') {
                names.push(name);
            }
        }
    }
    names.sort();
    let folder = to.join("media");
    std::fs::create_dir(&folder).map_err(failed(&folder))?;
    for (done, name) in names.iter().enumerate() {
        copy_file(&media.join(name), &folder.join(name))?;
        files.push(digest(to, &format!("media/{name}"))?);
        progress("pictures", done + 1, names.len());
    }
    sync_folder(&folder)
}

/// Copies a file and waits until it is on disk.
fn copy_file(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).map_err(failed(from))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(failed(to))
}

fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(failed(folder))
}

/// What people compare: how many there are of the most important things, in the copy itself.
async fn counts(database: &Path) -> Result<manifest::Counts> {
    const COUNT: &str = "SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM payment_attempt),
        (SELECT COUNT(*) FROM customer), (SELECT COUNT(*) FROM product),
        (SELECT MAX(version) FROM _sqlx_migrations)";
    let db = Db::open(&format!("sqlite:{}", database.display())).await?;
    let counted: (i64, i64, i64, i64, i64) = db.fetch_one(COUNT, args![]).await?;
    db.close().await;
    // One file without a log, on disk.
    Db::fold_file(database)?;
    let (orders, payment_attempts, customers, products, schema_version) = counted;
    Ok(manifest::Counts { orders, payment_attempts, customers, products, schema_version })
}
