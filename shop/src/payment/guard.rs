//! Keeping the calls to one payment provider within bounds: so many a second and at a time, few of them repeats, none
//! while nobody answers there.
//!
//! ```text
//! call ── turn (rate, "slow down") ── place in flight ── breaker ──▶ sent ──▶ what the answer shows of the provider
//!   │                                                        │                           │
//!   └── not within two seconds, or open: refused, unsent ────┘         no effect for sure: again, a few times
//! ```
//! A call that is refused here was never sent, which is a definite answer for that call and says nothing of an earlier
//! one: where a first try left the outcome open, it stays open. Figures are those of the reliability plan, 4.3. Each
//! provider account has one guard in each process; nothing is shared between processes, which the provider's own
//! "slow down" makes up for.

mod breaker;
mod bucket;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use self::breaker::Breaker;
use self::bucket::Buckets;
pub use self::bucket::RateLimit;
use super::http::Reply;
use super::{Outcome, Refusal};
use crate::chance;

/// Calls under way at a time: a provider that has become slow must not hold all of the shop's work.
const IN_FLIGHT: usize = 32;
/// How long a call, its repeats included, waits for its turns.
const PATIENCE: Duration = Duration::from_secs(2);
/// Repeats of one call, and how many of all calls may be repeats: one in ten, and ten saved up.
const REPEATS: u32 = 2;
const BUDGET_MAX: u32 = 100;
const BUDGET_PER_REPEAT: u32 = 10;
/// The longest pause before the first repeat, doubled for the second; the pause itself is left to chance.
const BACK_OFF: Duration = Duration::from_millis(200);
/// What a shopper is told at least, in seconds.
const COME_BACK_S: u64 = 2;

/// One provider account's guard.
pub(crate) struct Guard {
    places: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    buckets: Buckets,
    breaker: Breaker,
    budget: u32,
}

/// What a call has shown of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// It is there, whatever it said.
    Answered,
    /// Another call under the same key is under way (409).
    Busy,
    /// It asks for fewer calls (429), for this long if it said so.
    SlowDown(Option<Duration>),
    /// Nothing was sent: the address does not answer.
    Unreachable,
    /// No answer, half an answer, one that does not read, or one that says that it is broken (5xx).
    Failed,
}

impl Sign {
    fn of<T>(seen: Self, is_success: bool, outcome: &Outcome<T>) -> Self {
        // A maintenance page with status 200.
        if is_success && matches!(outcome, Outcome::Unknown(_)) { Self::Failed } else { seen }
    }

    fn seen(reply: &Reply) -> Self {
        match reply {
            Reply::Unreachable(_) => Self::Unreachable,
            Reply::Lost(_) => Self::Failed,
            // A failure of long ago.
            Reply::Answer { is_replay: true, .. } => Self::Answered,
            Reply::Answer { status, retry_after_s, .. } => match *status {
                StatusCode::TOO_MANY_REQUESTS => Self::SlowDown(retry_after_s.map(Duration::from_secs)),
                StatusCode::CONFLICT => Self::Busy,
                status if status.is_success() || status.is_client_error() => Self::Answered,
                _ => Self::Failed,
            },
        }
    }
}

/// Why a call was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shut {
    /// The breaker is open, for this long.
    Broken(Duration),
    /// Too many calls; its turn did not come in time.
    Crowded,
}

impl Shut {
    fn refusal(self) -> Refusal {
        let (why, wait) = match self {
            Self::Broken(wait) => ("it does not answer and is left alone for a moment", wait),
            Self::Crowded => ("too many calls at a time", Duration::ZERO),
        };
        // Not everybody at once.
        let wait = wait + jitter(Duration::from_secs(5));
        Refusal { retry_after_s: Some(wait.as_secs() + COME_BACK_S), ..Refusal::unreachable(why) }
    }
}

/// A call that may be made. Dropped without a word it says nothing of the provider: whoever was waiting has left.
struct Admission<'g> {
    guard: &'g Guard,
    _place: OwnedSemaphorePermit,
    is_probe: bool,
}

impl Guard {
    pub fn new(limit: RateLimit) -> Self {
        let state = State { buckets: Buckets::new(limit), breaker: Breaker::new(), budget: BUDGET_MAX };
        Self { places: Arc::new(Semaphore::new(IN_FLIGHT)), state: Mutex::new(state) }
    }

    /// Sends a call and reads its answer, within bounds. What surely had no effect is sent again, a few times and with
    /// growing pauses, under the same key; `endpoint` names what the provider counts on its own.
    pub async fn call<T, F: Future<Output = Reply>>(
        &self,
        endpoint: &'static str,
        send: impl Fn() -> F,
        mut read: impl FnMut(Reply) -> Outcome<T>,
    ) -> Outcome<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut before = None;
        let mut repeats = 0;
        loop {
            let admission = match self.admit(endpoint, deadline, repeats > 0).await {
                Ok(admission) => admission,
                Err(shut) => return before.unwrap_or_else(|| Outcome::Refused(shut.refusal())),
            };
            let reply = send().await;
            let seen = Sign::seen(&reply);
            let is_success = matches!(&reply, Reply::Answer { status, .. } if status.is_success());
            let outcome = read(reply);
            let sign = Sign::of(seen, is_success, &outcome);
            admission.done(sign);
            let outcome = match (before, outcome) {
                // The key was in use: that this call had no effect does not settle what that one has.
                (Some(open @ Outcome::Unknown(_)), Outcome::Refused(refusal)) if refusal.is_for_now() => open,
                (_, outcome) => outcome,
            };
            let Some(pause) = self.repeat(sign, repeats, deadline) else { return outcome };
            tokio::time::sleep(pause).await;
            before = Some(outcome);
            repeats += 1;
        }
    }

    /// Waits for the call's turn, up to the deadline.
    async fn admit(&self, endpoint: &'static str, deadline: Instant, is_repeat: bool) -> Result<Admission<'_>, Shut> {
        let now = Instant::now();
        let turn = {
            let mut state = self.state();
            state.budget = (state.budget + u32::from(!is_repeat)).min(BUDGET_MAX);
            state.breaker.left(now).map_or(Ok(()), |left| Err(Shut::Broken(left)))?;
            state.buckets.turn(endpoint, now, deadline).ok_or(Shut::Crowded)?
        };
        if turn > now {
            tokio::time::sleep_until(turn).await;
        }
        let place = if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            place
        } else {
            let waiting = tokio::time::timeout_at(deadline, Arc::clone(&self.places).acquire_owned());
            waiting.await.ok().and_then(Result::ok).ok_or(Shut::Crowded)?
        };
        // It may have opened meanwhile; and of all who wait for a broken provider, one goes.
        let is_probe = self.state().breaker.enter(Instant::now()).map_err(Shut::Broken)?;
        Ok(Admission { guard: self, _place: place, is_probe })
    }

    /// How long to wait before the same call is made again under the same key; `None`: not again.
    fn repeat(&self, sign: Sign, repeats: u32, deadline: Instant) -> Option<Duration> {
        match sign {
            Sign::Busy | Sign::SlowDown(_) | Sign::Unreachable => {}
            // Perhaps it has had its effect: whoever knows what it meant decides.
            Sign::Answered | Sign::Failed => return None,
        }
        let pause = jitter(BACK_OFF * 2_u32.pow(repeats));
        let now = Instant::now();
        let mut state = self.state();
        let is_too_late = state.buckets.opens(now).max(now) + pause > deadline;
        if repeats >= REPEATS || is_too_late || state.breaker.left(now).is_some() {
            return None;
        }
        state.budget = state.budget.checked_sub(BUDGET_PER_REPEAT)?;
        Some(pause)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    /// The call has ended.
    fn done(self, sign: Sign) {
        let now = Instant::now();
        let mut state = self.guard.state();
        match sign {
            Sign::SlowDown(pause) => state.buckets.slow_down(pause, now),
            Sign::Answered | Sign::Busy => state.buckets.answered(now),
            Sign::Unreachable | Sign::Failed => {}
        }
        let has_failed = matches!(sign, Sign::Failed | Sign::Unreachable);
        state.breaker.tell(has_failed, self.is_probe, now);
    }
}

/// Anything from nothing to `max`: whoever failed together does not come again together.
fn jitter(max: Duration) -> Duration {
    let share = u64::from_le_bytes(chance::bytes());
    let nanos = (max.as_nanos() * u128::from(share)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
