//! Times as people read them. Stored times are Unix milliseconds; they are shown in UTC and say so on hover.

use leptos::prelude::*;
use shop::date::civil;
pub use shop::date::iso;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS: i64 = 86_400_000;

/// "21 Nov 2026".
pub fn day(at: i64) -> String {
    let (year, month, day) = civil(at);
    format!("{day} {} {year}", MONTHS[month - 1])
}

/// "10:32".
pub fn clock(at: i64) -> String {
    let minutes = at.rem_euclid(DAY_MS) / 60_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// "2026-11-21T10:32", as `<input type="datetime-local">` has it; the seconds are left out.
pub fn local(at: i64) -> String {
    iso(at)[..16].to_owned()
}

/// The time that "2026-11-21T10:32" is in UTC, with or without seconds; `None` for anything else.
pub fn parse_local(text: &str) -> Option<i64> {
    let (day, clock) = text.split_once('T')?;
    let number = |text: &str, digits: usize, range: std::ops::RangeInclusive<i64>| {
        let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|number| plain && range.contains(number))
    };
    let mut parts = day.splitn(3, '-');
    let year = number(parts.next()?, 4, 1970..=9999)?;
    let month = number(parts.next()?, 2, 1..=12)?;
    let date = number(parts.next()?, 2, 1..=31)?;
    let mut parts = clock.splitn(3, ':');
    let hour = number(parts.next()?, 2, 0..=23)?;
    let minute = number(parts.next()?, 2, 0..=59)?;
    let second = parts.next().map_or(Some(0), |text| number(text, 2, 0..=59))?;
    // Days from civil date, the way back of `civil` (H. Hinnant, the same).
    let shifted_year = year - i64::from(month <= 2);
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    let at = days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
    // A day that the month does not have becomes another one.
    let (_, found, day) = civil(at);
    ((found as i64, day) == (month, date)).then_some(at)
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
        for at in [0, 951_782_400_000, 1_709_210_040_000, 4_102_444_740_000] {
            assert_eq!(parse_local(&local(at)), Some(at));
        }
        assert_eq!(parse_local("2024-02-29T12:34:56"), Some(1_709_210_096_000));
        for wrong in
            ["", "tomorrow", "2026-02-30T10:00", "2026-13-01T10:00", "2026-1-1T10:00", "2026-01-01T24:00", "2026-01-01"]
        {
            assert_eq!(parse_local(wrong), None, "{wrong}");
        }
        assert_eq!((day(1_767_225_599_999), clock(1_767_225_599_999)), ("31 Dec 2025".into(), "23:59".into()));
    }
}
