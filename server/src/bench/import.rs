//! `mercer bench import`: a file of so many rows is checked, imported, imported once more and exported, in a scratch
//! database beside the real one, and how long each took is printed.

use super::scratch::Scratch;
use crate::cli::open;
use crate::config::Config;
use clap::Args;
use shop::audit::Actor;
use shop::import::export::Export;
use shop::import::job::{Report, whole};
use shop::import::{Format, Mode};
use shop::{Error, Result, Shop};
use std::fmt::Write;
use std::time::Instant;

#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// Rows of the file: two of three are a product of their own, the others its second variant
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=500_000))]
    pub rows: u32,
}

/// Measures and prints. `--database-url` says which engine and, for SQLite, on which disk.
pub async fn run(args: &ImportArgs, config: &Config) -> Result<()> {
    let scratch = Scratch::create(config).await?;
    let db = scratch.open().await?;
    let shop = open::shop_over(db.clone(), config).await.map_err(Error::Internal)?;
    let csv = file(args.rows);
    println!("{}: {} rows, {} MB", scratch.engine_name(), args.rows, csv.len() / 1024 / 1024);
    for (what, mode) in [("check", Mode::DryRun), ("import", Mode::Apply), ("the same again", Mode::Apply)] {
        timed(&shop, what, &csv, mode).await?;
    }
    let (start, mut bytes) = (Instant::now(), Vec::new());
    let mut export = Export::new(&shop, Format::Shopify, None).await?;
    while let Some(piece) = export.next().await? {
        bytes.extend_from_slice(piece.as_bytes());
    }
    println!("{:<28}{:>8.1} s  {} products", "export", start.elapsed().as_secs_f64(), export.products());
    timed(&shop, "import of the export", &bytes, Mode::Apply).await?;
    let dearer = csv.replace(",19.50,", ",20.50,");
    timed(&shop, "import of other prices", dearer.as_bytes(), Mode::Apply).await?;
    drop(shop);
    db.close().await;
    scratch.remove().await
}

async fn timed(shop: &Shop, what: &str, csv: impl AsRef<[u8]>, mode: Mode) -> Result<()> {
    let start = Instant::now();
    let report: Report = whole(shop, Format::Shopify, csv.as_ref(), mode, &Actor::Cli, None, &mut |_, _| {}).await?;
    let counts = report.counts;
    println!(
        "{what:<28}{:>8.1} s  {} created, {} updated, {} unchanged, {} refused",
        start.elapsed().as_secs_f64(),
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.refused
    );
    Ok(())
}

fn file(rows: u32) -> String {
    let mut text = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
        Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,\
        Image Position\n"
        .to_owned();
    let mut product = 0;
    for row in 0..rows {
        if row % 3 == 2 {
            let _ = writeln!(text, "bench-{product},,,,,,,,Large,B{product}-L,400,shopify,{},24.50,,,", row % 50);
            continue;
        }
        product += 1;
        let _ = writeln!(
            text,
            "bench-{product},Quiet thing {product},\"<p>Made in <em>small</em> numbers, no. {product} of its kind. It is \
             plain, warm and meant to last.</p>\",Mercer,Kind {},\"plain, warm\",true,Size,Small,B{product}-S,300,shopify,\
             {},19.50,{},https://pictures.invalid/{product}.jpg,1",
            product % 40,
            row % 50,
            if product % 4 == 0 { "29.00" } else { "" }
        );
    }
    text
}
