//! Numbers of attributes: thousandths, read and written as people do.

use crate::limits::ATTRIBUTE_NUMBER_MAX;

/// Thousandths of "12", "-1.5" or "1,25"; `None` for what is no such number, has more than three decimals or is beyond
/// [`ATTRIBUTE_NUMBER_MAX`].
pub fn thousandths(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || whole.len() > 15 || fraction.len() > 3 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let number: i64 = format!("{whole}{fraction:0<3}").parse().ok()?;
    (number <= ATTRIBUTE_NUMBER_MAX).then_some(sign * number)
}

/// The inverse of [`thousandths`], without needless decimals: "12", "-1.5".
pub fn decimal(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, fraction) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    let text = format!("{sign}{whole}.{fraction:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("12", Some(12_000)),
            (" -1.5 ", Some(-1_500)),
            ("−0,25", Some(-250)),
            ("3.1400", Some(3_140)),
            ("1000000000000", Some(ATTRIBUTE_NUMBER_MAX)),
            ("1000000000000.001", None),
            ("1.2345", None),
            ("", None),
            (".5", None),
            ("1.2.3", None),
            ("1e3", None),
            ("five", None),
            ("--1", None),
        ] {
            assert_eq!(thousandths(text), number, "{text:?}");
        }
        assert_eq!([decimal(0), decimal(-1_500), decimal(100_000), decimal(7)], ["0", "-1.5", "100", "0.007"]);
    }

    proptest! {
        #[test]
        fn a_number_comes_back(number in -ATTRIBUTE_NUMBER_MAX..=ATTRIBUTE_NUMBER_MAX) {
            prop_assert_eq!(thousandths(&decimal(number)), Some(number));
        }
    }
}
