//! One run of the shop's program: it does what the agenda says until nothing is left, or dies at a random step, with
//! everything that was under way.

use super::agenda::{Act, Agenda};
use super::chores::Chore;
use super::town;
use super::world::{STORM_MS, World};
use rand::Rng;
use rand::rngs::StdRng;
use shop::Shop;
use shop::invariant::{self, Moment};
use shop::witness::{self, Seen};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Deaths in a storm, at most.
const DEATHS: u64 = 3;
/// A life that is to die does so within so many steps.
const FUSE: (u64, u64) = (20, 700);
/// Nobody waits longer for anything.
const PATIENCE: Duration = Duration::from_hours(1);

/// Who does what when, as far as it is planned.
pub fn plan(agenda: &mut Agenda, dice: &mut StdRng, shoppers: usize) {
    let begin = super::time::BEGIN_MS;
    let rushes: Vec<i64> = (0..5).map(|_| dice.random_range(0..STORM_MS / 2)).collect();
    for shopper in 0..shoppers {
        let at = if dice.random_bool(0.8) {
            rushes[dice.random_range(0..rushes.len())] + dice.random_range(0..1_500)
        } else {
            dice.random_range(0..STORM_MS / 2)
        };
        agenda.put(begin + at, Act::Shopper(shopper));
    }
    let mut at = 0;
    while at < STORM_MS {
        let round = dice.random_range(10_000..40_000);
        for chore in Chore::ROUND {
            agenda.put(begin + at + dice.random_range(0..round), Act::Chore(chore));
        }
        at += round;
    }
    for chore in [Chore::Comparison, Chore::Purge] {
        agenda.put(begin + dice.random_range(STORM_MS / 4..STORM_MS), Act::Chore(chore));
    }
    let mut at = 0;
    while at < STORM_MS {
        at += dice.random_range(5_000..20_000);
        agenda.put(begin + at, Act::Tick);
    }
    for _ in 0..dice.random_range(0..12) {
        agenda.put(begin + dice.random_range(STORM_MS / 8..STORM_MS), Act::Merchant);
    }
    if dice.random_bool(0.3) {
        agenda.put(begin + dice.random_range(0..STORM_MS / 2), Act::Outage);
    }
    for _ in 0..dice.random_range(0..3) {
        agenda.put(begin + dice.random_range(0..STORM_MS), Act::ClockJump);
    }
}

/// Lives, one after the other, until the agenda is empty.
pub fn storm(world: &Arc<World>) -> Result<(), String> {
    let deaths = world.between(0, DEATHS);
    for life in 0..=deaths {
        let fuse = (life < deaths).then(|| world.between(FUSE.0, FUSE.1));
        world.light(fuse.and_then(|fuse| u32::try_from(fuse).ok()));
        let runtime = town::runtime()?;
        let is_dead = runtime.block_on(async {
            world.time.begin_life();
            let shop = world.open().await?;
            if life == 0 {
                world.set_stock(&shop).await?;
            }
            if life > 0 {
                world.wake_up(&shop).await?;
            }
            let is_dead = run(world, &shop).await;
            world.watched();
            world.time.end_life();
            Ok::<_, String>(is_dead)
        })?;
        // Here everything ends that was under way.
        drop(runtime);
        witness::take();
        if !is_dead {
            break;
        }
        bury(world);
    }
    Ok(())
}

fn bury(world: &Arc<World>) {
    world.note("the shop dies");
    let lost: Vec<u64> = {
        let mut inner = world.lock();
        inner.tally.crashes += 1;
        std::mem::take(&mut inner.on_their_way).into_iter().collect()
    };
    for number in lost {
        world.gateway.delivered(number, false);
    }
    let down = world.between(200, 90_000);
    world.time.pass(i64::try_from(down).unwrap_or(0));
    world.agenda.lock().unwrap_or_else(PoisonError::into_inner).under_way = 0;
    // Whoever was interrupted comes back.
    let count = world.lock().shoppers.len();
    for at in 0..count {
        let was_busy = std::mem::take(&mut world.lock().shoppers[at].is_busy);
        if was_busy {
            world.later(world.between(0, 8_000), Act::Shopper(at));
        }
    }
}

/// Does what the agenda says, each thing in a task of its own; whether the shop has died.
pub async fn run(world: &Arc<World>, shop: &Shop) -> bool {
    let mut idle = 0;
    loop {
        if world.lock().is_dead {
            return true;
        }
        let now = world.time.now_ms();
        let (due, next, under_way) = {
            let mut agenda = world.agenda.lock().unwrap_or_else(PoisonError::into_inner);
            let due = agenda.take_due(now);
            agenda.under_way += due.len();
            (due, agenda.next_at(), agenda.under_way)
        };
        for act in due {
            tokio::spawn(perform(Arc::clone(world), shop.clone(), act));
        }
        if next.is_none() && under_way == 0 {
            return false;
        }
        let wait = next.map_or(PATIENCE, |at| Duration::from_millis(u64::try_from(at - now).unwrap_or(0)));
        tokio::select! {
            biased;
            () = world.death.notified() => {}
            () = world.nudge.notified() => idle = 0,
            () = tokio::time::sleep(wait) => idle += usize::from(next.is_none()),
        }
        if idle > 3 {
            world.wrong(format!("{under_way} things under way never end"));
            return false;
        }
    }
}

async fn perform(world: Arc<World>, shop: Shop, act: Act) {
    // A task of its own: a panic ends this act, and is told.
    let acting = Arc::clone(&world);
    if let Err(error) = tokio::spawn(async move { acting.perform(&shop, act).await }).await
        && error.is_panic()
    {
        world.wrong(format!("a panic: {error}"));
    }
    world.agenda.lock().unwrap_or_else(PoisonError::into_inner).under_way -= 1;
    world.nudge.notify_one();
}

impl World {
    /// What the last life left behind keeps the rules, before anybody tidies up.
    async fn wake_up(&self, shop: &Shop) -> Result<(), String> {
        let mut db = &shop.db;
        let verdicts = invariant::check(&mut db, Moment::Busy, self.time.now_ms()).await.map_err(|e| e.to_string())?;
        for breach in invariant::breaches(&verdicts) {
            self.wrong(format!("{} {} after a death: {}", breach.rule, breach.reference, breach.detail));
        }
        Ok(())
    }

    /// Nobody worked on a checkout beside somebody else, or was broken off.
    fn watched(&self) {
        let overstayed = self.lock().overstayed;
        for seen in witness::take() {
            match seen {
                Seen::BrokenOff(checkout) => self.wrong(format!("whoever drove {checkout} was broken off")),
                Seen::RanOut(checkout) if !overstayed => {
                    self.wrong(format!("the lease of {checkout} ran out under whoever drove it"));
                }
                Seen::RanOut(_) => {}
            }
        }
    }

    async fn perform(&self, shop: &Shop, act: Act) {
        match act {
            Act::Shopper(at) => self.shopper(shop, at).await,
            Act::Chore(chore) => self.chore(shop, chore).await,
            Act::Merchant => self.merchant(shop).await,
            Act::Letter(letter) => self.pay_anew(shop, letter).await,
            Act::Parcels(parcels) => self.deliver(shop, parcels).await,
            Act::Late(call) => self.arrive_late(call).await,
            Act::Tick => self.collect(),
            Act::Outage => {
                let until = self.time.now_ms() + i64::try_from(self.between(5_000, 180_000)).unwrap_or(0);
                self.fault("the provider is out of reach");
                self.lock().outage_until = until;
            }
            Act::ClockJump => {
                let by = i64::try_from(self.between(0, 720_000)).unwrap_or(0) - 240_000;
                self.fault(format_args!("the shop's clock jumps by {by} ms"));
                self.skew_ms.store(by, Ordering::Relaxed);
                self.lock().overstayed = true;
            }
        }
    }
}
