//! A shopper with two doors to one cart: a browser's session and a program's token.

use super::{Site, cookie};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use shop::id::CartId;
use shop::{args, secret};

/// Somebody with a cart.
pub struct Shopper<'s> {
    pub site: &'s Site,
    pub session: String,
    pub token: String,
    pub cart: CartId,
    /// As of the last answer that told it.
    pub version: i64,
    pub total: i64,
    /// What gift cards leave of it to pay.
    pub due: i64,
}

impl<'s> Shopper<'s> {
    /// Puts `quantity` of `sku` into a new cart.
    pub async fn with(site: &'s Site, sku: &str, quantity: i64) -> Self {
        let added =
            site.form("/cart/items", &[("sku", sku), ("quantity", &quantity.to_string())]).send().await.unwrap();
        assert_eq!(added.status(), 303);
        let session = cookie(&added, "mercer").unwrap();
        let sql =
            "SELECT id, version FROM cart WHERE NOT EXISTS (SELECT 1 FROM cart_token t WHERE t.cart_id = cart.id)";
        let (cart, version): (CartId, i64) = site.shop.db.fetch_one(sql, args![]).await.unwrap();
        let token = secret::token();
        let mut tx = site.shop.db.begin().await.unwrap();
        let sql = "INSERT INTO cart_token (token_hash, cart_id) VALUES ($1, $2)";
        tx.execute(sql, args![secret::hash_token(&token), cart]).await.unwrap();
        tx.commit().await.unwrap();
        Self { site, session, token, cart, version, total: 0, due: 0 }
    }

    /// The same with everything told but the payment: one cup comes to 14.90.
    pub async fn ready(site: &'s Site) -> Self {
        let mut shopper = Self::with(site, "CUP", 1).await;
        shopper.tell(&["email", "address", "delivery"]).await;
        shopper
    }

    /// Tells some of "email", "address", "delivery".
    pub async fn tell(&mut self, steps: &[&str]) {
        for step in steps {
            let details = match *step {
                "email" => json!({"email": "ann@example.org"}),
                "address" => json!({"address": {
                    "name": "Ann Byron", "line1": "Lange Straße 1", "city": "Berlin", "postal_code": "10115", "country": "DE"
                }}),
                _ => {
                    let options = self.api(Method::GET, "/checkout/options").send().await.unwrap();
                    json!({"delivery": options.json::<Value>().await.unwrap()["delivery_options"][0]["id"]})
                }
            };
            let answer = self.api(Method::PUT, "/checkout").json(&details).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{step}");
            let options: Value = answer.json().await.unwrap();
            self.version = options["cart_version"].as_i64().unwrap();
            self.total = options["totals"]["total"].as_i64().unwrap();
            self.due = options["due"].as_i64().unwrap();
        }
    }

    /// A request to the API, by the cart's token.
    pub fn api(&self, method: Method, path: &str) -> RequestBuilder {
        self.site.ask(method, &format!("/api/v1{path}")).header("x-cart-token", &self.token)
    }

    /// A form sent from one of our pages, in the shopper's session.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.as_me(self.site.form(path, fields)).header("accept", "text/html")
    }

    /// The same, sent by an island.
    pub fn island(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.as_me(self.site.form(path, fields)).header("accept", "application/json")
    }

    pub fn page(&self, path: &str) -> RequestBuilder {
        self.as_me(self.site.get(path)).header("accept", "text/html")
    }

    fn as_me(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", format!("mercer={}", self.session))
    }

    /// The body of an order for what is in the cart.
    pub fn order(&self, method: &str) -> Value {
        json!({
            "expected_total": self.total, "expected_due": self.due, "cart_version": self.version, "payment_method": method
        })
    }

    /// Places the order under `key`.
    pub fn place(&self, key: &str, order: &Value) -> RequestBuilder {
        self.api(Method::POST, "/checkout").header("idempotency-key", key).json(order)
    }

    /// The plain form on the payment page.
    pub fn place_form(&self, key: &str, total: i64) -> RequestBuilder {
        let (total, version) = (total.to_string(), self.version.to_string());
        self.form("/checkout/place", &hosted(key, &total, &version))
    }

    /// The same order, placed by the island.
    pub fn place_island(&self, key: &str, total: i64) -> RequestBuilder {
        let (total, version) = (total.to_string(), self.version.to_string());
        self.island("/checkout/place", &hosted(key, &total, &version))
    }
}

fn hosted<'f>(key: &'f str, total: &'f str, version: &'f str) -> [(&'f str, &'f str); 4] {
    [("way", "hosted"), ("idempotency_key", key), ("expected_total", total), ("cart_version", version)]
}

/// Status and JSON of an answer.
pub async fn told(answer: Response) -> (u16, Value) {
    (answer.status().as_u16(), answer.json().await.unwrap())
}
