//! `mercer import shopify FILE.csv`: takes over a catalogue, or says what would happen.

use super::{Outcome, open, seed};
use crate::config::Config;
use clap::{Args, Subcommand};
use shop::audit::Actor;
use shop::import::job::{Report, whole};
use shop::import::{Fetcher, Format, Mode};
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum What {
    /// Product CSV as Shopify exports it
    Shopify(Arguments),
    /// Product CSV as WooCommerce exports it
    Woocommerce(Arguments),
}

#[derive(Args)]
pub struct Arguments {
    file: PathBuf,
    /// Say what would happen and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Do not try to fetch pictures; draw them
    #[arg(long)]
    no_pictures: bool,
}

/// Fails when a row was refused, after everything else has been taken.
pub async fn run(what: What, config: Config) -> Outcome {
    let (format, arguments) = match what {
        What::Shopify(arguments) => (Format::Shopify, arguments),
        What::Woocommerce(arguments) => (Format::WooCommerce, arguments),
    };
    let csv = std::fs::read(&arguments.file).map_err(|e| format!("{}: {e}", arguments.file.display()))?;
    let shop = open::shop(&config).await?;
    let mode = if arguments.dry_run { Mode::DryRun } else { Mode::Apply };
    let fetcher = (!arguments.no_pictures).then(Fetcher::new);
    let mut progress = seed::bar("products");
    let report = whole(&shop, format, &csv, mode, &Actor::Cli, fetcher.as_ref(), &mut progress)
        .await
        .map_err(|error| error.to_string())?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        print!("{}", readable(&report));
    }
    if report.errors.is_empty() { Ok(()) } else { Err(format!("{} problems in the file", report.counts.errors.max(1))) }
}

fn readable(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Columns");
    for column in &report.columns {
        let field = column.field.as_deref().unwrap_or("ignored");
        let _ = writeln!(
            text,
            "  {:<44} → {field}{}{}",
            column.column,
            if column.note.is_empty() { "" } else { ": " },
            column.note
        );
    }
    if !report.errors.is_empty() {
        let _ = writeln!(text, "\nProblems");
        for error in &report.errors {
            let _ = writeln!(
                text,
                "  line {}, {}: {}",
                error.line,
                if error.column.is_empty() { "whole row" } else { &error.column },
                error.message
            );
        }
    }
    let verb = if report.dry_run { "would be " } else { "" };
    let counts = &report.counts;
    let _ = writeln!(
        text,
        "\n{} rows: {} products {verb}created, {} {verb}updated, {} unchanged, {} refused",
        counts.file_rows, counts.created, counts.updated, counts.unchanged, counts.refused
    );
    let _ = writeln!(text, "Pictures: {} stored, {} not to be had", counts.pictures_stored, counts.pictures_missing);
    text
}
