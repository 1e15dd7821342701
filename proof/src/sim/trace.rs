//! What happened, in order: a digest of it always, the text when it was asked for, and a few counts.

use std::fmt::Display;
use std::hash::{DefaultHasher, Hasher};
use std::ops::AddAssign;

pub struct Trace {
    digest: DefaultHasher,
    story: Option<Vec<String>>,
}

impl Trace {
    pub fn new(tell: bool) -> Self {
        Self { digest: DefaultHasher::new(), story: tell.then(Vec::new) }
    }

    pub fn note(&mut self, at_ms: i64, what: impl Display) {
        let line = format!("{at_ms} {what}");
        self.digest.write(line.as_bytes());
        self.digest.write_u8(b'\n');
        if let Some(story) = &mut self.story {
            story.push(line);
        }
    }

    pub fn end(self) -> (u64, Vec<String>) {
        (self.digest.finish(), self.story.unwrap_or_default())
    }
}

/// Counts of one seed, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub checkouts: u64,
    pub placed: u64,
    pub declined: u64,
    pub released: u64,
    pub refunds: u64,
    /// Orders paid again after their payment had expired.
    pub anew: u64,
    /// Lives that ended before their time.
    pub crashes: u64,
    /// Calls and deliveries that did not go as they should, clocks that jumped, tasks that were paused.
    pub faults: u64,
    pub calls: u64,
    pub webhooks: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.checkouts += other.checkouts;
        self.placed += other.placed;
        self.declined += other.declined;
        self.released += other.released;
        self.refunds += other.refunds;
        self.anew += other.anew;
        self.crashes += other.crashes;
        self.faults += other.faults;
        self.calls += other.calls;
        self.webhooks += other.webhooks;
    }
}
