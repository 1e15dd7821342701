//! The site folder: every file a browser may ask for, under the name it is asked by.
//!
//! ```text
//! site/manifest.json              {"shop.css": "shop.1f0c….css", …}
//! site/assets/shop.1f0c….css      and .br, .gz beside it when that makes it smaller
//! site/root/favicon.svg           served at /favicon.svg
//! ```
//!
//! A file's name holds the digest of its content, so it may be cached forever. `public/root/` keeps its names,
//! because browsers and crawlers ask for them by convention.

use crate::browser::{BUNDLES, Bundle};
use crate::{Outcome, css, place, stamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Logical name → name with digest, both relative to `assets/`.
pub type Manifest = BTreeMap<String, String>;

/// Contents that are compressed already, by extension.
const DENSE: [&str; 7] = ["woff2", "png", "jpg", "jpeg", "webp", "avif", "ico"];

/// Brings the site folder up to date.
pub fn build() -> Outcome {
    BUNDLES.iter().try_for_each(Bundle::build)?;

    let root = place::workspace();
    let mut inputs: Vec<PathBuf> = BUNDLES.iter().map(Bundle::folder).collect();
    inputs.extend(["style", "public", "xtask/src"].map(|name| root.join(name)));
    let inputs = stamp::of(&inputs, &[])?;
    let stamp_file = place::target().join("site.stamp");
    if stamp::matches(&stamp_file, &inputs) && place::site().join("manifest.json").exists() {
        println!("site: up to date in {}", place::site().display());
        return Ok(());
    }

    let started = Instant::now();
    let mut site = Site::default();
    site.public(&root.join("public"))?;
    for name in ["shop", "admin"] {
        let entry = root.join("style").join(format!("{name}.css"));
        if entry.exists() {
            let sheet = css::bundle(&entry, |file| site.address(file))?;
            site.asset(&format!("{name}.css"), sheet.as_bytes())?;
        }
    }
    for bundle in &BUNDLES {
        site.bundle(bundle)?;
    }
    site.finish()?;
    fs::write(stamp_file, inputs)?;
    println!(
        "site: {} files in {}, {:.1} s",
        site.manifest.len(),
        place::site().display(),
        started.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Reads the manifest of the finished site.
pub fn manifest() -> Outcome<Manifest> {
    Ok(serde_json::from_slice(&fs::read(place::site().join("manifest.json"))?)?)
}

/// The site while it is put together.
#[derive(Default)]
struct Site {
    manifest: Manifest,
    /// Everything that belongs, so that what is left over from an earlier build can go
    kept: BTreeSet<PathBuf>,
}

impl Site {
    /// The address of a file of `public/` that was added before.
    fn address(&self, logical: &str) -> Option<String> {
        self.manifest.get(logical).map(|hashed| format!("/assets/{hashed}"))
    }

    /// Adds all of `public/`.
    fn public(&mut self, folder: &Path) -> Outcome {
        for file in stamp::files(folder)? {
            let logical = relative(&file, folder);
            if logical.starts_with("root/") {
                self.write(&place::site().join(&logical), &fs::read(&file)?)?;
            } else {
                self.asset(&logical, &fs::read(&file)?)?;
            }
        }
        Ok(())
    }

    /// Adds a bundle's script, module and snippets. Snippets keep their path: the script imports them by it, and
    /// it holds a digest already.
    fn bundle(&mut self, bundle: &Bundle) -> Outcome {
        for extension in ["js", "wasm"] {
            let logical = format!("{}.{extension}", bundle.name);
            self.asset(&logical, &fs::read(bundle.folder().join(&logical))?)?;
        }
        for file in stamp::files(&bundle.folder().join("snippets"))? {
            let path = relative(&file, &bundle.folder());
            self.write(&place::site().join("assets").join(&path), &fs::read(&file)?)?;
        }
        Ok(())
    }

    /// Adds one file below `assets/` under a name that holds its digest.
    fn asset(&mut self, logical: &str, content: &[u8]) -> Outcome {
        let digest = stamp::short(content);
        let hashed = match logical.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{digest}.{extension}"),
            None => format!("{logical}.{digest}"),
        };
        self.write(&place::site().join("assets").join(&hashed), content)?;
        self.manifest.insert(logical.to_owned(), hashed);
        Ok(())
    }

    /// Writes a file and its compressed siblings, unless this very content is there from before.
    fn write(&mut self, path: &Path, content: &[u8]) -> Outcome {
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let [brotli, gzip] = ["br", "gz"].map(|suffix| path.with_extension(format!("{extension}.{suffix}")));
        self.kept.extend([path.to_path_buf(), brotli.clone(), gzip.clone()]);
        if fs::read(path).is_ok_and(|there| there == content) {
            return Ok(());
        }
        fs::create_dir_all(path.parent().expect("a file of the site has a folder"))?;
        for (sibling, packed) in [(brotli, with_brotli(content)?), (gzip, with_gzip(content)?)] {
            if !DENSE.contains(&extension.as_str()) && packed.len() < content.len() {
                fs::write(sibling, packed)?;
            } else if sibling.exists() {
                fs::remove_file(sibling)?;
            }
        }
        // Last, because its presence says that the siblings are there.
        fs::write(path, content)?;
        Ok(())
    }

    /// Removes what no longer belongs and writes the manifest.
    fn finish(&self) -> Outcome {
        for file in stamp::files(&place::site())? {
            if !self.kept.contains(&file) {
                fs::remove_file(file)?;
            }
        }
        fs::write(place::site().join("manifest.json"), serde_json::to_vec_pretty(&self.manifest)?)?;
        Ok(())
    }
}

fn relative(file: &Path, folder: &Path) -> String {
    file.strip_prefix(folder).unwrap_or(file).to_string_lossy().into_owned()
}

fn with_brotli(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 64 * 1024, 11, 22).write_all(content)?;
    Ok(packed)
}

fn with_gzip(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(content)?;
    Ok(packer.finish()?)
}
