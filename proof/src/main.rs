//! `mercer-proof`: the long proofs, one verb each, and the lives they are made of.

use clap::{Parser, Subcommand};
use proof::life::{self, Birth};
use proof::matrix::Cell;
use proof::rush;
use proof::season::{DEATHS, Manner};
use proof::sim::{self, Town, campaign};
use proof::stage::Stage;
use proof::torture::{Given, Outcome, PROOFS, Round, Tests, proofs, report, torture};
use shop::canary::Canary;
use shop::clock::{Clock, SystemClock};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

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
        seeds: usize,
        /// The first of them
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Only this one; the same story every time
        #[arg(long)]
        seed: Option<u64>,
        /// Write the story of that one, a line for each event
        #[arg(long, requires = "seed")]
        story: bool,
    },
    /// Plant bugs, one after the other, and see the simulation find each (RELIABILITY.md 3.6)
    Canaries {
        /// Only the one of this number; may be given several times
        #[arg(long)]
        number: Vec<u8>,
        /// A bug that so many seeds do not find is missed
        #[arg(long, default_value_t = 2000)]
        seeds: u64,
    },
    /// Kill a shop under load at random moments, again and again, on one database
    Kills(Deaths),
    /// Let the disk under a shop on SQLite lose power at random moments, again and again
    PowerCuts(Deaths),
    /// Every proof, at its nightly count or a share of it, with a report
    Torture(Wanted),
    /// One life of a shop, as the other verbs start it
    #[command(hide = true)]
    Life(Birth),
    /// One life under load, as the other verbs start it
    #[command(hide = true)]
    Rush(rush::Birth),
}

#[derive(clap::Args)]
struct Deaths {
    /// How many
    #[arg(long, default_value_t = DEATHS)]
    deaths: usize,
    /// Where chance begins; a failure names it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// URL of a PostgreSQL cluster on which databases may be made; SQLite without
    #[arg(long)]
    postgres: Option<String>,
    /// Plant the fault with this number of RELIABILITY.md 3.6
    #[arg(long)]
    canary: Option<u8>,
}

#[derive(clap::Args)]
struct Wanted {
    /// A tenth of the nightly counts
    #[arg(long, conflicts_with = "scale")]
    tenth: bool,
    /// This share of the nightly counts
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Where chance begins; another one every time without
    #[arg(long)]
    seed: Option<u64>,
    /// URL of a PostgreSQL cluster on which databases may be made; without, what needs one is not run
    #[arg(long)]
    postgres: Option<String>,
    /// Test program of the server, for its races over HTTP
    #[arg(long)]
    races: PathBuf,
    /// Test program of the shop, for the stories beside its model
    #[arg(long)]
    model: PathBuf,
    /// Only proofs with this in their name
    #[arg(long, default_value = "")]
    only: String,
    /// Where the report is written, Markdown
    #[arg(long, default_value = "torture.md")]
    report: PathBuf,
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
        Verb::Kills(deaths) => on_threads(die(Manner::Kill, deaths)),
        Verb::PowerCuts(deaths) => on_threads(die(Manner::PowerCut, deaths)),
        Verb::Simulate { seed: Some(seed), story, .. } => replay(seed, story),
        Verb::Simulate { seeds, from, seed: None, .. } => simulate(seeds, from),
        Verb::Canaries { number, seeds } => canaries(&number, seeds),
        Verb::Torture(wanted) => on_threads(torment(wanted)),
        Verb::Life(birth) => on_threads(life::live(birth)),
        Verb::Rush(birth) => on_threads(rush::live(birth)),
    }
}

fn on_threads(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}

fn program() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| error.to_string())
}

fn verdict(failures: usize) -> Result<(), String> {
    if failures == 0 { Ok(()) } else { Err(format!("{failures} failed")) }
}

fn simulate(seeds: usize, from: u64) -> Result<(), String> {
    let program = program()?;
    let mut round = Round::new("storms".into(), &program, None, seeds, from);
    println!("{}", proofs::storms(&mut round)?.line());
    verdict(round.end().1.len())
}

fn replay(seed: u64, story: bool) -> Result<(), String> {
    let outcome = sim::play(&Town::build()?, seed, story)?;
    for line in &outcome.story {
        println!("{line}");
    }
    println!("seed {seed}: trace {:016x}, {:?}", outcome.digest, outcome.tally);
    if outcome.wrong.is_empty() { Ok(()) } else { Err(format!("seed {seed} fails:\n  {}", outcome.wrong.join("\n  "))) }
}

fn canaries(numbers: &[u8], seeds: u64) -> Result<(), String> {
    let program = program()?;
    let finds = |number: &u8| campaign::FINDS.iter().any(|bug| bug.number() == *number);
    if let Some(number) = numbers.iter().find(|number| !finds(number)) {
        return Err(format!("the simulation does not look for bug {number}"));
    }
    let is_wanted = |bug: &Canary| numbers.is_empty() || numbers.contains(&bug.number());
    let bugs: Vec<_> = campaign::FINDS.into_iter().filter(is_wanted).collect();
    let mut round = Round::new("planted bugs".into(), &program, None, bugs.len(), 0);
    for bug in bugs {
        println!("{}", proofs::hunt(&mut round, bug, seeds)?);
    }
    verdict(round.end().1.len())
}

async fn crash(postgres: Option<&str>, point: Option<usize>) -> Result<(), String> {
    let program = program()?;
    let cells: Vec<_> = Cell::all().filter(|cell| point.is_none_or(|point| cell.point.number() == point)).collect();
    let stage = Stage::build(postgres).await?;
    let mut round = Round::new(format!("crashes on {:?}", stage.engine()), &program, postgres, cells.len(), 0);
    for cell in cells {
        proofs::crash(&mut round, &stage, cell).await?;
    }
    stage.strike().await?;
    verdict(round.end().1.len())
}

async fn die(manner: Manner, asked: Deaths) -> Result<(), String> {
    let program = program()?;
    let canary = asked.canary.map(|number| Canary::numbered(number).ok_or("there is no such canary")).transpose()?;
    let title = format!("{manner:?} on {}", if asked.postgres.is_some() { "PostgreSQL" } else { "SQLite" });
    let mut round = Round::new(title, &program, asked.postgres.as_deref(), asked.deaths, asked.seed);
    let score = proofs::deaths(&mut round, manner, canary).await?;
    println!("{score:#?}");
    verdict(round.end().1.len())
}

async fn torment(wanted: Wanted) -> Result<(), String> {
    let seed = wanted.seed.unwrap_or_else(|| SystemClock.now_ms().unsigned_abs() / 1000);
    let scale = if wanted.tenth { 0.1 } else { wanted.scale };
    if !(scale > 0.0 && scale <= 1000.0) {
        return Err("the scale is a number above 0".into());
    }
    let _ = writeln!(std::io::stderr(), "seed {seed}, {scale} of a night");
    let proofs: Vec<_> = PROOFS.iter().filter(|proof| proof.name.contains(&wanted.only)).collect();
    if proofs.is_empty() {
        return Err(format!("no proof has \"{}\" in its name", wanted.only));
    }
    let tests = Tests { races: wanted.races, model: wanted.model };
    let postgres = wanted.postgres.as_deref();
    let write = |outcomes: &[Outcome]| {
        std::fs::write(&wanted.report, report(outcomes))
            .map_err(|error| format!("{}: {error}", wanted.report.display()))
    };
    let given = Given { program: &program()?, tests: Some(&tests), postgres, scale, seed };
    let outcomes = torture(&proofs, &given, write).await?;
    print!("{}", report(&outcomes));
    verdict(outcomes.iter().map(|outcome| outcome.failures.len()).sum())
}
