//! What a backup says of itself, and whether it still is what it says.

use super::Progress;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path};

pub const MANIFEST: &str = "manifest.json";
pub const DATABASE: &str = "shop.sqlite";
/// Backups of another form are not read.
const FORM: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub form: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// Unix milliseconds; everything committed before is in.
    pub created_at: i64,
    pub counts: Counts,
    pub files: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub orders: i64,
    pub payment_attempts: i64,
    pub customers: i64,
    pub products: i64,
    /// The last migration that ran.
    pub schema_version: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Below the backup's folder, with slashes.
    pub path: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(created_at: i64, counts: Counts, files: Vec<Entry>) -> Self {
        Self { form: FORM, program: env!("CARGO_PKG_VERSION").into(), created_at, counts, files }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        let mut file = File::create(&path).map_err(failed(&path))?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes()).map_err(failed(&path))?;
        file.sync_all().map_err(failed(&path))
    }

    /// Reads the manifest of the backup in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(failed(&path))?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| damaged(&path, &format!("does not parse: {error}")))?;
        if manifest.form != FORM {
            return Err(damaged(&path, &format!("is of form {}, this program reads {FORM}", manifest.form)));
        }
        if manifest.files.iter().any(|entry| !stays_inside(&entry.path)) {
            return Err(damaged(&path, "names a file outside of the backup"));
        }
        if manifest.files.iter().all(|entry| entry.path != DATABASE) {
            return Err(damaged(&path, "names no database"));
        }
        Ok(manifest)
    }

    /// Reads every file again; the first that differs from what the manifest says is the error.
    pub fn verify(&self, folder: &Path, progress: Progress<'_>) -> Result<()> {
        for (done, entry) in self.files.iter().enumerate() {
            if digest(folder, &entry.path)? != *entry {
                return Err(damaged(&folder.join(&entry.path), "is not what was backed up"));
            }
            progress("files verified", done + 1, self.files.len());
        }
        Ok(())
    }
}

fn stays_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

pub(super) fn digest(folder: &Path, name: &str) -> Result<Entry> {
    let path = folder.join(name);
    let mut file = File::open(&path).map_err(failed(&path))?;
    let (mut sha, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).map_err(failed(&path))?;
        if read == 0 {
            break;
        }
        sha.update(&buffer[..read]);
        bytes += read as u64;
    }
    Ok(Entry { path: name.into(), bytes, sha256: hex::encode(sha.finalize()) })
}

pub(super) fn damaged(path: &Path, what: &str) -> Error {
    Error::conflict("backup_damaged", format!("{} {what}", path.display()))
}

pub(super) fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |error| Error::Internal(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_cannot_lead_out_of_its_folder() {
        for bad in ["", "/etc/passwd", "../x", "media/../../x", "./x"] {
            assert!(!stays_inside(bad), "{bad}");
        }
        assert!(stays_inside("media/a.webp"));
    }
}
