//! How many people race, how often: the table of the plan (`RELIABILITY.md` 3.4) at its counts for every change, or with
//! `MERCER_RACE_NIGHT=1` with the crowds of its nights.

/// People at the barrier at a time, and how often.
#[derive(Clone, Copy)]
pub struct Count {
    crowd: usize,
    nightly: usize,
    rounds: usize,
}

/// Two, and then many, after the last unit.
pub const C1: Count = Count::of(2, 500);
pub const C2: Count = Count::of(64, 100);
/// A crowd after a hundred units.
pub const C3: Count = Count { nightly: 10_000, ..Count::of(1000, 10) };
/// One key: the same body, different bodies.
pub const C4: Count = Count::of(100, 50);
pub const C5: Count = Count::of(20, 50);
/// One cart, different keys.
pub const C6: Count = Count::of(30, 100);
/// A code that may be used ten times.
pub const C7: Count = Count::of(200, 20);
/// One gift card in many carts.
pub const C8: Count = Count::of(30, 50);
/// Placing, cancelling and running out of time.
pub const C9: Count = Count::of(3, 1000);
/// The ways by which news comes.
pub const C10: Count = Count::of(4, 1000);
pub const C11: Count = Count::of(20, 100);
pub const C12: Count = Count::of(2, 1000);
pub const C13: Count = Count::of(200, 20);
pub const C14: Count = Count::of(50, 50);
pub const C15: Count = Count::of(30, 100);
/// The flash sale: everybody at once, once, after [`flash_sale_units`].
pub const C16: Count = Count { nightly: 100_000, ..Count::of(5000, 1) };

pub fn flash_sale_units() -> usize {
    if is_night() { 1000 } else { 100 }
}

impl Count {
    const fn of(crowd: usize, rounds: usize) -> Self {
        Self { crowd, nightly: crowd, rounds }
    }

    pub fn crowd(self) -> usize {
        if is_night() { self.nightly } else { self.crowd }
    }

    /// Rounds to play: the plan's for every change, or `MERCER_TORTURE_SCALE` hundredths of them; at least one.
    pub fn rounds(self) -> usize {
        let share = setting("MERCER_TORTURE_SCALE");
        let share = share.map_or(100, |text| text.parse().expect("MERCER_TORTURE_SCALE is a whole number"));
        (self.rounds * share).div_ceil(100).max(1)
    }
}

fn is_night() -> bool {
    setting("MERCER_RACE_NIGHT").is_some_and(|text| text == "1")
}

#[expect(clippy::disallowed_methods, reason = "the test run is configured by its environment")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
