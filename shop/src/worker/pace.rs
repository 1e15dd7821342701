//! Shoppers first: while somebody waits at the till, captures, mail and news take a share of the time only. They are
//! done when the rush is over; what the provider holds for an order is held for days.

use crate::{Result, Shop};
use std::future::Future;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// After work that took a while the next may wait this many times as long. It never waits for good: a rush that lasts
/// all day leaves it a tenth of the time.
const SHARE: u32 = 9;
/// No work waits longer than this at a time.
const PAUSE_MAX: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Repeats `step` until it says that nothing was left to do, with pauses while shoppers wait; until told to end.
pub(super) async fn in_turns<'s, F>(
    shop: &'s Shop,
    until: &CancellationToken,
    step: impl Fn(&'s Shop) -> F,
) -> Result<()>
where
    F: Future<Output = Result<usize>>,
{
    while !until.is_cancelled() {
        let begun = Instant::now();
        if step(shop).await? == 0 {
            break;
        }
        let pause = (begun.elapsed() * SHARE).min(PAUSE_MAX);
        let paused = Instant::now();
        while shop.checkouts.are_waited_for() && paused.elapsed() < pause && !until.is_cancelled() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
    Ok(())
}
