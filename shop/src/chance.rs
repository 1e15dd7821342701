//! Where identifiers and secrets come from, and when a disk is done writing: the machine decides. With the feature
//! `points` a simulation on the same thread can decide instead, so that a seed gives the same story every time; without
//! it there is no way to.

use rand::RngCore;
use uuid::Uuid;

/// A new identifier; later ones sort after earlier ones (UUIDv7, RFC 9562 section 5.7).
pub(crate) fn uuid() -> Uuid {
    #[cfg(feature = "points")]
    if let Some(id) = seeded::with(seeded::Source::uuid) {
        return id;
    }
    Uuid::now_v7()
}

/// Bytes that nobody can guess.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[cfg(feature = "points")]
    if seeded::with(|source| source.fill(&mut bytes)).is_some() {
        return bytes;
    }
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// In a simulation: how long the disk takes for the next COMMIT, which then happens on this thread.
#[cfg(feature = "points")]
pub(crate) fn disk() -> Option<std::time::Duration> {
    seeded::with(seeded::Source::disk)
}

#[cfg(feature = "points")]
pub use seeded::{seed, unseed};

#[cfg(feature = "points")]
mod seeded {
    use rand::rngs::StdRng;
    use rand::{Rng, RngCore, SeedableRng};
    use std::cell::RefCell;
    use std::time::Duration;
    use uuid::{Builder, Uuid};

    /// The longest a simulated disk takes.
    const DISK_MAX_US: u64 = 3_000;

    pub(super) struct Source {
        dice: StdRng,
        now_ms: Box<dyn Fn() -> i64>,
        /// The latest time that an identifier carries, and how many carry it.
        last: (i64, u16),
    }

    thread_local! {
        static SOURCE: RefCell<Option<Source>> = const { RefCell::new(None) };
    }

    /// From now on this thread draws from `seed`; identifiers carry the time that `now_ms` tells (Unix milliseconds).
    pub fn seed(seed: u64, now_ms: impl Fn() -> i64 + 'static) {
        let source = Source { dice: StdRng::seed_from_u64(seed), now_ms: Box::new(now_ms), last: (0, 0) };
        SOURCE.with_borrow_mut(|it| *it = Some(source));
    }

    /// Gives this thread back to the machine.
    pub fn unseed() {
        SOURCE.with_borrow_mut(|it| *it = None);
    }

    pub(super) fn with<T>(f: impl FnOnce(&mut Source) -> T) -> Option<T> {
        SOURCE.with_borrow_mut(|source| source.as_mut().map(f))
    }

    impl Source {
        /// As the machine's: time and count never go back.
        pub fn uuid(&mut self) -> Uuid {
            let (at, count) = self.last;
            let now = (self.now_ms)();
            self.last = if now > at { (now, 0) } else { (at, count.wrapping_add(1)) };
            let mut random: [u8; 10] = self.dice.random();
            // The version's place takes four bits of the first byte.
            random[..2].copy_from_slice(&(self.last.1 & 0x0fff).to_be_bytes());
            Builder::from_unix_timestamp_millis(self.last.0.unsigned_abs(), &random).into_uuid()
        }

        pub fn fill(&mut self, bytes: &mut [u8]) {
            self.dice.fill_bytes(bytes);
        }

        pub fn disk(&mut self) -> Duration {
            Duration::from_micros(self.dice.random_range(0..=DISK_MAX_US))
        }
    }
}
