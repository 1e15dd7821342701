//! A shopper: what somebody does who wants to buy, step by step. Each step can be done again after the shop has died:
//! the same request goes out under the same key (RELIABILITY.md R21).

use super::town::Basket;
use super::world::{Act, World};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed, Status};
use shop::id::{CartId, CheckoutId};
use shop::invariant::client::Told;
use shop::money::Currency;
use shop::{Error, Shop, cart};
use std::collections::BTreeMap;
use std::time::Duration;

/// A shopper who gets no answer gives up after so many steps.
const STEPS: u32 = 14;

#[derive(Clone, Debug)]
pub struct Shopper {
    number: usize,
    cart_id: CartId,
    version: i64,
    total: i64,
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
            cart_version: self.version,
            payment,
            provider: provider.map(str::to_owned),
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
            Answer::Moved(version, total) if dice.random_bool(0.7) => {
                (self.version, self.total) = (*version, *total);
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
    /// The cart has another version or total now.
    Moved(i64, i64),
    /// Try again.
    Later,
    Refused,
}

impl World {
    /// One step of a shopper, and the next one written down.
    pub async fn shopper(&self, shop: &Shop, at: usize) {
        let shopper = {
            let mut inner = self.lock();
            let shopper = &mut inner.shoppers[at];
            if shopper.steps >= STEPS || matches!(shopper.todo, Todo::Done) {
                return;
            }
            shopper.steps += 1;
            shopper.is_busy = true;
            shopper.clone()
        };
        let answer = self.act(shop, &shopper).await;
        let ms = {
            let mut guard = self.lock();
            let inner = &mut *guard;
            let shopper = &mut inner.shoppers[at];
            shopper.is_busy = false;
            shopper.go_on(&mut inner.dice, &answer)
        };
        self.later(ms, Act::Shopper(at));
    }

    async fn act(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        match &shopper.todo {
            Todo::Place(order) => self.place(shop, shopper, order).await,
            Todo::Pay(url) => self.pay(url).await,
            Todo::PayHere(secret) => self.pay_here(secret).await,
            Todo::Look => self.look(shop, shopper).await,
            Todo::Cancel => self.cancel(shop, shopper).await,
            Todo::Edit => self.edit(shop, shopper).await,
            Todo::Done => Answer::Refused,
        }
    }

    /// One request to place an order; what it was answered is written down.
    async fn place(&self, shop: &Shop, shopper: &Shopper, order: &PlaceOrder) -> Answer {
        let key = &order.idempotency_key;
        self.note(format_args!("place {key} {:?} {:?}", order.payment, order.provider));
        self.lock().told.push(asked_for(key));
        let impatient = self.lock().odds.impatient;
        let visitor = shopper.visitor();
        let asked = checkout::place(shop, &visitor, order.clone());
        let answer = if self.roll(impatient) {
            let patience = Duration::from_millis(self.between(1, 3_000));
            match tokio::time::timeout(patience, asked).await {
                Ok(answer) => answer,
                Err(_) => {
                    self.fault(format_args!("{key} does not wait"));
                    return Answer::Later;
                }
            }
        } else {
            asked.await
        };
        let told = told(key, &answer);
        self.note(format_args!("told {key} {} {}", told.status, told.body));
        self.lock().told.push(told);
        match answer {
            Ok(Placed::Order { .. }) => Answer::Placed,
            Ok(Placed::Pending { checkout_id }) => Answer::Told(Some(checkout_id)),
            Ok(Placed::Redirect { checkout_id, url }) => Answer::Page(checkout_id, url),
            Ok(Placed::Confirm { checkout_id, client_secret }) => Answer::Frame(checkout_id, client_secret),
            Err(Error::Declined { .. }) => Answer::Declined,
            Err(Error::Conflict { code: "in_progress", .. } | Error::Unavailable { .. }) => Answer::Later,
            Err(Error::Conflict { code: "checkout_expired", .. }) => self.cart(shop, shopper, Answer::Over).await,
            Err(Error::Conflict { .. }) => self.cart(shop, shopper, Answer::Refused).await,
            Err(error) => {
                self.failed(&format!("placing {key}"), &error);
                Answer::Refused
            }
        }
    }

    /// The shopper looks at the cart again.
    async fn cart(&self, shop: &Shop, shopper: &Shopper, otherwise: Answer) -> Answer {
        match checkout::view(shop, &shopper.visitor()).await {
            Ok(view) => Answer::Moved(view.cart.version, view.totals.total),
            Err(Error::Internal(why)) => {
                self.wrong(format!("looking at a cart: {why}"));
                otherwise
            }
            Err(_) => otherwise,
        }
    }

    /// On the provider's page: a good answer mostly.
    async fn pay(&self, url: &str) -> Answer {
        let good = self.roll(0.8);
        if url.contains("/paypal/checkoutnow") {
            let token = url.split_once("token=").map_or("", |(_, token)| token);
            let answer = if good { "approve" } else { "decline" };
            self.browse("/paypal/checkoutnow", &[("token", token), ("answer", answer)], None).await;
        } else if url.contains("/razorpay/pay/") {
            let answer = if good { "success" } else { ["late", "failure"][usize::from(self.roll(0.5))] };
            self.browse(url, &[("answer", answer)], None).await;
        } else if let Some((page, secret)) = url.split_once("?secret=") {
            let answer = if good { "complete" } else { "fail" };
            self.browse(page, &[("secret", secret), ("answer", answer)], None).await;
        } else {
            let number = if good { "4242424242424242" } else { "4000000000000002" };
            let form = [("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("name", "Ada Byron")];
            self.browse(url, &form, None).await;
        }
        Answer::Paid
    }

    /// What the provider's frame does with the secret.
    async fn pay_here(&self, secret: &str) -> Answer {
        let id = secret.split("_secret_").next().unwrap_or_default();
        let method = if self.roll(0.8) { "pm_card_visa" } else { "pm_card_chargeDeclined" };
        let form =
            [("client_secret", secret), ("payment_method", method), ("return_url", "http://shop.example/return")];
        let key = gateway::Config::sandbox(([127, 0, 0, 1], 0).into()).publishable_key;
        let path = format!("/v1/payment_intents/{id}/confirm");
        self.browse(&path, &form, Some(format!("Bearer {key}"))).await;
        Answer::Paid
    }

    async fn look(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        let Some(id) = shopper.checkout else { return Answer::Refused };
        self.standing(checkout::status(shop, &shopper.visitor(), id).await, id)
    }

    async fn cancel(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        let Some(id) = shopper.checkout else { return Answer::Refused };
        self.note(format_args!("cancel {id}"));
        self.standing(checkout::cancel(shop, &shopper.visitor(), id).await, id)
    }

    fn standing(&self, status: shop::Result<Status>, id: CheckoutId) -> Answer {
        match status {
            Ok(Status::Placed { .. }) => Answer::Placed,
            Ok(Status::Pending) => Answer::Told(Some(id)),
            Ok(Status::PayableAgain { .. }) => Answer::Declined,
            Ok(Status::Released) => Answer::Refused,
            Err(error) => {
                self.failed("asking for the status", &error);
                Answer::Later
            }
        }
    }

    /// Another unit, in another tab, while a payment is under way.
    async fn edit(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        let sku = {
            let mut inner = self.lock();
            self.town.shelves.choose(&mut inner.dice).map(|shelf| shelf.sku.clone()).unwrap_or_default()
        };
        self.note(format_args!("edit {sku}"));
        let mut visitor = shopper.visitor();
        match cart::add(shop, &mut visitor, &sku, 1).await {
            // A cart that has become an order is not to be filled again here.
            Ok(cart) if cart.id == shopper.cart_id => self.cart(shop, shopper, Answer::Refused).await,
            Ok(_) => Answer::Refused,
            Err(error) => {
                self.failed("editing a cart", &error);
                Answer::Refused
            }
        }
    }

    /// Sends every request again that has had no final answer, as long as there is hope; whether all have one.
    pub async fn insist(&self, shop: &Shop) -> bool {
        let open: Vec<_> = {
            let inner = self.lock();
            let is_open = |key: &str| !is_over(&inner.told, key);
            inner
                .shoppers
                .iter()
                .flat_map(|shopper| shopper.sent.values().map(move |order| (shopper, order)))
                .filter(|(_, order)| inner.told.iter().any(|told| told.key == order.idempotency_key))
                .filter(|(_, order)| is_open(&order.idempotency_key))
                .map(|(shopper, order)| (shopper.clone(), order.clone()))
                .collect()
        };
        let is_done = open.is_empty();
        for (shopper, order) in open {
            self.place(shop, &shopper, &order).await;
        }
        is_done
    }
}

/// Whether nothing more is to be expected for this key: a final answer came, or the shop has refused before it began.
pub fn is_over(told: &[Told], key: &str) -> bool {
    let mut answers = told.iter().filter(|told| told.key == key).peekable();
    let mut began = false;
    let mut refused = false;
    while let Some(told) = answers.next() {
        if told.is_final {
            return true;
        }
        began |= matches!(told.status, 200 | 202);
        refused = answers.peek().is_none() && matches!(told.status, 409 | 422) && told.body != "in_progress";
    }
    refused && !began
}

/// Written down before there is an answer: perhaps none will come.
fn asked_for(key: &str) -> Told {
    Told { key: key.to_owned(), status: 0, is_final: false, number: None, body: String::new() }
}

/// The answer as an HTTP client would have it.
fn told(key: &str, answer: &shop::Result<Placed>) -> Told {
    let (status, is_final, number, body) = match answer {
        Ok(Placed::Order { number, .. }) => (201, true, Some(number.clone()), number.clone()),
        Ok(Placed::Pending { .. }) => (202, false, None, String::new()),
        Ok(_) => (200, false, None, String::new()),
        Err(error) => {
            let is_final = matches!(error, Error::Declined { .. } | Error::Conflict { code: "checkout_expired", .. });
            (error.status(), is_final, None, error.problem().code)
        }
    };
    Told { key: key.to_owned(), status, is_final, number, body }
}
