//! When an order arrives: the day its last parcel leaves, and the working days it is on its way.
//!
//! Working days are Monday to Friday, by the UTC calendar; holidays are nobody's here, so a method's longest time should
//! leave room for them. An estimate is between two days; it is no promise, and says so to nobody as one.

use crate::date;
use serde::{Deserialize, Serialize};

pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Between which days something arrives, both included: days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Estimate {
    pub from: i64,
    pub to: i64,
}

/// When parcels leave a warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Minute of the UTC day until which orders leave on the same day.
    pub cutoff: i64,
    /// Working days that an order waits before it leaves.
    pub handling_days: i64,
}

impl Leaving {
    /// The day on which an order of this moment (Unix ms) leaves: days since 1 January 1970.
    pub fn day(self, now: i64) -> i64 {
        let (day, minute) = (now.div_euclid(DAY_MS), now.rem_euclid(DAY_MS) / 60_000);
        let begun = if is_working(day) && minute < self.cutoff { day } else { after(day, 1) };
        after(begun, self.handling_days)
    }
}

impl Estimate {
    /// Of an order of this moment whose parcels leave there, `days` (fewest, most) working days later; `None` without a
    /// parcel.
    pub fn of(now: i64, parcels: impl IntoIterator<Item = Leaving>, days: (i64, i64)) -> Option<Self> {
        let left = parcels.into_iter().map(|leaving| leaving.day(now)).max()?;
        Some(Self { from: after(left, days.0), to: after(left, days.1) })
    }

    /// "between 14 March 2026 and 17 March 2026", or "on 14 March 2026".
    pub fn text(self) -> String {
        let (from, to) = self.times();
        if from == to {
            format!("on {}", date::day(from))
        } else {
            format!("between {} and {}", date::day(from), date::day(to))
        }
    }

    /// Both days as times, Unix ms at midnight UTC.
    pub fn times(self) -> (i64, i64) {
        (self.from * DAY_MS, self.to * DAY_MS)
    }
}

fn is_working(day: i64) -> bool {
    // 1 January 1970 was a Thursday.
    (day + 3).rem_euclid(7) < 5
}

/// The day that many working days later; a day that is none counts as the one before it.
fn after(day: i64, working_days: i64) -> i64 {
    let mut day = day;
    for _ in 0..working_days {
        day += 1;
        while !is_working(day) {
            day += 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 13 March 2026, at this hour.
    fn friday(hour: i64) -> i64 {
        20_525 * DAY_MS + hour * 60 * 60 * 1000
    }

    fn arrives(now: i64, cutoff_hour: i64, handling_days: i64, days: (i64, i64)) -> (i64, i64) {
        let leaving = Leaving { cutoff: cutoff_hour * 60, handling_days };
        let estimate = Estimate::of(now, [leaving], days).unwrap();
        (estimate.from - 20_525, estimate.to - 20_525)
    }

    #[test]
    fn what_is_ordered_in_time_leaves_today_and_the_weekend_is_waited_out() {
        assert_eq!(arrives(friday(13), 14, 0, (1, 2)), (3, 4));
        assert_eq!(arrives(friday(14), 14, 0, (1, 2)), (4, 5));
        assert_eq!(arrives(friday(13), 14, 2, (1, 5)), (5, 11));
        // On a Saturday nothing leaves; on the Monday the cut-off of the Saturday means nothing.
        assert_eq!(arrives(friday(13) + DAY_MS, 14, 0, (0, 0)), (3, 3));
        assert_eq!(arrives(friday(13), 14, 0, (0, 0)), (0, 0));
    }

    #[test]
    fn the_last_parcel_counts() {
        let soon = Leaving { cutoff: 14 * 60, handling_days: 0 };
        let late = Leaving { cutoff: 8 * 60, handling_days: 1 };
        let estimate = Estimate::of(friday(9), [soon, late], (1, 1)).unwrap();
        assert_eq!((estimate.from - 20_525, estimate.to - 20_525), (5, 5));
        assert_eq!(Estimate::of(friday(9), [], (1, 1)), None);
    }
}
