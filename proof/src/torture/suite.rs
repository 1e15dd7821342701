//! Proofs that are tests of other crates: their programs are started with counts in the environment.

use super::Round;
use futures_util::stream::{self, StreamExt};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::process::Command;

/// Test programs as Cargo builds them.
pub struct Tests {
    /// The server's: HTTP races.
    pub races: PathBuf,
    /// The shop's: stories beside the model.
    pub model: PathBuf,
}

/// Stories in one run of the model's program; the display moves after each run.
const STORIES: usize = 500;
/// A test that takes longer hangs.
const PATIENCE: Duration = Duration::from_hours(1);

/// Every race with the crowds of a night, one after the other, as often as there are trials.
pub async fn races(round: &mut Round<'_>) -> Result<(), String> {
    let program = given(round)?.races.as_path();
    let list = started(program, round.postgres, &["--list", "--format", "terse"], &[]).await?.stdout;
    let list = String::from_utf8_lossy(&list);
    let names: Vec<_> = list
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|name| name.starts_with("race::") && name.ends_with(ending(round)))
        .collect();
    if names.is_empty() {
        return Err(format!("{} has no races", program.display()));
    }
    let count = round.count;
    for name in names.into_iter().cycle().take(count) {
        let counts = [("MERCER_RACE_NIGHT", "1".to_owned())];
        note(round, tried(program, round.postgres, name, &counts, "server").await?);
        round.step();
    }
    Ok(())
}

/// Stories, other ones for each seed. One run waits for its database most of the time, so there are as many as cores.
pub async fn stories(round: &mut Round<'_>) -> Result<(), String> {
    let program = given(round)?.model.as_path();
    let name = format!("model::the_shop_does_what_its_model_does_{}", ending(round));
    let (postgres, count) = (round.postgres, round.count);
    let runs = (round.seed..).zip((0..count).step_by(STORIES)).map(|(seed, from)| {
        let (name, some) = (name.as_str(), STORIES.min(count - from));
        async move {
            let counts = [("MERCER_MODEL_CASES", some.to_string()), ("MERCER_MODEL_SEED", seed.to_string())];
            (some, tried(program, postgres, name, &counts, "shop").await)
        }
    });
    let mut runs = stream::iter(runs).buffer_unordered(available_parallelism().map_or(1, NonZero::get));
    while let Some((some, outcome)) = runs.next().await {
        note(round, outcome?);
        round.steps(some);
    }
    Ok(())
}

fn given<'a>(round: &Round<'a>) -> Result<&'a Tests, String> {
    round.tests.ok_or_else(|| "no test programs were given".to_owned())
}

/// How tests on the round's engine are called.
fn ending(round: &Round<'_>) -> &'static str {
    if round.postgres.is_some() { "on_postgres" } else { "on_sqlite" }
}

/// What a test said that failed, and the command that runs it again.
type Failed = Option<(String, String)>;

/// Runs one test.
async fn tried(
    program: &Path,
    postgres: Option<&str>,
    test: &str,
    counts: &[(&str, String)],
    package: &str,
) -> Result<Failed, String> {
    let done = started(program, postgres, &["--exact", test], counts).await?;
    let said = String::from_utf8_lossy(&done.stdout);
    // A test under another name would be none, and no failure either.
    if done.status.success() && said.contains("1 passed") {
        return Ok(None);
    }
    let settings: Vec<_> = counts.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let command = format!("{} cargo nextest run --package {package} {test}", settings.join(" "));
    Ok(Some((said.into_owned(), command)))
}

fn note(round: &mut Round<'_>, failed: Failed) {
    if let Some((said, command)) = failed {
        round.fail_of(said, command);
    }
}

async fn started(
    program: &Path,
    postgres: Option<&str>,
    arguments: &[&str],
    settings: &[(&str, String)],
) -> Result<std::process::Output, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    if let Some(postgres) = postgres {
        command.env("MERCER_TEST_POSTGRES_URL", postgres);
    }
    let done = tokio::time::timeout(PATIENCE, command.output()).await;
    let done = done.map_err(|_| format!("{} {} hangs", program.display(), arguments.join(" ")))?;
    done.map_err(|error| format!("{}: {error}", program.display()))
}
