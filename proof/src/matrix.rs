//! The crash matrix: a shop dies at each of the 26 points, the first time it comes there and again while it recovers,
//! under a gateway that behaves, one whose answers break off, and one that says 500 to what it has done.

use crate::life::Death;
use crate::stage::Stage;
use crate::world::{End, World};
use serde_json::{Value, json};
use shop::point::Point;
use std::path::Path;

/// How the gateway behaves, once for each operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Processed, and the answer breaks off half-way.
    Truncated,
    /// Processed, answered with 500, and with the same 500 under the same key for a day.
    Cached500,
}

impl Mood {
    pub const ALL: [Self; 3] = [Self::Well, Self::Truncated, Self::Cached500];

    fn rules(self) -> Vec<Value> {
        let mood = match self {
            Self::Well => return Vec::new(),
            Self::Truncated => json!({ "mood": "truncated" }),
            Self::Cached500 => json!({ "mood": "status_500_cached", "processed": true }),
        };
        [
            "payment_intents.create",
            "payment_intents.confirm",
            "payment_intents.capture",
            "payment_intents.cancel",
            "refunds.create",
        ]
        .into_iter()
        .map(|operation| {
            let mut rule = mood.clone();
            rule["operation"] = operation.into();
            rule
        })
        .collect()
    }
}

/// One cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub point: Point,
    /// Whether the life that recovers dies at the same point too.
    pub again: bool,
    pub mood: Mood,
}

impl Cell {
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        Mood::ALL.into_iter().flat_map(|mood| {
            [false, true]
                .into_iter()
                .flat_map(move |again| Point::ALL.into_iter().map(move |point| Self { point, again, mood }))
        })
    }
}

/// What became of a cell.
#[derive(Debug, Default)]
pub struct Fate {
    /// Processes that died as told.
    pub deaths: usize,
    pub wrong: Vec<String>,
}

/// Plays one cell on a world of its own.
pub async fn play(stage: &Stage, program: &Path, cell: Cell) -> Result<Fate, String> {
    let mut world = World::create(stage, program).await?;
    for rule in cell.mood.rules() {
        world.mood(&rule).await?;
    }
    let death = Some(Death { at: cell.point, hit: 1 });
    let mut fate = Fate::default();
    for die in [death, death.filter(|_| cell.again), None, None] {
        if world.live(die).await? == End::Died {
            fate.deaths += 1;
        }
    }
    fate.wrong = world.judge().await?;
    // With a gateway that fails, another way is sometimes faster: what was cancelled without an answer is found by the
    // poller, for one.
    if fate.deaths == 0 && cell.mood == Mood::Well {
        fate.wrong.push("nobody came to this point: the cell proves nothing".into());
    }
    world.end().await?;
    Ok(fate)
}
