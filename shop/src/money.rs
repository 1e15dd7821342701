//! Money: integer minor units and a currency that knows its exponent (ISO 4217). Never a float.

mod typed;

use serde::{Deserialize, Serialize};

/// Code, minor-unit exponent, symbol. ISO 4217 list one, the currencies a small exporter meets.
const CURRENCIES: &[(&str, u32, &str)] = &[
    ("AED", 2, "AED\u{a0}"),
    ("AUD", 2, "A$"),
    ("BGN", 2, "BGN\u{a0}"),
    ("BHD", 3, "BHD\u{a0}"),
    ("BRL", 2, "R$"),
    ("CAD", 2, "CA$"),
    ("CHF", 2, "CHF\u{a0}"),
    ("CNY", 2, "CN¥"),
    ("CZK", 2, "CZK\u{a0}"),
    ("DKK", 2, "DKK\u{a0}"),
    ("EUR", 2, "€"),
    ("GBP", 2, "£"),
    ("HKD", 2, "HK$"),
    ("HUF", 2, "HUF\u{a0}"),
    ("ILS", 2, "₪"),
    ("INR", 2, "₹"),
    ("ISK", 0, "ISK\u{a0}"),
    ("JOD", 3, "JOD\u{a0}"),
    ("JPY", 0, "¥"),
    ("KRW", 0, "₩"),
    ("KWD", 3, "KWD\u{a0}"),
    ("MXN", 2, "MX$"),
    ("NOK", 2, "NOK\u{a0}"),
    ("NZD", 2, "NZ$"),
    ("PLN", 2, "PLN\u{a0}"),
    ("RON", 2, "RON\u{a0}"),
    ("SEK", 2, "SEK\u{a0}"),
    ("SGD", 2, "S$"),
    ("THB", 2, "THB\u{a0}"),
    ("TRY", 2, "TRY\u{a0}"),
    ("USD", 2, "$"),
    ("ZAR", 2, "ZAR\u{a0}"),
];

/// A known ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(u8);

impl Currency {
    pub const EUR: Self = Self(10);
    pub const GBP: Self = Self(11);
    pub const USD: Self = Self(30);

    /// The currency with this code, upper or lower case; `None` when the shop does not know it.
    pub fn parse(code: &str) -> Option<Self> {
        let at = CURRENCIES.iter().position(|(known, ..)| known.eq_ignore_ascii_case(code))?;
        u8::try_from(at).ok().map(Self)
    }

    pub fn all() -> impl Iterator<Item = Self> {
        (0..CURRENCIES.len()).filter_map(|at| u8::try_from(at).ok().map(Self))
    }

    pub fn code(self) -> &'static str {
        CURRENCIES[usize::from(self.0)].0
    }

    /// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        CURRENCIES[usize::from(self.0)].1
    }

    pub fn symbol(self) -> &'static str {
        CURRENCIES[usize::from(self.0)].2
    }

    pub fn money(self, amount: i64) -> Money {
        Money { amount, currency: self }
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("unknown currency"))
    }
}

#[cfg(feature = "server")]
impl From<Currency> for crate::db::Arg {
    fn from(currency: Currency) -> Self {
        Self::Text(Some(currency.code().to_owned()))
    }
}

/// Lets a row field say `#[sqlx(try_from = "String")]`.
impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code).ok_or(UnknownCurrency(code))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown currency {0:?}")]
pub struct UnknownCurrency(pub String);

/// An amount in minor units (cents, yen, fils) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Money {
    /// The number without symbol, "1234.50": for machine-readable markup and input fields.
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let sign = if self.amount < 0 { "-" } else { "" };
        let amount = self.amount.unsigned_abs();
        if exponent == 0 {
            return format!("{sign}{amount}");
        }
        format!("{sign}{}.{:0width$}", amount / unit, amount % unit, width = exponent as usize)
    }

    /// Reads an amount as people type it ("12", "12,5", "€1,234.50", "1.234,50 €", "1 234,50 EUR"), see `typed`.
    /// `None` for anything else, too many digits, what could be read in two ways, or out of range.
    pub fn parse(text: &str, currency: Currency) -> Option<Self> {
        let amount = typed::amount(text, currency)?;
        (amount <= crate::limits::PRICE_MAX).then_some(Self { amount, currency })
    }
}

impl std::fmt::Display for Money {
    /// "€1,234.50": symbol, grouped thousands, the currency's own number of decimals.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimal = self.currency.money(self.amount.saturating_abs()).decimal();
        let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.amount < 0 { "−" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{grouped}{point}{fraction}", self.currency.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_currencies_stand_where_the_table_has_them() {
        assert_eq!(Currency::EUR.code(), "EUR");
        assert_eq!(Currency::GBP.code(), "GBP");
        assert_eq!(Currency::USD.code(), "USD");
    }

    #[test]
    fn amounts_print_with_the_digits_of_their_currency() {
        assert_eq!(Currency::EUR.money(123_450).to_string(), "€1,234.50");
        assert_eq!(Currency::USD.money(-5).to_string(), "−$0.05");
        assert_eq!(Currency::parse("jpy").unwrap().money(1_000_000).to_string(), "¥1,000,000");
        assert_eq!(Currency::parse("KWD").unwrap().money(1_500).decimal(), "1.500");
    }
}
