//! The shop's background work, a piece at a time and in any order.

use super::world::World;
use shop::{Shop, reconcile, worker};

#[derive(Clone, Copy, Debug)]
pub enum Chore {
    Events,
    Outbox,
    Recovery,
    Expiry,
    Polling,
    Purge,
    Comparison,
    Watch,
}

impl Chore {
    /// As often as they come in the program's own loops, roughly.
    pub const ROUND: [Self; 7] =
        [Self::Events, Self::Outbox, Self::Recovery, Self::Expiry, Self::Polling, Self::Outbox, Self::Watch];
}

const TWO_HOURS_MS: i64 = 2 * 3_600_000;

impl World {
    pub async fn chore(&self, shop: &Shop, chore: Chore) {
        self.note(format_args!("chore {chore:?}"));
        let done = match chore {
            Chore::Events => worker::apply_events(shop).await,
            Chore::Outbox => worker::deliver_outbox(shop).await,
            Chore::Recovery => worker::recover_checkouts(shop).await,
            Chore::Expiry => worker::sweep_expired(shop).await,
            Chore::Polling => worker::poll_stuck_attempts(shop).await,
            Chore::Purge => worker::purge(shop).await,
            Chore::Watch => reconcile::watch_on_time(shop).await,
            Chore::Comparison => reconcile::run(shop, TWO_HOURS_MS).await.map(|report| report.mended.len()),
        };
        match done {
            Ok(done) => self.note(format_args!("chore {chore:?}: {done}")),
            Err(error) => self.failed(&format!("chore {chore:?}"), &error),
        }
    }
}
