//! Amounts as Stripe writes them, which for a few currencies is not how ISO 4217 does.
//!
//! Króna amounts are sent with two decimals that must be zero; amounts of three-decimal currencies must end in
//! a zero (<https://docs.stripe.com/currencies#special-cases>).

use super::super::Refusal;
use crate::money::{Currency, Money};

pub fn currency(money: Money) -> String {
    money.currency.code().to_ascii_lowercase()
}

/// Refuses, before anything is sent, an amount that Stripe cannot charge.
pub fn to_wire(money: Money) -> Result<i64, Refusal> {
    let amount = money.amount.checked_mul(factor(money.currency));
    match amount {
        Some(amount) if amount > 0 && (money.currency.exponent() != 3 || amount % 10 == 0) => Ok(amount),
        _ => Err(Refusal {
            code: "amount_not_supported".to_owned(),
            message: format!("{money} cannot be charged."),
            ..Refusal::default()
        }),
    }
}

/// `None` for an amount that the shop's currency cannot express.
pub fn from_wire(amount: i64, currency: &str) -> Option<i64> {
    let factor = Currency::parse(currency).map_or(1, factor);
    (amount % factor == 0).then_some(amount / factor)
}

fn factor(currency: Currency) -> i64 {
    if currency.code() == "ISK" { 100 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_currencies_follow_the_provider() {
        let money = |code: &str, amount| Currency::parse(code).unwrap().money(amount);
        assert_eq!(to_wire(money("EUR", 1999)), Ok(1999));
        assert_eq!(to_wire(money("JPY", 500)), Ok(500));
        assert_eq!(to_wire(money("ISK", 500)), Ok(50_000));
        assert_eq!(from_wire(50_000, "isk"), Some(500));
        assert_eq!(from_wire(50_001, "isk"), None);
        assert_eq!(to_wire(money("KWD", 1500)), Ok(1500));
        assert!(to_wire(money("KWD", 1505)).is_err());
        assert!(to_wire(money("EUR", 0)).is_err());
        assert!(to_wire(money("ISK", i64::MAX)).is_err());
    }
}
