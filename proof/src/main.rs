//! `mercer-proof`: the long proofs, one verb each, and the lives they are made of.

use clap::{Parser, Subcommand};
use proof::life::{self, Birth};
use proof::matrix::{self, Cell};
use proof::sim::{self, Town, campaign};
use proof::stage::Stage;
use shop::canary::Canary;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Parser)]
#[command(name = "mercer-proof", about = "Proof that money and stock cannot go wrong", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Kill a shop at each of 26 points, first hit and during recovery, under three moods of the gateway
    Crash {
        /// URL of a PostgreSQL cluster on which databases may be made; SQLite without
        #[arg(long)]
        postgres: Option<String>,
        /// Only this point, 1 to 26
        #[arg(long)]
        point: Option<usize>,
    },
    /// Play shops through storms of faults and crashes, each decided by a seed, in one thread and under one clock
    Simulate {
        /// How many seeds
        #[arg(long, default_value_t = 3000)]
        seeds: u64,
        /// The first of them
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Only this one; the same story every time
        #[arg(long)]
        seed: Option<u64>,
        /// Write the story of that one, a line for each event
        #[arg(long, requires = "seed")]
        story: bool,
        /// Show how far it is
        #[arg(long)]
        progress: bool,
    },
    /// Plant bugs, one after the other, and see the simulation find each
    Canaries {
        /// All of them; three by default
        #[arg(long)]
        all: bool,
        /// Only the one of this number
        #[arg(long)]
        number: Option<usize>,
        /// A bug that so many seeds do not find is missed
        #[arg(long, default_value_t = 2000)]
        seeds: u64,
    },
    /// One life of a shop, as the other verbs start it
    #[command(hide = true)]
    Life(Birth),
}

fn main() -> ExitCode {
    match perform(Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "mercer-proof: {why}");
            ExitCode::FAILURE
        }
    }
}

fn perform(verb: Verb) -> Result<(), String> {
    match verb {
        Verb::Crash { postgres, point } => on_threads(crash(postgres.as_deref(), point)),
        Verb::Life(birth) => on_threads(life::live(birth)),
        Verb::Simulate { seed: Some(seed), story, .. } => replay(seed, story),
        Verb::Simulate { seeds, from, seed: None, progress, .. } => {
            simulate(from..from.saturating_add(seeds), progress)
        }
        Verb::Canaries { all, number, seeds } => canaries(all, number, seeds),
    }
}

fn on_threads(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}

/// Seeds that fail before a campaign is given up.
const FAILURES: usize = 5;

fn simulate(seeds: Range<u64>, progress: bool) -> Result<(), String> {
    let count = seeds.end - seeds.start;
    let town = Town::build()?;
    let report = campaign::run(&town, seeds, FAILURES, |report| {
        if progress {
            let _ = write!(std::io::stderr(), "\r{} of {count} seeds, {} failed ", report.seeds, report.failed.len());
        }
    })?;
    if progress {
        let _ = writeln!(std::io::stderr());
    }
    if !report.failed.is_empty() {
        println!("{}", report.failures());
    }
    println!("{}", report.line());
    if report.failed.is_empty() { Ok(()) } else { Err(format!("{} seeds failed", report.failed.len())) }
}

fn replay(seed: u64, story: bool) -> Result<(), String> {
    let outcome = sim::play(&Town::build()?, seed, story)?;
    for line in &outcome.story {
        println!("{line}");
    }
    println!("seed {seed}: trace {:016x}, {:?}", outcome.digest, outcome.tally);
    if outcome.wrong.is_empty() { Ok(()) } else { Err(format!("seed {seed} fails:\n  {}", outcome.wrong.join("\n  "))) }
}

/// The bugs that are hunted when not all are.
const SOME: [Canary; 3] = [Canary::UnconditionalStock, Canary::TimeoutDeclines, Canary::ReleaseWithoutCancel];

fn canaries(all: bool, number: Option<usize>, seeds: u64) -> Result<(), String> {
    let town = Town::build()?;
    let wanted = |bug: &Canary| match number {
        Some(number) => bug.number() == number,
        None => all || SOME.contains(bug),
    };
    let mut missed = 0;
    for bug in Canary::ALL.into_iter().filter(wanted) {
        match campaign::hunt(&town, bug, seeds)? {
            Some((after, wrong)) => println!("{:2} {bug:?}: found after {after} seeds: {}", bug.number(), wrong[0]),
            None => {
                missed += 1;
                println!("{:2} {bug:?}: not found in {seeds} seeds", bug.number());
            }
        }
    }
    if missed == 0 { Ok(()) } else { Err(format!("{missed} planted bugs were not found")) }
}

async fn crash(postgres: Option<&str>, point: Option<usize>) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let stage = Stage::build(postgres).await?;
    let cells: Vec<_> = Cell::all().filter(|cell| point.is_none_or(|point| cell.point.number() == point)).collect();
    let begun = Instant::now();
    let (mut deaths, mut failed) = (0, 0);
    for (at, cell) in cells.iter().enumerate() {
        let fate = matrix::play(&stage, Path::new(&program), *cell).await?;
        deaths += fate.deaths;
        if !fate.wrong.is_empty() {
            failed += 1;
            println!("{cell:?}\n  {}", fate.wrong.join("\n  "));
        }
        let _ = write!(std::io::stderr(), "\r{} of {} cells, {deaths} deaths, {failed} failed ", at + 1, cells.len());
    }
    let engine = stage.engine();
    stage.strike().await?;
    let seconds = begun.elapsed().as_secs();
    println!("\n{engine:?}: {} cells, {deaths} deaths, {failed} failed, {seconds} s", cells.len());
    if failed == 0 { Ok(()) } else { Err(format!("{failed} cells failed")) }
}
