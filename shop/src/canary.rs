//! Bugs that are planted on purpose, to show that the proofs find what they claim to find. The numbers are those of
//! `RELIABILITY.md` 3.6. Without the feature `points`, which the crate `proof` alone switches on, there are none; with it
//! there is one at a time: of a thread that has asked for one, and else of the whole process.

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Canary {
    /// Stock is taken whether or not it is there.
    UnconditionalStock = 1,
    /// Every call to the provider has a key of its own.
    FreshKeys = 2,
    /// A charge that was not answered counts as declined.
    TimeoutDeclines = 3,
    /// A hold that ran out is released, and the provider is not told.
    ReleaseWithoutCancel = 4,
    /// News counts as dealt with before it has had its effect.
    MarkedBeforeEffect = 5,
    /// What ends checkouts is told before its COMMIT.
    ReplyBeforeCommit = 6,
    /// SQLite does not wait for the disk.
    SynchronousOff = 7,
    /// The provider is asked for a refund before it is written down.
    RefundWithoutRow = 8,
    /// What an order caused is marked as done before it is.
    MarkedBeforeDelivery = 9,
    /// Whoever drives a checkout has it for a second only.
    ShortLease = 10,
    /// Of several demands on one stock row only the last counts.
    LinesNotSummed = 11,
    /// How often a promotion was used is looked at before it is claimed, and not while.
    UncheckedCoupons = 12,
    /// Whoever lost the lease writes all the same.
    NoEpoch = 13,
    /// A request drives its checkout itself: who disconnects takes it along.
    SagaInline = 14,
    /// What is on a gift card is looked at before it is held, and not while. Not of the plan's list.
    UncheckedTender = 15,
}

impl Canary {
    pub const ALL: [Self; 15] = [
        Self::UnconditionalStock,
        Self::FreshKeys,
        Self::TimeoutDeclines,
        Self::ReleaseWithoutCancel,
        Self::MarkedBeforeEffect,
        Self::ReplyBeforeCommit,
        Self::SynchronousOff,
        Self::RefundWithoutRow,
        Self::MarkedBeforeDelivery,
        Self::ShortLease,
        Self::LinesNotSummed,
        Self::UncheckedCoupons,
        Self::NoEpoch,
        Self::SagaInline,
        Self::UncheckedTender,
    ];

    /// 1 to 15.
    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|canary| canary.number() == number)
    }
}

#[cfg(not(feature = "points"))]
pub(crate) const fn on(_canary: Canary) -> bool {
    false
}

#[cfg(feature = "points")]
pub use planted::{on, plant, plant_here};

#[cfg(feature = "points")]
mod planted {
    use super::Canary;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicU8, Ordering};

    /// The number of the process's; 0 without.
    static EVERYWHERE: AtomicU8 = AtomicU8::new(0);

    thread_local! {
        static HERE: Cell<Option<Canary>> = const { Cell::new(None) };
    }

    /// Plants one in this process, before any database is opened.
    pub fn plant(canary: Canary) {
        EVERYWHERE.store(canary.number(), Ordering::SeqCst);
    }

    /// Plants one on this thread, in place of the one before and of the process's; `None` takes it away.
    pub fn plant_here(canary: Option<Canary>) {
        HERE.set(canary);
    }

    pub fn on(canary: Canary) -> bool {
        HERE.get().map_or_else(|| EVERYWHERE.load(Ordering::SeqCst) == canary.number(), |here| here == canary)
    }
}
