//! The sandbox's own books: what really happened to the money, for tests to judge by.
//!
//! ```text
//! authorise   cardholder → held        void     held     → cardholder
//! capture     held       → merchant    refund   merchant → cardholder, and back when it fails
//! dispute     merchant   → disputed    lost     disputed → cardholder, won: disputed → merchant
//! ```
//! Every movement takes from one account what it gives to another, so all accounts together stay at zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    Authorise,
    Capture,
    /// An authorisation let go, by cancellation, partial capture or time.
    Void,
    Refund,
    /// A refund that failed after all.
    RefundReturn,
    DisputeWithdraw,
    DisputeReinstate,
    DisputeLose,
}

impl Movement {
    fn accounts(self) -> (&'static str, &'static str) {
        match self {
            Self::Authorise => ("cardholder", "held"),
            Self::Capture => ("held", "merchant"),
            Self::Void => ("held", "cardholder"),
            Self::Refund => ("merchant", "cardholder"),
            Self::RefundReturn => ("cardholder", "merchant"),
            Self::DisputeWithdraw => ("merchant", "disputed"),
            Self::DisputeReinstate => ("disputed", "merchant"),
            Self::DisputeLose => ("disputed", "cardholder"),
        }
    }
}

/// The APIs that the sandbox speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    #[default]
    Stripe,
    Paypal,
    Razorpay,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub number: usize,
    pub at: i64,
    /// Whose API it came through.
    #[serde(default)]
    pub provider: Provider,
    /// The payment at that provider.
    pub intent: String,
    pub movement: Movement,
    pub from: String,
    pub to: String,
    pub amount: i64,
    pub currency: String,
}

/// What money is moved for.
pub struct Booking<'a> {
    pub provider: Provider,
    pub payment: &'a str,
    pub currency: &'a str,
}

#[derive(Default)]
pub struct Ledger {
    pub entries: Vec<Arc<Entry>>,
}

impl Ledger {
    pub fn book(&mut self, what: &Booking<'_>, movement: Movement, amount: i64, at: i64) -> Arc<Entry> {
        let (from, to) = movement.accounts();
        let entry = Arc::new(Entry {
            number: self.entries.len() + 1,
            at,
            provider: what.provider,
            intent: what.payment.to_owned(),
            movement,
            from: from.to_owned(),
            to: to.to_owned(),
            amount,
            currency: what.currency.to_ascii_lowercase(),
        });
        self.entries.push(Arc::clone(&entry));
        entry
    }

    /// Account and currency → balance.
    pub fn balances(&self) -> BTreeMap<String, i64> {
        let mut balances = BTreeMap::new();
        for entry in &self.entries {
            *balances.entry(format!("{}:{}", entry.from, entry.currency)).or_default() -= entry.amount;
            *balances.entry(format!("{}:{}", entry.to, entry.currency)).or_default() += entry.amount;
        }
        balances
    }

    /// Per intent: what became of its money, failed refunds and won disputes taken off again.
    pub fn totals(&self) -> BTreeMap<&str, Totals> {
        let mut totals: BTreeMap<&str, Totals> = BTreeMap::new();
        for entry in &self.entries {
            let total = totals.entry(&entry.intent).or_default();
            match entry.movement {
                Movement::Authorise => total.authorised += entry.amount,
                Movement::Capture => total.captured += entry.amount,
                Movement::Void => total.voided += entry.amount,
                Movement::Refund => total.refunded += entry.amount,
                Movement::RefundReturn => total.refunded -= entry.amount,
                Movement::DisputeWithdraw => total.disputed += entry.amount,
                Movement::DisputeReinstate => total.disputed -= entry.amount,
                // Already out of the merchant's hands.
                Movement::DisputeLose => {}
            }
        }
        totals
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub authorised: i64,
    pub captured: i64,
    pub voided: i64,
    pub refunded: i64,
    pub disputed: i64,
}
