//! One time for everybody: it stands still between lives and follows the runtime's paused clock in them.

use shop::clock::Clock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// When every story begins, Unix milliseconds.
pub const BEGIN_MS: i64 = 1_790_000_000_000;

pub struct Time {
    base_ms: AtomicI64,
    /// When the life under way began, by its runtime.
    began: Mutex<Option<Instant>>,
}

impl Time {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { base_ms: AtomicI64::new(BEGIN_MS), began: Mutex::new(None) })
    }

    /// Unix milliseconds, as the world has it.
    pub fn now_ms(&self) -> i64 {
        let began = *self.began.lock().unwrap_or_else(PoisonError::into_inner);
        let run = began.map_or(0, |began| i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX));
        self.base_ms.load(Ordering::Relaxed) + run
    }

    /// To be called inside a life's runtime.
    pub fn begin_life(&self) {
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// To be called inside a life's runtime.
    pub fn end_life(&self) {
        let now = self.now_ms();
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.base_ms.store(now, Ordering::Relaxed);
    }

    /// Lets time pass while nobody lives.
    pub fn pass(&self, ms: i64) {
        self.base_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

/// The clock on the shop's machine, which may be wrong.
pub struct ShopClock {
    pub time: Arc<Time>,
    pub skew_ms: Arc<AtomicI64>,
}

impl Clock for ShopClock {
    fn now_ms(&self) -> i64 {
        self.time.now_ms() + self.skew_ms.load(Ordering::Relaxed)
    }
}
