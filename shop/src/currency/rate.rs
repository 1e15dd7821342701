//! Rates of exchange as text: exact decimals, and tables of them as banks publish them and people paste them.

use crate::import::text::delimiter;
use crate::limits::CURRENCY_RATE_DIGITS;
use crate::money::Currency;
use crate::{Error, FieldError, Result};

/// Parts of one in which rates are kept.
pub const SCALE: i64 = 1_000_000_000;

/// A rate as people type it: "1.0850" or "1,0850", above zero, at most nine digits before the point and nine behind it.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= CURRENCY_RATE_DIGITS;
    if !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<CURRENCY_RATE_DIGITS$}").parse().ok()?;
    Some(whole * SCALE + part).filter(|rate| *rate > 0)
}

/// A rate as [`parse`] reads it, without zeros at the end.
pub fn text(rate: i64) -> String {
    let text = format!("{}.{:0width$}", rate / SCALE, rate % SCALE, width = CURRENCY_RATE_DIGITS);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Currencies and their rates in a pasted table: lines of code and rate ("USD 1.0850"), with commas, semicolons, tabs or
/// spaces between, or the European Central Bank's file, whose first line has the codes and whose second one the rates. Codes
/// that no shop knows are left out, as such files have them.
///
/// # Errors
/// `Invalid` on `field`, by line, for what is no rate or stands there twice, and for a text without any.
pub(super) fn table(text: &str, field: &str) -> Result<Vec<(Currency, i64)>> {
    let lines: Vec<(usize, Vec<String>)> =
        text.lines().enumerate().map(|(at, line)| (at + 1, cells(line, text))).filter(|(_, c)| !c.is_empty()).collect();
    let is_wide = lines.first().is_some_and(|(_, cells)| cells[0].eq_ignore_ascii_case("date"));
    let pairs = if is_wide { wide(&lines) } else { long(&lines) };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for pair in pairs {
        match pair {
            Ok((.., rate)) if rate.is_empty() || rate.eq_ignore_ascii_case("n/a") => {}
            Ok((line, code, rate)) => match (Currency::parse(&code), parse(&rate)) {
                (None, _) if code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic()) => {}
                (None, _) => errors.push(format!("Line {line}: “{code}” is no code of a currency, such as USD.")),
                (Some(_), None) => errors.push(format!("Line {line}: “{rate}” is no rate, such as 1.0850.")),
                (Some(currency), Some(_)) if found.iter().any(|(known, _)| *known == currency) => {
                    errors.push(format!("Line {line}: {code} stands there twice."));
                }
                (Some(currency), Some(rate)) => found.push((currency, rate)),
            },
            Err(message) => errors.push(message),
        }
    }
    if errors.is_empty() && found.is_empty() {
        return Err(Error::field(field, "No rate was found. Write one on each line, such as USD 1.0850."));
    }
    let refused = |message| FieldError { field: field.to_owned(), message };
    if errors.is_empty() { Ok(found) } else { Err(Error::Invalid(errors.into_iter().map(refused).collect())) }
}

type Pair = std::result::Result<(usize, String, String), String>;

fn long(lines: &[(usize, Vec<String>)]) -> Vec<Pair> {
    let is_heading = |cells: &[String]| cells.len() == 2 && cells[0].eq_ignore_ascii_case("currency");
    let body = lines.iter().filter(|(_, cells)| !is_heading(cells));
    let pair = |(line, cells): &(usize, Vec<String>)| match cells.as_slice() {
        [code, rate] => Ok((*line, code.clone(), rate.clone())),
        _ => Err(format!("Line {line}: a currency and its rate, such as USD 1.0850.")),
    };
    body.map(pair).collect()
}

fn wide(lines: &[(usize, Vec<String>)]) -> Vec<Pair> {
    // Of several days the first is the latest.
    let (Some((_, codes)), Some((line, rates))) = (lines.first(), lines.get(1)) else {
        return vec![Err("Line 2: the rates are missing.".into())];
    };
    let pairs = codes.iter().zip(rates).skip(1).filter(|(code, _)| !code.is_empty());
    pairs.map(|(code, rate)| Ok((*line, code.clone(), rate.clone()))).collect()
}

fn cells(line: &str, text: &str) -> Vec<String> {
    let line = line.trim();
    if line.is_empty() {
        return Vec::new();
    }
    let between = delimiter(text) as char;
    let trimmed = |cell: &str| cell.trim().trim_matches('"').to_owned();
    if line.contains(between) && !(between == ',' && line.split_whitespace().count() == 2 && !line.contains(", ")) {
        return line.split(between).map(trimmed).collect();
    }
    line.split_whitespace().map(trimmed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rates_are_exact() {
        for (typed, rate, shown) in [
            ("1.0850", 1_085_000_000, "1.085"),
            (" 162,5 ", 162_500_000_000, "162.5"),
            ("0.000000001", 1, "0.000000001"),
            (".5", 500_000_000, "0.5"),
            ("7", 7 * SCALE, "7"),
            ("999999999.999999999", SCALE * SCALE - 1, "999999999.999999999"),
        ] {
            assert_eq!((parse(typed), text(rate).as_str()), (Some(rate), shown), "{typed}");
        }
        for typed in ["", ".", "0", "0.0000000001", "-1", "1.2.3", "1e3", "1 000", "1234567890", "a", "1.5 USD"] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn tables_are_read_as_they_are_published_and_typed() {
        let yen = Currency::parse("JPY").unwrap();
        let both = vec![(Currency::USD, 1_085_000_000), (yen, 162_500_000_000)];
        for text in [
            "USD 1.085\nJPY 162.5",
            "usd,1.085\n\njpy,162.5\n",
            "Currency;Rate\r\nUSD;1,085\r\nJPY;162,5\r\n",
            "USD\t1.085\nXAU\t0.0004\nJPY\t162.5",
            "USD 1,085\nJPY 162,5",
            "Date, USD, JPY, XAU, BGN, \n23 November 2026, 1.0850, 162.5, N/A, , \n",
        ] {
            assert_eq!(table(text, "rates").unwrap(), both, "{text:?}");
        }
        for (text, told) in [
            ("", "No rate"),
            ("XAU 1", "No rate"),
            ("USD 0", "Line 1: “0” is no rate"),
            ("USD 1\nUSD 2", "Line 2: USD stands there twice"),
            ("USD", "Line 1: a currency and its rate"),
            ("dollar 1", "Line 1: “dollar” is no code"),
            ("Date, USD", "Line 2"),
        ] {
            let Err(Error::Invalid(fields)) = table(text, "rates") else { panic!("{text:?}") };
            assert!(fields[0].field == "rates" && fields[0].message.starts_with(told), "{text:?} {fields:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_as_the_same(rate in 1_i64..=SCALE * SCALE - 1) {
            prop_assert_eq!(parse(&text(rate)), Some(rate));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC*") {
            let _ = table(&text, "rates");
        }
    }
}
