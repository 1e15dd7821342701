//! Moods of payments: the call is answered as usual, and what becomes of the money is not what it should be.

use serde::{Deserialize, Serialize};

use crate::api::Operation as Op;
use crate::card::{self, Behaviour};
use crate::currency;
use crate::state::{Confirmation, Sum};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mood", rename_all = "snake_case")]
pub enum PaymentMood {
    /// G8, G12, G13, G25: the card does this, whichever it is: `"succeeds"`, `{"declines": "lost_card"}`,
    /// `"challenges"` (abandoned, unless somebody answers), `{"answers": {"after_ms": 100, "passes": true}}`,
    /// `{"processes": {"ms": 100, "declines": null}}`, `{"then": "dispute"}`.
    Card { behaviour: Behaviour },
    /// G15: the authorisation can be captured for so many milliseconds only.
    Lapses { after_ms: i64 },
    /// G15: the capture finds that the authorisation has just lapsed.
    LapsedBefore,
    /// G16: takes another amount, or another currency, than was asked for.
    WrongSum { amount: Option<i64>, currency: Option<String> },
    /// G23: just before the cancellation (or the page's expiry) the shopper pays. What is only authorised can still
    /// be let go of, so it is captured too unless `captured` is false.
    PaidMeanwhile {
        #[serde(default = "yes")]
        captured: bool,
    },
    /// G24: the refund is pending for so many milliseconds, and then succeeds or fails.
    RefundPends {
        ms: i64,
        #[serde(default)]
        fails: bool,
    },
}

fn yes() -> bool {
    true
}

impl PaymentMood {
    pub fn fits(&self, operation: Op) -> bool {
        match self {
            Self::Card { .. } | Self::Lapses { .. } | Self::WrongSum { .. } => {
                matches!(operation, Op::CreateIntent | Op::ConfirmIntent | Op::PayPage | Op::PayElement)
            }
            Self::LapsedBefore => operation == Op::CaptureIntent,
            Self::PaidMeanwhile { .. } => matches!(operation, Op::CancelIntent | Op::ExpireSession),
            Self::RefundPends { .. } => operation == Op::CreateRefund,
        }
    }

    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Card { behaviour: Behaviour::Declines(name) | Behaviour::Processes { declines: Some(name), .. } }
                if !card::is_decline(name) =>
            {
                Err(format!("there is no decline {name}"))
            }
            Self::WrongSum { currency: Some(code), .. } if currency::parse(code).is_err() => {
                Err(format!("there is no currency {code}"))
            }
            Self::WrongSum { amount: None, currency: None } => Err("`amount` or `currency` is missing".to_owned()),
            _ => Ok(()),
        }
    }

    /// Bends how a payment of the sum `asked` for is about to be confirmed.
    pub fn bend(&self, with: &mut Confirmation, asked: &Sum) {
        match self {
            Self::Card { behaviour } => with.forced = Some(behaviour.clone()),
            Self::Lapses { after_ms } => with.lapses_after_ms = Some(*after_ms),
            Self::WrongSum { amount, currency } => {
                with.instead = Some(Sum {
                    amount: amount.unwrap_or(asked.amount),
                    currency: currency.as_deref().unwrap_or(&asked.currency).to_ascii_lowercase(),
                });
            }
            Self::LapsedBefore | Self::PaidMeanwhile { .. } | Self::RefundPends { .. } => {}
        }
    }
}
