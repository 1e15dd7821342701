//! What a browser downloads, held against the budget.
//!
//! Sizes are those of the brotli files, which every current browser asks for.

use crate::{Outcome, place, site};
use std::fs;

/// A set of files that one kind of visitor downloads, and how much that may be.
struct Budget {
    what: &'static str,
    files: &'static [&'static str],
    limit_kb: u64,
}

const BUDGETS: [Budget; 4] = [
    Budget { what: "shopper JS + WASM", files: &["shop.js", "shop.wasm", "loader.js", "recent.js"], limit_kb: 130 },
    Budget { what: "shopper CSS", files: &["shop.css"], limit_kb: 20 },
    Budget { what: "admin JS + WASM", files: &["admin.js", "admin.wasm", "loader.js"], limit_kb: 220 },
    Budget { what: "admin CSS", files: &["admin.css"], limit_kb: 30 },
];

/// Prints a line per file and per budget; fails when one is exceeded.
pub fn check() -> Outcome {
    let manifest = site::manifest()?;
    let assets = place::site().join("assets");
    let mut over = Vec::new();
    for budget in &BUDGETS {
        let mut total = 0;
        for name in budget.files {
            let Some(hashed) = manifest.get(*name) else { continue };
            let plain = fs::metadata(assets.join(hashed))?.len();
            let packed = fs::metadata(assets.join(format!("{hashed}.br"))).map_or(plain, |found| found.len());
            println!("size:   {name:<12} {plain:>8} bytes, {packed:>7} as brotli");
            total += packed;
        }
        let within = total <= budget.limit_kb * 1024;
        let verdict = if within { "within" } else { "OVER" };
        let (whole, tenth) = (total / 1024, total % 1024 * 10 / 1024);
        println!("size: {} {whole}.{tenth} KB brotli, {verdict} the limit of {} KB", budget.what, budget.limit_kb);
        if !within {
            over.push(budget.what);
        }
    }
    if over.is_empty() { Ok(()) } else { Err(format!("over budget: {}", over.join(", ")).into()) }
}
