//! The reference model: what the shop should do, written down a second time without databases, providers or waiting.
//!
//! ```text
//! reference        goods, carts, time
//! reference/pay    checkouts: placing, and what the bank holds
//! reference/hear   how the shop comes to know of it: waiting pages, events, the worker
//! reference/order  what the merchant does
//! ```
//! An answer is what a caller can act on: a status with its code, or what became of whose checkout.

mod hear;
mod order;
mod pay;

use super::op::{GOODS, Op, SHOPPERS};
use super::seen::{self, Problem, Seen};
use pay::{Checkout, Key};

pub use pay::{Bank, Request};

/// Delivery of any parcel, minor units.
const DELIVERY: i64 = 490;
pub const HOLD_MS: i64 = 30 * 60_000;

#[derive(Clone, Copy, Debug, Default)]
struct Shelf {
    on_hand: i64,
    reserved: i64,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    quantity: i64,
    price_seen: i64,
}

#[derive(Clone, Debug)]
struct Cart {
    active: bool,
    version: i64,
    /// Contact, address and delivery are known.
    told: bool,
    lines: [Option<Line>; GOODS],
}

#[derive(Clone, Debug)]
pub struct Model {
    now: i64,
    shelves: [Shelf; GOODS],
    prices: [i64; GOODS],
    carts: Vec<Cart>,
    /// The cart that the shopper's browser names, whatever has become of it.
    named: [Option<usize>; SHOPPERS],
    checkouts: Vec<Checkout>,
    keys: Vec<Key>,
    /// The last request of each shopper.
    sent: [Option<Request>; SHOPPERS],
}

impl Model {
    pub fn new(now: i64, on_hand: [i64; GOODS], prices: [i64; GOODS]) -> Self {
        Self {
            now,
            shelves: on_hand.map(|on_hand| Shelf { on_hand, reserved: 0 }),
            prices,
            carts: Vec::new(),
            named: [None; SHOPPERS],
            checkouts: Vec::new(),
            keys: Vec::new(),
            sent: std::array::from_fn(|_| None),
        }
    }

    /// Does `op`, the `at`-th of its story; the answer.
    pub fn step(&mut self, at: usize, op: &Op) -> String {
        match *op {
            Op::Add { who, what, units } => self.add(who, what, units),
            Op::Set { who, what, units } => self.set(who, what, units),
            Op::Remove { who, what } => self.set(who, what, 0),
            Op::Acknowledge { who } => self.acknowledge(who),
            Op::Place { who, card, lost } => self.place_cart(who, format!("key-{at}"), card, lost),
            Op::Repeat { who } => self.repeat(who, None),
            Op::RepeatChanged { who, card } => self.repeat(who, Some(card)),
            Op::Challenge { ago, passed } => self.answer_bank(ago, passed),
            Op::Look { who } => self.look(who),
            Op::GiveUp { who } => self.cancel_checkout(who),
            Op::Wait { seconds } => self.wait(seconds * 1000),
            Op::WaitBeyondHold => self.wait(HOLD_MS + 1),
            Op::Tell { ago } => self.tell(ago),
            Op::Work(job) => self.work(job),
            Op::Stock { what, delta } => self.adjust(what, delta),
            Op::Price { what, amount } => {
                self.prices[what] = amount;
                "ok".into()
            }
            Op::Refund { ago, share, restock } => self.refund(ago, share, restock),
            Op::Cancel { ago, restock } => self.cancel_order(ago, restock),
            Op::Capture { ago } => self.capture_order(ago),
            Op::Ship { ago, part } => self.ship(ago, part),
            Op::Deliver { ago } => self.deliver(ago),
        }
    }

    fn wait(&mut self, ms: i64) -> String {
        self.now += ms;
        "ok".into()
    }

    /// A merchant's correction; what is reserved is promised.
    fn adjust(&mut self, what: usize, delta: i64) -> String {
        let shelf = &mut self.shelves[what];
        if shelf.on_hand + delta < shelf.reserved {
            return "409 stock_reserved".into();
        }
        shelf.on_hand += delta;
        "ok".into()
    }

    fn active_cart(&self, who: usize) -> Option<usize> {
        self.named[who].filter(|cart| self.carts[*cart].active)
    }

    /// Units that this cart can have: what is free, and what is held for it already.
    fn available(&self, cart: Option<usize>, what: usize) -> i64 {
        let held = self.checkouts.iter().filter(|it| Some(it.cart) == cart && it.holds()).map(|it| it.units(what));
        self.shelves[what].on_hand - self.shelves[what].reserved + held.sum::<i64>()
    }

    fn add(&mut self, who: usize, what: usize, units: i64) -> String {
        let cart = self.active_cart(who);
        let there = cart.and_then(|cart| self.carts[cart].lines[what]).map_or(0, |line| line.quantity);
        let line = Line { quantity: there + units, price_seen: self.prices[what] };
        if line.quantity > self.available(cart, what) {
            return "409 sold_out".into();
        }
        let cart = cart.unwrap_or_else(|| {
            self.carts.push(Cart { active: true, version: 0, told: false, lines: [None; GOODS] });
            self.carts.len() - 1
        });
        self.named[who] = Some(cart);
        self.carts[cart].version += 1;
        self.carts[cart].lines[what] = Some(line);
        "ok".into()
    }

    /// Nothing removes the line.
    fn set(&mut self, who: usize, what: usize, units: i64) -> String {
        let Some(cart) = self.active_cart(who) else { return "404 not_found".into() };
        let Some(line) = self.carts[cart].lines[what] else { return "404 not_found".into() };
        if units > self.available(Some(cart), what) {
            return "409 sold_out".into();
        }
        self.carts[cart].version += 1;
        self.carts[cart].lines[what] = (units > 0).then_some(Line { quantity: units, ..line });
        "ok".into()
    }

    fn problem(&self, cart: usize, what: usize) -> Option<Problem> {
        let line = self.carts[cart].lines[what]?;
        let available = self.available(Some(cart), what);
        if line.quantity > available {
            return Some(Problem::Short(available));
        }
        (line.price_seen != self.prices[what]).then_some(Problem::Price)
    }

    fn acknowledge(&mut self, who: usize) -> String {
        let Some(cart) = self.active_cart(who) else { return "404 not_found".into() };
        for what in 0..GOODS {
            let (problem, price_seen) = (self.problem(cart, what), self.prices[what]);
            let line = &mut self.carts[cart].lines[what];
            match (problem, line.as_mut()) {
                (Some(Problem::Short(0)), _) => *line = None,
                (Some(Problem::Short(left)), Some(line)) => *line = Line { quantity: left, price_seen },
                (Some(Problem::Price), Some(line)) => line.price_seen = price_seen,
                _ => {}
            }
        }
        self.carts[cart].version += 1;
        "ok".into()
    }

    /// What the cart's goods cost today, as far as there are enough of them.
    fn subtotal(&self, cart: usize) -> i64 {
        let cost = |(what, line): (usize, &Option<Line>)| {
            line.map_or(0, |line| line.quantity.min(self.available(Some(cart), what)) * self.prices[what])
        };
        self.carts[cart].lines.iter().enumerate().map(cost).sum()
    }

    pub fn seen(&self) -> Seen {
        let cart = |who| {
            let at = self.active_cart(who)?;
            let lines = self.carts[at].lines.iter().enumerate().filter_map(|(what, line)| {
                Some(seen::Line { what, quantity: (*line)?.quantity, problem: self.problem(at, what) })
            });
            let (version, subtotal) = (self.carts[at].version, self.subtotal(at));
            Some(seen::Cart { version, subtotal, lines: lines.collect() })
        };
        Seen {
            stock: self.shelves.iter().map(|shelf| (shelf.on_hand, shelf.reserved)).collect(),
            carts: (0..SHOPPERS).map(cart).collect(),
            checkouts: self.checkouts.iter().map(Checkout::seen).collect(),
            money: self.checkouts.iter().map(|it| it.money).collect(),
        }
    }
}
