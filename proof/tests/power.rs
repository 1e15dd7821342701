//! A shop on SQLite whose disk loses power keeps every answer it gave. Shops with a planted fault do not, which shows
//! that the cuts find what they are looking for.

use crate::support::program;
use proof::season::{self, Manner, Plan, Score};
use proof::stage::Stage;
use shop::canary::Canary;

/// In two tests, so that two cores have something to do.
const CUTS: usize = 100;
/// A fault that does not show in this many deaths is not found.
const PATIENCE: usize = 100;

async fn cuts(first_seed: u64) -> Score {
    let stage = Stage::build(None).await.unwrap();
    let mut all = Score::default();
    for (at, deaths) in season::split(CUTS).enumerate() {
        let plan = Plan { manner: Manner::PowerCut, seed: first_seed + at as u64, deaths, canary: None };
        let score = season::play(&stage, program(), plan, || ()).await.unwrap();
        assert!(score.wrong.is_empty(), "{plan:?}: {}", score.wrong.join("\n"));
        all.add(&score);
    }
    stage.strike().await.unwrap();
    all
}

async fn is_found(canary: Canary) {
    let stage = Stage::build(None).await.unwrap();
    let mut all = Score::default();
    for (at, deaths) in season::split(PATIENCE).enumerate() {
        let plan = Plan { manner: Manner::PowerCut, seed: 1 + at as u64, deaths, canary: Some(canary) };
        let score = season::play(&stage, program(), plan, || ()).await.unwrap();
        if score.wrong.iter().any(|wrong| wrong.starts_with("I8")) {
            return stage.strike().await.unwrap();
        }
        all.add(&score);
    }
    panic!("{canary:?} lives through {PATIENCE} deaths: nobody looks for it: {all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losing_power_under_load_loses_no_answer() {
    let all = cuts(300).await;
    assert!(all.answers > CUTS, "hardly under load: {all:?}");
    assert!(all.log_cuts > CUTS / 4 && all.database_cuts > 0, "the cuts missed the writes: {all:?}");
    assert!(all.damage.lost > 0 && all.damage.kept > 0 && all.damage.torn > 0, "the disk took no harm: {all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losing_power_under_load_loses_no_answer_again() {
    let all = cuts(400).await;
    assert!(all.answers > CUTS, "hardly under load: {all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_waiting_for_the_disk_is_found_by_power_cuts() {
    is_found(Canary::SynchronousOff).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answering_before_the_commit_is_found_by_power_cuts() {
    is_found(Canary::ReplyBeforeCommit).await;
}
