//! How many people race, how often: the table of the plan (`RELIABILITY.md` 3.4) at its counts for every change.

/// People at the barrier at a time, and how often.
#[derive(Clone, Copy)]
pub struct Count {
    pub crowd: usize,
    rounds: usize,
}

/// Two, and then many, after the last unit.
pub const C1: Count = Count { crowd: 2, rounds: 500 };
pub const C2: Count = Count { crowd: 64, rounds: 100 };
/// A crowd after a hundred units.
pub const C3: Count = Count { crowd: 1000, rounds: 10 };
/// One key: the same body, different bodies.
pub const C4: Count = Count { crowd: 100, rounds: 50 };
pub const C5: Count = Count { crowd: 20, rounds: 50 };
/// One cart, different keys.
pub const C6: Count = Count { crowd: 30, rounds: 100 };
/// Placing, cancelling and running out of time.
pub const C9: Count = Count { crowd: 3, rounds: 1000 };
/// The ways by which news comes.
pub const C10: Count = Count { crowd: 4, rounds: 1000 };
pub const C11: Count = Count { crowd: 20, rounds: 100 };
pub const C12: Count = Count { crowd: 2, rounds: 1000 };
pub const C13: Count = Count { crowd: 200, rounds: 20 };
pub const C14: Count = Count { crowd: 50, rounds: 50 };
pub const C15: Count = Count { crowd: 30, rounds: 100 };
/// The flash sale: everybody at once, once.
pub const C16: Count = Count { crowd: 5000, rounds: 1 };

impl Count {
    /// Rounds to play: the plan's for every change, or `MERCER_TORTURE_SCALE` hundredths of them; at least one.
    pub fn rounds(self) -> usize {
        #[expect(clippy::disallowed_methods, reason = "the test run is configured by its environment")]
        let asked = std::env::var("MERCER_TORTURE_SCALE").ok();
        let share = asked.map_or(100, |text| text.parse().expect("MERCER_TORTURE_SCALE is a whole number"));
        (self.rounds * share).div_ceil(100).max(1)
    }
}
