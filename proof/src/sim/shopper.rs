//! A shopper: what somebody does who wants to buy, step by step. Each step can be done again after the shop has died:
//! the same request goes out under the same key (RELIABILITY.md R21).

mod act;
mod letter;
mod notes;

pub use letter::Letter;
pub use notes::is_over;

use super::town::Basket;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use shop::account::Visitor;
use shop::checkout::{PaymentWay, PlaceOrder};
use shop::id::{CartId, CheckoutId};
use shop::money::Currency;
use std::collections::BTreeMap;

/// A shopper who gets no answer gives up after so many steps.
const STEPS: u32 = 14;

#[derive(Clone, Debug)]
pub struct Shopper {
    number: usize,
    cart_id: CartId,
    version: i64,
    total: i64,
    due: i64,
    todo: Todo,
    /// Every request sent so far, by its key.
    pub sent: BTreeMap<String, PlaceOrder>,
    checkout: Option<CheckoutId>,
    steps: u32,
    /// Answers a challenge, or leaves.
    is_earnest: bool,
    /// A step is under way; it dies with the shop.
    pub is_busy: bool,
}

#[derive(Clone, Debug)]
enum Todo {
    Place(PlaceOrder),
    /// Pay where the shop has sent us.
    Pay(String),
    /// Pay in the shop's page, with this secret.
    PayHere(String),
    Look,
    Cancel,
    /// Puts something else into the cart and goes on.
    Edit,
    Done,
}

const CARDS: [(&str, u32); 7] = [
    ("pm_card_visa", 12),
    ("pm_card_chargeDeclined", 2),
    ("pm_card_chargeDeclinedInsufficientFunds", 1),
    ("pm_card_threeDSecure2Required", 3),
    ("pm_card_pendingRefund", 1),
    ("pm_card_refundFail", 1),
    ("pm_card_mastercard", 3),
];

impl Shopper {
    pub fn draw(dice: &mut StdRng, number: usize, basket: &Basket) -> Self {
        let mut shopper = Self {
            number,
            cart_id: basket.id,
            version: basket.version,
            total: basket.total,
            due: basket.due,
            todo: Todo::Done,
            sent: BTreeMap::new(),
            checkout: None,
            steps: 0,
            is_earnest: dice.random_bool(0.85),
            is_busy: false,
        };
        shopper.todo = shopper.order_anew(dice);
        shopper
    }

    pub fn visitor(&self) -> Visitor {
        Visitor { cart_id: Some(self.cart_id), customer: None, currency: Currency::EUR }
    }

    /// A request under a key of its own.
    fn order_anew(&mut self, dice: &mut StdRng) -> Todo {
        let key = format!("{}-{}", self.number, self.sent.len());
        let (payment, provider) = means(dice);
        let order = PlaceOrder {
            idempotency_key: key.clone(),
            expected_total: self.total,
            expected_due: Some(self.due),
            cart_version: self.version,
            payment,
            provider: provider.map(str::to_owned),
            network_address: String::new(),
        };
        self.sent.insert(key, order.clone());
        Todo::Place(order)
    }

    /// What comes after an answer, and after how many milliseconds.
    fn go_on(&mut self, dice: &mut StdRng, answer: &Answer) -> u64 {
        let again = self.todo.clone();
        self.todo = match answer {
            Answer::Told(id) => {
                self.checkout = *id;
                if dice.random_bool(0.5) { again } else { Todo::Look }
            }
            Answer::Page(id, url) => {
                self.checkout = Some(*id);
                self.at_the_provider(dice, Todo::Pay(url.clone()))
            }
            Answer::Frame(id, secret) => {
                self.checkout = Some(*id);
                self.at_the_provider(dice, Todo::PayHere(secret.clone()))
            }
            Answer::Paid => Todo::Look,
            Answer::Declined | Answer::Over if dice.random_bool(0.7) => self.order_anew(dice),
            Answer::Moved(version, total, due) if dice.random_bool(0.7) => {
                (self.version, self.total, self.due) = (*version, *total, *due);
                self.order_anew(dice)
            }
            // Some do not trust the page and press the button anew.
            Answer::Later if dice.random_bool(0.1) => self.order_anew(dice),
            Answer::Later => again,
            Answer::Placed | Answer::Declined | Answer::Over | Answer::Moved(..) | Answer::Refused => Todo::Done,
        };
        let (least, most) = match answer {
            Answer::Later | Answer::Told(_) => (500, 20_000),
            _ => (200, 60_000),
        };
        dice.random_range(least..=most)
    }

    fn at_the_provider(&self, dice: &mut StdRng, pay: Todo) -> Todo {
        match dice.random_range(0..20) {
            0 => Todo::Cancel,
            1 => Todo::Edit,
            2 => Todo::Done,
            _ if self.is_earnest => pay,
            _ => Todo::Look,
        }
    }
}

fn means(dice: &mut StdRng) -> (PaymentWay, Option<&'static str>) {
    match dice.random_range(0..10) {
        0 => (PaymentWay::Hosted, Some("stripe")),
        1 => (PaymentWay::Hosted, Some("paypal")),
        2 => (PaymentWay::Hosted, Some("razorpay")),
        3 | 4 => (PaymentWay::Embedded, None),
        _ => {
            let card = CARDS.choose_weighted(dice, |(_, weight)| *weight).map_or("pm_card_visa", |(name, _)| name);
            (PaymentWay::Token { payment_method: card.to_owned() }, None)
        }
    }
}

/// What a step came to, as the shopper sees it.
enum Answer {
    Placed,
    /// It is being worked on.
    Told(Option<CheckoutId>),
    Page(CheckoutId, String),
    Frame(CheckoutId, String),
    /// Paid, as far as the shopper can tell.
    Paid,
    Declined,
    /// The time ran out, or it was cancelled.
    Over,
    /// The cart has another version or total now, or its gift card leaves more to pay.
    Moved(i64, i64, i64),
    /// Try again.
    Later,
    Refused,
}
