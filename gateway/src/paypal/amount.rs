//! PayPal writes amounts as decimal text, and some currencies without the decimals that they have elsewhere.

use serde_json::{Value, json};

/// What PayPal takes (<https://developer.paypal.com/api/rest/reference/currency-codes/>).
const CURRENCIES: &[&str] = &[
    "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "ILS", "JPY", "MYR", "MXN", "TWD", "NZD", "NOK",
    "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD",
];
const WHOLE: &[&str] = &["HUF", "JPY", "TWD"];

/// Minor units of the currency; `None` for what PayPal would refuse.
pub fn parse(value: &str, currency: &str) -> Option<i64> {
    if !CURRENCIES.contains(&currency) {
        return None;
    }
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let cents: i64 = format!("{fraction:0<2}").parse().ok()?;
    if WHOLE.contains(&currency) {
        let unit = if currency == "JPY" { 1 } else { 100 };
        return (cents == 0).then_some(whole * unit);
    }
    Some(whole * 100 + cents)
}

/// `{"currency_code", "value"}`.
pub fn view(amount: i64, currency: &str) -> Value {
    let value = match currency {
        "JPY" => amount.to_string(),
        "HUF" | "TWD" => (amount / 100).to_string(),
        _ => format!("{}.{:02}", amount / 100, amount % 100),
    };
    json!({"currency_code": currency, "value": value})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_out_as_they_came_in() {
        for (value, currency, minor) in
            [("19.99", "EUR", 1999), ("500", "JPY", 500), ("4900", "HUF", 490_000), ("0.05", "USD", 5)]
        {
            assert_eq!(parse(value, currency), Some(minor), "{value} {currency}");
            assert_eq!(view(minor, currency)["value"], value);
        }
        for (value, currency) in [("1.999", "EUR"), ("1.50", "JPY"), ("", "EUR"), ("-1", "EUR"), ("1", "XYZ")] {
            assert_eq!(parse(value, currency), None, "{value} {currency}");
        }
    }
}
