//! Dates as people read them, from Unix milliseconds, in UTC.

use shop::shipping::Estimate;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "14 March 2026".
pub fn day(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(86_400_000));
    format!("{day} {} {year}", MONTHS[month - 1])
}

/// "between 14 March 2026 and 17 March 2026", or "on 14 March 2026".
pub fn between(estimate: Estimate) -> String {
    let (from, to) = estimate.times();
    if from == to { format!("on {}", day(from)) } else { format!("between {} and {}", day(from), day(to)) }
}

/// "14 March 2026, 09:05".
pub fn minute(ms: i64) -> String {
    let minutes = ms.rem_euclid(86_400_000) / 60_000;
    format!("{}, {:02}:{:02}", day(ms), minutes / 60, minutes % 60)
}

/// "2026-03-14T09:05:00Z", for `<time datetime>`.
pub fn machine(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(86_400_000));
    let seconds = ms.rem_euclid(86_400_000) / 1000;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Year, month 1-12 and day of the day `days` after 1 January 1970 (Howard Hinnant, "chrono-Compatible Low-Level
/// Date Algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, usize, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_based = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_based + 2) / 5 + 1;
    let month = if march_based < 10 { march_based + 3 } else { march_based - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).expect("a month is 1 to 12"), day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_where_the_calendar_has_them() {
        assert_eq!(minute(0), "1 January 1970, 00:00");
        assert_eq!(day(951_782_400_000), "29 February 2000");
        assert_eq!(machine(1_735_689_599_000), "2024-12-31T23:59:59Z");
    }
}
