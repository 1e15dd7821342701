//! Amounts as people type them, whichever separators their language has.
//!
//! The last comma or point is the decimal one when it stands once; what stands more than once, spaces and apostrophes set
//! thousands apart (the habits of CLDR's locales, <https://cldr.unicode.org/translation/number-currency-formats/number-symbols>).
//! "1,234" is a thousand in one language and one and a bit in another: with two decimals it is refused rather than guessed.

use super::Currency;

const SPACES: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// In minor units, not below 0.
pub(super) fn amount(text: &str, currency: Currency) -> Option<i64> {
    let text = without_sign(text.trim(), currency).trim();
    let exponent = currency.exponent() as usize;
    let mark = text.rfind([',', '.']);
    let once = mark.is_some_and(|at| text.matches(&text[at..=at]).count() == 1);
    let (whole, fraction) = match mark {
        Some(at) if once && !is_thousands(&text[..at], &text[at + 1..], exponent)? => (&text[..at], &text[at + 1..]),
        _ => (text, ""),
    };
    let is_number = fraction.bytes().all(|b| b.is_ascii_digit()) && fraction.len() <= exponent;
    let digits = grouped(whole).filter(|_| is_number)?;
    format!("{digits}{fraction:0<exponent$}").parse().ok()
}

/// Whether the only comma or point sets thousands apart; `None` when nobody can tell.
fn is_thousands(before: &str, after: &str, exponent: usize) -> Option<bool> {
    if after.len() != 3 || exponent == 3 {
        return Some(false);
    }
    // Without decimals there is nothing else it could be.
    let clear = exponent == 0 && before.len() <= 3;
    clear.then_some(true)
}

/// The digits of a whole number, which may be set apart in groups of three by one kind of separator.
fn grouped(text: &str) -> Option<String> {
    let separator = text.chars().find(|c| !c.is_ascii_digit());
    let groups: Vec<&str> = match separator {
        None => vec![text],
        Some(c) if SPACES.contains(&c) || matches!(c, ',' | '.' | '\'' | '\u{2019}') => text.split(c).collect(),
        Some(_) => return None,
    };
    let all_digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let by_three = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    (all_digits && by_three).then(|| groups.concat())
}

/// Without the currency's own sign or code, which may stand before or behind.
fn without_sign(text: &str, currency: Currency) -> &str {
    for sign in [currency.symbol(), currency.code()] {
        let long = |rest: &str| rest.len() >= sign.len();
        if long(text) && text.is_char_boundary(sign.len()) && text[..sign.len()].eq_ignore_ascii_case(sign) {
            return &text[sign.len()..];
        }
        let end = text.len().saturating_sub(sign.len());
        if long(text) && text.is_char_boundary(end) && text[end..].eq_ignore_ascii_case(sign) {
            return &text[..end];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::money::{Currency, Money};
    use proptest::prelude::*;

    fn of(text: &str, code: &str) -> Option<i64> {
        Money::parse(text, Currency::parse(code).unwrap()).map(|money| money.amount)
    }

    #[test]
    fn amounts_are_read_with_the_separators_and_signs_of_any_language() {
        for (text, want) in [
            ("12", 1_200),
            (" 12,5 ", 1_250),
            ("12.", 1_200),
            ("€12.50", 1_250),
            ("12,50 €", 1_250),
            ("EUR 1,234.50", 123_450),
            ("1.234,50 eur", 123_450),
            ("1 234,50", 123_450),
            ("1\u{a0}234\u{202f}567,5", -1),
            ("1\u{202f}234\u{202f}567,5", 123_456_750),
            ("1'234.50", 123_450),
            ("1\u{2019}234.50", 123_450),
            ("1,234,567", 123_456_700),
            ("1.234.567,89", 123_456_789),
        ] {
            assert_eq!(of(text, "EUR"), (want >= 0).then_some(want), "{text}");
        }
        assert_eq!(of("¥1,234", "JPY"), Some(1_234));
        assert_eq!(of("1,234", "KWD"), Some(1_234), "three decimals");
    }

    #[test]
    fn what_is_no_amount_or_could_be_two_is_refused() {
        for text in [
            "",
            "€",
            "1,234",
            "1.234",
            "12.345",
            "-1",
            "1e3",
            "1,23,456",
            "1234,567,890",
            "1.234,567",
            "1,234.567",
            "$12",
            "12 USD",
            "1 2",
            "12.5.0",
            ".5",
            ",50",
            "12,,5",
            "twelve",
            "99999999999999999999",
            "1 234'567",
            "NaN",
            "١٢",
        ] {
            assert_eq!(of(text, "EUR"), None, "{text}");
        }
        assert_eq!(of("12.5", "JPY"), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(amount in 0..100_000_000_i64, code in proptest::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let money = Currency::parse(code).unwrap().money(amount);
            prop_assert_eq!(Money::parse(&money.decimal(), money.currency), Some(money));
            // With grouped thousands and the sign; without decimals nothing can be mistaken.
            prop_assert_eq!(Money::parse(&money.to_string(), money.currency), Some(money));
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(text in ".{0,40}") {
            let _ = of(&text, "EUR");
        }
    }
}
