//! Who drives which checkout, for the proofs to see: a lease that ran out under its holder, or a holder that was broken
//! off, leaves no trace in the database once recovery has been there. Without the feature `points` nobody looks.

use crate::id::CheckoutId;

#[cfg(not(feature = "points"))]
pub(crate) struct AtWork;

#[cfg(not(feature = "points"))]
impl AtWork {
    pub(crate) fn done(self) {}
}

#[cfg(not(feature = "points"))]
pub(crate) fn at_work(_checkout: CheckoutId, _now: i64, _lease_until: impl Fn(i64) -> i64) -> AtWork {
    AtWork
}

#[cfg(feature = "points")]
pub(crate) use watched::at_work;
#[cfg(feature = "points")]
pub use watched::{Seen, take};

#[cfg(feature = "points")]
mod watched {
    use super::CheckoutId;
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Seen {
        /// Somebody began while somebody else was at it, whose lease had run out.
        RanOut(CheckoutId),
        /// Whoever was at it left in the middle.
        BrokenOff(CheckoutId),
    }

    #[derive(Default)]
    struct Watch {
        /// Until when each has its checkout, Unix milliseconds.
        leases: BTreeMap<CheckoutId, Vec<i64>>,
        seen: Vec<Seen>,
    }

    thread_local! {
        static WATCH: RefCell<Watch> = RefCell::default();
    }

    pub(crate) struct AtWork {
        checkout: CheckoutId,
        until: i64,
        is_done: bool,
    }

    impl AtWork {
        pub(crate) fn done(mut self) {
            self.is_done = true;
        }
    }

    impl Drop for AtWork {
        fn drop(&mut self) {
            WATCH.with_borrow_mut(|watch| {
                if let Some(leases) = watch.leases.get_mut(&self.checkout) {
                    leases.retain(|until| *until != self.until);
                }
                if !self.is_done {
                    watch.seen.push(Seen::BrokenOff(self.checkout));
                }
            });
        }
    }

    /// On this thread from `now` until it is dropped, under a lease that began just before.
    pub(crate) fn at_work(checkout: CheckoutId, now: i64, lease_until: impl Fn(i64) -> i64) -> AtWork {
        let until = lease_until(now);
        WATCH.with_borrow_mut(|watch| {
            let leases = watch.leases.entry(checkout).or_default();
            if leases.iter().any(|until| *until <= now) {
                watch.seen.push(Seen::RanOut(checkout));
            }
            leases.push(until);
        });
        AtWork { checkout, until, is_done: false }
    }

    /// What was seen on this thread since the last time.
    pub fn take() -> Vec<Seen> {
        WATCH.with_borrow_mut(|watch| std::mem::take(watch).seen)
    }
}
