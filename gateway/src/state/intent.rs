//! Payment intents, the charges they make, and the cards they are paid with.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::card::Aftermath;
use crate::card::{Behaviour, Card};
use crate::error::PaymentError;
use crate::form::Metadata;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMethod {
    Automatic,
    AutomaticAsync,
    Manual,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Intent {
    pub id: String,
    pub client_secret: String,
    pub amount: i64,
    /// Lower case, known.
    pub currency: String,
    pub capture_method: CaptureMethod,
    pub status: Status,
    pub amount_capturable: i64,
    pub amount_received: i64,
    pub created: i64,
    pub automatic_methods: bool,
    pub customer: Option<String>,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    pub metadata: Arc<Metadata>,
    pub method: Option<Arc<Method>>,
    pub last_error: Option<Arc<PaymentError>>,
    pub return_url: Option<String>,
    pub canceled_at: Option<i64>,
    pub cancellation_reason: Option<String>,
    /// The last one; earlier ones failed.
    pub charge: Option<Arc<Charge>>,
    /// The hosted page that made it.
    pub session: Option<String>,
    /// What it waits for, when it ends by itself.
    #[serde(default)]
    pub settles: Option<Settling>,
}

/// How a payment under way, or a challenge that answers itself, will end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settling {
    /// Unix milliseconds.
    pub at_ms: i64,
    pub how: Ending,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Authorised,
    Declined(String),
    Answered { passed: bool },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    pub id: String,
    pub created: i64,
    pub succeeded: bool,
    pub captured: bool,
    pub amount_captured: i64,
    pub amount_refunded: i64,
    pub failure: Option<Arc<PaymentError>>,
    pub capture_before: i64,
    pub authenticated: bool,
    #[serde(default)]
    pub disputed: bool,
    #[serde(default)]
    pub aftermath: Option<Aftermath>,
}

/// A card, without its number, that payments can be confirmed with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Method {
    pub id: String,
    pub created: i64,
    pub card: Card,
    pub holder: Option<String>,
    pub email: Option<String>,
    pub metadata: Metadata,
    #[serde(default)]
    pub customer: Option<String>,
}

/// An amount in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub amount: i64,
    pub currency: String,
}

/// How a payment is to be confirmed.
#[derive(Default)]
pub struct Confirmation {
    pub method: Option<Arc<Method>>,
    pub return_url: Option<String>,
    /// Nobody is there to pass a challenge.
    pub off_session: bool,
    /// Overrules what the card would do.
    pub forced: Option<Behaviour>,
    /// Takes another amount, or in another currency, than was asked for.
    pub instead: Option<Sum>,
    /// Lets the authorisation lapse after so many milliseconds.
    pub lapses_after_ms: Option<i64>,
}

impl Intent {
    pub fn takes_confirmation(&self) -> bool {
        matches!(self.status, Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction)
    }

    pub fn sum(&self) -> Sum {
        Sum { amount: self.amount, currency: self.currency.clone() }
    }

    /// What can still be given back.
    pub fn refundable(&self) -> i64 {
        self.charge.as_ref().map_or(0, |charge| charge.amount_captured - charge.amount_refunded)
    }
}
