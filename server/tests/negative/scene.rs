//! How things stand before a request.

use crate::admin::owner_as;
use crate::choice::owner;
use crate::support::Site;
use crate::support::shopper::{Shopper, told};
use serde_json::{Value, json};
use shop::id::{ProductId, ShippingMethodId, StockId, VariantId};
use shop::pricing::{Effect, Rule};
use shop::promotion::{self, Draft, State};
use shop::setting::{self, DeclineLimits, Settings};
use shop::{args, staff, worker};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A cup in the cart, nothing told.
    Cart,
    /// With e-mail address.
    NoAddress,
    /// With address.
    NoDelivery,
    /// Ready to be paid: 14.90.
    Ready,
    /// Ready, and then emptied in another tab.
    Emptied,
    /// Ready, and then switched to dollars in another tab.
    Swapped,
    /// Three gems, each worth nearly all that can be counted.
    Priceless,
    /// Ready with the code TEN: 13.90.
    Coded,
    /// Ready with a code that takes off more than all of it: 4.90 for the delivery.
    CodedAll,
    /// Ready with a gift card of 5.00: 9.90 to pay.
    Carded,
    /// Ready, and so many gift cards were guessed that no more may be typed.
    GuessedCards,
    /// Ready, and so many codes were guessed that no more may be typed.
    Guessed,
    /// Declined under the key "used".
    Declined,
    /// Declined as often as a cart may be.
    TriedOut,
    /// Waiting for a 3-D Secure challenge.
    Challenged,
    /// Paid under the key "paid".
    Ordered,
    /// Paid, and somebody else has used the key "shared".
    SharedKey,
    /// Paid and captured.
    Captured,
    /// Captured and given back in full.
    Refunded,
    /// Ready, and a payment method at the provider belongs to somebody.
    ForeignCard,
    /// Paid at the provider's page with another sum than was asked for.
    WrongSum,
}

pub struct Scene<'s> {
    pub shopper: Shopper<'s>,
    /// Who has nothing to do with it.
    pub stranger: Shopper<'s>,
    /// A delivery method of another zone.
    pub elsewhere: ShippingMethodId,
    /// Where the order is in the admin, with its version and an owner's session.
    pub refund: String,
    pub order_version: i64,
    pub owner: String,
    pub line: String,
    /// A payment method of somebody else, or the code of a gift card.
    pub card: String,
    pub checkout: String,
    /// What the provider calls the payment.
    pub intent: String,
}

const ELSEWHERE: ShippingMethodId = ShippingMethodId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));

/// Dollars, a tax, a zone abroad, enough cups, and gems that nobody can pay.
pub async fn stage(site: &Site) {
    let (zone, gem, variant) = (uuid::Uuid::now_v7(), ProductId::new(), VariantId::new());
    let mut tx = site.shop.db.begin().await.unwrap();
    for (sql, args) in [
        ("UPDATE stock SET on_hand = 1000", args![]),
        ("INSERT INTO price (variant_id, currency, amount) SELECT id, 'USD', 1100 FROM variant", args![]),
        ("INSERT INTO shipping_zone (id, name) VALUES ($1, 'France')", args![zone]),
        ("INSERT INTO shipping_area (country, zone_id) VALUES ('FR', $1)", args![zone]),
        (
            "INSERT INTO shipping_method (id, zone_id, code, name, basis, days_min, days_max)
             VALUES ($1, $2, 'colis', 'Colis', 'weight', 1, 3)",
            args![ELSEWHERE, zone],
        ),
        (
            "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, 'EUR', 0, 100)",
            args![ELSEWHERE],
        ),
        (
            "INSERT INTO shipping_rate (method_id, currency, from_value, amount)
             SELECT id, 'USD', 0, 500 FROM shipping_method",
            args![],
        ),
        ("INSERT INTO tax_zone (id, name, inclusive) VALUES ($1, 'Germany', TRUE)", args![zone]),
        ("INSERT INTO tax_place (country, zone_id) VALUES ('DE', $1)", args![zone]),
        (
            "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm)
             VALUES ($1, $1, 'standard', 'VAT 19 %', 190000)",
            args![zone],
        ),
        (
            "INSERT INTO product (id, slug, title, status, created_at, updated_at)
             VALUES ($1, 'gem', 'Gem', 'published', 0, 0)",
            args![gem],
        ),
        ("INSERT INTO variant (id, product_id, sku) VALUES ($1, $2, 'GEM')", args![variant, gem]),
        ("INSERT INTO price (variant_id, currency, amount) VALUES ($1, 'EUR', $2)", args![variant, i64::MAX / 2]),
        (
            "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) SELECT $1, $2, id, 5 FROM warehouse",
            args![StockId::new(), variant],
        ),
    ] {
        tx.execute(sql, args).await.unwrap();
    }
    tx.commit().await.unwrap();
    promotions(site).await;
    cards(site).await;
}

/// Codes that apply and codes that do not.
async fn promotions(site: &Site) {
    owner_as(site, "olga@example.com").await;
    let olga = staff::log_in(&site.shop, "olga@example.com", crate::admin::PASSWORD, "").await.unwrap();
    let mut tx = site.shop.db.begin().await.unwrap();
    let sql = "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, 'eve@example.org', 'Eve', 'x', 0)";
    tx.execute(sql, args![shop::id::CustomerId::new()]).await.unwrap();
    tx.commit().await.unwrap();
    let now = site.shop.now_ms();
    let all = [("EUR".to_owned(), 1_000_000)].into();
    for (code, effect, start, end, customer) in [
        ("TEN", Effect::Percent { percent: 10 }, None, None, ""),
        ("ALL", Effect::Fixed { amounts: all }, None, None, ""),
        ("OVER", Effect::Percent { percent: 10 }, None, Some(now), ""),
        ("SOON", Effect::Percent { percent: 10 }, Some(now + 1_000_000_000), None, ""),
        ("EVES", Effect::Percent { percent: 10 }, None, None, "eve@example.org"),
    ] {
        let mut draft = Draft::new(code, true, Rule::new(effect));
        (draft.start_at, draft.end_at) = (start, end);
        let id = promotion::create(&site.shop, &olga, &draft, State::Active).await.unwrap();
        promotion::create_code(&site.shop, &olga, id, code, None, customer).await.unwrap();
    }
}

impl<'s> Scene<'s> {
    pub async fn set(site: &'s Site, given: Given) -> Self {
        let sku = if given == Given::Priceless { ("GEM", 3) } else { ("CUP", 1) };
        let mut scene = Self {
            shopper: Shopper::with(site, sku.0, sku.1).await,
            stranger: Shopper::ready(site).await,
            elsewhere: ELSEWHERE,
            refund: String::new(),
            order_version: 0,
            owner: String::new(),
            line: String::new(),
            card: String::new(),
            checkout: String::new(),
            intent: String::new(),
        };
        let steps: &[&str] = match given {
            Given::Cart | Given::Priceless => &[],
            Given::NoAddress => &["email"],
            Given::NoDelivery => &["email", "address"],
            _ => &["email", "address", "delivery"],
        };
        let code = match given {
            Given::Coded => Some("TEN"),
            Given::CodedAll => Some("ALL"),
            _ => None,
        };
        if given == Given::Carded {
            let code = card(site, "CARDED").await;
            let typed = scene.shopper.api(reqwest::Method::POST, "/cart/gift-cards").json(&json!({ "code": code }));
            assert_eq!(typed.send().await.unwrap().status(), 200);
            scene.card = code;
        }
        if let Some(code) = code {
            let typed = scene.shopper.api(reqwest::Method::POST, "/cart/codes").json(&json!({ "code": code }));
            assert_eq!(typed.send().await.unwrap().status(), 200);
        }
        scene.shopper.tell(steps).await;
        scene.go_on(site, given).await;
        scene
    }

    async fn go_on(&mut self, site: &Site, given: Given) {
        match given {
            Given::Emptied => {
                let cart = self.shopper.api(reqwest::Method::GET, "/cart").send().await.unwrap();
                told(cart).await.1["items"][0]["id"].as_str().unwrap().clone_into(&mut self.line);
                let gone = self.shopper.form(&format!("/cart/items/{}/remove", self.line), &[]).send().await.unwrap();
                assert_eq!(gone.status(), 303);
            }
            Given::Swapped => {
                let swapped = self.shopper.form("/currency", &[("currency", "USD")]).send().await.unwrap();
                assert_eq!(swapped.status(), 303);
            }
            Given::Guessed => {
                for guess in 0..20 {
                    let typed = json!({ "code": format!("GUESS-{guess}") });
                    let answer =
                        self.shopper.api(reqwest::Method::POST, "/cart/codes").json(&typed).send().await.unwrap();
                    assert_eq!(answer.status(), 422);
                }
            }
            Given::GuessedCards => {
                for guess in 1000..1020 {
                    let typed = json!({ "code": format!("GUES-SGUE-SS11-{guess}").replace('U', "V") });
                    let answer =
                        self.shopper.api(reqwest::Method::POST, "/cart/gift-cards").json(&typed).send().await.unwrap();
                    assert_eq!(answer.status(), 422);
                }
                self.card = card(site, "GUESSED").await;
            }
            Given::Declined => drop(self.pay("used", "pm_card_chargeDeclined", 402).await),
            Given::TriedOut => {
                // The cart's own limit is asked about here, not the card's.
                let settings = Settings { declines: DeclineLimits::NONE, ..(*site.shop.settings).clone() };
                setting::change(&site.shop, &owner(), settings).await.unwrap();
                for number in 0..30 {
                    self.pay(&format!("try-{number}"), "pm_card_chargeDeclined", 402).await;
                }
            }
            Given::Challenged => {
                let waits = self.pay("waits", "pm_card_threeDSecure2Required", 202).await;
                waits["checkout_id"].as_str().unwrap().clone_into(&mut self.checkout);
            }
            Given::Ordered => drop(self.pay("paid", "pm_card_visa", 201).await),
            Given::SharedKey => {
                let order = self.stranger.order("pm_card_visa");
                assert_eq!(self.stranger.place("shared", &order).send().await.unwrap().status(), 201);
            }
            Given::Captured | Given::Refunded => self.capture(site, given == Given::Refunded).await,
            Given::ForeignCard => self.card = foreign_card(site).await,
            Given::WrongSum => self.pay_another_sum(site).await,
            _ => {}
        }
    }

    async fn pay(&self, key: &str, method: &str, status: u16) -> Value {
        let order = self.shopper.order(method);
        let (answered, body) = told(self.shopper.place(key, &order).send().await.unwrap()).await;
        assert_eq!(answered, status, "{body}");
        body
    }

    async fn capture(&mut self, site: &Site, and_refund: bool) {
        let placed = self.pay("paid", "pm_card_visa", 201).await;
        worker::run_once(&site.shop).await.unwrap();
        self.refund = format!("/admin/orders/{}/refund", placed["order_number"].as_str().unwrap());
        self.owner = owner_as(site, &format!("{}@example.com", self.shopper.cart)).await;
        if and_refund {
            self.order_version = order_version(site, self.shopper.cart).await;
            assert_eq!(self.give_back("14.90").send().await.unwrap().status(), 303);
        }
        self.order_version = order_version(site, self.shopper.cart).await;
    }

    /// The merchant's form that gives money back.
    pub fn give_back(&self, amount: &str) -> reqwest::RequestBuilder {
        let version = self.order_version.to_string();
        let fields = [("version", version.as_str()), ("amount", amount), ("reason", "")];
        self.shopper.site.form(&self.refund, &fields).header("cookie", format!("mercer={}", self.owner))
    }

    async fn pay_another_sum(&mut self, site: &Site) {
        let mood = json!({"operation": "pages.pay", "mood": "wrong_sum", "amount": 1});
        let set = site.client.post(format!("{}/_sandbox/mood", site.gateway.url())).json(&mood).send().await.unwrap();
        assert!(set.status().is_success());
        let page = self.shopper.place_form("hosted", self.shopper.total).send().await.unwrap();
        let form = [("number", "4242424242424242"), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "Ann Byron")];
        let paid = site.client.post(crate::support::header(&page, "location")).form(&form).send().await.unwrap();
        assert!(paid.status().is_redirection(), "{}", paid.status());
        let ledger = site.client.get(format!("{}/_sandbox/ledger", site.gateway.url())).send().await.unwrap();
        let ledger: Value = ledger.json().await.unwrap();
        let odd = ledger["intents"].as_array().unwrap().iter().find(|intent| intent["amount"] == 1).unwrap();
        odd["id"].as_str().unwrap().clone_into(&mut self.intent);
    }
}

async fn order_version(site: &Site, cart: shop::id::CartId) -> i64 {
    let sql = "SELECT o.version FROM orders o JOIN checkout k ON k.id = o.checkout_id WHERE k.cart_id = $1";
    site.shop.db.fetch_one::<(i64,)>(sql, args![cart]).await.unwrap().0
}

/// Gift cards that cannot be used: expired, blocked, of another currency, used up.
pub const CARDS: [(&str, &str); 4] = [
    ("0VER-0VER-0VER-0VER", "expires_at = 1"),
    ("FR0Z-FR0Z-FR0Z-FR0Z", "frozen_at = 1"),
    ("D011-D011-D011-D011", "currency = 'USD'"),
    ("V5ED-V5ED-V5ED-V5ED", "initial = 500"),
];

async fn cards(site: &Site) {
    for (code, change) in CARDS {
        card_with(site, code, change, change != "initial = 500").await;
    }
}

/// A usable gift card of 5.00, different for every call; its code.
async fn card(site: &Site, name: &str) -> String {
    let number = site.number("SELECT COUNT(*) FROM stored_value").await;
    let code = format!("{name:X<8}{number:08}").replace(['I', 'L', 'O', 'U'], "Z");
    card_with(site, &code, "initial = 500", true).await;
    code
}

async fn card_with(site: &Site, code: &str, change: &str, full: bool) {
    let (id, plain) = (uuid::Uuid::now_v7(), shop::gift_card::normalised(code).unwrap());
    let mut tx = site.shop.db.begin().await.unwrap();
    let sql = "INSERT INTO stored_value (id, kind, currency, code_hash, last_four, created_at)
        VALUES ($1, 'gift_card', 'EUR', $2, $3, 0)";
    tx.execute(sql, args![id, shop::secret::hash_token(&plain), &plain[12..]]).await.unwrap();
    if full {
        let sql = "INSERT INTO stored_value_entry (id, account_id, kind, amount, actor, at)
            VALUES ($1, $1, 'issue', 500, 'test', 0)";
        tx.execute(sql, args![id]).await.unwrap();
    }
    tx.execute(&format!("UPDATE stored_value SET {change} WHERE id = $1"), args![id]).await.unwrap();
    tx.commit().await.unwrap();
}

/// A card that a customer of the provider keeps there.
async fn foreign_card(site: &Site) -> String {
    let call = |path: String, form: &[(&str, &str)]| {
        let asked = site.client.post(format!("{}/v1/{path}", site.gateway.url()));
        asked.basic_auth("sk_test_mercer_sandbox", Some("")).form(form).send()
    };
    let (_, customer) = told(call("customers".into(), &[("name", "Eve")]).await.unwrap()).await;
    let customer = customer["id"].as_str().unwrap();
    let (status, card) =
        told(call("payment_methods/pm_card_visa/attach".into(), &[("customer", customer)]).await.unwrap()).await;
    assert_eq!(status, 200, "{card}");
    card["id"].as_str().unwrap().to_owned()
}
