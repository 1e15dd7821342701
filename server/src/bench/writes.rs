//! `mercer bench writes`: durable transactions per second, and what each costs in fsyncs.
//!
//! Two kinds of write at 1, 8, 64 and 256 concurrent writers: the ordinary transaction (`begin`, three inserts and one
//! conditional stock update, `commit`) and the same rows through the reservation batch. Printed beside the disk's own
//! fdatasync rate. Everything happens in a scratch database beside the real one, which is removed afterwards.

mod disk;
mod load;

use super::scratch::Scratch;
use crate::config::Config;
use clap::Args;
use load::{Kind, Load};
use shop::{Error, Result};
use std::time::Duration;

const WRITERS: [usize; 4] = [1, 8, 64, 256];

#[derive(Clone, Debug, Args)]
pub struct WritesArgs {
    /// How long each of the eight measurements takes
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = super::parse_seconds)]
    pub seconds: f64,
}

/// One line of the table.
struct Cell {
    kind: Kind,
    writers: usize,
    per_second: f64,
    fsyncs_each: Option<f64>,
}

/// Measures and prints. `--database-url` says which engine and, for SQLite, on which disk.
pub async fn run(args: &WritesArgs, config: &Config) -> Result<()> {
    let scratch = Scratch::create(config).await?;
    let folder = scratch.folder.path().to_owned();
    let fdatasyncs = tokio::task::spawn_blocking(move || disk::fdatasyncs_per_second(&folder)).await;
    let fdatasyncs = fdatasyncs.map_err(|error| Error::Internal(error.to_string()))??;
    let mut cells = Vec::new();
    for kind in [Kind::Ordinary, Kind::Batch] {
        for writers in WRITERS {
            println!("measuring: {}, {writers} writers …", kind.name());
            cells.push(measure(&scratch, kind, writers, Duration::from_secs_f64(args.seconds)).await?);
        }
    }
    println!("\n{}: {fdatasyncs:.0} fdatasync/s in {}", scratch.engine_name(), scratch.folder.path().display());
    println!("{:<24}{:>8}{:>18}{:>26}", "", "writers", "transactions/s", "fsyncs per transaction");
    for Cell { kind, writers, per_second, fsyncs_each } in cells {
        let fsyncs = fsyncs_each.map_or_else(|| "unknown".to_owned(), |each| format!("{each:.3}"));
        println!("{:<24}{writers:>8}{per_second:>18.0}{fsyncs:>26}", kind.name());
    }
    scratch.remove().await
}

/// Connections are opened and closed for each cell, because PostgreSQL counts a session's fsyncs when it ends.
async fn measure(scratch: &Scratch, kind: Kind, writers: usize, time: Duration) -> Result<Cell> {
    let before = scratch.wal_syncs().await?;
    let db = scratch.open().await?;
    let load = Load::prepare(db.clone()).await?;
    let (commits_before, time_before) = (db.shared_commits(), std::time::Instant::now());
    let transactions = load.run(kind, writers, time).await?;
    let elapsed = time_before.elapsed();
    let commits = db.shared_commits().zip(commits_before).map(|(after, before)| after.1 - before.1);
    load.check().await?;
    db.close().await;
    let fsyncs = match (commits, before) {
        (Some(commits), _) => Some(commits),
        (None, Some(before)) => scratch.wal_syncs().await?.map(|after| after.saturating_sub(before)),
        (None, None) => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    let cell = Cell {
        kind,
        writers,
        per_second: transactions as f64 / elapsed.as_secs_f64(),
        fsyncs_each: fsyncs.map(|fsyncs| fsyncs as f64 / (transactions.max(1)) as f64),
    };
    Ok(cell)
}
