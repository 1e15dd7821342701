//! Times as PayPal writes them, "2026-11-21T09:30:00Z", with or without a fraction.

pub use crate::date::iso as write;

/// Unix milliseconds, whole seconds; `None` for anything else.
pub fn read(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split('.').next()?.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    // Days since 1970, by years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day
            - 1
            - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for at_ms in [0, 951_827_696_000, 1_798_761_599_000, 1_740_700_800_000] {
            assert_eq!(read(&write(at_ms)), Some(at_ms));
        }
        assert_eq!(write(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(read("2021-11-01T17:39:22.666Z"), Some(1_635_788_362_000));
        for odd in ["", "2021-11-01", "2021-11-01T17:39:22", "T", "a-b-cTd:e:fZ"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
