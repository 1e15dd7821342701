//! What can happen to an order, with the money that moves.

use std::sync::Arc;

use super::event::Resource;
use super::order::{Authorization, AuthorizationStatus, Capture, Funding, Intent, Order, Refund, Status};
use super::problem::{Answer, Problem};
use super::view::approval_url;
use crate::id;
use crate::journal::Record;
use crate::ledger::{Booking, Movement, Provider};
use crate::state::{Due, State};

/// An authorization that nobody captures ends after 29 days.
const AUTHORIZATION_S: i64 = 29 * 24 * 3600;

impl State {
    pub fn paypal_order(&self, id: &str) -> Answer<Arc<Order>> {
        self.paypal.order(id).map(Arc::clone).ok_or_else(Problem::no_such)
    }

    /// The order of an authorization, a capture or a refund.
    pub fn paypal_order_of(&self, part: &str) -> Answer<Arc<Order>> {
        self.paypal.order_of(part).map(Arc::clone).ok_or_else(Problem::no_such)
    }

    pub fn put_paypal_order(&mut self, order: Order) -> Arc<Order> {
        let order = Arc::new(order);
        self.changes.push(Record::PaypalOrder(Arc::clone(&order)));
        self.restore_paypal_order(Arc::clone(&order));
        order
    }

    pub fn restore_paypal_order(&mut self, order: Arc<Order>) {
        if let Some(held) = order.authorization.as_ref().filter(|it| it.status == AuthorizationStatus::Created) {
            self.expect(held.expires, Due::PaypalLapses);
        }
        self.paypal.restore_order(order);
    }

    /// The buyer agrees, with this funding. Agreeing twice is once.
    pub fn approve_paypal(&mut self, id: &str, funding: Funding, now: i64) -> Answer<Arc<Order>> {
        let order = self.paypal_order(id)?;
        if !matches!(order.status, Status::Created | Status::PayerActionRequired) {
            return Ok(order);
        }
        let order =
            self.put_paypal_order(Order { status: Status::Approved, funding: Some(funding), ..(*order).clone() });
        self.tell_paypal("CHECKOUT.ORDER.APPROVED", Resource::Order, &order, now);
        Ok(order)
    }

    /// Holds the money that the buyer has agreed to.
    pub fn authorize_paypal(&mut self, id: &str, base: &str, now: i64) -> Answer<Arc<Order>> {
        let mut order = (*self.may_charge(id, Intent::Authorize, base)?).clone();
        order.status = Status::Completed;
        order.authorization = Some(Authorization {
            id: id::capitals(),
            status: AuthorizationStatus::Created,
            created: now,
            expires: now + AUTHORIZATION_S,
        });
        self.book_paypal(&order, Movement::Authorise, order.amount, now);
        let order = self.put_paypal_order(order);
        self.tell_paypal("PAYMENT.AUTHORIZATION.CREATED", Resource::Authorization, &order, now);
        Ok(order)
    }

    /// Takes the money of an order with the intent CAPTURE at once.
    pub fn capture_paypal_order(&mut self, id: &str, base: &str, now: i64) -> Answer<Arc<Order>> {
        let mut order = (*self.may_charge(id, Intent::Capture, base)?).clone();
        order.status = Status::Completed;
        self.book_paypal(&order, Movement::Authorise, order.amount, now);
        Ok(self.take_paypal(order.clone(), order.amount, now))
    }

    fn may_charge(&mut self, id: &str, intent: Intent, base: &str) -> Answer<Arc<Order>> {
        let order = self.paypal_order(id)?;
        if order.intent != intent {
            return Err(Problem::unprocessable(
                "ACTION_DOES_NOT_MATCH_INTENT",
                "The order was created for another intent.",
            ));
        }
        match order.status {
            Status::Completed if intent == Intent::Authorize => {
                Err(Problem::unprocessable("ORDER_ALREADY_AUTHORIZED", "Order already authorized."))
            }
            Status::Completed => Err(Problem::unprocessable("ORDER_ALREADY_CAPTURED", "Order already captured.")),
            Status::Created | Status::PayerActionRequired => {
                Err(Problem::unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment."))
            }
            Status::Approved if order.funding == Some(Funding::Declined) => {
                let order = self.put_paypal_order(Order {
                    status: Status::PayerActionRequired,
                    funding: None,
                    ..(*order).clone()
                });
                let message = "The instrument presented was either declined by the processor or bank.";
                Err(Problem::unprocessable("INSTRUMENT_DECLINED", message)
                    .with_payer_action(approval_url(&order, base)))
            }
            Status::Approved => Ok(order),
        }
    }

    /// Takes `amount`, or everything, of an authorization and lets the rest go.
    pub fn capture_paypal(&mut self, authorization: &str, amount: Option<i64>, now: i64) -> Answer<Arc<Order>> {
        let order = self.open_authorization(authorization)?;
        let amount = amount.unwrap_or(order.amount);
        if !(1..=order.amount).contains(&amount) {
            let message = "Capture amount exceeds allowable limit.";
            return Err(Problem::unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", message));
        }
        Ok(self.take_paypal((*order).clone(), amount, now))
    }

    fn take_paypal(&mut self, mut order: Order, amount: i64, now: i64) -> Arc<Order> {
        self.book_paypal(&order, Movement::Capture, amount, now);
        if amount < order.amount {
            self.book_paypal(&order, Movement::Void, order.amount - amount, now);
        }
        if let Some(authorization) = &mut order.authorization {
            let is_whole = amount == order.amount;
            authorization.status =
                if is_whole { AuthorizationStatus::Captured } else { AuthorizationStatus::PartiallyCaptured };
        }
        order.capture = Some(Capture { id: id::capitals(), amount, created: now });
        let order = self.put_paypal_order(order);
        self.tell_paypal("PAYMENT.CAPTURE.COMPLETED", Resource::Capture, &order, now);
        order
    }

    pub fn void_paypal(&mut self, authorization: &str, now: i64) -> Answer<Arc<Order>> {
        let mut order = (*self.open_authorization(authorization)?).clone();
        if let Some(authorization) = &mut order.authorization {
            authorization.status = AuthorizationStatus::Voided;
        }
        self.book_paypal(&order, Movement::Void, order.amount, now);
        let order = self.put_paypal_order(order);
        self.tell_paypal("PAYMENT.AUTHORIZATION.VOIDED", Resource::Authorization, &order, now);
        Ok(order)
    }

    fn open_authorization(&self, id: &str) -> Answer<Arc<Order>> {
        let order = self.paypal_order_of(id)?;
        match order.authorization.as_ref().filter(|it| it.id == id).map(|it| it.status) {
            None => Err(Problem::no_such()),
            Some(AuthorizationStatus::Created) => Ok(order),
            Some(AuthorizationStatus::Voided) => Err(Problem::unprocessable(
                "AUTHORIZATION_VOIDED",
                "A voided authorization cannot be captured or voided.",
            )),
            Some(AuthorizationStatus::Captured | AuthorizationStatus::PartiallyCaptured) => {
                let message = "Authorization has already been captured.";
                Err(Problem::unprocessable("AUTHORIZATION_ALREADY_CAPTURED", message))
            }
        }
    }

    pub fn refund_paypal(
        &mut self,
        capture: &str,
        amount: Option<i64>,
        custom_id: Option<String>,
        now: i64,
    ) -> Answer<(Arc<Order>, Refund)> {
        let mut order = (*self.paypal_order_of(capture)?).clone();
        let taken = order.capture.as_ref().filter(|it| it.id == capture).ok_or_else(Problem::no_such)?.amount;
        let left = taken - order.refunded();
        if left == 0 {
            return Err(Problem::unprocessable(
                "CAPTURE_FULLY_REFUNDED",
                "The capture has already been fully refunded.",
            ));
        }
        let amount = amount.unwrap_or(left);
        if !(1..=left).contains(&amount) {
            let message =
                "The refund amount must be less than or equal to the capture amount that has not yet been refunded.";
            return Err(Problem::unprocessable("REFUND_AMOUNT_EXCEEDED", message));
        }
        let refund = Refund { id: id::capitals(), amount, custom_id, created: now };
        order.refunds.push(refund.clone());
        self.book_paypal(&order, Movement::Refund, amount, now);
        let order = self.put_paypal_order(order);
        self.tell_paypal("PAYMENT.CAPTURE.REFUNDED", Resource::Refund, &order, now);
        Ok((order, refund))
    }

    /// Authorizations that nobody captured in time.
    pub fn lapse_paypal(&mut self, now: i64) {
        let is_over = |it: &Authorization| it.status == AuthorizationStatus::Created && it.expires <= now;
        let over: Vec<String> = self
            .paypal
            .orders()
            .filter_map(|order| order.authorization.as_ref().filter(|it| is_over(it)).map(|it| it.id.clone()))
            .collect();
        for id in over {
            // Refused when it was captured in the same second, which is as good.
            let _ = self.void_paypal(&id, now);
        }
    }

    fn book_paypal(&mut self, order: &Order, movement: Movement, amount: i64, now: i64) {
        let what = Booking { provider: Provider::Paypal, payment: &order.id, currency: &order.currency };
        self.book_for(&what, movement, amount, now);
    }
}
