//! A disk under SQLite whose power can fail.
//!
//! A killed process proves nothing about durability: what it wrote is still in the operating system's cache. This disk
//! stands between SQLite and its files and remembers what was there at the last sync. When the power fails, only that
//! is sure to be left; of everything written since, each sector stays, goes or is torn as chance will have it, files
//! have the old size or the new one, and files made or deleted since may not be there, or be there again.
//!
//! ```text
//! vfs    SQLite's calls: open, write, truncate, sync, delete (the only unsafe code)
//! image  what a file held at its last sync, and what is left of it
//! ```
//!
//! The promise modelled is SQLite's own ("powersafe overwrite"): a write never damages bytes outside of its range. A
//! file's first sync makes its name durable, too; deleting one is never sure. What a process maps into memory (the
//! index of the write-ahead log) is not on the disk: it is gone. No real sync is made: this disk decides what lasts.

mod image;
mod vfs;

use image::{Ghosts, Image};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// A sync takes up to this long, as on a real disk: writers meet meanwhile and share the next one.
const SYNC_MAX: Duration = Duration::from_millis(2);

static DISK: OnceLock<Mutex<Disk>> = OnceLock::new();

/// When and how the power fails.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    pub seed: u64,
    /// At this write, truncation, sync or deletion, counted from 1 over all files once [`arm`] was called.
    pub at: u64,
}

/// What the power failure did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Names of the files that held anything unsynced.
    pub files: Vec<String>,
    /// Unsynced sectors of 512 bytes that are as before, as written, and something of both.
    pub lost: usize,
    pub kept: usize,
    pub torn: usize,
    /// Files whose new size was forgotten, that were made in vain, or that are there again.
    pub resized: usize,
    pub vanished: usize,
    pub returned: usize,
}

impl Damage {
    /// Another failure's; its files are not named again.
    pub fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.kept += other.kept;
        self.torn += other.torn;
        self.resized += other.resized;
        self.vanished += other.vanished;
        self.returned += other.returned;
    }
}

struct Disk {
    files: BTreeMap<PathBuf, Image>,
    ghosts: Ghosts,
    is_armed: bool,
    done: u64,
    failure: Failure,
    chance: StdRng,
    told: Box<dyn Fn(&Damage) + Send>,
}

/// Puts the disk under every database that this process opens from now on. When the power fails, `told` hears what is
/// left and the process aborts.
///
/// # Errors
/// When SQLite refuses, or there is such a disk already.
pub fn install(failure: Failure, told: impl Fn(&Damage) + Send + 'static) -> Result<(), String> {
    let disk = Disk {
        files: BTreeMap::new(),
        ghosts: Ghosts::default(),
        is_armed: false,
        done: 0,
        failure,
        chance: StdRng::seed_from_u64(failure.seed),
        told: Box::new(told),
    };
    DISK.set(Mutex::new(disk)).map_err(|_| "there is such a disk already".to_owned())?;
    vfs::register()
}

/// From now on what is asked of the disk counts. Nothing happens without a disk.
pub fn arm() {
    if let Some(mut disk) = disk() {
        disk.is_armed = true;
    }
}

/// The disk; whoever asks after the power failed waits for ever.
fn disk() -> Option<MutexGuard<'static, Disk>> {
    DISK.get().map(|disk| disk.lock().unwrap_or_else(PoisonError::into_inner))
}

/// How long the next sync takes.
fn sync_pause() -> Duration {
    let share = disk().map_or(0.0, |mut disk| disk.chance.random::<f64>());
    SYNC_MAX.mul_f64(share)
}

impl Disk {
    /// SQLite has opened a file; `is_new`: which was not there before.
    fn opened(&mut self, path: &Path, size: u64, is_new: bool) {
        if is_new || !self.files.contains_key(path) {
            self.files.insert(path.to_owned(), Image::of(size, is_new));
        }
    }

    fn image(&mut self, path: &Path) -> &mut Image {
        self.files.entry(path.to_owned()).or_insert_with(|| Image::of(0, true))
    }

    /// Counts what was asked of the disk. Does not return when the power fails.
    fn count(&mut self) {
        self.done += u64::from(self.is_armed);
        if self.is_armed && self.done == self.failure.at {
            let damage = self.fail();
            (self.told)(&damage);
            std::process::abort();
        }
    }

    /// Leaves on the real disk what this one would have kept.
    fn fail(&mut self) -> Damage {
        let mut damage = Damage::default();
        // One disk loses all it has in its cache, another nearly nothing.
        let share = [0.0, 0.1, 0.5, 0.9, 1.0][self.chance.random_range(0..5)];
        for (path, image) in &self.files {
            if let Err(error) = image.survive(path, share, &mut self.chance, &mut damage) {
                damage.files.push(format!("{}: {error}", path.display()));
            }
            let mut index = path.clone().into_os_string();
            index.push("-shm");
            std::fs::remove_file(index).ok();
        }
        self.ghosts.haunt(&mut self.chance, &mut damage);
        damage
    }
}
