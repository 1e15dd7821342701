//! A shop, its gateway, and as many shoppers with full carts as a race needs.

use super::crowd::{Answer, Log};
use crate::support::shopper::Shopper;
use crate::support::{Setup, Site};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::{Value, json};
use server::session_store::DbSessions;
use shop::db::Sql;
use shop::id::{CartId, CartLineId, VariantId};
use shop::invariant::provider::Payment;
use shop::invariant::{self, Moment, client};
use shop::inventory::{self, Reason};
use shop::setting::{self, DeclineLimits, Settings};
use shop::staff::Staff;
use shop::{args, rows, secret, staff, worker};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};

const TICK: Duration = Duration::from_millis(20);
/// Looks at whether everything is worked off, a tick apart.
const QUIET_TRIES: usize = 1_000;
/// Both ends of a connection are files of this process, and it may open 20,000 or so.
const DOORS: usize = 5_000;

pub struct Arena {
    pub site: Site,
    pub owner: Staff,
    /// The owner's session.
    pub desk: String,
    pub log: Log,
    /// Connections that people may have open at the same time.
    doors: Semaphore,
    ticking: JoinHandle<()>,
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.ticking.abort();
    }
}

/// What a cart holds, and what its shopper has agreed to.
#[derive(Clone, Debug)]
pub struct Buyer {
    pub cart: CartId,
    pub token: String,
    /// Empty until [`Arena::with_session`].
    pub session: String,
    pub version: i64,
    pub total: i64,
    /// What gift cards leave of it to pay.
    pub due: i64,
}

impl Arena {
    pub async fn on_sqlite(setup: Setup<'_>) -> Self {
        Self::over(Site::on_sqlite(setup).await).await
    }

    pub async fn on_postgres(setup: Setup<'_>) -> Option<Self> {
        Some(Self::over(Site::on_postgres(setup).await?).await)
    }

    async fn over(site: Site) -> Self {
        // Why the shop failed or let somebody wait is only in its log.
        let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_test_writer().try_init();
        let desk = crate::admin::owner(&site).await;
        let owner = staff::log_in(&site.shop, "olga@example.com", crate::admin::PASSWORD, "").await.unwrap();
        // Everybody there has the same cards and comes from one address.
        let settings = Settings { declines: DeclineLimits::NONE, ..(*site.shop.settings).clone() };
        setting::change(&site.shop, &owner, settings).await.unwrap();
        // A clock that stood still would keep every lease for ever.
        let clock = site.clock.clone();
        let ticking = tokio::spawn(async move {
            loop {
                let before = Instant::now();
                tokio::time::sleep(TICK).await;
                clock.advance(i64::try_from(before.elapsed().as_millis()).unwrap());
            }
        });
        Self { site, owner, desk, log: Log::default(), doors: Semaphore::new(DOORS), ticking }
    }

    /// Puts exactly `units` on the shelf of `sku`; nothing of it may be reserved.
    pub async fn stock(&self, sku: &str, units: i64) {
        let (variant, on_hand) = self.shelf(sku).await;
        let level = inventory::levels(&self.site.shop, variant).await.unwrap().remove(0);
        assert_eq!(level.reserved, 0, "{sku}");
        if on_hand != units {
            let delta = units - on_hand;
            inventory::adjust(&self.site.shop, &self.owner, level.stock_id, delta, Reason::Correction, "race")
                .await
                .unwrap();
        }
    }

    /// The variant and what is on hand of it.
    pub async fn shelf(&self, sku: &str) -> (VariantId, i64) {
        let sql = "SELECT v.id, s.on_hand FROM variant v JOIN stock s ON s.variant_id = v.id WHERE v.sku = $1";
        self.site.shop.db.fetch_one(sql, args![sku]).await.unwrap()
    }

    /// Fills a cart by the shop's own doors and makes `count` of it, each with a token of its own.
    pub async fn buyers(&self, count: usize, skus: &[&str]) -> Vec<Buyer> {
        self.buyers_with(count, skus, None).await
    }

    /// The same with these gift cards in each cart.
    pub async fn buyers_paying(&self, count: usize, skus: &[&str], cards: &[String]) -> Vec<Buyer> {
        let mut first = self.first(skus).await;
        for card in cards {
            let added = first.api(Method::POST, "/cart/gift-cards").json(&json!({ "code": card }));
            assert_eq!(added.send().await.unwrap().status(), 200);
        }
        first.tell(&["email", "address", "delivery"]).await;
        self.many(&first, count).await
    }

    /// The same with the code of a promotion in each cart.
    pub async fn buyers_with(&self, count: usize, skus: &[&str], code: Option<&str>) -> Vec<Buyer> {
        let mut first = self.first(skus).await;
        if let Some(code) = code {
            let added = first.api(Method::POST, "/cart/codes").json(&json!({ "code": code }));
            assert_eq!(added.send().await.unwrap().status(), 200);
        }
        first.tell(&["email", "address", "delivery"]).await;
        self.many(&first, count).await
    }

    /// Somebody with one of each in the cart.
    async fn first(&self, skus: &[&str]) -> Shopper<'_> {
        let first = Shopper::with(&self.site, skus[0], 1).await;
        for sku in &skus[1..] {
            let added = first.api(Method::POST, "/cart/items").json(&json!({"sku": sku, "quantity": 1}));
            assert_eq!(added.send().await.unwrap().status(), 201);
        }
        first
    }

    async fn many(&self, first: &Shopper<'_>, count: usize) -> Vec<Buyer> {
        let mut buyers = Vec::with_capacity(count);
        for _ in 0..count {
            buyers.push(Buyer {
                cart: CartId::new(),
                token: secret::token(),
                session: String::new(),
                version: first.version,
                total: first.total,
                due: first.due,
            });
        }
        self.copy(first.cart, &buyers).await;
        buyers
    }

    async fn copy(&self, from: CartId, buyers: &[Buyer]) {
        #[derive(Serialize)]
        struct Cart {
            id: CartId,
            hash: String,
        }
        #[derive(Serialize)]
        struct Line {
            id: CartLineId,
            cart: CartId,
            source: CartLineId,
        }
        const CARTS: Sql = rows!(
            "INSERT INTO cart (id, status, currency, version, details, created_at, updated_at, expires_at)
             SELECT d.id, c.status, c.currency, c.version, c.details, c.created_at, c.updated_at, c.expires_at FROM",
            [id UUID, hash TEXT],
            "JOIN cart c ON c.id = $2"
        );
        const TOKENS: Sql = rows!(
            "INSERT INTO cart_token (token_hash, cart_id) SELECT d.hash, d.id FROM",
            [id UUID, hash TEXT],
            "WHERE TRUE"
        );
        const LINES: Sql = rows!(
            "INSERT INTO cart_line (id, cart_id, variant_id, quantity, unit_price_seen, added_at)
             SELECT d.id, d.cart, l.variant_id, l.quantity, l.unit_price_seen, l.added_at FROM",
            [id UUID, cart UUID, source UUID],
            "JOIN cart_line l ON l.id = d.source"
        );
        const CODES: Sql = rows!(
            "INSERT INTO cart_code (cart_id, code_id, added_at) SELECT d.id, c.code_id, c.added_at FROM",
            [id UUID, hash TEXT],
            "JOIN cart_code c ON c.cart_id = $2"
        );
        let db = &self.site.shop.db;
        let sql = "SELECT id FROM cart_line WHERE cart_id = $1 ORDER BY added_at, id";
        let lines: Vec<(CartLineId,)> = db.fetch_all(sql, args![from]).await.unwrap();
        for some in buyers.chunks(1000) {
            let carts: Vec<_> = some.iter().map(|b| Cart { id: b.cart, hash: secret::hash_token(&b.token) }).collect();
            let of =
                |cart: CartId| lines.iter().map(move |(source,)| Line { id: CartLineId::new(), cart, source: *source });
            let lines: Vec<_> = some.iter().flat_map(|b| of(b.cart)).collect();
            let carts = serde_json::to_string(&carts).unwrap();
            let mut tx = db.begin().await.unwrap();
            tx.execute(CARTS.of(tx.engine()), args![&carts, from]).await.unwrap();
            tx.execute(CODES.of(tx.engine()), args![&carts, from]).await.unwrap();
            tx.execute(TOKENS.of(tx.engine()), args![carts]).await.unwrap();
            tx.execute(LINES.of(tx.engine()), args![serde_json::to_string(&lines).unwrap()]).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    /// Gives the buyer a browser that holds the same cart.
    pub async fn with_session(&self, mut buyer: Buyer) -> Buyer {
        let shop = &self.site.shop;
        let lives = OffsetDateTime::from_unix_timestamp(shop.clock.now_ms() / 1000 + 90 * 86_400).unwrap();
        let data = [("cart".to_owned(), json!(buyer.cart))].into();
        let mut record = Record { id: Id::default(), data, expiry_date: lives };
        DbSessions::new(shop.db.clone(), shop.clock.clone()).create(&mut record).await.unwrap();
        buyer.session = record.id.to_string();
        buyer
    }

    /// A request to the API by the buyer's token.
    pub fn api(&self, buyer: &Buyer, method: Method, path: &str) -> RequestBuilder {
        self.site.ask(method, &format!("/api/v1{path}")).header("x-cart-token", &buyer.token)
    }

    /// A form from the buyer's browser.
    pub fn form(&self, buyer: &Buyer, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.site.form(path, fields).header("cookie", format!("mercer={}", buyer.session)).header("accept", "text/html")
    }

    /// A form from the owner's desk.
    pub fn admin(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.site.form(path, fields).header("cookie", format!("mercer={}", self.desk))
    }

    /// Places the buyer's order once; written down in the log.
    pub async fn place(&self, buyer: &Buyer, key: &str, method: &str) -> Answer {
        let order = json!({
            "expected_total": buyer.total, "expected_due": buyer.due, "cart_version": buyer.version, "payment_method": method
        });
        let asked = self.api(buyer, Method::POST, "/checkout").header("idempotency-key", key).json(&order);
        let _door = self.doors.acquire().await.expect("doors are never closed");
        let answer = Answer::to(asked).await;
        // A key is the shopper's own: the log tells them apart by the cart.
        self.log.write(&format!("{} {key}", buyer.cart), &answer);
        answer
    }

    /// Places the order, and asks again under the same key as long as the answer is not the last word.
    pub async fn buy(&self, buyer: &Buyer, key: &str, method: &str) -> Answer {
        let mut answer = self.place(buyer, key, method).await;
        // Two minutes: the provider may take its ten seconds several times on a busy machine.
        for again in 1..=145 {
            if !answer.asks_to_come_again() {
                break;
            }
            tokio::time::sleep(Duration::from_millis((20 * again).min(1000))).await;
            answer = self.place(buyer, key, method).await;
        }
        answer
    }

    /// Everything the gateway knows of the money.
    pub async fn ledger(&self) -> Vec<Payment> {
        let url = format!("{}/_sandbox/ledger", self.site.gateway.url());
        let dump: Value = self.site.client.get(url).send().await.unwrap().json().await.unwrap();
        serde_json::from_value(dump["intents"].clone()).unwrap()
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.site.number(sql).await
    }

    /// Runs the background work until there is nothing left to do, and no event is on its way either.
    pub async fn work(&self) {
        for _ in 0..QUIET_TRIES {
            let done = worker::run_once(&self.site.shop).await.unwrap();
            if done == 0 && !self.is_told_something().await {
                return;
            }
            if done == 0 {
                tokio::time::sleep(TICK).await;
            }
        }
    }

    /// Whether the gateway has an event that it has not tried to deliver yet.
    async fn is_told_something(&self) -> bool {
        let url = format!("{}/_sandbox/webhooks", self.site.gateway.url());
        let list: Value = self.site.client.get(url).send().await.unwrap().json().await.unwrap();
        let list = list["undelivered"].as_array().unwrap();
        list.iter().any(|it| it["progress"] == "pending" && it["tries"] == 0)
    }

    /// Lets every hold run out and then asks every question there is: of the database, of the gateway's ledger, of what
    /// shoppers were told. `sold` orders must stand, and no money may be held but theirs.
    pub async fn judge(&self, sold: usize) {
        self.judge_of(sold, sold).await;
    }

    /// The same when only `paid` of the orders have cost anybody a payment.
    pub async fn judge_of(&self, sold: usize, paid: usize) {
        self.work().await;
        self.site.clock.advance(self.site.shop.settings.hold_ms + 1000);
        self.work().await;
        let (db, now) = (&mut &self.site.shop.db, self.site.shop.clock.now_ms());
        let payments = self.ledger().await;
        let mut verdicts = invariant::check(db, Moment::Quiet, now).await.unwrap();
        verdicts.extend(invariant::provider::check(db, Moment::Quiet, 0, &["stripe"], &payments).await.unwrap());
        verdicts.extend(client::check(db, &self.log.told(), false).await.unwrap());
        let breaches = invariant::breaches(&verdicts);
        assert!(breaches.is_empty(), "{breaches:#?}");
        let charged = payments.iter().filter(|payment| payment.captured > 0).count();
        let held = payments.iter().filter(|payment| payment.authorised > payment.captured + payment.voided).count();
        let orders = self.number("SELECT COUNT(*) FROM orders WHERE placed_at IS NOT NULL").await;
        assert_eq!((charged, held, orders), (paid, 0, i64::try_from(sold).unwrap()), "charged, held and ordered");
    }
}
