//! `mercer-proof`: the long proofs, one verb each, and the lives they are made of.

use clap::{Parser, Subcommand};
use proof::life::{self, Birth};
use proof::matrix::{self, Cell};
use proof::stage::Stage;
use std::io::Write;
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
    /// One life of a shop, as the other verbs start it
    #[command(hide = true)]
    Life(Birth),
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(perform(Cli::parse().verb)),
        Err(error) => Err(error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "mercer-proof: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn perform(verb: Verb) -> Result<(), String> {
    match verb {
        Verb::Crash { postgres, point } => crash(postgres.as_deref(), point).await,
        Verb::Life(birth) => life::live(birth).await,
    }
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
