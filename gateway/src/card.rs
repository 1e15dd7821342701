//! Cards as they are typed, and what the test cards do.
//!
//! A number is looked at once and forgotten: what stays is its brand, its last four digits and how it behaves.

use serde::{Deserialize, Serialize};

use crate::error::PaymentError;

/// What happens when a payment is confirmed with a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    Succeeds,
    /// The holder must pass a challenge first.
    Challenges,
    /// Names a row of [`DECLINES`].
    Declines(String),
    /// A challenge that the holder answers after so many milliseconds, without a page.
    Answers {
        after_ms: i64,
        passes: bool,
    },
    /// Under way for so many milliseconds; then taken, or declined with this name.
    Processes {
        ms: i64,
        declines: Option<String>,
    },
    /// Succeeds, and has a sequel.
    Then(Aftermath),
}

/// What becomes of a payment after it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aftermath {
    Dispute,
    FraudWarning,
    /// Its refunds are pending for a minute.
    RefundPends,
    /// Its refunds are pending for a minute, then fail.
    RefundFails,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub brand: String,
    pub last4: String,
    pub exp_month: i64,
    pub exp_year: i64,
    pub behaviour: Behaviour,
}

/// Which field of a card is wrong, as Stripe names it, and the words for its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardFault {
    pub code: &'static str,
    /// `number`, `exp_month`, `exp_year` or `cvc`.
    pub field: &'static str,
    pub message: &'static str,
}

/// Name, code, decline code, words.
const DECLINES: &[(&str, &str, Option<&str>, &str)] = &[
    ("generic_decline", "card_declined", Some("generic_decline"), "Your card was declined."),
    ("insufficient_funds", "card_declined", Some("insufficient_funds"), "Your card has insufficient funds."),
    ("lost_card", "card_declined", Some("lost_card"), "Your card was declined."),
    ("stolen_card", "card_declined", Some("stolen_card"), "Your card was declined."),
    ("do_not_honor", "card_declined", Some("do_not_honor"), "Your card was declined."),
    ("fraudulent", "card_declined", Some("fraudulent"), "Your card was declined."),
    (
        "card_velocity_exceeded",
        "card_declined",
        Some("card_velocity_exceeded"),
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
    (
        "card_not_supported",
        "card_declined",
        Some("card_not_supported"),
        "Your card does not support this type of purchase.",
    ),
    (
        "currency_not_supported",
        "card_declined",
        Some("currency_not_supported"),
        "Your card does not support this currency.",
    ),
    (
        "authentication_required",
        "authentication_required",
        Some("authentication_required"),
        "Your card was declined. This transaction requires authentication.",
    ),
    ("expired_card", "expired_card", None, "Your card has expired."),
    ("incorrect_cvc", "incorrect_cvc", None, "Your card's security code is incorrect."),
    (
        "processing_error",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
];

/// The public test numbers that do not simply succeed (<https://docs.stripe.com/testing>).
const TEST_NUMBERS: &[(&str, &str)] = &[
    ("4000000000000002", "generic_decline"),
    ("4000000000009995", "insufficient_funds"),
    ("4000000000009987", "lost_card"),
    ("4000000000009979", "stolen_card"),
    ("4000000000000069", "expired_card"),
    ("4000000000000127", "incorrect_cvc"),
    ("4000000000000119", "processing_error"),
    ("4000000000006975", "card_velocity_exceeded"),
    ("4100000000000019", "fraudulent"),
    ("4000000000000341", "generic_decline"),
];

const SEQUELS: &[(&str, Aftermath)] = &[
    ("4000000000000259", Aftermath::Dispute),
    ("4000000000005423", Aftermath::FraudWarning),
    ("4000000000007726", Aftermath::RefundPends),
    ("4000000000005126", Aftermath::RefundFails),
];

const CHALLENGED_NUMBERS: &[&str] = &["4000000000003220", "4000002500003155", "4000002760003184", "4000000000003063"];

/// The ready-made payment methods that tests name instead of typing a card.
const TEST_METHODS: &[(&str, &str)] = &[
    ("pm_card_visa", "4242424242424242"),
    ("pm_card_mastercard", "5555555555554444"),
    ("pm_card_amex", "378282246310005"),
    ("pm_card_chargeDeclined", "4000000000000002"),
    ("pm_card_visa_chargeDeclined", "4000000000000002"),
    ("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995"),
    ("pm_card_visa_chargeDeclinedLostCard", "4000000000009987"),
    ("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979"),
    ("pm_card_chargeDeclinedExpiredCard", "4000000000000069"),
    ("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127"),
    ("pm_card_chargeDeclinedProcessingError", "4000000000000119"),
    ("pm_card_threeDSecure2Required", "4000000000003220"),
    ("pm_card_authenticationRequired", "4000002500003155"),
    ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975"),
    ("pm_card_radarBlock", "4100000000000019"),
    ("pm_card_chargeCustomerFail", "4000000000000341"),
    ("pm_card_createDispute", "4000000000000259"),
    ("pm_card_createIssuerFraudRecord", "4000000000005423"),
    ("pm_card_pendingRefund", "4000000000007726"),
    ("pm_card_refundFail", "4000000000005126"),
];

/// A test card that the pages explain.
pub const HINTS: &[(&str, &str)] = &[
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0000 0000 3220", "asks for 3-D Secure"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
];

impl Card {
    /// Reads a typed card. `today` is year and month, for the expiry check.
    pub fn read(
        number: &str,
        exp_month: &str,
        exp_year: &str,
        cvc: &str,
        today: (i64, i64),
    ) -> Result<Self, CardFault> {
        let number: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
        let complete = (12..=19).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        if !complete || !luhn(&number) {
            return Err(CardFault {
                code: "incorrect_number",
                field: "number",
                message: "Your card number is invalid.",
            });
        }
        let month = exp_month.trim().parse().ok().filter(|month| (1..=12).contains(month));
        let exp_month: i64 = month.ok_or(CardFault {
            code: "invalid_expiry_month",
            field: "exp_month",
            message: "Your card's expiration month is invalid.",
        })?;
        let wrong_year = CardFault {
            code: "invalid_expiry_year",
            field: "exp_year",
            message: "Your card's expiration year is invalid.",
        };
        let year: i64 = exp_year.trim().parse().map_err(|_| wrong_year)?;
        let exp_year = if (0..100).contains(&year) { 2000 + year } else { year };
        if !(today.0..=today.0 + 50).contains(&exp_year) {
            return Err(wrong_year);
        }
        if (exp_year, exp_month) < today {
            return Err(CardFault {
                code: "invalid_expiry_month",
                field: "exp_month",
                message: "Your card's expiration date is in the past.",
            });
        }
        let brand = brand(&number);
        let digits = if brand == "amex" { 4 } else { 3 };
        let cvc = cvc.trim();
        if cvc.len() != digits || !cvc.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CardFault {
                code: "invalid_cvc",
                field: "cvc",
                message: "Your card's security code is invalid.",
            });
        }
        Ok(Self::of(&number, exp_month, exp_year))
    }

    /// The card behind a ready-made test method; `None` when there is none of that name.
    pub fn test(method: &str, today: (i64, i64)) -> Option<Self> {
        let (_, number) = TEST_METHODS.iter().find(|(name, _)| *name == method)?;
        Some(Self::of(number, 12, today.0 + 3))
    }

    fn of(number: &str, exp_month: i64, exp_year: i64) -> Self {
        let behaviour = if CHALLENGED_NUMBERS.contains(&number) {
            Behaviour::Challenges
        } else if let Some((_, sequel)) = SEQUELS.iter().find(|(known, _)| *known == number) {
            Behaviour::Then(*sequel)
        } else {
            TEST_NUMBERS
                .iter()
                .find(|(known, _)| *known == number)
                .map_or(Behaviour::Succeeds, |(_, decline)| Behaviour::Declines((*decline).to_owned()))
        };
        Self {
            brand: brand(number).to_owned(),
            last4: number[number.len() - 4..].to_owned(),
            exp_month,
            exp_year,
            behaviour,
        }
    }
}

/// Whether a decline of this name is known.
pub fn is_decline(name: &str) -> bool {
    DECLINES.iter().any(|(known, ..)| *known == name)
}

/// The error that a named decline produces; an unknown name declines without saying why.
pub fn decline(name: &str) -> PaymentError {
    let (_, code, decline_code, message) = DECLINES.iter().find(|(known, ..)| *known == name).unwrap_or(&DECLINES[0]);
    PaymentError {
        code: (*code).to_owned(),
        decline_code: decline_code.map(str::to_owned),
        message: (*message).to_owned(),
        kind: "card_error".to_owned(),
    }
}

fn brand(number: &str) -> &'static str {
    let prefix = |digits: usize| number.get(..digits).and_then(|p| p.parse::<u32>().ok()).unwrap_or(0);
    match (prefix(1), prefix(2), prefix(4)) {
        (4, ..) => "visa",
        (_, 51..=55, _) | (_, _, 2221..=2720) => "mastercard",
        (_, 34 | 37, _) => "amex",
        (_, 65, _) | (_, _, 6011) => "discover",
        (_, 36 | 38 | 39, _) => "diners",
        (_, 35, _) => "jcb",
        (_, 62, _) => "unionpay",
        _ => "unknown",
    }
}

/// ISO/IEC 7812-1, annex B.
fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            match (at % 2, digit) {
                (0, d) => d,
                (_, d) if d > 4 => d * 2 - 9,
                (_, d) => d * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Year and month of a Unix time, by the civil calendar (H. Hinnant, "chrono-compatible date algorithms").
pub fn year_and_month(now_s: i64) -> (i64, i64) {
    let (year, month, _) = crate::clock::civil(now_s);
    (year, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: (i64, i64) = (2026, 9);

    fn read(number: &str, month: &str, year: &str, cvc: &str) -> Result<Card, &'static str> {
        Card::read(number, month, year, cvc, TODAY).map_err(|fault| fault.code)
    }

    #[test]
    fn typed_cards_are_checked_field_by_field() {
        assert_eq!(read("4242 4242 4242 4242", "9", "26", "123").map(|c| c.brand), Ok("visa".to_owned()));
        assert_eq!(read("4242424242424241", "12", "30", "123"), Err("incorrect_number"));
        assert_eq!(read("42424242", "12", "30", "123"), Err("incorrect_number"));
        assert_eq!(read("4242424242424242", "13", "30", "123"), Err("invalid_expiry_month"));
        assert_eq!(read("4242424242424242", "8", "26", "123"), Err("invalid_expiry_month"));
        assert_eq!(read("4242424242424242", "12", "25", "123"), Err("invalid_expiry_year"));
        assert_eq!(read("4242424242424242", "12", "2130", "123"), Err("invalid_expiry_year"));
        assert_eq!(read("4242424242424242", "12", "30", "12"), Err("invalid_cvc"));
        assert_eq!(read("378282246310005", "12", "30", "123"), Err("invalid_cvc"));
        assert!(read("378282246310005", "12", "30", "1234").is_ok());
    }

    #[test]
    fn every_test_number_passes_the_checksum_and_behaves_as_named() {
        for (number, decline) in TEST_NUMBERS {
            assert_eq!(read(number, "12", "30", "123").unwrap().behaviour, Behaviour::Declines((*decline).to_owned()));
        }
        for number in CHALLENGED_NUMBERS {
            assert_eq!(read(number, "12", "30", "123").unwrap().behaviour, Behaviour::Challenges, "{number}");
        }
        for (number, sequel) in SEQUELS {
            assert_eq!(read(number, "12", "30", "123").unwrap().behaviour, Behaviour::Then(*sequel), "{number}");
        }
        for (method, number) in TEST_METHODS {
            assert!(luhn(number) && Card::test(method, TODAY).is_some(), "{method}");
        }
    }

    #[test]
    fn months_follow_the_calendar() {
        assert_eq!(year_and_month(0), (1970, 1));
        assert_eq!(year_and_month(951_782_400), (2000, 2));
        assert_eq!(year_and_month(1_798_761_599), (2026, 12));
        assert_eq!(year_and_month(1_798_761_600), (2027, 1));
    }
}
