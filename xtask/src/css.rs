//! Style sheets: `style/<name>.css` and all it imports become one minified file.
//!
//! A `url("/…")` names a file below `public/` and is rewritten to that file's hashed address, so a changed font
//! changes the style sheet's own name too. Other schemes (`data:`, `#id`) stay as they are.

use crate::Outcome;
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::dependencies::{Dependency, DependencyOptions};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::Browsers;
use std::path::Path;

/// Bundles and minifies the sheet at `entry`; `address` answers the hashed address of a file in `public/`.
pub fn bundle(entry: &Path, address: impl Fn(&str) -> Option<String>) -> Outcome<String> {
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|reason| format!("{reason}"))?;
    let targets = Browsers {
        chrome: Some(version(120)),
        firefox: Some(version(121)),
        safari: Some(version(17)),
        ios_saf: Some(version(17)),
        ..Browsers::default()
    };
    sheet
        .minify(MinifyOptions { targets: targets.into(), ..MinifyOptions::default() })
        .map_err(|reason| format!("{}: {reason}", entry.display()))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets: targets.into(),
            analyze_dependencies: Some(DependencyOptions { remove_imports: false }),
            ..PrinterOptions::default()
        })
        .map_err(|reason| format!("{}: {reason}", entry.display()))?;

    let mut css = printed.code;
    for dependency in printed.dependencies.unwrap_or_default() {
        let Dependency::Url(found) = dependency else { continue };
        let real = match found.url.strip_prefix('/') {
            Some(file) => address(file)
                .ok_or_else(|| format!("{}: url({}) names no file below public/", found.loc.file_path, found.url))?,
            None => found.url,
        };
        css = css.replace(&found.placeholder, &real);
    }
    Ok(css)
}

/// A browser's major version as `lightningcss` counts.
const fn version(major: u32) -> u32 {
    major << 16
}
