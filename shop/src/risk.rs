//! Payments that look like fraud: limits on declined ones, and rules by which an order waits for a person.
//!
//! Who tries out stolen cards is declined often. Declined payments of the last hour are therefore counted by card, buyer,
//! delivery address and network, from the stored attempts: a payment that goes through costs no write and counts nowhere.
//! Whoever has used up one of the limits starts no payment until the hour is over.
//!
//! An order that one of the owner's rules names is placed as any other, and held: its money is authorised and not taken, and
//! it does not ship until somebody of the staff releases it (`crate::order::release`). Where a provider takes money at once, it does not ship.

mod payer;
mod rule;

pub(crate) use payer::{Payer, may_pay};
pub(crate) use rule::reasons;
