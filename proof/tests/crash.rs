//! A shop that dies at each of its crash points has the same orders, stock and money in the end as one that does not.

use crate::support::{postgres, program};
use proof::matrix::{self, Cell, Mood};
use proof::stage::Stage;

async fn all_cells(server: Option<String>, mood: Mood) {
    let stage = Stage::build(server.as_deref()).await.unwrap();
    let mut wrong = Vec::new();
    for cell in Cell::all().filter(|cell| cell.mood == mood) {
        let fate = matrix::play(&stage, program(), cell).await.unwrap();
        wrong.extend(fate.wrong.into_iter().map(|wrong| format!("{cell:?}: {wrong}")));
    }
    stage.strike().await.unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! moods {
    ($($name:ident: $mood:expr),* $(,)?) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                all_cells(None, $mood).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(server) = postgres() {
                    all_cells(Some(server), $mood).await;
                }
            }
        }
    )*};
}

moods! {
    dying_at_every_step_changes_nothing: Mood::Well,
    dying_at_every_step_while_answers_break_off_changes_nothing: Mood::Truncated,
    dying_at_every_step_while_the_gateway_fails_changes_nothing: Mood::Cached500,
}
