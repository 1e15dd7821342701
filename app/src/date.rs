//! Dates as people read them, from Unix milliseconds, in UTC.

pub use shop::date::{day, iso as machine};

/// "14 March 2026, 09:05".
pub fn minute(ms: i64) -> String {
    let minutes = ms.rem_euclid(86_400_000) / 60_000;
    format!("{}, {:02}:{:02}", day(ms), minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_told_with_their_day() {
        assert_eq!(minute(0), "1 January 1970, 00:00");
    }
}
