//! What can be done with an order as it stands. The business decides again when it is done.

use shop::order::{Actions, Order, PaymentState, State};

pub fn actions(order: &Order) -> Actions {
    let to_send = order.lines.iter().any(|line| line.fulfilled < line.quantity);
    let placed = matches!(order.state, State::Confirmed | State::Processing);
    Actions {
        capture: order.payment_state == PaymentState::Authorized && order.state != State::PendingPayment,
        ship: placed && to_send,
        mark_delivered: order.state == State::Shipped,
        cancel: order.state == State::Confirmed && order.lines.iter().all(|line| line.fulfilled == 0),
        refundable: order.captured.amount - order.refunded.amount,
    }
}
