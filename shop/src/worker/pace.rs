//! Shoppers first: while somebody waits at the till, captures, mail and news take a share of the time only. They are
//! done when the rush is over; what the provider holds for an order is held for days.

use crate::Result;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// After work that took a while the next may wait this many times as long. It never waits for good: a rush that lasts
/// all day leaves it a tenth of the time.
const SHARE: u32 = 9;
/// No work waits longer than this at a time.
const PAUSE_MAX: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Repeats `step` until it says that nothing was left to do, with pauses while `shoppers_wait`; until told to end.
pub(super) async fn in_turns<F>(
    shoppers_wait: impl Fn() -> bool,
    until: &CancellationToken,
    step: impl Fn() -> F,
) -> Result<()>
where
    F: Future<Output = Result<usize>>,
{
    while !until.is_cancelled() {
        let begun = Instant::now();
        if step().await? == 0 {
            break;
        }
        let pause = (begun.elapsed() * SHARE).min(PAUSE_MAX);
        let paused = Instant::now();
        while shoppers_wait() && paused.elapsed() < pause && !until.is_cancelled() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// How long `steps` pieces of work take that each take `work_ms`, while shoppers wait until `rush_ms` have passed.
    async fn took(steps: usize, work_ms: u64, rush_ms: u64) -> u128 {
        let (begun, left) = (Instant::now(), Cell::new(steps));
        let step = async || {
            tokio::time::sleep(Duration::from_millis(work_ms)).await;
            left.set(left.get() - 1);
            Ok(left.get())
        };
        let waits = || begun.elapsed() < Duration::from_millis(rush_ms);
        in_turns(waits, &CancellationToken::new(), step).await.unwrap();
        begun.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_rush_background_work_has_a_tenth_of_the_time() {
        assert_eq!(took(5, 100, 0).await, 500, "nobody waits: nothing is put off");
        let rush = took(5, 100, 60_000).await;
        assert!((4_100..=4_200).contains(&rush), "four pauses of nine times its work, the last needs none: {rush}");
        let over = took(5, 100, 150).await;
        assert!((550..=570).contains(&over), "the pause ends with the rush: {over}");
        let long = took(2, 30_000, 3_600_000).await;
        assert!((62_000..=62_100).contains(&long), "no pause is longer than two seconds: {long}");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_ends_the_program_does_not_wait_for_the_rush() {
        let (until, begun) = (CancellationToken::new(), Instant::now());
        let stop = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            until.cancel();
        };
        let step = async || {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(1)
        };
        let (done, ()) = tokio::join!(in_turns(|| true, &until, step), stop);
        done.unwrap();
        assert!(begun.elapsed() < Duration::from_millis(200));
    }
}
