//! `mercer bench checkout`: complete checkouts per second, and what one costs.
//!
//! ```text
//! shoppers ── HTTP: POST /api/v1/checkout ──▶ shop ── HTTP: create, confirm, capture ──▶ sandbox gateway, a process
//!                                              ▲ └── SQLite file or PostgreSQL schema          │   of its own
//!                                              └──────────── HTTP: signed webhooks ◀───────────┘
//! ```
//!
//! Carts with everything told are written ahead of the clock. The shop serves as it always does; shoppers are in its
//! process, each on a connection of its own. Its background work runs: webhooks are applied, money is captured, mail is
//! written. What that leaves behind when the time is up is worked off and measured, too. Afterwards the shop's books are
//! compared with the gateway's own.

mod drive;
mod gateway;
mod proof;
mod stage;
mod usage;

use super::latency::milliseconds_at;
use super::scratch::Scratch;
use crate::config::Config;
use clap::{Args, ValueEnum};
use drive::Run;
use gateway::Gateway;
use shop::Result;
use stage::Stage;
use std::time::{Duration, Instant};
use usage::Usage;

#[derive(Clone, Debug, Args)]
pub struct CheckoutArgs {
    /// What is bought
    #[arg(long, value_enum, default_value = "distinct")]
    skus: Skus,
    /// Checkouts begun per second, however long they take; without it, every shopper begins the next when one is done
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    rate: Option<u32>,
    /// How many place orders at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    shoppers: u16,
    /// How long orders are placed
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = super::parse_seconds)]
    seconds: f64,
    /// Carts made ready for each of these seconds; when they run out, the time is up
    #[arg(long, value_name = "PER_SECOND", default_value_t = 3000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    carts: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Skus {
    /// A thousand products, each with its own shelf
    Distinct,
    /// One product with enough for everybody
    Hot,
    /// One product that is gone: how fast shoppers are told
    SoldOut,
}

/// Measures, compares the books and prints. `--database-url` says which engine and, for SQLite, on which disk.
///
/// # Errors
/// When an order ends in any other way than expected, or when the books do not agree.
pub async fn run(args: &CheckoutArgs, config: &Config) -> Result<()> {
    let scratch = Scratch::create(config).await?;
    let measured = measure(args, config, &scratch).await;
    scratch.remove().await?;
    measured
}

async fn measure(args: &CheckoutArgs, config: &Config, scratch: &Scratch) -> Result<()> {
    let per_second = args.rate.unwrap_or(args.carts);
    let carts = if args.skus == Skus::SoldOut {
        usize::from(args.shoppers)
    } else {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 60 s of 20,000")]
        let carts = (f64::from(per_second) * args.seconds).ceil() as usize;
        carts
    };
    println!("{}: {carts} carts are made ready …", scratch.engine_name());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(internal)?;
    let gateway = Gateway::start(listener.local_addr().map_err(internal)?).await?;
    let stage = Stage::build(args.skus, carts, config, scratch, &gateway).await?;
    let fsyncs_before = scratch.wal_syncs().await?;
    let open = stage::open(config, scratch, &gateway, listener).await?;
    let db = open.shop.db.clone();
    let commits_before = db.shared_commits();

    let start = Usage::now(&gateway, &db).await?;
    let run = drive::run(args, open.address, &stage).await?;
    let placing = Usage::now(&gateway, &db).await?.since(&start);
    let drained = Instant::now();
    proof::drain(&open.shop).await?;
    let drained = drained.elapsed();
    let whole = Usage::now(&gateway, &db).await?.since(&start);
    let commits = db.shared_commits().zip(commits_before).map(|(after, before)| after.1 - before.1);
    proof::check(&open.shop, &gateway, &stage, &run).await?;
    open.close().await;

    let fsyncs = match (commits, fsyncs_before) {
        (Some(commits), _) => Some(commits),
        (None, Some(before)) => scratch.wal_syncs().await?.map(|after| after.saturating_sub(before)),
        (None, None) => None,
    };
    print(args, scratch, &run, &[("while placing", placing), ("all in all", whole)], drained, fsyncs);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn print(
    args: &CheckoutArgs,
    scratch: &Scratch,
    run: &Run,
    usages: &[(&str, Usage)],
    drained: Duration,
    fsyncs: Option<u64>,
) {
    let (what, each) = match args.skus {
        Skus::Distinct => ("checkouts, distinct SKUs", "checkout"),
        Skus::Hot => ("checkouts, one hot SKU", "checkout"),
        Skus::SoldOut => ("answers, sold out", "answer"),
    };
    let way = args.rate.map_or_else(|| "closed loop".to_owned(), |rate| format!("{rate} begun per second"));
    let answers = run.latencies.len();
    let at = |share| milliseconds_at(&run.latencies, share);
    println!("\n{}: {what}, {} shoppers, {way}", scratch.engine_name(), args.shoppers);
    println!(
        "{:>10.0}/s   {answers} in {:.2} s",
        answers as f64 / run.elapsed.as_secs_f64(),
        run.elapsed.as_secs_f64()
    );
    println!("p50 {:.2} ms   p99 {:.2} ms   longest {:.2} ms", at(0.5), at(0.99), at(1.0));
    let divided = answers.max(1) as f64;
    if let Some(fsyncs) = fsyncs {
        println!("{:.3} fsyncs per {each}", fsyncs as f64 / divided);
    }
    let each_micros = |time: Duration| time.as_secs_f64() * 1e6 / divided;
    println!("\n{:<16}{:>10}{:>12}{:>12}", format!("CPU µs per {each}"), "shop", "database", "gateway");
    for (name, usage) in usages {
        let database = usage.database.map_or_else(|| "in shop".to_owned(), |time| format!("{:.0}", each_micros(time)));
        println!("{name:<16}{:>10.0}{database:>12}{:>12.0}", each_micros(usage.shop), each_micros(usage.gateway));
    }
    println!("captures, webhooks and mail were done {:.2} s after the last order", drained.as_secs_f64());
    println!("the shop's books, the shelves and the gateway's ledger agree");
}

fn internal(error: impl std::fmt::Display) -> shop::Error {
    shop::Error::Internal(error.to_string())
}
