//! The operations of all three APIs, by the names that moods are set for.

use crate::{api, paypal, razorpay};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Stripe(api::Operation),
    Paypal(paypal::Operation),
    Razorpay(razorpay::Operation),
}

impl Called {
    pub fn all() -> impl Iterator<Item = Self> {
        let stripe = api::Operation::ALL.iter().copied().map(Self::Stripe);
        let paypal = paypal::Operation::ALL.iter().copied().map(Self::Paypal);
        stripe.chain(paypal).chain(razorpay::Operation::ALL.iter().copied().map(Self::Razorpay))
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Stripe(operation) => operation.name(),
            Self::Paypal(operation) => operation.name(),
            Self::Razorpay(operation) => operation.name(),
        }
    }
}

impl From<api::Operation> for Called {
    fn from(operation: api::Operation) -> Self {
        Self::Stripe(operation)
    }
}
