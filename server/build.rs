//! Tells `server/src/assets.rs` which folder to embed.
//!
//! That folder is made by `cargo run -p xtask -- site`. Where it was not made yet, an empty one stands in, so that
//! checking and testing need no browser toolchain.

use std::env;
use std::fs;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let site = workspace.join(target).join("site");
    let manifest = site.join("manifest.json");
    if !manifest.exists() {
        fs::create_dir_all(&site)?;
        fs::write(&manifest, "{}")?;
    }
    // The manifest changes exactly when an embedded file does: every name holds its content's digest.
    println!("cargo:rerun-if-changed={}", manifest.display());
    println!("cargo:rerun-if-changed={}", site.join("root").display());
    println!("cargo:rerun-if-env-changed=CARGO_TARGET_DIR");
    println!("cargo:rustc-env=MERCER_SITE={}", site.display());
    Ok(())
}
