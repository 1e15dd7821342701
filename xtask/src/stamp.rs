//! Stamps: a digest over the inputs of a step, kept beside its output.
//!
//! Contents are hashed, not modification times, so a fresh clone over a warm cache and a `git switch` there and
//! back both count as unchanged.

use crate::Outcome;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below `root` in a stable order; a `root` that is a file yields itself, a missing one nothing.
pub fn files(root: &Path) -> Outcome<Vec<PathBuf>> {
    if root.is_file() {
        return Ok(vec![root.to_path_buf()]);
    }
    let mut found = Vec::new();
    if root.is_dir() {
        let mut entries = fs::read_dir(root)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            found.extend(files(&entry.path())?);
        }
    }
    Ok(found)
}

/// One digest over the names and contents of all files below `roots`, and over `extra`.
pub fn of(roots: &[PathBuf], extra: &[&str]) -> Outcome<String> {
    let mut digest = Sha256::new();
    for text in extra {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    for root in roots {
        for file in files(root)? {
            digest.update(file.strip_prefix(root).unwrap_or(&file).to_string_lossy().as_bytes());
            digest.update(Sha256::digest(fs::read(&file)?));
        }
    }
    Ok(hex::encode(digest.finalize()))
}

/// The first ten hexadecimal digits of the content's digest, as used in file names.
pub fn short(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))[..10].to_owned()
}

/// Whether the stamp file says that this very input was processed to the end.
pub fn matches(file: &Path, stamp: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|kept| kept == stamp)
}
