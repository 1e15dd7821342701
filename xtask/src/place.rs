//! Where things are: the workspace, the output folder, the site.
//!
//! Everything written goes below `CARGO_TARGET_DIR` (default `target`), so a clone stays clean and a cache can
//! live elsewhere.

use std::env;
use std::path::{Path, PathBuf};

/// The folder that holds the workspace's `Cargo.toml`.
pub fn workspace() -> PathBuf {
    let own = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), Into::into);
    own.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo's output folder.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => workspace().join(folder),
        None => workspace().join("target"),
    }
}

/// Finished files: what `server` embeds.
pub fn site() -> PathBuf {
    target().join("site")
}

/// Cargo output of the browser part, apart from the host's so that neither invalidates the other, and the
/// half-finished bundles.
pub fn browser() -> PathBuf {
    target().join("browser")
}
