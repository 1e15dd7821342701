//! Every proof there is, one after the other, for as long as one likes; and the report.

pub mod proofs;
mod round;
mod suite;

pub use proofs::PROOFS;
pub use round::{Failure, Round};
pub use suite::Tests;

use futures_util::future::BoxFuture;
use shop::clock::{Clock, SystemClock};
use shop::db::Engine;
use std::fmt::Write;
use std::path::Path;

/// One proof: how often in a whole night, and how.
pub struct Proof {
    pub name: &'static str,
    pub engine: Engine,
    pub nightly: usize,
    pub run: for<'r> fn(&'r mut Round<'_>) -> BoxFuture<'r, Result<(), String>>,
}

/// What became of a proof.
pub struct Outcome {
    pub name: &'static str,
    pub engine: Engine,
    /// `None`: not run, for lack of a PostgreSQL cluster.
    pub count: Option<usize>,
    pub failures: Vec<Failure>,
    pub seconds: i64,
}

/// What a run of many proofs is given.
pub struct Given<'a> {
    pub program: &'a Path,
    pub tests: Option<&'a Tests>,
    /// URL of a PostgreSQL cluster.
    pub postgres: Option<&'a str>,
    /// Share of the nightly counts.
    pub scale: f64,
    /// Where chance begins.
    pub seed: u64,
}

/// Runs `proofs` at a share of their nightly counts, at least once each. `seen` is shown all outcomes there are after each: a
/// night that is broken off has told of the proofs that were done.
///
/// # Errors
/// Those of `seen`.
pub async fn torture(
    proofs: &[&Proof],
    given: &Given<'_>,
    mut seen: impl FnMut(&[Outcome]) -> Result<(), String>,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    for (at, proof) in proofs.iter().enumerate() {
        let begun = SystemClock.now_ms();
        let Proof { name, engine, .. } = **proof;
        let server = given.postgres.filter(|_| engine == Engine::Postgres);
        if engine == Engine::Postgres && server.is_none() {
            outcomes.push(Outcome { name, engine, count: None, failures: Vec::new(), seconds: 0 });
            seen(&outcomes)?;
            continue;
        }
        let title = format!("{} of {}: {name} on {engine:?}", at + 1, proofs.len());
        let mut round = Round::new(title, given.program, server, scaled(proof.nightly, given.scale), given.seed);
        round.tests = given.tests;
        if let Err(why) = (proof.run)(&mut round).await {
            round.fail(why, &format!("torture --only '{name}'"));
        }
        let (count, failures) = round.end();
        let seconds = (SystemClock.now_ms() - begun) / 1000;
        outcomes.push(Outcome { name, engine, count: Some(count), failures, seconds });
        seen(&outcomes)?;
    }
    Ok(outcomes)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "thousands, and a share of them"
)]
fn scaled(nightly: usize, scale: f64) -> usize {
    ((nightly as f64 * scale).round() as usize).max(1)
}

/// The outcomes as a table in Markdown, and under it what failed and how to see it again.
pub fn report(outcomes: &[Outcome]) -> String {
    let mut text = String::from("| Proof | Engine | Count | Failures | Seconds |\n|---|---|--:|--:|--:|\n");
    for Outcome { name, engine, count, failures, seconds } in outcomes {
        let count = count.map_or_else(|| "not run: no cluster".to_owned(), |count| count.to_string());
        let _ = writeln!(text, "| {name} | {engine:?} | {count} | {} | {seconds} |", failures.len());
    }
    for failure in outcomes.iter().flat_map(|outcome| &outcome.failures) {
        let _ = writeln!(text, "\n`{}`\n\n```text\n{}\n```", failure.replay, failure.what);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one<'r>(round: &'r mut Round<'_>) -> BoxFuture<'r, Result<(), String>> {
        Box::pin(async move {
            for at in 0..round.count {
                if at == 3 {
                    round.fail("a unit was sold twice".into(), "kills --seed 8");
                }
                round.step();
            }
            Ok(())
        })
    }

    fn broken<'r>(_: &'r mut Round<'_>) -> BoxFuture<'r, Result<(), String>> {
        Box::pin(async { Err("the disk is full".into()) })
    }

    #[tokio::test]
    async fn the_report_says_how_often_what_failed_and_how_to_see_it_again() {
        let proofs = [
            Proof { name: "first", engine: Engine::Sqlite, nightly: 95, run: one },
            Proof { name: "second", engine: Engine::Postgres, nightly: 10, run: one },
            Proof { name: "third", engine: Engine::Sqlite, nightly: 1, run: broken },
        ];
        let program = Path::new("mercer-proof");
        let given = Given { program, tests: None, postgres: None, scale: 0.1, seed: 1 };
        let mut told = Vec::new();
        let seen = |outcomes: &[Outcome]| {
            told.push(outcomes.len());
            Ok(())
        };
        let outcomes = torture(&proofs.each_ref(), &given, seen).await.unwrap();
        assert_eq!(told, [1, 2, 3]);
        let text = report(&outcomes);
        assert!(text.contains("| first | Sqlite | 10 | 1 | 0 |"), "{text}");
        assert!(text.contains("| second | Postgres | not run: no cluster | 0 | 0 |"), "{text}");
        assert!(text.contains("| third | Sqlite | 0 | 1 | 0 |") && text.contains("the disk is full"), "{text}");
        assert!(text.contains("`mercer-proof kills --seed 8`") && text.contains("sold twice"), "{text}");
    }
}
