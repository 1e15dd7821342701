//! Times as PayPal writes them, "2026-11-21T09:30:00Z", with or without a fraction.

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

pub fn write(at_ms: i64) -> String {
    let at_s = at_ms.div_euclid(1000);
    let z = at_s.div_euclid(86_400) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let (year, day) = (year_of_era + era * 400 + i64::from(month <= 2), day_of_year - (153 * shifted + 2) / 5 + 1);
    let second = at_s.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
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
