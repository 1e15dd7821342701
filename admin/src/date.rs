//! Times as people read them. Stored times are Unix milliseconds; they are shown in UTC and say so on hover.

use leptos::prelude::*;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS: i64 = 86_400_000;

/// Year, month (1 to 12) and day of a time: days to civil date in the proleptic Gregorian calendar
/// (H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil(at: i64) -> (i64, i64, i64) {
    let z = at.div_euclid(DAY_MS) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// "21 Nov 2026".
pub fn day(at: i64) -> String {
    let (year, month, day) = civil(at);
    let name = usize::try_from(month - 1).map_or("", |m| MONTHS[m]);
    format!("{day} {name} {year}")
}

/// "10:32".
pub fn clock(at: i64) -> String {
    let minutes = at.rem_euclid(DAY_MS) / 60_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// "2026-11-21T10:32:05Z", for machines.
pub fn iso(at: i64) -> String {
    let (year, month, day) = civil(at);
    let seconds = at.rem_euclid(DAY_MS) / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Day and time of day as an element.
pub fn time(at: i64) -> AnyView {
    let iso = iso(at);
    view! { <time datetime=iso.clone() title=iso>{day(at)}", "{clock(at)}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_709_210_096_789), "2024-02-29T12:34:56Z");
        assert_eq!((day(1_767_225_599_999), clock(1_767_225_599_999)), ("31 Dec 2025".into(), "23:59".into()));
    }
}
