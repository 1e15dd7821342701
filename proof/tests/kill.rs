//! A shop that is killed at any moment under load keeps every answer it gave, charges nobody twice and comes to its end.

use crate::support::{postgres, program};
use proof::season::{self, Manner, Plan};
use proof::stage::Stage;

/// 150 in all. What is durable differs most on SQLite, where the shop's own process is the database, and a life there
/// costs half as much.
const KILLS_ON_SQLITE: usize = 100;
const KILLS_ON_POSTGRES: usize = 50;

async fn kills(server: Option<String>, kills: usize, first_seed: u64) {
    let stage = Stage::build(server.as_deref()).await.unwrap();
    for (at, deaths) in season::split(kills).enumerate() {
        let plan = Plan { manner: Manner::Kill, seed: first_seed + at as u64, deaths, canary: None };
        let score = season::play(&stage, program(), plan, || ()).await.unwrap();
        assert!(score.wrong.is_empty(), "{plan:?}: {}", score.wrong.join("\n"));
        assert!(score.answers > deaths, "{plan:?} was hardly under load: {} answers", score.answers);
    }
    stage.strike().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_a_shop_under_load_loses_nothing_on_sqlite() {
    kills(None, KILLS_ON_SQLITE, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_a_shop_under_load_loses_nothing_on_postgres() {
    if let Some(server) = postgres() {
        kills(Some(server), KILLS_ON_POSTGRES, 200).await;
    }
}
