//! When a provider is left alone, after M. Nygard, "Release It!".
//!
//! ```text
//! closed ──(three of the latest calls failed, and half of them)──▶ open ──(pause over: one call)──▶ closed
//!                                                                   ↑______ no answer: twice the pause ___|
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// It looks at the calls that ended within this time,
const WINDOW: Duration = Duration::from_secs(10);
/// at no more than the latest so many, so that a rush that went well does not hide what comes after it,
const LATEST: usize = 16;
/// and opens when so many of them failed and they are at least half.
const FAILURES: usize = 3;
/// Then one call is let through after this long, twice as long after each that was not answered well.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(15);

pub(super) struct Breaker {
    /// When the latest calls ended, and whether they failed; the newest last.
    latest: VecDeque<(Instant, bool)>,
    open: Option<Open>,
}

struct Open {
    /// When the next call is let through.
    until: Instant,
    pause: Duration,
}

impl Breaker {
    pub fn new() -> Self {
        Self { latest: VecDeque::with_capacity(LATEST), open: None }
    }

    /// How long nothing is let through; `None` when something is.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let left = self.open.as_ref()?.until.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    /// Lets a call through, and says whether it is the one that tries a broken provider; or how long nothing is.
    ///
    /// The next try does not wait for the end of this one: one that hangs must not hide that the provider is back.
    pub fn enter(&mut self, now: Instant) -> Result<bool, Duration> {
        if let Some(left) = self.left(now) {
            return Err(left);
        }
        let Some(open) = &mut self.open else { return Ok(false) };
        open.pause = (open.pause * 2).min(PAUSE_MAX);
        open.until = now + open.pause;
        Ok(true)
    }

    /// A call has ended. Those that were sent before it opened change nothing any more.
    pub fn tell(&mut self, has_failed: bool, is_probe: bool, now: Instant) {
        if self.open.is_some() {
            if is_probe && !has_failed {
                tracing::info!("a service that was left alone answers again");
                self.open = None;
                self.latest.clear();
            }
            return;
        }
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back((now, has_failed));
        if has_failed {
            self.judge(now);
        }
    }

    fn judge(&mut self, now: Instant) {
        while self.latest.front().is_some_and(|(at, _)| *at + WINDOW < now) {
            self.latest.pop_front();
        }
        let failures = self.latest.iter().filter(|(_, has_failed)| *has_failed).count();
        if failures >= FAILURES && failures * 2 >= self.latest.len() {
            tracing::error!(failures, of = self.latest.len(), "a service does not answer; left alone");
            self.open = Some(Open { until: now + PAUSE, pause: PAUSE });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(breaker: &mut Breaker, failed: &[bool], now: Instant) {
        for has_failed in failed {
            assert_eq!(breaker.enter(now), Ok(false));
            breaker.tell(*has_failed, false, now);
        }
    }

    #[test]
    fn a_provider_that_fails_is_left_alone_and_tried_with_one_call() {
        let (mut breaker, start) = (Breaker::new(), Instant::now());
        calls(&mut breaker, &[true; 3], start);
        assert_eq!(breaker.enter(start), Err(PAUSE));
        let now = start + PAUSE;
        assert_eq!(breaker.enter(now), Ok(true));
        assert_eq!(breaker.enter(now), Err(2 * PAUSE), "one at a time");
        breaker.tell(true, true, now);
        // One that was sent before, and only now is answered, is no sign that it is back.
        breaker.tell(false, false, now);
        assert_eq!(breaker.enter(now + PAUSE), Err(PAUSE), "twice the pause");
        let now = now + 2 * PAUSE;
        assert_eq!(breaker.enter(now), Ok(true));
        breaker.tell(false, true, now);
        calls(&mut breaker, &[false, true, true], now);
        assert_eq!(breaker.enter(now), Ok(false), "two failures are too few");
    }

    #[test]
    fn the_pause_is_bounded_and_a_try_that_hangs_holds_up_no_other() {
        let (mut breaker, mut now) = (Breaker::new(), Instant::now());
        calls(&mut breaker, &[true; 3], now);
        let mut tries = Vec::new();
        for _ in 0..120_000 {
            now += Duration::from_millis(1);
            if breaker.enter(now) == Ok(true) {
                tries.push(now);
            }
        }
        let pauses: Vec<_> = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
        assert_eq!(pauses[..4], [2, 4, 8, 15], "{pauses:?}");
        assert!(pauses[4..].iter().all(|pause| *pause == 15) && tries.len() < 14, "{pauses:?}");
    }

    #[test]
    fn a_few_failures_among_many_calls_open_nothing() {
        let (mut breaker, now) = (Breaker::new(), Instant::now());
        for _ in 0..100 {
            calls(&mut breaker, &[false, false, true], now);
        }
    }

    #[test]
    fn a_rush_that_went_well_hides_no_failures_and_old_failures_are_forgotten() {
        let (mut breaker, now) = (Breaker::new(), Instant::now());
        calls(&mut breaker, &[false; 10_000], now);
        calls(&mut breaker, &[true; 8], now);
        assert_eq!(breaker.enter(now), Err(PAUSE));
        let mut breaker = Breaker::new();
        calls(&mut breaker, &[true, true], now);
        calls(&mut breaker, &[true], now + WINDOW + Duration::from_millis(1));
        assert_eq!(breaker.enter(now + 2 * WINDOW), Ok(false));
    }
}
