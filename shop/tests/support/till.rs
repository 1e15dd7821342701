//! A shop with the sandbox gateway behind it, over loopback: what the checkout's tests judge by is the gateway's own
//! ledger.

use super::TestShop;
use super::adapter::{adapter, mailbox};
use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;
use shop::account::{Customer, Visitor};
use shop::address::Address;
use shop::cart;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed, View};
use shop::id::{CheckoutId, CustomerId, ShippingMethodId, StockId};
use shop::invariant::provider::Payment;
use shop::invariant::{self, Moment};
use shop::money::Currency;
use shop::payment::{self, Provider, Providers};
use shop::setting::{DeclineLimits, Live, Settings};
use shop::{Result, Shop, args, worker};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

/// The shop's till: shop, gateway and a plain HTTP client for what the shopper does at the provider.
pub struct Till {
    pub shop: Shop,
    pub gateway: gateway::Handle,
    http: reqwest::Client,
    config: gateway::Config,
    /// Where the gateway sends the news; nobody reads it in the tests that do not ask.
    news: Mutex<mpsc::UnboundedReceiver<(HeaderMap, Bytes)>>,
}

/// A gateway with the shop's side of its providers.
struct Counter {
    gateway: gateway::Handle,
    payments: Providers,
    config: gateway::Config,
    news: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
}

impl Counter {
    async fn open(names: &[&str]) -> Self {
        let mut config = gateway::Config { control: true, ..gateway::Config::sandbox("127.0.0.1:0".parse().unwrap()) };
        let mut news = mpsc::unbounded_channel().1;
        if names != ["stripe"] {
            let (address, posted) = mailbox().await;
            config.paypal.webhook_url = Some(format!("{address}/paypal"));
            config.razorpay.webhook_url = Some(format!("{address}/razorpay"));
            news = posted;
        }
        let gateway = gateway::serve(config.clone()).await.unwrap();
        let payments = Providers::new(names.iter().map(|name| adapter(name, &gateway, &config)).collect());
        Self { gateway, payments, config, news }
    }
}

/// The three providers, all behind the one gateway.
pub const PROVIDERS: [&str; 3] = ["stripe", "paypal", "razorpay"];

pub const VISA: &str = "pm_card_visa";

impl Till {
    /// A till with Stripe alone. Delivery everywhere for 4.90 EUR, 19 % VAT included in Germany.
    pub async fn open(t: &TestShop) -> Self {
        Self::of(t, &PROVIDERS[..1]).await
    }

    /// A till with these providers, in this order, all enabled.
    pub async fn of(t: &TestShop, names: &[&str]) -> Self {
        let Counter { gateway, payments, config, news } = Counter::open(names).await;
        let settings = Settings {
            payment_providers: names.iter().map(|&name| name.to_owned()).collect(),
            // Everybody has the same cards and lives in the same house.
            declines: DeclineLimits::NONE,
            ..Settings::default()
        };
        let shop = Shop { payments, settings: Live::new(settings), ..t.shop() };
        let (zone, method) = (uuid::Uuid::now_v7(), ShippingMethodId::new());
        let mut tx = t.db.begin().await.unwrap();
        for (sql, args) in [
            ("INSERT INTO shipping_zone (id, name) VALUES ($1, 'World')", args![zone]),
            ("INSERT INTO shipping_area (country, zone_id) VALUES ('*', $1)", args![zone]),
            (
                "INSERT INTO shipping_method (id, zone_id, code, name, basis, days_min, days_max)
                 VALUES ($1, $2, 'std', 'Standard', 'weight', 1, 3)",
                args![method, zone],
            ),
            (
                "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, 'EUR', 0, 490)",
                args![method],
            ),
            ("INSERT INTO tax_zone (id, name, inclusive) VALUES ($1, 'Germany', TRUE)", args![zone]),
            ("INSERT INTO tax_place (country, zone_id) VALUES ('DE', $1)", args![zone]),
            (
                "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm)
                 VALUES ($1, $1, 'standard', 'VAT 19 %', 190000)",
                args![zone],
            ),
        ] {
            tx.execute(sql, args).await.unwrap();
        }
        tx.commit().await.unwrap();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(
                rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_root_certificates(rustls::RootCertStore::empty())
                    .with_no_client_auth(),
            )
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { shop, gateway, http, config, news: Mutex::new(news) }
    }

    /// A gateway that nobody has ever paid at, in the place of the one there was; for Stripe alone.
    pub async fn replace_gateway(&mut self) {
        let Counter { gateway, payments, config, news } = Counter::open(&PROVIDERS[..1]).await;
        self.shop = Shop { payments, ..self.shop.clone() };
        (self.gateway, self.config, self.news) = (gateway, config, Mutex::new(news));
    }

    /// The shop's side of the providers as a new process would have it, which knows nothing of calls that failed.
    pub fn reconnect(&mut self) {
        let names = self.shop.payments.configured().map(Provider::name);
        self.shop.payments = Providers::new(names.map(|name| adapter(name, &self.gateway, &self.config)).collect());
    }

    /// The provider that the till was opened for.
    pub fn provider(&self) -> &dyn Provider {
        self.shop.payments.configured().next().unwrap()
    }

    /// A guest with `quantity` of `sku` in the cart and everything told but the payment.
    pub async fn guest(&self, sku: &str, quantity: i64) -> (Visitor, View) {
        let mut visitor = Visitor { cart_id: None, customer: None, currency: Currency::EUR };
        cart::add(&self.shop, &mut visitor, sku, quantity).await.unwrap();
        let view = self.ready(&visitor).await;
        (visitor, view)
    }

    /// Tells contact, address and delivery.
    pub async fn ready(&self, visitor: &Visitor) -> View {
        checkout::save_contact(&self.shop, visitor, "ada@example.com", "").await.unwrap();
        let address = Address {
            name: "Ada Byron".into(),
            line1: "Lange Straße 1".into(),
            city: "Berlin".into(),
            postal_code: "10115".into(),
            country: "DE".into(),
            ..Address::default()
        };
        let view = checkout::save_address(&self.shop, visitor, address).await.unwrap();
        match view.delivery_options.first() {
            Some(option) => checkout::save_delivery(&self.shop, visitor, option.id).await.unwrap(),
            // Nothing has to be carried.
            None => view,
        }
    }

    /// Goes to the page of a provider; its address.
    pub async fn go_to(
        &self,
        provider: &str,
        visitor: &Visitor,
        view: &View,
        key: &str,
    ) -> Result<(CheckoutId, String)> {
        match self.place_with(Some(provider), visitor, view, key, PaymentWay::Hosted).await? {
            Placed::Redirect { checkout_id, url } => Ok((checkout_id, url)),
            other => panic!("no page: {other:?}"),
        }
    }

    pub async fn place(&self, visitor: &Visitor, view: &View, key: &str, payment: PaymentWay) -> Result<Placed> {
        self.place_with(None, visitor, view, key, payment).await
    }

    pub async fn place_with(
        &self,
        provider: Option<&str>,
        visitor: &Visitor,
        view: &View,
        key: &str,
        payment: PaymentWay,
    ) -> Result<Placed> {
        let order = PlaceOrder {
            idempotency_key: key.into(),
            expected_total: view.totals.total,
            expected_due: Some(view.due()),
            cart_version: view.cart.version,
            payment,
            provider: provider.map(str::to_owned),
            network_address: String::new(),
        };
        checkout::place(&self.shop, visitor, order).await
    }

    /// Pays with a payment-method token.
    pub async fn pay(&self, visitor: &Visitor, view: &View, key: &str, method: &str) -> Result<Placed> {
        self.place(visitor, view, key, PaymentWay::Token { payment_method: method.into() }).await
    }

    /// Buys `quantity` of `sku` and lets the worker capture.
    pub async fn buy(&self, sku: &str, quantity: i64) -> (Visitor, String, String) {
        let (visitor, view) = self.guest(sku, quantity).await;
        let placed = self.pay(&visitor, &view, "buy", VISA).await.unwrap();
        self.work().await;
        let Placed::Order { number, access_token, .. } = placed else { panic!("not placed: {placed:?}") };
        (visitor, number, access_token)
    }

    /// Runs the worker until there is nothing left to do.
    pub async fn work(&self) {
        for _ in 0..20 {
            if worker::run_once(&self.shop).await.unwrap() == 0 {
                return;
            }
        }
    }

    pub async fn mood(&self, rule: Value) {
        let url = format!("{}/_sandbox/mood", self.gateway.url());
        let answer = self.http.post(url).header("content-type", "application/json").body(rule.to_string()).send();
        assert!(answer.await.unwrap().status().is_success());
    }

    /// Forgets all moods and ends an outage.
    pub async fn good_mood(&self) {
        let url = format!("{}/_sandbox/mood", self.gateway.url());
        assert!(self.http.delete(url).send().await.unwrap().status().is_success());
    }

    /// The whole gateway is gone.
    pub async fn outage(&self, how: Value) {
        let url = format!("{}/_sandbox/outage", self.gateway.url());
        let answer = self.http.post(url).header("content-type", "application/json").body(how.to_string()).send();
        assert!(answer.await.unwrap().status().is_success());
    }

    /// The card holder asks the bank for the money of a payment back; the dispute's name.
    pub async fn dispute(&self, intent: &str) -> String {
        let url = format!("{}/_sandbox/disputes", self.gateway.url());
        let body = serde_json::json!({ "intent": intent }).to_string();
        let answer = self.http.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
        let dispute: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        dispute["id"].as_str().unwrap().to_owned()
    }

    /// The bank decides a dispute: "won" or "lost".
    pub async fn decide(&self, dispute: &str, status: &str) {
        let url = format!("{}/_sandbox/disputes/{dispute}", self.gateway.url());
        let body = serde_json::json!({ "status": status }).to_string();
        let answer = self.http.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    /// Changes rows behind the shop's back.
    pub async fn tamper(&self, sql: &str) {
        let mut tx = self.shop.db.begin().await.unwrap();
        assert!(tx.execute(sql, args![]).await.unwrap() > 0, "{sql} changed nothing");
        tx.commit().await.unwrap();
    }

    /// The moods that nothing has used up yet.
    pub async fn moods(&self) -> Value {
        let answer = self.http.get(format!("{}/_sandbox/mood", self.gateway.url())).send().await.unwrap();
        serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()["moods"].take()
    }

    /// Lets time pass at the gateway.
    pub async fn advance_gateway(&self, ms: i64) {
        let url = format!("{}/_sandbox/clock", self.gateway.url());
        let body = serde_json::json!({"advance_ms": ms}).to_string();
        let answer = self.http.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    async fn ledger(&self) -> Value {
        let url = format!("{}/_sandbox/ledger", self.gateway.url());
        let text = self.http.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What became of the money of each payment, by the gateway's own books.
    pub async fn intents(&self) -> Vec<Intent> {
        let dump = self.ledger().await;
        let intents = dump["intents"].as_array().unwrap();
        intents
            .iter()
            .map(|intent| Intent {
                id: intent["id"].as_str().unwrap().to_owned(),
                status: intent["status"].as_str().unwrap().to_owned(),
                authorised: intent["authorised"].as_i64().unwrap(),
                captured: intent["captured"].as_i64().unwrap(),
                voided: intent["voided"].as_i64().unwrap(),
                refunded: intent["refunded"].as_i64().unwrap(),
            })
            .collect()
    }

    /// As the rules of [`shop::invariant`] want to see them.
    pub async fn payments(&self) -> Vec<Payment> {
        serde_json::from_value(self.ledger().await["intents"].take()).unwrap()
    }

    /// (authorised, captured, voided, refunded) over all payments.
    pub async fn money(&self) -> (i64, i64, i64, i64) {
        self.intents().await.iter().fold((0, 0, 0, 0), |sum, i| {
            (sum.0 + i.authorised, sum.1 + i.captured, sum.2 + i.voided, sum.3 + i.refunded)
        })
    }

    /// What the provider's script does in the page: confirms with the client secret.
    pub async fn confirm_in_page(&self, client_secret: &str, method: &str) -> reqwest::StatusCode {
        let id = client_secret.split("_secret_").next().unwrap();
        let url = format!("{}/v1/payment_intents/{id}/confirm", self.gateway.url());
        let form = [
            ("client_secret", client_secret),
            ("payment_method", method),
            ("return_url", "http://shop.example/checkout/return"),
        ];
        self.http
            .post(url)
            .basic_auth(&self.config.publishable_key, Some(""))
            .form(&form)
            .send()
            .await
            .unwrap()
            .status()
    }

    /// Types a card into the hosted page; where the page leads.
    pub async fn pay_hosted(&self, url: &str, number: &str) -> Option<String> {
        let form = [("number", number), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "Ada Byron")];
        let answer = self.http.post(url).form(&form).send().await.unwrap();
        answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned())
    }

    /// What the shopper does on the page of whichever provider: `good`, `late` or `bad`. Whether it led back.
    pub async fn act(&self, url: &str, answer: &str) -> bool {
        let press = |form: Vec<(&'static str, String)>| self.http.post(url).form(&form).send();
        let done = if url.contains("/paypal/") {
            let token = url.split("token=").nth(1).unwrap().to_owned();
            let answer = if answer == "bad" { "decline" } else { "approve" };
            let url = url.split('?').next().unwrap();
            let form = [("token", token), ("answer", answer.to_owned())];
            self.http.post(url).form(&form).send().await.unwrap()
        } else if url.contains("/razorpay/") {
            let answer = match answer {
                "bad" => "failure",
                "late" => "late",
                _ => "success",
            };
            press(vec![("answer", answer.to_owned())]).await.unwrap()
        } else {
            let number = if answer == "bad" { "4000000000000002" } else { "4242424242424242" };
            return self.pay_hosted(url, number).await.is_some();
        };
        done.headers().contains_key("location")
    }

    /// Hands on what the gateway has posted so far, each event `times` times, in the reverse order; how many there were.
    pub async fn deliver_webhooks(&self, times: usize) -> usize {
        let mut events = Vec::new();
        while let Ok(Some(event)) =
            tokio::time::timeout(Duration::from_millis(300), self.news.lock().await.recv()).await
        {
            events.push(event);
        }
        for (headers, body) in events.iter().rev() {
            let name = if headers.contains_key("x-razorpay-signature") { "razorpay" } else { "paypal" };
            let provider = self.shop.payments.by_name(name).unwrap();
            for time in 0..times {
                let notice = provider.read_webhook(headers, body, self.shop.now_ms()).await.unwrap();
                let is_new = payment::webhook_received(&self.shop, name, &notice, "{}").await.unwrap();
                assert_eq!(is_new, time == 0, "an event is stored once");
            }
        }
        events.len()
    }

    /// Answers a 3-D Secure challenge.
    pub async fn answer_challenge(&self, url: &str, answer: &str) {
        let parsed = url::Url::parse(url).unwrap();
        let secret = parsed.query_pairs().find(|(name, _)| name == "secret").unwrap().1.into_owned();
        let form = [("secret", secret.as_str()), ("answer", answer)];
        let done = self.http.post(url).form(&form).send().await.unwrap();
        assert!(done.status().is_redirection() || done.status().is_success(), "{}", done.status());
    }

    /// (on hand, reserved)
    pub async fn stock(&self, id: StockId) -> (i64, i64) {
        self.shop.db.fetch_one("SELECT on_hand, reserved FROM stock WHERE id = $1", args![id]).await.unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        self.shop.db.fetch_one::<(i64,)>(sql, args![]).await.unwrap().0
    }

    /// Works off what is left and then asks every question there is, of the shop's database and the gateway's ledger.
    pub async fn check(&self) {
        self.work().await;
        let (db, now) = (&mut &self.shop.db, self.shop.clock.now_ms());
        let mut verdicts = invariant::check(db, Moment::Quiet, now).await.unwrap();
        let payments = self.payments().await;
        verdicts.extend(invariant::provider::check(db, Moment::Quiet, 0, &PROVIDERS, &payments).await.unwrap());
        let breaches = invariant::breaches(&verdicts);
        assert!(breaches.is_empty(), "{breaches:#?}");
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub id: String,
    pub status: String,
    pub authorised: i64,
    pub captured: i64,
    pub voided: i64,
    pub refunded: i64,
}

pub fn checkout_of(placed: &Placed) -> CheckoutId {
    match placed {
        Placed::Redirect { checkout_id, .. }
        | Placed::Confirm { checkout_id, .. }
        | Placed::Pending { checkout_id } => *checkout_id,
        Placed::Order { .. } => panic!("placed already: {placed:?}"),
    }
}

/// A customer in the database.
pub async fn customer(shop: &Shop, email: &str) -> Customer {
    let id = CustomerId::new();
    let mut tx = shop.db.begin().await.unwrap();
    tx.execute(
        "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, $2, 'Ada', 'x', 0)",
        args![id, email],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    Customer { id, email: email.into(), name: "Ada".into() }
}
