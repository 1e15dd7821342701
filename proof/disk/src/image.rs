//! What a file held when it was last synced, kept beside the file as it is now, sector by sector, and only where the two
//! differ.

use crate::Damage;
use rand::Rng;
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes that a disk writes at once, if it does not die on the way.
pub const SECTOR: u64 = 512;
const BYTES: usize = 512;

/// As at the last sync; zeros behind the file's end.
type Sector = Box<[u8; BYTES]>;

pub struct Image {
    synced_size: u64,
    /// The folder does not know it yet.
    is_new: bool,
    before: BTreeMap<u64, Sector>,
}

impl Image {
    pub fn of(size: u64, is_new: bool) -> Self {
        Self { synced_size: if is_new { 0 } else { size }, is_new, before: BTreeMap::new() }
    }

    /// Keeps what stands in the bytes from `from` to `to` before they change; `read` fills a buffer from an offset of
    /// the file, with zeros where there is nothing.
    pub fn remember(&mut self, from: u64, to: u64, read: impl Fn(u64, &mut [u8])) {
        for sector in from / SECTOR..to.div_ceil(SECTOR) {
            let at = sector * SECTOR;
            self.before.entry(sector).or_insert_with(|| {
                let mut old = Box::new([0; BYTES]);
                // What lies behind the synced end has never been on the disk.
                if at < self.synced_size {
                    read(at, old.as_mut_slice());
                }
                old
            });
        }
    }

    /// Everything up to here lasts.
    pub fn synced(&mut self, size: u64) {
        self.before.clear();
        self.synced_size = size;
        self.is_new = false;
    }

    /// Makes the file what a power failure may have left of it; each unsynced sector was written with probability
    /// `share`.
    pub fn survive(&self, path: &Path, share: f64, chance: &mut StdRng, damage: &mut Damage) -> io::Result<()> {
        if !path.exists() {
            return Ok(());
        }
        if self.is_new && chance.random_bool(0.5) {
            damage.vanished += 1;
            return std::fs::remove_file(path);
        }
        let file = File::options().read(true).write(true).open(path)?;
        let size = file.metadata()?.len();
        if self.before.is_empty() && size == self.synced_size {
            return Ok(());
        }
        damage.files.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
        for (sector, old) in &self.before {
            let at = sector * SECTOR;
            if chance.random_bool(0.1) {
                let torn = chance.random_range(1..BYTES);
                let old = if chance.random_bool(0.5) { (at, &old[..torn]) } else { (at + torn as u64, &old[torn..]) };
                file.write_all_at(old.1, old.0)?;
                damage.torn += 1;
            } else if chance.random_bool(share) {
                damage.kept += 1;
            } else {
                file.write_all_at(old.as_slice(), at)?;
                damage.lost += 1;
            }
        }
        let keeps_size = chance.random_bool(share);
        damage.resized += usize::from(!keeps_size && size != self.synced_size);
        file.set_len(if keeps_size { size } else { self.synced_size })
    }
}

/// Files that were deleted and may be there again.
#[derive(Default)]
pub struct Ghosts(Vec<PathBuf>);

impl Ghosts {
    /// Takes the file away so that it can come back; the name it waits under.
    pub fn delete(&mut self, path: &Path) -> io::Result<()> {
        std::fs::rename(path, waiting(path))?;
        self.0.push(path.to_owned());
        Ok(())
    }

    pub fn haunt(&mut self, chance: &mut StdRng, damage: &mut Damage) {
        for path in self.0.drain(..) {
            let waits = waiting(&path);
            if !path.exists() && chance.random_bool(0.5) && std::fs::rename(&waits, &path).is_ok() {
                damage.returned += 1;
            } else {
                std::fs::remove_file(waits).ok();
            }
        }
    }
}

fn waiting(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-deleted");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// A file of `size` bytes that are all 1, synced, then 2 from `from` to `to`.
    fn written(path: &Path, size: usize, from: u64, to: u64) -> Image {
        std::fs::write(path, vec![1; size]).unwrap();
        let file = File::options().read(true).write(true).open(path).unwrap();
        let mut image = Image::of(size as u64, false);
        image.remember(from, to, |at, buffer| {
            let _ = file.read_at(buffer, at).unwrap();
        });
        file.write_all_at(&vec![2; usize::try_from(to - from).unwrap()], from).unwrap();
        image
    }

    fn chance(seed: u64) -> StdRng {
        StdRng::seed_from_u64(seed)
    }

    #[test]
    fn what_was_not_synced_may_stay_or_go_and_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let image = written(&path, 2000, 700, 2500);
            image.survive(&path, 0.5, &mut chance(seed), &mut Damage::default()).unwrap();
            let left = std::fs::read(&path).unwrap();
            assert!(left[..700].iter().all(|byte| *byte == 1), "seed {seed} damaged what was not written to");
            assert!(left.len() == 2000 || left.len() == 2500, "seed {seed}: {} bytes", left.len());
            assert!(left[700..left.len().min(2000)].iter().all(|byte| [1, 2].contains(byte)));
            seen.insert((left[800], left[1900], left.len()));
        }
        assert_eq!(seen.len(), 8, "each sector and the size by themselves: {seen:?}");
    }

    #[test]
    fn what_was_synced_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut image = written(&path, 1000, 100, 3000);
        image.synced(3000);
        let mut damage = Damage::default();
        image.survive(&path, 0.0, &mut chance(1), &mut damage).unwrap();
        assert_eq!(damage, Damage::default());
        assert_eq!(std::fs::read(&path).unwrap()[100..3000], [2; 2900]);
    }

    #[test]
    fn a_disk_without_luck_keeps_nothing_that_was_not_synced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for seed in 0..50 {
            let image = written(&path, 1000, 0, 600);
            let mut damage = Damage::default();
            image.survive(&path, 0.0, &mut chance(seed), &mut damage).unwrap();
            if damage.torn == 0 {
                assert_eq!(std::fs::read(&path).unwrap(), [1; 1000]);
                return;
            }
        }
        panic!("every one of 50 was torn");
    }

    #[test]
    fn new_files_may_vanish_and_deleted_ones_return() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        let (mut vanished, mut returned) = (0, 0);
        for seed in 0..40 {
            std::fs::write(&new, "x").unwrap();
            std::fs::write(&old, "y").unwrap();
            let mut ghosts = Ghosts::default();
            ghosts.delete(&old).unwrap();
            assert!(!old.exists());
            let mut damage = Damage::default();
            Image::of(0, true).survive(&new, 1.0, &mut chance(seed), &mut damage).unwrap();
            ghosts.haunt(&mut chance(seed), &mut damage);
            assert_eq!((new.exists(), old.exists()), (damage.vanished == 0, damage.returned == 1));
            vanished += damage.vanished;
            returned += damage.returned;
        }
        assert!((1..40).contains(&vanished) && (1..40).contains(&returned), "{vanished} {returned}");
    }
}
