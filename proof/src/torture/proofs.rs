//! The list. Another proof is another entry: a name, what a whole night of it is (`RELIABILITY.md` 3.2), and a function
//! that makes `round.count` trials, says `round.step()` after each and `round.fail()` for each that went wrong.

use super::{Proof, Round, suite};
use crate::matrix::{self, Cell};
use crate::season::{self, DEATHS, Manner, Plan, Score};
use crate::shelf;
use crate::sim::Town;
use crate::sim::campaign::{self, Report};
use crate::stage::Stage;
use crate::till;
use futures_util::future::BoxFuture;
use shop::canary::Canary;
use shop::db::Engine::{Postgres, Sqlite};
use std::num::NonZero;

/// A planted fault has at least so many deaths to show itself, however short the night.
const PATIENCE: usize = 100;
/// C1 to C16; each trial is one of them at its count for every change.
const RACES: usize = 16;
/// Storms that go wrong before the rest is not played.
const FAILURES: usize = 5;

type Done<'r> = BoxFuture<'r, Result<(), String>>;

pub const PROOFS: &[Proof] = &[
    Proof { name: "crash at every point", engine: Sqlite, nightly: 3120, run: crashes },
    Proof { name: "crash at every point", engine: Postgres, nightly: 3120, run: crashes },
    Proof { name: "kill -9 under load", engine: Sqlite, nightly: 2500, run: kills },
    Proof { name: "kill -9 under load", engine: Postgres, nightly: 2500, run: kills },
    Proof { name: "power cut under load", engine: Sqlite, nightly: 5000, run: power_cuts },
    Proof { name: "storm from a seed", engine: Sqlite, nightly: 100_000, run: all_storms },
    Proof { name: "races over HTTP", engine: Sqlite, nightly: 20 * RACES, run: races },
    Proof { name: "races over HTTP", engine: Postgres, nightly: 20 * RACES, run: races },
    Proof { name: "story beside the model", engine: Sqlite, nightly: 200_000, run: stories },
    Proof { name: "story beside the model", engine: Postgres, nightly: 200_000, run: stories },
    Proof { name: "planted bugs are found in storms", engine: Sqlite, nightly: campaign::FINDS.len(), run: hunts },
    Proof { name: "canary 11 is found at the shelf", engine: Sqlite, nightly: 1, run: sums },
    Proof { name: "canary 12 is found at the till", engine: Sqlite, nightly: 1, run: last_uses },
    Proof { name: "canary 15 is found at the till", engine: Sqlite, nightly: 1, run: last_cents },
    Proof { name: "canary 6 is found by power cuts", engine: Sqlite, nightly: 1000, run: early_answers },
    Proof { name: "canary 7 is found by power cuts", engine: Sqlite, nightly: 1000, run: no_syncs },
];

fn crashes<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(async {
        let stage = Stage::build(round.postgres).await?;
        for cell in Cell::all().cycle().take(round.count) {
            crash(round, &stage, cell).await?;
        }
        stage.strike().await
    })
}

/// Plays one cell of the crash matrix.
pub async fn crash(round: &mut Round<'_>, stage: &Stage, cell: Cell) -> Result<(), String> {
    let fate = matrix::play(stage, round.program, cell).await?;
    if !fate.wrong.is_empty() {
        let replay = format!("crash --point {}{}", cell.point.number(), cluster(round));
        round.fail(format!("{cell:?}\n{}", fate.wrong.join("\n")), &replay);
    }
    round.step();
    Ok(())
}

fn kills<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(async { deaths(round, Manner::Kill, None).await.map(drop) })
}

fn power_cuts<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(async { deaths(round, Manner::PowerCut, None).await.map(drop) })
}

/// Plays seasons until there were enough deaths.
pub async fn deaths(round: &mut Round<'_>, manner: Manner, canary: Option<Canary>) -> Result<Score, String> {
    let stage = Stage::build(round.postgres).await?;
    let mut all = Score::default();
    for (seed, deaths) in (round.seed..).zip(season::split(round.count)) {
        let plan = Plan { manner, seed, deaths, canary };
        let score = season::play(&stage, round.program, plan, || round.step()).await?;
        if !score.wrong.is_empty() {
            let planted = canary.map(|canary| format!(" --canary {}", canary.number())).unwrap_or_default();
            let replay = format!("{} --seed {seed} --deaths {deaths}{planted}{}", verb(manner), cluster(round));
            round.fail(score.wrong.join("\n"), &replay);
        }
        all.add(&score);
    }
    stage.strike().await?;
    Ok(all)
}

fn races<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(suite::races(round))
}

fn stories<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(suite::stories(round))
}

fn sums<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(async {
        tokio::task::block_in_place(|| {
            let town = Town::build()?;
            for bug in [None, Some(Canary::LinesNotSummed)] {
                if shelf::oversells(&town, bug)? != bug.is_some() {
                    round.fail(format!("demands on one stock row, with {bug:?}"), "torture --only shelf");
                }
            }
            round.step();
            Ok(())
        })
    })
}

fn last_uses<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(async {
        tokio::task::block_in_place(|| {
            let town = Town::build()?;
            for bug in [None, Some(Canary::UncheckedCoupons)] {
                if till::gives_away_twice(&town, bug)? != bug.is_some() {
                    round.fail(format!("the last use of a promotion, with {bug:?}"), "torture --only till");
                }
            }
            round.step();
            Ok(())
        })
    })
}

fn last_cents<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(async {
        tokio::task::block_in_place(|| {
            let town = Town::build()?;
            for bug in [None, Some(Canary::UncheckedTender)] {
                if till::spends_twice(&town, bug)? != bug.is_some() {
                    round.fail(format!("what is on a gift card, with {bug:?}"), "torture --only till");
                }
            }
            round.step();
            Ok(())
        })
    })
}

fn early_answers<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(canary(round, Canary::ReplyBeforeCommit))
}

fn no_syncs<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    Box::pin(canary(round, Canary::SynchronousOff))
}

/// A shop with a planted fault has to be found out (I8) before all its deaths are died.
async fn canary(round: &mut Round<'_>, canary: Canary) -> Result<(), String> {
    round.count = round.count.max(PATIENCE);
    let stage = Stage::build(round.postgres).await?;
    let mut is_found = false;
    for (seed, deaths) in (round.seed..).zip(season::split(round.count)) {
        let plan = Plan { manner: Manner::PowerCut, seed, deaths, canary: Some(canary) };
        let score = season::play(&stage, round.program, plan, || round.step()).await?;
        is_found = score.wrong.iter().any(|wrong| wrong.starts_with("I8"));
        if is_found {
            break;
        }
    }
    if !is_found {
        let number = canary.number();
        let what = format!("{canary:?} lives through {} deaths: nobody looks for it", round.count);
        round.fail(what, &format!("power-cuts --seed {} --deaths {DEATHS} --canary {number}", round.seed));
    }
    stage.strike().await
}

fn all_storms<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    // A storm brings a runtime of its own.
    Box::pin(async { tokio::task::block_in_place(|| storms(round)).map(drop) })
}

/// Plays `round.count` seeds on all cores, and gives up after a few that fail.
pub fn storms(round: &mut Round<'_>) -> Result<Report, String> {
    let last = round.seed.saturating_add(round.count as u64);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    campaign::run(&Town::build()?, round.seed..last, threads, FAILURES, |seed, wrong| {
        if !wrong.is_empty() {
            round.fail(wrong.join("\n"), &format!("simulate --seed {seed}"));
        }
        round.step();
    })
}

/// All of them, however short the night: each is found within minutes.
fn hunts<'r>(round: &'r mut Round<'_>) -> Done<'r> {
    round.count = campaign::FINDS.len();
    Box::pin(async {
        tokio::task::block_in_place(|| {
            campaign::FINDS.into_iter().try_for_each(|bug| hunt(round, bug, campaign::PATIENCE).map(drop))
        })
    })
}

/// A planted bug has to be found before `most` seeds are played; how it was, in words.
pub fn hunt(round: &mut Round<'_>, bug: Canary, most: u64) -> Result<String, String> {
    let number = bug.number();
    let found = campaign::hunt(&Town::build()?, bug, most)?;
    let line = match &found {
        Some((seeds, wrong)) => format!("{number:2} {bug:?}: found after {seeds} seeds: {}", wrong[0]),
        None => format!("{number:2} {bug:?}: not found in {most} seeds"),
    };
    if found.is_none() {
        round.fail(line.clone(), &format!("canaries --number {number} --seeds {most}"));
    }
    round.step();
    Ok(line)
}

fn verb(manner: Manner) -> &'static str {
    match manner {
        Manner::Kill => "kills",
        Manner::PowerCut => "power-cuts",
    }
}

fn cluster(round: &Round<'_>) -> &'static str {
    if round.postgres.is_some() { " --postgres $MERCER_TEST_POSTGRES_URL" } else { "" }
}
