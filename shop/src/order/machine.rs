//! Which move an order may make: one table.

use super::State;
use crate::{Error, Result};

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    ShippedInPart,
    ShippedWhole,
    Delivered,
    Cancelled,
    RefundedInFull,
}

/// The state after `happening`; a move that is not in the table is a `Conflict`.
pub fn after(from: State, happening: Happening) -> Result<State> {
    use Happening as H;
    use State as S;
    Ok(match (from, happening) {
        (S::Confirmed | S::Processing, H::ShippedInPart) => S::Processing,
        (S::Confirmed | S::Processing, H::ShippedWhole) => S::Shipped,
        (S::Shipped, H::Delivered) => S::Delivered,
        (S::Confirmed, H::Cancelled) => S::Cancelled,
        // Money that goes back after a cancellation leaves the order cancelled.
        (S::Cancelled | S::PaymentFailed | S::Refunded, H::RefundedInFull) => from,
        (S::Confirmed | S::Processing | S::Shipped | S::Delivered, H::RefundedInFull) => S::Refunded,
        (from, happening) => {
            let what = match happening {
                H::ShippedInPart | H::ShippedWhole => "shipped",
                H::Delivered => "marked as delivered",
                H::Cancelled => "cancelled",
                H::RefundedInFull => "refunded",
            };
            return Err(Error::conflict(
                "illegal_move",
                format!("An order that is “{}” cannot be {what}.", from.label().to_lowercase()),
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_ships_before_it_is_delivered_and_is_cancelled_only_before_it_ships() {
        assert_eq!(after(State::Confirmed, Happening::ShippedWhole).unwrap(), State::Shipped);
        assert_eq!(after(State::Shipped, Happening::Delivered).unwrap(), State::Delivered);
        assert!(after(State::Confirmed, Happening::Delivered).is_err());
        assert!(after(State::Shipped, Happening::Cancelled).is_err());
        assert!(after(State::PendingPayment, Happening::ShippedWhole).is_err());
        assert!(after(State::Cancelled, Happening::ShippedWhole).is_err());
    }
}
