//! The sandbox's own clock: the machine's, plus what tests have added. It never goes back, except for the time
//! written into webhook signatures, which can be skewed on its own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Default)]
pub struct Clock {
    advanced_ms: AtomicI64,
    signature_skew_s: AtomicI64,
}

impl Clock {
    /// Unix seconds, the unit of the Stripe API.
    pub fn now_s(&self) -> i64 {
        self.now_ms() / 1000
    }

    /// Unix milliseconds, for what comes to pass within a second.
    pub fn now_ms(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let machine = i64::try_from(machine).unwrap_or(i64::MAX / 2);
        machine.saturating_add(self.advanced_ms.load(Ordering::Relaxed))
    }

    pub fn advance(&self, by_ms: i64) {
        self.advanced_ms.fetch_add(by_ms.max(0), Ordering::Relaxed);
    }

    /// Makes the time in signatures wrong by this much.
    pub fn skew_signatures(&self, by_s: i64) {
        self.signature_skew_s.store(by_s, Ordering::Relaxed);
    }

    pub fn signature_s(&self) -> i64 {
        self.now_s().saturating_add(self.signature_skew_s.load(Ordering::Relaxed))
    }
}
