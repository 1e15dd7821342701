//! Deterministic simulation: a shop, its shoppers, its merchant, the network, the disk and the payment gateway in one
//! thread, under one clock, from one seed. The saga, the SQL and the gateway's state machine are the real ones.
//!
//! ```text
//! campaign ──▶ many seeds; which of them failed, and how to play one again
//!    └──▶ world ──▶ what outlives the shop: time, gateway, database, notebooks, the agenda
//!           ├──▶ life      one run of the program, until the agenda is empty or it dies at a random point
//!           │      ├─ shopper, merchant, chores   who does what
//!           │      └─ network, weather            what gets lost, late or wrong on the way
//!           ├──▶ calm      the storm is over: everything is worked off, every shopper insists on an answer
//!           └──▶ judge     what must hold now
//! ```
//!
//! The same seed gives the same story, event by event: the tests compare the digests of two traces.

mod agenda;
mod calm;
pub mod campaign;
mod chores;
mod judge;
mod life;
mod merchant;
mod network;
mod shopper;
mod time;
mod town;
mod trace;
mod weather;
mod world;

pub use town::{Town, runtime};
pub use trace::Tally;

use world::World;

/// What a seed came to.
#[derive(Debug)]
pub struct Outcome {
    pub tally: Tally,
    /// Of everything that happened, in order.
    pub digest: u64,
    /// What is not as it must be; empty when all is well.
    pub wrong: Vec<String>,
    /// The story, a line for each event, when it was asked for.
    pub story: Vec<String>,
}

/// Plays one seed on this thread, which must not be inside a runtime. `tell`: keep the story.
///
/// # Errors
/// When the machine does not play along: no room for a database, for one.
pub fn play(town: &Town, seed: u64, tell: bool) -> Result<Outcome, String> {
    let world = World::create(town, seed, tell)?;
    let wrong = match life::storm(&world).and_then(|()| calm::settle(&world)) {
        Ok(mut wrong) => {
            wrong.extend(world.take_wrong());
            wrong
        }
        Err(why) => vec![why],
    };
    Ok(world.end(wrong))
}
