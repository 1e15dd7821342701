//! The shop beside a model of it (`RELIABILITY.md` 3.2): random stories of shoppers, a merchant and the worker are played
//! to both, and after every operation the answer, the stock, the carts, the checkouts and the money in the gateway's
//! own books must be what the model says. At the end of each story everything is worked off and every invariant asked.
//!
//! A story that fails is cut down to what is needed for it, and printed. Its seed is kept in `model/regressions.txt`,
//! which belongs into the repository: what is in there is played first. The stories are the same in every run, so that
//! a failure is about the change at hand; `MERCER_MODEL_CASES` asks for so many others, and `MERCER_MODEL_SEED` for the
//! same others again.

mod op;
mod reference;
mod seen;
mod world;

use crate::support::{self, TestShop};
use op::{GOODS, Job, Op};
use proptest::collection::vec;
use proptest::prop_oneof;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner};
use shop::db::Engine;
use std::cell::RefCell;
use std::collections::BTreeMap;
use world::World;

/// Stories on each engine; `MERCER_MODEL_CASES` overrules it.
const CASES: u32 = 2_000;
/// Of the stories that every run plays.
const SEED: u64 = 20_261_122;
const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model/regressions.txt");

type Story = ([i64; GOODS], Vec<Op>);
/// How often each operation had each answer.
type Reached = BTreeMap<String, u32>;

/// With fewer stories than this, an answer may be missing by chance.
const ENOUGH: u32 = 1_000;
/// Stories that never come to these would prove nothing.
const MUST_REACH: &[&str] = &[
    "Add 409 sold_out",
    "Cancel 409 illegal_move",
    "Cancel ok",
    "Capture 409 nothing_to_capture",
    "Capture ok",
    "Challenge ok",
    "GiveUp pending",
    "GiveUp placed",
    "GiveUp released",
    "Look payable again",
    "Look pending",
    "Look placed",
    "Place 402 generic_decline",
    "Place 409 cart_changed",
    "Place 409 cart_empty",
    "Place 409 in_progress",
    "Place order",
    "Place pending",
    "Place redirect",
    "Refund 409 nothing_to_refund",
    "Refund 422 invalid",
    "Refund ok",
    "Repeat 402 generic_decline",
    "Repeat 409 in_progress",
    "Repeat order",
    "Repeat redirect",
    "RepeatChanged 422 invalid",
    "Ship 409 illegal_move",
    "Ship 409 not_captured",
    "Ship ok",
    "Stock 409 stock_reserved",
    "Tell new, known",
];

/// Mostly short ones: more of them fit into a minute.
fn story() -> impl Strategy<Value = Story> {
    let ops = prop_oneof![7 => vec(op::op(), 1..=16), 1 => vec(op::op(), 1..=60)];
    ([0..16_i64, 0..16_i64], ops)
}

/// Plays a story to both; what differs first.
async fn play(world: &mut World, (on_hand, ops): &Story, reached: &mut Reached) -> Result<(), String> {
    let mut model = world.begin(*on_hand).await;
    // In the end time is up for whatever is open, and nothing is left to do.
    let end = [Op::WaitBeyondHold, Op::Work(Job::All)];
    for (at, op) in ops.iter().chain(&end).enumerate() {
        let before = model.clone();
        let (expected, answer) = (model.step(at, op), world.step(at, op, &before).await);
        if expected != answer {
            return Err(format!(
                "operation {at}, {op:?}, answered\n  by the model {expected:?}\n  in the shop  {answer:?}"
            ));
        }
        let what = answer.trim_end_matches(|c: char| c == ' ' || c.is_ascii_digit());
        *reached.entry(format!("{} {what}", op.name())).or_default() += 1;
        let expected = model.seen();
        if let Some(difference) = expected.differs(&world.seen(op, &expected).await) {
            return Err(format!("after operation {at}, {op:?}: {difference}"));
        }
    }
    world.check().await;
    Ok(())
}

/// How many stories, and which.
fn wanted() -> (u32, RngSeed) {
    let number = |name: &str| {
        #[expect(clippy::disallowed_methods, reason = "the test run is configured by its environment")]
        let text = std::env::var(name).ok();
        text.map(|text| text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is a whole number, not {text:?}")))
    };
    let seed = number("MERCER_MODEL_SEED");
    match number("MERCER_MODEL_CASES") {
        Some(cases) => (u32::try_from(cases).unwrap(), seed.map_or(RngSeed::Random, RngSeed::Fixed)),
        None => (CASES, RngSeed::Fixed(seed.unwrap_or(SEED))),
    }
}

async fn body(t: TestShop) {
    let (cases, rng_seed) = wanted();
    let world = RefCell::new((World::open(t).await, Reached::new()));
    let config = Config {
        cases,
        rng_seed,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        source_file: Some(file!()),
        max_shrink_iters: 5_000,
        ..Config::default()
    };
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&story(), |story| played(&world, &story).map_err(TestCaseError::fail))
    });
    match outcome {
        Ok(()) => {
            let (_, reached) = world.into_inner();
            let missing: Vec<_> = MUST_REACH.iter().filter(|answer| !reached.contains_key(**answer)).collect();
            assert!(cases < ENOUGH || missing.is_empty(), "no story came to {missing:?}, only to {reached:#?}");
        }
        Err(TestError::Fail(why, story)) => {
            let (why, (on_hand, ops)) = tokio::task::block_in_place(|| shortest(&world, why.to_string(), story));
            let ops: Vec<_> = ops.iter().enumerate().map(|(at, op)| format!("{at:3}  {op:?}")).collect();
            panic!("{why}\n\non hand {on_hand:?}\n{}\n", ops.join("\n"));
        }
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

fn played(world: &RefCell<(World, Reached)>, story: &Story) -> Result<(), String> {
    let (world, reached) = &mut *world.borrow_mut();
    tokio::runtime::Handle::current().block_on(play(world, story, reached))
}

/// Leaves out whatever a failing story does not need: what it was cut down to may still have operations that were
/// needed only for others which are gone by now.
fn shortest(world: &RefCell<(World, Reached)>, mut why: String, mut story: Story) -> (String, Story) {
    let mut at = 0;
    while at < story.1.len() {
        let mut shorter = story.clone();
        shorter.1.remove(at);
        match played(world, &shorter) {
            Ok(()) => at += 1,
            Err(still) => (why, story, at) = (still, shorter, 0),
        }
    }
    (why, story)
}

#[test]
fn the_shop_does_what_its_model_does_on_sqlite() {
    support::run_in_memory(Engine::Sqlite, body);
}

#[test]
fn the_shop_does_what_its_model_does_on_postgres() {
    support::run_in_memory(Engine::Postgres, body);
}
