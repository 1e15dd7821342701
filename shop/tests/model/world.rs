//! The real shop that the model is held against: one database and its gateway, emptied before every story.

mod look;
mod shopper;

use super::op::{GOODS, Job, Lost, Op, SHOPPERS, Units};
use super::reference::{Bank, Model, Request};
use crate::shipping::warehouses::{house, shelf};
use crate::support::TestShop;
use crate::support::till::Till;
use shop::account::Visitor;
use shop::db::{Db, Engine};
use shop::id::{CartLineId, CheckoutId, OrderLineId, StaffId, StockId, VariantId};
use shop::inventory::{self, Reason};
use shop::money::Currency;
use shop::payment::{self, EventNotice};
use shop::staff::{Role, Staff};
use shop::{Error, args, cart, order, worker};

pub const NAMES: [&str; GOODS] = ["MUG", "PLATE"];
const PRICES: [i64; GOODS] = [1000, 2000];

pub struct World {
    t: TestShop,
    till: Till,
    visitors: [Visitor; SHOPPERS],
    /// Of each of the goods in two warehouses, of which the model knows the sum.
    stock: [[StockId; 2]; GOODS],
    merchant: Staff,
}

/// An order as the merchant names it.
struct Named {
    number: String,
    version: i64,
}

impl World {
    pub async fn open(mut t: TestShop) -> Self {
        if t.db.engine() == Engine::Postgres {
            // One thing happens at a time here, and every connection plans every statement for itself.
            t.db = Db::open(&format!("{}?pool=3", t.url)).await.unwrap();
        }
        let second = house(&t, "SECOND", "NL", "").await;
        let mut stock = Vec::new();
        for name in NAMES {
            let first = t.stock(name, 0).await;
            let sql = "SELECT variant_id FROM stock WHERE id = $1";
            let (variant,): (VariantId,) = t.db.fetch_one(sql, args![first]).await.unwrap();
            stock.push([first, shelf(&t, variant, second, 0).await]);
        }
        let stock = stock.try_into().expect("a row for each of the goods");
        let till = Till::open(&t).await;
        let merchant = Staff {
            id: StaffId::new(),
            email: "m@example.com".into(),
            name: "Mia".into(),
            role: Role::Owner,
            address: String::new(),
        };
        Self { t, till, visitors: std::array::from_fn(|_| stranger()), stock, merchant }
    }

    /// A shop in which nothing has ever happened, with so many of each of the goods; and the model of it.
    pub async fn begin(&mut self, on_hand: [i64; GOODS]) -> Model {
        self.till.replace_gateway().await;
        self.visitors = std::array::from_fn(|_| stranger());
        let mut tx = self.t.db.begin().await.unwrap();
        for table in [
            "outbox",
            "mail",
            "audit_log",
            "psp_event",
            "recon_break",
            "ledger",
            "transition_log",
            "refund",
            "payment_attempt",
            "fulfilment",
            "order_line",
            "order_tax",
            "orders",
            "reservation",
            "idempotency",
            "checkout",
            "cart_line",
            "cart",
            "stock_movement",
        ] {
            tx.execute(&format!("DELETE FROM {table}"), args![]).await.unwrap();
        }
        for (what, units) in on_hand.into_iter().enumerate() {
            for (row, units) in self.stock[what].into_iter().zip([units - units / 2, units / 2]) {
                let sql = "UPDATE stock SET on_hand = $2, reserved = 0 WHERE id = $1";
                tx.execute(sql, args![row, units]).await.unwrap();
                let sql = "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
                    VALUES ($1, $2, $3, $3, 'initial', 'test', 0)";
                tx.execute(sql, args![uuid::Uuid::now_v7(), row, units]).await.unwrap();
            }
            let sql = "UPDATE price SET amount = $2 WHERE variant_id = (SELECT id FROM variant WHERE sku = $1)";
            tx.execute(sql, args![NAMES[what], PRICES[what]]).await.unwrap();
        }
        tx.commit().await.unwrap();
        Model::new(self.t.now(), on_hand, PRICES)
    }

    /// What must hold whatever the story was.
    pub async fn check(&self) {
        self.till.check().await;
    }

    /// Does `op`, the `at`-th of its story; the answer. `before` is how things stand, for what a person would have
    /// read off the page.
    pub async fn step(&mut self, at: usize, op: &Op, before: &Model) -> String {
        match *op {
            Op::Add { who, what, units } => {
                said(cart::add(&self.till.shop, &mut self.visitors[who], NAMES[what], units).await)
            }
            Op::Set { who, what, units } => {
                let line = self.line(who, what).await;
                said(cart::set_quantity(&self.till.shop, &self.visitors[who], line, units).await)
            }
            Op::Remove { who, what } => {
                let line = self.line(who, what).await;
                said(cart::remove(&self.till.shop, &self.visitors[who], line).await)
            }
            Op::Acknowledge { who } => said(cart::acknowledge(&self.till.shop, &self.visitors[who]).await),
            Op::Place { who, card, lost } => {
                let lost = if before.is_fresh(who) { lost } else { Lost::Nothing };
                if before.has_nothing(who) {
                    // Sold out, perhaps; then the cart stays empty.
                    cart::add(&self.till.shop, &mut self.visitors[who], NAMES[0], 1).await.ok();
                }
                self.place_cart(who, format!("key-{at}"), card, lost).await
            }
            Op::Repeat { who } => match before.last_request(who) {
                Some(request) => self.place(who, request.clone()).await,
                None => "-".into(),
            },
            Op::RepeatChanged { who, card } => match before.last_request(who) {
                Some(request) => self.place(who, Request { card, ..request.clone() }).await,
                None => "-".into(),
            },
            Op::Challenge { ago, passed } if before.is_asked(ago) => {
                let url = self.of_last_attempt(ago, "next_url").await.unwrap();
                self.till.answer_challenge(&url, if passed { "complete" } else { "fail" }).await;
                "ok".into()
            }
            Op::Challenge { .. } => "-".into(),
            Op::Look { who } => self.look(who, false, before).await,
            Op::GiveUp { who } => self.look(who, true, before).await,
            Op::Wait { seconds } => self.wait(seconds * 1000),
            Op::WaitBeyondHold => self.wait(super::reference::HOLD_MS + 1),
            Op::Tell { ago } => self.tell(at, ago, before).await,
            Op::Work(job) => self.work(job).await,
            Op::Stock { what, delta } => self.count(what, delta).await,
            Op::Price { what, amount } => {
                let sql = "UPDATE price SET amount = $2 WHERE variant_id = (SELECT id FROM variant WHERE sku = $1)";
                let mut tx = self.t.db.begin().await.unwrap();
                tx.execute(sql, args![NAMES[what], amount]).await.unwrap();
                tx.commit().await.unwrap();
                "ok".into()
            }
            Op::Refund { ago, share, restock } => {
                let amount = before.refund_amount(ago, share);
                let Some(Named { number, version }) = self.order(ago).await else { return "-".into() };
                let restock = self.units(ago, restock).await;
                said(order::refund(&self.till.shop, &self.merchant, &number, version, amount, restock, "").await)
            }
            Op::Cancel { ago, restock } => {
                let Some(Named { number, version }) = self.order(ago).await else { return "-".into() };
                said(order::cancel(&self.till.shop, &self.merchant, &number, version, restock, "").await)
            }
            Op::Capture { ago } => {
                let Some(Named { number, version }) = self.order(ago).await else { return "-".into() };
                said(order::capture(&self.till.shop, &self.merchant, &number, version).await)
            }
            Op::Ship { ago, part } => {
                let Some(Named { number, version }) = self.order(ago).await else { return "-".into() };
                let part = self.units(ago, part).await;
                said(order::ship(&self.till.shop, &self.merchant, &number, version, part, "DHL", "1").await)
            }
            Op::Deliver { ago } => {
                let Some(Named { number, version }) = self.order(ago).await else { return "-".into() };
                said(order::mark_delivered(&self.till.shop, &self.merchant, &number, version).await)
            }
        }
    }

    /// Changes what is on hand: what goes is taken from both warehouses, as far as each can spare it.
    async fn count(&self, what: usize, delta: i64) -> String {
        let [first, second] = self.stock[what];
        let free = async |row: StockId| {
            self.t.db.fetch_one::<(i64,)>("SELECT free FROM stock WHERE id = $1", args![row]).await.unwrap().0
        };
        let (here, there) = (free(first).await, free(second).await);
        let parts = if delta < 0 && -delta <= here + there {
            let from_here = here.min(-delta);
            [(first, -from_here), (second, delta + from_here)]
        } else {
            [(first, delta), (second, 0)]
        };
        let mut answer = String::new();
        for (row, delta) in parts.into_iter().filter(|(row, delta)| *delta != 0 || (*row == first && parts[1].1 == 0)) {
            let (shop, by) = (&self.till.shop, &self.merchant);
            answer = said(inventory::adjust(shop, by, row, delta, Reason::Counted, "").await);
        }
        answer
    }

    fn wait(&self, ms: i64) -> String {
        self.t.clock.advance(ms);
        "ok".into()
    }

    /// The cart's line, or one that nobody has.
    async fn line(&self, who: usize, what: usize) -> CartLineId {
        let cart = cart::load(&self.till.shop, &self.visitors[who]).await.unwrap();
        let line = cart.and_then(|cart| cart.lines.into_iter().find(|line| line.sku == NAMES[what]));
        line.map_or_else(CartLineId::new, |line| line.id)
    }

    /// Checkouts in the order in which they were placed, with the numbers of their orders.
    async fn checkouts(&self) -> Vec<(CheckoutId, String)> {
        let sql = "SELECT k.id, o.number FROM checkout k JOIN orders o ON o.checkout_id = k.id ORDER BY k.id";
        self.t.db.fetch_all(sql, args![]).await.unwrap()
    }

    async fn position(&self, is_it: impl Fn(&(CheckoutId, String)) -> bool) -> usize {
        self.checkouts().await.iter().position(is_it).expect("the shop names a checkout it has")
    }

    /// A column of the checkout's last attempt.
    async fn of_last_attempt(&self, ago: usize, column: &str) -> Option<String> {
        let all = self.checkouts().await;
        let (id, _) = &all[all.len() - ago - 1];
        let sql =
            format!("SELECT {column} FROM payment_attempt WHERE checkout_id = $1 ORDER BY attempt_no DESC LIMIT 1");
        self.t.db.fetch_one::<(Option<String>,)>(&sql, args![*id]).await.unwrap().0
    }

    /// Sends the same event twice; whether each was new.
    async fn tell(&self, at: usize, ago: usize, before: &Model) -> String {
        let Some(bank) = before.bank(ago).filter(|bank| *bank != Bank::Nothing) else { return "-".into() };
        let object_id = self.of_last_attempt(ago, "provider_ref").await.expect("what the bank knows has a name");
        let kind = match bank {
            Bank::Held => "payment_intent.amount_capturable_updated",
            Bank::Taken => "payment_intent.succeeded",
            _ => "payment_intent.payment_failed",
        };
        let (event_id, kind) = (format!("evt_{at}"), kind.to_owned());
        let news = EventNotice { event_id, kind, object_id, livemode: false, created_ms: 0 };
        let mut answers = Vec::new();
        for _ in 0..2 {
            let is_new = payment::webhook_received(&self.till.shop, "stripe", &news, "{}").await.unwrap();
            answers.push(if is_new { "new" } else { "known" });
        }
        answers.join(", ")
    }

    async fn work(&self, job: Job) -> String {
        let shop = &self.till.shop;
        said(match job {
            Job::Events => worker::apply_events(shop).await,
            Job::Outbox => worker::deliver_outbox(shop).await,
            Job::Recover => worker::recover_checkouts(shop).await,
            Job::Sweep => worker::sweep_expired(shop).await,
            Job::Poll => worker::poll_stuck_attempts(shop).await,
            Job::All => worker::run_once(shop).await,
        })
    }

    async fn order(&self, ago: usize) -> Option<Named> {
        let all = self.checkouts().await;
        let (_, number) = all.get(all.len().checked_sub(ago + 1)?)?;
        let sql = "SELECT version FROM orders WHERE number = $1";
        let (version,) = self.t.db.fetch_one(sql, args![number]).await.unwrap();
        Some(Named { number: number.clone(), version })
    }

    /// Units of a line that the order has: the named goods, or else its first.
    async fn units(&self, ago: usize, part: Option<Units>) -> Vec<(OrderLineId, i64)> {
        let Some((what, units)) = part else { return Vec::new() };
        let all = self.checkouts().await;
        let sql = "SELECT l.id, l.sku FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.checkout_id = $1";
        let mut lines: Vec<(OrderLineId, String)> =
            self.t.db.fetch_all(sql, args![all[all.len() - ago - 1].0]).await.unwrap();
        lines.sort_by_key(|(_, sku)| (sku != NAMES[what], sku.clone()));
        vec![(lines[0].0, units)]
    }
}

fn stranger() -> Visitor {
    Visitor { cart_id: None, customer: None, currency: Currency::EUR }
}

fn said<T>(outcome: shop::Result<T>) -> String {
    outcome.map_or_else(|error| refusal(&error), |_| "ok".into())
}

/// "409 sold_out"
fn refusal(error: &Error) -> String {
    format!("{} {}", error.status(), error.problem().code)
}
