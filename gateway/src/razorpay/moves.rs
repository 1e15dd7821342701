//! What can happen to a link and its payments, with the money that moves.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::{Answer, Fault};
use super::link::{Link, LinkStatus, Payment, PaymentStatus, Refund};
use crate::id;
use crate::journal::Record;
use crate::ledger::{Booking, Movement, Provider};
use crate::state::{Due, State};

/// An authorized payment that nobody captures goes back after three days.
const CAPTURE_WITHIN_S: i64 = 3 * 24 * 3600;

/// How the buyer's bank answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bank {
    Pays,
    /// Too late for the payment to be captured by itself.
    PaysLate,
    Declines,
}

impl State {
    pub fn razorpay_link(&self, id: &str) -> Answer<Arc<Link>> {
        self.razorpay.link(id).map(Arc::clone).ok_or_else(Fault::no_such)
    }

    /// The link of an order, a payment or a refund.
    pub fn razorpay_link_of(&self, part: &str) -> Answer<Arc<Link>> {
        self.razorpay.link_of(part).map(Arc::clone).ok_or_else(Fault::no_such)
    }

    pub fn put_razorpay_link(&mut self, link: Link) -> Arc<Link> {
        let link = Arc::new(link);
        self.changes.push(Record::RazorpayLink(Arc::clone(&link)));
        self.restore_razorpay_link(Arc::clone(&link));
        link
    }

    pub fn restore_razorpay_link(&mut self, link: Arc<Link>) {
        if link.status == LinkStatus::Created && link.expire_by > 0 {
            self.expect(link.expire_by, Due::RazorpayLapses);
        }
        for held in link.payments.iter().filter(|it| it.status == PaymentStatus::Authorized) {
            self.expect(held.created + CAPTURE_WITHIN_S, Due::RazorpayLapses);
        }
        self.razorpay.restore(link);
    }

    /// The buyer pays, or tries to. A page that is closed or paid takes nothing.
    pub fn pay_razorpay(&mut self, id: &str, bank: Bank, now: i64) -> Answer<Arc<Link>> {
        let mut link = (*self.razorpay_link(id)?).clone();
        if link.status != LinkStatus::Created || link.live().is_some() {
            return Ok(Arc::new(link));
        }
        let status = if bank == Bank::Declines { PaymentStatus::Failed } else { PaymentStatus::Authorized };
        let payment = Payment { id: id::short("pay_"), created: now, status, captured: false, refunds: Vec::new() };
        let payment_id = payment.id.clone();
        link.payments.push(payment.clone());
        let link = self.put_razorpay_link(link);
        if bank == Bank::Declines {
            self.tell_razorpay("payment.failed", &link, Some(&payment), now);
            return Ok(link);
        }
        self.book_razorpay(&link, Movement::Authorise, link.amount, now);
        self.tell_razorpay("payment.authorized", &link, Some(&payment), now);
        if bank == Bank::PaysLate {
            return Ok(link);
        }
        self.capture_razorpay(&payment_id, link.amount, now)
    }

    /// Takes the money of an authorized payment: all of it, as Razorpay does.
    pub fn capture_razorpay(&mut self, payment: &str, amount: i64, now: i64) -> Answer<Arc<Link>> {
        let mut link = (*self.razorpay_link_of(payment)?).clone();
        let total = link.amount;
        let found = find(&mut link, payment)?;
        match found.status {
            PaymentStatus::Authorized => {}
            PaymentStatus::Captured => return Err(Fault::bad_request("This payment has already been captured")),
            PaymentStatus::Refunded | PaymentStatus::Failed => {
                return Err(Fault::bad_request("Only payments which have been authorized can be captured"));
            }
        }
        if amount != total {
            let why = "Capture amount must be equal to the amount authorized";
            return Err(Fault::bad_request(why));
        }
        found.status = PaymentStatus::Captured;
        found.captured = true;
        let found = found.clone();
        if link.status == LinkStatus::Created {
            link.status = LinkStatus::Paid;
        }
        let link = self.put_razorpay_link(link);
        self.book_razorpay(&link, Movement::Capture, amount, now);
        self.tell_razorpay("payment.captured", &link, Some(&found), now);
        if link.status == LinkStatus::Paid {
            self.tell_razorpay("payment_link.paid", &link, Some(&found), now);
        }
        Ok(link)
    }

    /// Closes the page. A buyer whose bank has not answered yet may still pay late.
    pub fn close_razorpay(&mut self, id: &str, to: LinkStatus, now: i64) -> Answer<Arc<Link>> {
        let link = self.razorpay_link(id)?;
        match link.status {
            LinkStatus::Created => {}
            LinkStatus::Paid => {
                return Err(Fault::bad_request("cannot cancel or expire an already paid/partially paid link"));
            }
            LinkStatus::Cancelled | LinkStatus::Expired => {
                return Err(Fault::bad_request("cannot cancel or expire an expired link"));
            }
        }
        let link = self.put_razorpay_link(Link { status: to, closed_at: now, ..(*link).clone() });
        let kind = if to == LinkStatus::Cancelled { "payment_link.cancelled" } else { "payment_link.expired" };
        self.tell_razorpay(kind, &link, None, now);
        Ok(link)
    }

    pub fn refund_razorpay(
        &mut self,
        payment: &str,
        amount: Option<i64>,
        notes: BTreeMap<String, String>,
        receipt: Option<String>,
        now: i64,
    ) -> Answer<(Arc<Link>, Refund)> {
        let mut link = (*self.razorpay_link_of(payment)?).clone();
        let total = link.amount;
        let found = find(&mut link, payment)?;
        let left = total - found.refunded();
        if !found.captured {
            return Err(Fault::bad_request("The payment status should be captured for action to be taken"));
        }
        if left == 0 {
            return Err(Fault::bad_request("The payment has been fully refunded already"));
        }
        let amount = amount.unwrap_or(left);
        if !(1..=left).contains(&amount) {
            let why = "The total refund amount is greater than the refund payment amount";
            return Err(Fault::bad_request(why));
        }
        let refund = Refund { id: id::short("rfnd_"), amount, notes, receipt, created: now };
        found.refunds.push(refund.clone());
        if amount == left {
            found.status = PaymentStatus::Refunded;
        }
        let found = found.clone();
        let link = self.put_razorpay_link(link);
        self.book_razorpay(&link, Movement::Refund, amount, now);
        self.tell_razorpay("refund.processed", &link, Some(&found), now);
        Ok((link, refund))
    }

    /// Pages whose time is over, and authorized payments that nobody captured.
    pub fn lapse_razorpay(&mut self, now: i64) {
        let is_late = |it: &Payment| it.status == PaymentStatus::Authorized && it.created + CAPTURE_WITHIN_S <= now;
        let due: Vec<Arc<Link>> = self
            .razorpay
            .links()
            .filter(|link| {
                let expires = link.status == LinkStatus::Created && link.expire_by > 0 && link.expire_by <= now;
                expires || link.payments.iter().any(is_late)
            })
            .map(Arc::clone)
            .collect();
        for old in due {
            if old.status == LinkStatus::Created && old.expire_by > 0 && old.expire_by <= now {
                // It is open: nothing can refuse this.
                let _ = self.close_razorpay(&old.id, LinkStatus::Expired, now);
            }
            let Some(mut link) = self.razorpay.link(&old.id).map(|link| (**link).clone()) else { continue };
            let late = link.payments.iter_mut().filter(|it| is_late(it)).map(|it| it.status = PaymentStatus::Refunded);
            if late.count() > 0 {
                let link = self.put_razorpay_link(link);
                self.book_razorpay(&link, Movement::Void, link.amount, now);
            }
        }
    }

    fn book_razorpay(&mut self, link: &Link, movement: Movement, amount: i64, now: i64) {
        let what = Booking { provider: Provider::Razorpay, payment: &link.id, currency: &link.currency };
        self.book_for(&what, movement, amount, now);
    }
}

fn find<'l>(link: &'l mut Link, payment: &str) -> Answer<&'l mut Payment> {
    link.payments.iter_mut().find(|it| it.id == payment).ok_or_else(Fault::no_such)
}
