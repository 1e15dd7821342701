//! Amounts as PayPal writes them: decimal text, and three currencies without the decimals that they have elsewhere.

use serde::{Deserialize, Serialize};

use super::super::Refusal;
use crate::money::{Currency, Money};

/// What PayPal takes (<https://developer.paypal.com/api/rest/reference/currency-codes/>).
const CURRENCIES: &[&str] = &[
    "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "ILS", "JPY", "MYR", "MXN", "TWD", "NZD", "NOK",
    "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD",
];
const WHOLE: &[&str] = &["HUF", "JPY", "TWD"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub currency_code: String,
    pub value: String,
}

pub fn takes(currency: Currency) -> bool {
    CURRENCIES.contains(&currency.code())
}

/// Refuses, before anything is sent, an amount that PayPal cannot charge.
pub fn to_wire(money: Money) -> Result<Amount, Refusal> {
    let decimals = money.currency.exponent();
    let unit = 10_i64.pow(decimals);
    let code = money.currency.code();
    let (whole, fraction) = (money.amount / unit, money.amount % unit);
    let fits = takes(money.currency) && money.amount > 0 && (fraction == 0 || !WHOLE.contains(&code));
    if !fits {
        return Err(Refusal {
            code: "amount_not_supported".to_owned(),
            message: format!("{money} cannot be charged."),
            ..Refusal::default()
        });
    }
    let value = if WHOLE.contains(&code) {
        whole.to_string()
    } else {
        format!("{whole}.{fraction:0width$}", width = decimals as usize)
    };
    Ok(Amount { currency_code: code.to_owned(), value })
}

impl Amount {
    /// Minor units; `None` for what the currency cannot express.
    pub fn minor(&self) -> Option<i64> {
        let currency = Currency::parse(&self.currency_code)?;
        let decimals = currency.exponent() as usize;
        let (whole, fraction) = self.value.split_once('.').unwrap_or((&self.value, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
        if beyond.bytes().any(|b| b != b'0') {
            return None;
        }
        format!("{whole}{kept:0<decimals$}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_out_and_come_back() {
        let money = |code: &str, amount| Currency::parse(code).unwrap().money(amount);
        for (code, minor, value) in
            [("EUR", 1999, "19.99"), ("USD", 5, "0.05"), ("JPY", 500, "500"), ("HUF", 490_000, "4900")]
        {
            let amount = to_wire(money(code, minor)).unwrap();
            assert_eq!((amount.value.as_str(), amount.minor()), (value, Some(minor)), "{code}");
        }
        for (code, minor) in [("EUR", 0), ("EUR", -1), ("HUF", 490_050), ("KWD", 1500)] {
            assert!(to_wire(money(code, minor)).is_err(), "{code} {minor}");
        }
    }

    #[test]
    fn what_a_currency_cannot_express_is_not_read() {
        let read = |code: &str, value: &str| Amount { currency_code: code.to_owned(), value: value.to_owned() }.minor();
        assert_eq!(read("EUR", "19.9"), Some(1990));
        assert_eq!(read("JPY", "500.00"), Some(500));
        for (code, value) in
            [("EUR", "1.999"), ("JPY", "1.5"), ("EUR", ""), ("EUR", "-1"), ("XXQ", "1"), ("EUR", "1e3")]
        {
            assert_eq!(read(code, value), None, "{code} {value}");
        }
    }
}
