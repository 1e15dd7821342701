//! What is still to come.

use super::chores::Chore;
use super::network::Call;
use super::shopper::Letter;
use gateway::Parcel;
use std::collections::BTreeMap;

/// What is still to come, by Unix milliseconds; at one moment, in the order in which it was written down.
#[derive(Default)]
pub struct Agenda {
    acts: BTreeMap<(i64, u64), Act>,
    last: u64,
    pub under_way: usize,
}

#[derive(Clone, Debug)]
pub enum Act {
    Shopper(usize),
    Chore(Chore),
    Merchant,
    /// Somebody has read that a payment is wanted again.
    Letter(Letter),
    Parcels(Vec<Parcel>),
    /// A call that arrives after its caller has given up.
    Late(Call),
    /// The gateway's own clock is looked at.
    Tick,
    Outage,
    ClockJump,
}

impl Agenda {
    pub fn put(&mut self, at: i64, act: Act) {
        self.last += 1;
        self.acts.insert((at, self.last), act);
    }

    pub fn next_at(&self) -> Option<i64> {
        self.acts.keys().next().map(|(at, _)| *at)
    }

    /// What is due by now.
    pub fn take_due(&mut self, now: i64) -> Vec<Act> {
        let later = self.acts.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.acts, later).into_values().collect()
    }

    pub fn retain(&mut self, keep: impl Fn(&Act) -> bool) {
        self.acts.retain(|_, act| keep(act));
    }
}
