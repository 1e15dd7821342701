//! Checkouts in the model: placing, what the bank holds, and what it means when the shop hears of it.

use super::{DELIVERY, HOLD_MS, Model};
use crate::model::op::{Card, GOODS, Lost};
use crate::model::seen::{self, Money};

const LEASE_AFTER_SILENCE_MS: i64 = 5_000;
pub(super) const FIRST_POLL_MS: i64 = 30_000;

/// What a shopper sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub key: String,
    pub version: i64,
    pub total: i64,
    pub card: Card,
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    cart: usize,
    request: Request,
    checkout: usize,
    /// The final one, once there is one.
    answer: Option<String>,
}

/// What the provider holds of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bank {
    /// Never heard of it.
    Nothing,
    Challenged,
    Failed(&'static str),
    Held,
    Taken,
    Cancelled,
}

#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub card: Card,
    pub state: &'static str,
    pub bank: Bank,
    pub declined: bool,
    /// An event about it waits.
    pub told: bool,
    pub next_poll: i64,
    pub polls: i64,
    pub asked: i64,
}

impl Attempt {
    /// Before there is money; the provider hears of it if it knows the payment.
    fn cancel(&mut self) {
        self.state = "canceled";
        if self.bank != Bank::Nothing {
            self.bank = Bank::Cancelled;
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Checkout {
    pub cart: usize,
    version: i64,
    pub total: i64,
    pub bought: [i64; GOODS],
    pub state: &'static str,
    pub order: &'static str,
    pub attempts: Vec<Attempt>,
    pub expires: i64,
    pub lease: i64,
    pub capture_due: bool,
    pub captured: i64,
    pub refunded: i64,
    pub shipped: [i64; GOODS],
    pub restocked: [i64; GOODS],
    pub money: Money,
}

impl Checkout {
    pub fn units(&self, what: usize) -> i64 {
        self.bought[what]
    }

    /// Before the pivot, with stock held.
    pub fn holds(&self) -> bool {
        matches!(self.state, "prepared" | "awaiting_action" | "unknown" | "payable_again")
    }

    pub fn live(&mut self) -> Option<&mut Attempt> {
        self.attempts.last_mut().filter(|attempt| !matches!(attempt.state, "declined" | "canceled"))
    }

    pub fn seen(&self) -> seen::Checkout {
        let lines = (0..GOODS).filter(|what| self.bought[*what] > 0);
        seen::Checkout {
            state: self.state.into(),
            attempts: self.attempts.iter().map(|attempt| attempt.state.into()).collect(),
            order: self.order.into(),
            total: self.total,
            captured: self.captured,
            refunded: self.refunded,
            lines: lines.map(|at| (at, self.bought[at], self.shipped[at], self.restocked[at])).collect(),
        }
    }
}

impl Model {
    pub(super) fn ago(&self, ago: usize) -> Option<usize> {
        self.checkouts.len().checked_sub(ago + 1)
    }

    /// What the bank holds of the last attempt of a checkout.
    pub fn bank(&self, ago: usize) -> Option<Bank> {
        Some(self.checkouts[self.ago(ago)?].attempts.last()?.bank)
    }

    /// Whether the shopper has the address of a question that is open.
    pub fn is_asked(&self, ago: usize) -> bool {
        let last = self.ago(ago).and_then(|at| self.checkouts[at].attempts.last());
        last.is_some_and(|attempt| attempt.bank == Bank::Challenged && attempt.state == "requires_action")
    }

    /// Whether no payment of the shopper's cart is under way.
    pub fn is_fresh(&self, who: usize) -> bool {
        self.checkouts.iter().all(|it| Some(it.cart) != self.named[who] || !it.holds())
    }

    pub fn last_request(&self, who: usize) -> Option<&Request> {
        self.sent[who].as_ref()
    }

    /// The shopper's cart, if there is anything in it.
    fn full_cart(&self, who: usize) -> Option<usize> {
        self.active_cart(who).filter(|cart| self.carts[*cart].lines.iter().any(Option::is_some))
    }

    pub fn has_nothing(&self, who: usize) -> bool {
        self.full_cart(who).is_none()
    }

    pub(super) fn place_cart(&mut self, who: usize, key: String, card: Card, lost: Lost) -> String {
        let lost = if self.is_fresh(who) { lost } else { Lost::Nothing };
        if self.has_nothing(who) {
            self.add(who, 0, 1);
        }
        let Some(cart) = self.full_cart(who) else { return "409 cart_empty".into() };
        if !self.carts[cart].told {
            self.carts[cart].told = true;
            self.carts[cart].version += 3;
        }
        let request = Request { key, version: self.carts[cart].version, total: self.subtotal(cart) + DELIVERY, card };
        self.sent[who] = Some(request.clone());
        self.place(who, request, lost)
    }

    pub(super) fn repeat(&mut self, who: usize, card: Option<Card>) -> String {
        let Some(request) = self.sent[who].clone() else { return "-".into() };
        let card = card.unwrap_or(request.card);
        self.place(who, Request { card, ..request }, Lost::Nothing)
    }

    fn place(&mut self, who: usize, request: Request, lost: Lost) -> String {
        let Some(named) = self.named[who] else { return "409 cart_empty".into() };
        if let Some(known) = self.keys.iter().find(|it| it.cart == named && it.request.key == request.key) {
            return match (known.request == request, &known.answer) {
                (false, _) => "422 invalid".into(),
                (true, Some(answer)) => answer.clone(),
                (true, None) => self.resume(known.checkout, request.card),
            };
        }
        let Some(cart) = self.full_cart(who) else {
            let is_it = |it: &Checkout| it.cart == named && it.version == request.version;
            let is_ours = self.checkouts.iter().any(|it| is_it(it) && matches!(it.state, "placed" | "settled"));
            return if is_ours { "409 already_ordered" } else { "409 cart_empty" }.into();
        };
        if self.carts[cart].version != request.version {
            return "409 cart_changed".into();
        }
        for at in (0..self.checkouts.len()).filter(|at| self.checkouts[*at].cart == cart).collect::<Vec<_>>() {
            if !self.checkouts[at].holds() {
                continue;
            }
            if self.checkouts[at].version == request.version {
                return self.join(at, cart, request);
            }
            match self.give_up(at) {
                "placed" | "settled" => return "409 already_ordered".into(),
                "released" => {}
                _ => return "409 in_progress".into(),
            }
        }
        self.start(cart, request, lost)
    }

    /// A second request for the version that is being paid.
    fn join(&mut self, at: usize, cart: usize, request: Request) -> String {
        if self.checkouts[at].total != request.total {
            // The shopper has seen the price of today; what was started ends.
            if self.subtotal(cart) + DELIVERY == request.total {
                self.give_up(at);
            }
            return "409 cart_changed".into();
        }
        let card = request.card;
        self.keys.push(Key { cart, request, checkout: at, answer: None });
        self.resume(at, card)
    }

    fn start(&mut self, cart: usize, request: Request, lost: Lost) -> String {
        let problems: Vec<_> = (0..GOODS).filter_map(|what| self.problem(cart, what)).collect();
        if problems.iter().any(|problem| matches!(problem, seen::Problem::Short(_))) {
            return "409 sold_out".into();
        }
        if !problems.is_empty() {
            return "409 cart_changed".into();
        }
        if !self.carts[cart].told {
            return "409 incomplete".into();
        }
        if self.subtotal(cart) + DELIVERY != request.total {
            return "409 cart_changed".into();
        }
        let bought = self.carts[cart].lines.map(|line| line.map_or(0, |line| line.quantity));
        for (shelf, units) in self.shelves.iter_mut().zip(bought) {
            shelf.reserved += units;
        }
        let (at, card) = (self.checkouts.len(), request.card);
        self.checkouts.push(Checkout {
            cart,
            version: request.version,
            total: request.total,
            bought,
            state: "prepared",
            order: "pending_payment",
            attempts: Vec::new(),
            expires: self.now + HOLD_MS,
            lease: 0,
            capture_due: false,
            captured: 0,
            refunded: 0,
            shipped: [0; GOODS],
            restocked: [0; GOODS],
            money: [0; 4],
        });
        self.keys.push(Key { cart, request, checkout: at, answer: None });
        self.attempt(at, card);
        self.charge(at, card, lost)
    }

    fn attempt(&mut self, at: usize, card: Card) {
        let (state, bank) = ("prepared", Bank::Nothing);
        self.checkouts[at].state = state;
        self.checkouts[at].attempts.push(Attempt {
            card,
            state,
            bank,
            declined: false,
            told: false,
            next_poll: 0,
            polls: 0,
            asked: 0,
        });
    }

    pub(super) fn charge(&mut self, at: usize, card: Card, lost: Lost) -> String {
        let silence = self.now + LEASE_AFTER_SILENCE_MS;
        let next_poll = self.now + FIRST_POLL_MS;
        let it = &mut self.checkouts[at];
        let Some(attempt) = it.attempts.last_mut() else { return "-".into() };
        if lost == Lost::Create {
            attempt.state = "unknown";
            (it.state, it.lease) = ("unknown", silence);
            return format!("pending {at}");
        }
        attempt.state = "sent";
        attempt.next_poll = next_poll;
        attempt.bank = match card {
            Card::Good => Bank::Held,
            Card::Declined => Bank::Failed("generic_decline"),
            Card::Challenged => Bank::Challenged,
        };
        if attempt.bank == Bank::Held {
            it.money[0] = it.total;
        }
        if lost == Lost::Answer {
            (it.state, it.lease) = ("unknown", silence);
            return format!("pending {at}");
        }
        self.hear(at)
    }

    /// The shop hears what the bank holds of the live attempt; what the shopper is told.
    pub(super) fn hear(&mut self, at: usize) -> String {
        let it = &mut self.checkouts[at];
        it.lease = 0;
        let Some(attempt) = it.live() else { return format!("pending {at}") };
        match attempt.bank {
            Bank::Nothing | Bank::Taken => format!("pending {at}"),
            Bank::Challenged => {
                attempt.state = "requires_action";
                it.state = "awaiting_action";
                format!("redirect {at}")
            }
            Bank::Failed(code) => {
                (attempt.state, attempt.declined) = ("declined", true);
                it.state = "payable_again";
                self.answer(at, format!("402 {code}"));
                format!("402 {code}")
            }
            Bank::Cancelled => {
                attempt.state = "canceled";
                it.state = "payable_again";
                format!("pending {at}")
            }
            Bank::Held => {
                attempt.state = "authorized";
                (it.state, it.order, it.capture_due) = ("placed", "confirmed", true);
                let (cart, version, bought) = (it.cart, it.version, it.bought);
                for (shelf, units) in self.shelves.iter_mut().zip(bought) {
                    shelf.reserved -= units;
                    shelf.on_hand -= units;
                }
                let cart = &mut self.carts[cart];
                if cart.version == version {
                    cart.active = false;
                } else {
                    cart.version += 1;
                    for (line, units) in cart.lines.iter_mut().zip(bought) {
                        *line = line.filter(|line| line.quantity > units);
                        if let Some(line) = line {
                            line.quantity -= units;
                        }
                    }
                }
                self.answer(at, format!("order {at}"));
                format!("order {at}")
            }
        }
    }

    /// Final for every key of the checkout that has no answer yet.
    fn answer(&mut self, at: usize, answer: String) {
        for key in self.keys.iter_mut().filter(|key| key.checkout == at && key.answer.is_none()) {
            key.answer = Some(answer.clone());
        }
    }

    fn resume(&mut self, at: usize, card: Card) -> String {
        match self.checkouts[at].state {
            "placed" | "settled" => return format!("order {at}"),
            "released" => return "409 checkout_expired".into(),
            _ if self.checkouts[at].lease > self.now => return "409 in_progress".into(),
            _ => {}
        }
        if let Some(attempt) = self.checkouts[at].live() {
            if attempt.card == card {
                return if attempt.bank == Bank::Nothing {
                    self.charge(at, card, Lost::Nothing)
                } else {
                    self.hear(at)
                };
            }
            if attempt.bank == Bank::Held {
                return self.hear(at);
            }
            attempt.cancel();
        }
        self.checkouts[at].lease = 0;
        self.attempt(at, card);
        self.charge(at, card, Lost::Nothing)
    }

    /// Ends a checkout unless it was paid; where it stands then.
    pub(super) fn give_up(&mut self, at: usize) -> &'static str {
        let now = self.now;
        let it = &mut self.checkouts[at];
        if !it.holds() || it.lease > now {
            return it.state;
        }
        if let Some(attempt) = it.live() {
            if attempt.bank == Bank::Held {
                self.hear(at);
                return self.checkouts[at].state;
            }
            attempt.cancel();
        }
        let declined = it.attempts.last().is_some_and(|attempt| attempt.declined);
        it.state = "released";
        it.lease = 0;
        it.order = if it.expires <= now || declined { "payment_failed" } else { "cancelled" };
        let (cart, version, bought) = (it.cart, it.version, it.bought);
        for (shelf, units) in self.shelves.iter_mut().zip(bought) {
            shelf.reserved -= units;
        }
        if self.carts[cart].version == version {
            self.carts[cart].version += 1;
        }
        self.answer(at, "409 checkout_expired".into());
        "released"
    }
}
