//! The currencies that can be charged, their least amounts, and how amounts are shown on the pages.

use crate::error::{Answer, ApiError};

/// Stripe's ceiling: eight digits.
const AMOUNT_MAX: i64 = 99_999_999;
const ZERO_DECIMAL: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
const TWO_DECIMAL: &[&str] = &[
    "aed", "ars", "aud", "bgn", "brl", "cad", "chf", "cny", "cop", "czk", "dkk", "egp", "eur", "gbp", "hkd", "huf",
    "idr", "ils", "inr", "isk", "kes", "mad", "mxn", "myr", "ngn", "nok", "nzd", "pen", "php", "pkr", "pln", "qar",
    "ron", "rsd", "sar", "sek", "sgd", "thb", "try", "twd", "uah", "ugx", "usd", "uyu", "zar",
];

/// Lower-case code of a known currency.
pub fn parse(text: &str) -> Answer<&'static str> {
    [TWO_DECIMAL, ZERO_DECIMAL, THREE_DECIMAL]
        .into_iter()
        .flatten()
        .find(|code| code.eq_ignore_ascii_case(text))
        .copied()
        .ok_or_else(|| ApiError::param("currency_invalid", "currency", "Invalid currency."))
}

/// Refuses amounts that could not be charged.
pub fn check(amount: i64, currency: &str, param: &str) -> Answer<()> {
    let least = if currency == "gbp" { 30 } else { 50 };
    if amount < 1 {
        return Err(ApiError::param(
            "parameter_invalid_integer",
            param,
            "This value must be greater than or equal to 1.",
        ));
    }
    if amount < least {
        let message = format!("Amount must be at least {}.", show(least, currency));
        return Err(ApiError::param("amount_too_small", param, message));
    }
    if amount > AMOUNT_MAX {
        let message = format!("Amount must be no more than {}.", show(AMOUNT_MAX, currency));
        return Err(ApiError::param("amount_too_large", param, message));
    }
    if (THREE_DECIMAL.contains(&currency) && amount % 10 != 0) || (currency == "isk" && amount % 100 != 0) {
        return Err(ApiError::param(
            "parameter_invalid_integer",
            param,
            "This currency does not have such small units.",
        ));
    }
    Ok(())
}

/// "€1,234.50" for people.
pub fn show(amount: i64, currency: &str) -> String {
    let decimals = if ZERO_DECIMAL.contains(&currency) {
        0
    } else if THREE_DECIMAL.contains(&currency) {
        3
    } else {
        2
    };
    let unit = 10_i64.pow(decimals);
    let mut whole = (amount / unit).to_string();
    for at in (1..whole.len()).rev().filter(|at| (whole.len() - at).is_multiple_of(3)).collect::<Vec<_>>() {
        whole.insert(at, ',');
    }
    let symbol = match currency {
        "eur" => "€".to_owned(),
        "usd" => "$".to_owned(),
        "gbp" => "£".to_owned(),
        "jpy" => "¥".to_owned(),
        "inr" => "₹".to_owned(),
        other => format!("{}\u{a0}", other.to_ascii_uppercase()),
    };
    let fraction = amount % unit;
    match decimals {
        0 => format!("{symbol}{whole}"),
        _ => format!("{symbol}{whole}.{fraction:0width$}", width = decimals as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_the_currencys_units() {
        assert_eq!(show(123_456_789, "eur"), "€1,234,567.89");
        assert_eq!(show(500, "jpy"), "¥500");
        assert_eq!(show(1_500, "kwd"), "KWD\u{a0}1.500");
        assert_eq!(show(5, "usd"), "$0.05");
    }

    #[test]
    fn amounts_outside_the_bounds_are_refused() {
        let code = |amount, currency| check(amount, currency, "amount").map_err(|e| e.code.unwrap());
        assert_eq!(code(50, "eur"), Ok(()));
        assert_eq!(code(49, "eur"), Err("amount_too_small".into()));
        assert_eq!(code(0, "eur"), Err("parameter_invalid_integer".into()));
        assert_eq!(code(100_000_000, "eur"), Err("amount_too_large".into()));
        assert_eq!(code(1_005, "kwd"), Err("parameter_invalid_integer".into()));
        assert!(parse("EUR").is_ok() && parse("xyz").is_err());
    }
}
