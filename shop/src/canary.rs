//! Bugs that are planted on purpose, to show that the proofs find what they claim to find. The numbers are those of
//! `RELIABILITY.md` 3.6. Without the feature `canaries`, which the crate `proof` alone switches on, there are none; with
//! it there is one at a time, on the threads that have asked for it.

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canary {
    /// Stock is taken whether or not it is there.
    UnconditionalStock = 1,
    /// Every call to the provider has a key of its own.
    FreshKeys = 2,
    /// A charge that was not answered counts as declined.
    TimeoutDeclines = 3,
    /// A hold that ran out is released, and the provider is not told.
    ReleaseWithoutCancel = 4,
    /// What an order caused is marked as done before it is.
    MarkedBeforeDelivery = 9,
    /// Whoever lost the lease writes all the same.
    NoEpoch = 13,
}

impl Canary {
    pub const ALL: [Self; 6] = [
        Self::UnconditionalStock,
        Self::FreshKeys,
        Self::TimeoutDeclines,
        Self::ReleaseWithoutCancel,
        Self::MarkedBeforeDelivery,
        Self::NoEpoch,
    ];

    /// 1 to 14.
    pub fn number(self) -> usize {
        self as usize
    }
}

#[cfg(not(feature = "canaries"))]
pub(crate) const fn on(_canary: Canary) -> bool {
    false
}

#[cfg(feature = "canaries")]
pub use planted::{on, plant};

#[cfg(feature = "canaries")]
mod planted {
    use super::Canary;
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Canary>> = const { Cell::new(None) };
    }

    /// Plants a bug on this thread in place of the one before; `None` takes it away.
    pub fn plant(canary: Option<Canary>) {
        PLANTED.set(canary);
    }

    pub fn on(canary: Canary) -> bool {
        PLANTED.get() == Some(canary)
    }
}
