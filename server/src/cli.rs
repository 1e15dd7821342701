//! The command line: one program, a verb for each thing it does.
//!
//! Exit codes: 0 done, 1 failed, 2 the command line or the configuration is wrong.

mod admin_link;
mod backup;
mod doctor;
mod export;
mod import;
pub mod open;
mod pictures;
mod reconcile;
mod recount;
mod reindex;
mod restore;
mod run;
mod sandbox_gateway;
mod seed;
pub mod serve;

use crate::bench;
use crate::config::{Config, LogFormat, command_with_file, markdown};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A shop in one program.
#[derive(Parser)]
#[command(name = "mercer", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the shop; needs nothing but a writable data folder or a database
    Serve,
    /// Serve a demo shop: fill an empty database and start the sandbox gateway when no provider is configured
    Run,
    /// Bring the database to this version and stop
    Migrate,
    /// Fill the shop with a demo range, or with a made-up catalogue of any size
    Seed(seed::Arguments),
    /// Take over the catalogue of another shop
    Import {
        #[command(subcommand)]
        what: import::What,
    },
    /// Write the catalogue as a file for another shop
    Export(export::Arguments),
    /// Build the search index of the data folder anew; a shop that serves from it goes on answering meanwhile
    Reindex,
    /// Count anew what was bought together, from all orders of the last year; a shop that serves goes on meanwhile
    Recount,
    /// Draw the sizes of stored pictures that wait; a shop that serves does it by itself
    Pictures(pictures::Arguments),
    /// Copy the whole shop into a new folder while it goes on selling
    Backup(backup::Arguments),
    /// Put a backup back, verified; no orders are taken until the provider's payments were compared with it
    Restore(restore::Arguments),
    /// Start the sandbox payment gateway alone
    SandboxGateway(sandbox_gateway::Arguments),
    /// Measure this machine
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// Check every rule of stock and money on the database; exit code 1 when one is broken
    Doctor(doctor::Arguments),
    /// Compare with the payment provider and mend what differs; exit code 1 while a difference is open
    Reconcile(reconcile::Arguments),
    /// Make a one-time link by which an owner gets into the admin
    AdminLink,
    /// Show the configuration as it was read, secrets left out
    Config {
        /// Print the reference page of all settings instead
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Durable transactions per second and fsyncs per transaction, beside the disk's own rate
    Writes(bench::writes::WritesArgs),
    /// Pages, searches, lists and edits per second and their latency, through HTTP, on catalogues of growing size
    Catalogue(bench::catalogue::CatalogueArgs),
    /// How long an import of products takes, and the check before it
    Import(bench::import::ImportArgs),
    /// Complete checkouts per second against the sandbox gateway, and what one costs
    Checkout(bench::checkout::CheckoutArgs),
    /// How long it takes to price a large cart against many promotions
    Pricing(bench::pricing::PricingArgs),
}

/// What a command ends with: nothing, or a sentence for standard error.
pub type Outcome = Result<(), String>;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let cli = match read(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, to standard output with code 0.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    start_log(&cli.config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start: {error}")),
    };
    match runtime.block_on(perform(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => failed(&text),
    }
}

fn read(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let command = command_with_file(Cli::command(), &arguments)?;
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

async fn perform(cli: Cli) -> Outcome {
    match cli.command {
        Command::Serve => serve::run(cli.config).await,
        Command::Run => run::run(cli.config).await,
        Command::Migrate => open::migrated_database(&cli.config).await.map(drop),
        Command::Seed(arguments) => seed::run(arguments, cli.config).await,
        Command::Import { what } => import::run(what, cli.config).await,
        Command::Export(arguments) => export::run(arguments, cli.config).await,
        Command::Reindex => reindex::run(cli.config).await,
        Command::Recount => recount::run(cli.config).await,
        Command::Pictures(arguments) => pictures::run(arguments, cli.config).await,
        Command::Backup(arguments) => backup::run(arguments, cli.config).await,
        Command::Restore(arguments) => restore::run(arguments, cli.config).await,
        Command::SandboxGateway(arguments) => sandbox_gateway::run(arguments).await,
        Command::Bench { what: Bench::Writes(arguments) } => {
            bench::writes::run(&arguments, &cli.config).await.map_err(|error| error.to_string())
        }
        Command::Bench { what: Bench::Catalogue(arguments) } => {
            let url = cli.config.database_url.as_ref().map(|url| url.reveal());
            bench::catalogue::run(&arguments, url).await
        }
        Command::Bench { what: Bench::Import(arguments) } => {
            bench::import::run(&arguments, &cli.config).await.map_err(|error| error.to_string())
        }
        Command::Reconcile(arguments) => reconcile::run(cli.config, arguments).await,
        Command::Doctor(arguments) => doctor::run(cli.config, arguments).await,
        Command::Bench { what: Bench::Checkout(arguments) } => {
            bench::checkout::run(&arguments, &cli.config).await.map_err(|error| error.to_string())
        }
        Command::Bench { what: Bench::Pricing(arguments) } => {
            bench::pricing::run(&arguments).map_err(|error| error.to_string())
        }
        Command::AdminLink => admin_link::run(cli.config).await,
        Command::Config { markdown: true } => {
            print!("{}", markdown());
            Ok(())
        }
        Command::Config { markdown: false } => {
            println!("{:#?}", cli.config);
            Ok(())
        }
    }
}

fn failed(text: &str) -> ExitCode {
    eprintln!("mercer: {text}");
    ExitCode::from(1)
}

/// Log lines go to standard error; standard output is for what a command prints.
fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_may_stand_before_or_after_the_verb() {
        for line in [&["mercer", "--addr", "127.0.0.1:1", "serve"], &["mercer", "serve", "--addr", "127.0.0.1:1"]] {
            let cli = read(line.iter().map(OsString::from).collect()).ok().unwrap();
            assert_eq!(cli.config.addr.port(), 1);
        }
    }

    #[test]
    fn a_wrong_command_line_ends_with_code_2() {
        for line in [&["mercer", "dance"][..], &["mercer"], &["mercer", "serve", "--addr", "x"]] {
            let error = read(line.iter().map(OsString::from).collect()).err().unwrap();
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
    }
}
