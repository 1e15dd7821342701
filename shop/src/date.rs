//! The calendar: days of Unix milliseconds, in UTC.

const DAY_MS: i64 = 86_400_000;
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

/// Year, month (1 to 12) and day of a time (H. Hinnant, "chrono-compatible low-level date algorithms",
/// `civil_from_days`).
pub fn civil(at: i64) -> (i64, usize, i64) {
    let shifted = at.div_euclid(DAY_MS) + 719_468;
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

/// "14 March 2026".
pub fn day(at: i64) -> String {
    let (year, month, day) = civil(at);
    format!("{day} {} {year}", MONTHS[month - 1])
}

/// "2026-03-14T09:05:00Z", for machines.
pub fn iso(at: i64) -> String {
    let (year, month, day) = civil(at);
    let seconds = at.rem_euclid(DAY_MS) / 1000;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_where_the_calendar_has_them() {
        assert_eq!(day(0), "1 January 1970");
        assert_eq!(day(951_782_400_000), "29 February 2000");
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_709_210_096_789), "2024-02-29T12:34:56Z");
        assert_eq!(iso(1_735_689_599_000), "2024-12-31T23:59:59Z");
    }
}
