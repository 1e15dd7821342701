//! What can be done with an order as it stands. The business decides again when it is done.

use shop::order::{Actions, Dispute, Line, Order, PaymentState, State};

/// Units of a line that are neither sent nor given back; gift cards are mailed by themselves.
pub fn to_send(line: &Line) -> i64 {
    if line.gift_card { 0 } else { line.quantity - line.fulfilled - line.restocked }
}

/// `held`: it waits for a person.
pub fn actions(order: &Order, dispute: Option<Dispute>, held: bool) -> Actions {
    let to_send = order.lines.iter().any(|line| to_send(line) > 0);
    let paid = order.captured.amount >= order.due();
    let placed = matches!(order.state, State::Confirmed | State::Processing);
    Actions {
        capture: !held && order.payment_state == PaymentState::Authorized && order.state != State::PendingPayment,
        ship: !held && placed && to_send && paid,
        mark_delivered: order.state == State::Shipped,
        cancel: order.state == State::Confirmed && order.lines.iter().all(|line| line.fulfilled == 0),
        refundable: if dispute.is_some_and(Dispute::blocks_refunds) {
            0
        } else {
            order.captured.amount - order.refunded.amount - order.credited.amount
        },
    }
}
