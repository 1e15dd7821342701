//! What the merchant does in the model, and what the outbox does for both.

use super::Model;
use super::pay::Bank;
use crate::model::op::{GOODS, Share, Units};

impl Model {
    /// How much the refund is over, minor units.
    pub fn refund_amount(&self, ago: usize, share: Share) -> i64 {
        let Some(it) = self.ago(ago).map(|at| &self.checkouts[at]) else { return 1 };
        match share {
            Share::Third => it.total / 3,
            Share::Rest => (it.captured - it.refunded).max(1),
            Share::TooMuch => it.captured - it.refunded + 1,
        }
    }

    pub(super) fn refund(&mut self, ago: usize, share: Share, restock: Option<Units>) -> String {
        let amount = self.refund_amount(ago, share);
        let Some(at) = self.ago(ago) else { return "-".into() };
        let restock = self.ordered(at, restock);
        let it = &mut self.checkouts[at];
        if it.captured == 0 {
            return "409 nothing_to_refund".into();
        }
        if amount > it.captured - it.refunded {
            return "422 invalid".into();
        }
        if let Some((what, units)) = restock {
            if it.restocked[what] + units > it.bought[what] {
                return "422 invalid".into();
            }
            it.restocked[what] += units;
            self.shelves[what].on_hand += units;
        }
        self.give_back(at, amount);
        "ok".into()
    }

    /// Units of a line that the order has: the merchant cannot name another.
    fn ordered(&self, at: usize, part: Option<Units>) -> Option<Units> {
        let (what, units) = part?;
        let bought = &self.checkouts[at].bought;
        let line = if bought[what] > 0 { what } else { bought.iter().position(|units| *units > 0)? };
        Some((line, units))
    }

    fn give_back(&mut self, at: usize, amount: i64) {
        let it = &mut self.checkouts[at];
        it.refunded += amount;
        it.money[3] += amount;
        if it.refunded == it.captured && it.order != "cancelled" {
            it.order = "refunded";
        }
    }

    pub(super) fn cancel_order(&mut self, ago: usize, restock: bool) -> String {
        let Some(at) = self.ago(ago) else { return "-".into() };
        let it = &mut self.checkouts[at];
        if it.order != "confirmed" {
            return "409 illegal_move".into();
        }
        it.order = "cancelled";
        it.capture_due = false;
        if restock {
            for what in 0..GOODS {
                self.shelves[what].on_hand += it.bought[what] - it.restocked[what];
                it.restocked[what] = it.bought[what];
            }
        }
        let left = it.captured - it.refunded;
        match it.attempts.last_mut() {
            Some(attempt) if attempt.bank == Bank::Held => {
                (attempt.state, attempt.bank) = ("canceled", Bank::Cancelled);
                it.money[2] = it.total;
            }
            _ if left > 0 => self.give_back(at, left),
            _ => {}
        }
        // Whatever else was due goes out with it.
        (0..self.checkouts.len()).for_each(|at| self.deliver_outbox(at));
        "ok".into()
    }

    pub(super) fn deliver_outbox(&mut self, at: usize) {
        let it = &mut self.checkouts[at];
        if !std::mem::take(&mut it.capture_due) {
            return;
        }
        let Some(attempt) = it.attempts.last_mut().filter(|attempt| attempt.bank == Bank::Held) else { return };
        (attempt.state, attempt.bank) = ("captured", Bank::Taken);
        (it.state, it.captured, it.money[1]) = ("settled", it.total, it.total);
    }

    pub(super) fn capture_order(&mut self, ago: usize) -> String {
        let Some(at) = self.ago(ago) else { return "-".into() };
        if self.checkouts[at].state != "placed" || self.checkouts[at].order != "confirmed" {
            return "409 nothing_to_capture".into();
        }
        self.deliver_outbox(at);
        "ok".into()
    }

    pub(super) fn ship(&mut self, ago: usize, part: Option<Units>) -> String {
        let Some(at) = self.ago(ago) else { return "-".into() };
        let part = self.ordered(at, part);
        let it = &mut self.checkouts[at];
        if it.order == "confirmed" && it.captured < it.total {
            return "409 not_captured".into();
        }
        if !matches!(it.order, "confirmed" | "processing") {
            return "409 illegal_move".into();
        }
        let open: [i64; GOODS] =
            std::array::from_fn(|what| (it.bought[what] - it.shipped[what] - it.restocked[what]).max(0));
        let parcel = part.map_or(open, |(what, units)| std::array::from_fn(|at| if at == what { units } else { 0 }));
        if parcel == [0; GOODS] {
            return "409 nothing_to_ship".into();
        }
        if (0..GOODS).any(|what| parcel[what] > open[what]) {
            return "422 invalid".into();
        }
        for (shipped, units) in it.shipped.iter_mut().zip(parcel) {
            *shipped += units;
        }
        it.order = if parcel == open { "shipped" } else { "processing" };
        "ok".into()
    }

    pub(super) fn deliver(&mut self, ago: usize) -> String {
        let Some(at) = self.ago(ago) else { return "-".into() };
        let it = &mut self.checkouts[at];
        if it.order != "shipped" {
            return "409 illegal_move".into();
        }
        it.order = "delivered";
        "ok".into()
    }
}
