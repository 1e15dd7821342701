//! Faults planted on purpose, to see that the proofs find them (`RELIABILITY.md` 3.6, whose numbers these are). Without the
//! feature `points` none can be planted.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canary {
    /// 6: a batch of transactions is answered before its COMMIT.
    ReplyBeforeCommit = 6,
    /// 7: SQLite does not wait for the disk.
    SynchronousOff = 7,
}

impl Canary {
    pub const ALL: [Self; 2] = [Self::ReplyBeforeCommit, Self::SynchronousOff];

    /// By its number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|canary| *canary as u8 == number)
    }
}

#[cfg(not(feature = "points"))]
pub(crate) fn is_planted(_: Canary) -> bool {
    false
}

#[cfg(feature = "points")]
pub use planted::{is_planted, plant};

#[cfg(feature = "points")]
mod planted {
    use super::Canary;
    use std::sync::atomic::{AtomicU8, Ordering};

    static PLANTED: AtomicU8 = AtomicU8::new(0);

    /// Plants one in this process, before any database is opened.
    pub fn plant(canary: Canary) {
        PLANTED.store(canary as u8, Ordering::SeqCst);
    }

    pub fn is_planted(canary: Canary) -> bool {
        PLANTED.load(Ordering::SeqCst) == canary as u8
    }
}
