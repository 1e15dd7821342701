//! PayPal's corner of the sandbox, as a merchant's server and a buyer meet it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::mailbox::mailbox;
use crate::support::{Answer, Sandbox, config, read};

const DAY_MS: i64 = 24 * 3600 * 1000;

pub struct Merchant {
    pub sandbox: Sandbox,
    token: String,
}

impl Merchant {
    async fn start() -> Self {
        Self::at(Sandbox::start().await).await
    }

    async fn at(sandbox: Sandbox) -> Self {
        let request = sandbox.http().post(sandbox.url("/paypal/v1/oauth2/token"));
        let form = [("grant_type", "client_credentials")];
        let request = request.basic_auth("mercer-sandbox-client", Some("mercer-sandbox-secret")).form(&form);
        let token = read(request).await.1["access_token"].as_str().unwrap().to_owned();
        Self { sandbox, token }
    }

    async fn get(&self, path: &str) -> Answer {
        read(self.sandbox.http().get(self.sandbox.url(path)).bearer_auth(&self.token)).await
    }

    async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        let request = self.sandbox.http().post(self.sandbox.url(path)).bearer_auth(&self.token);
        read(request.header("PayPal-Request-Id", key).json(&body)).await
    }

    async fn order(&self, key: &str, intent: &str) -> Answer {
        self.post("/paypal/v2/checkout/orders", key, new_order(intent, "19.99")).await
    }

    async fn answer(&self, order: &str, answer: &str) -> String {
        let form = [("token", order), ("answer", answer)];
        let answer =
            self.sandbox.http().post(self.sandbox.url("/paypal/checkoutnow")).form(&form).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// An order whose money is held: order and authorization.
    async fn authorized(&self) -> (String, String) {
        let id = id(&self.order("new", "AUTHORIZE").await);
        self.answer(&id, "approve").await;
        let answer = self.post(&format!("/paypal/v2/checkout/orders/{id}/authorize"), "auth", json!({})).await;
        assert_eq!(answer.0, 201, "{}", answer.1);
        let payments = &answer.1["purchase_units"][0]["payments"];
        (id, payments["authorizations"][0]["id"].as_str().unwrap().to_owned())
    }
}

fn new_order(intent: &str, value: &str) -> Value {
    let money = json!({"currency_code": "EUR", "value": value});
    json!({
        "intent": intent,
        "purchase_units": [{
            "custom_id": "mine", "amount": {"currency_code": "EUR", "value": value, "breakdown": {"item_total": money}},
            "items": [{"name": "Mug", "quantity": "1", "unit_amount": money}],
        }],
        "payment_source": {"paypal": {"experience_context": {
            "return_url": "http://shop.test/back?a=1", "cancel_url": "http://shop.test/cart",
        }}},
    })
}

fn id(answer: &Answer) -> String {
    assert!(answer.0 < 300, "{}", answer.1);
    answer.1["id"].as_str().unwrap().to_owned()
}

fn issue(answer: &Answer) -> (u16, &str) {
    (answer.0, answer.1["details"][0]["issue"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn money_is_held_by_the_merchants_server_and_not_by_the_buyers_word() {
    let m = Merchant::start().await;
    let new = m.order("new", "AUTHORIZE").await;
    let order = id(&new);
    assert_eq!(new.1["status"], "PAYER_ACTION_REQUIRED");
    let link = new.1["links"].as_array().unwrap().iter().find(|link| link["rel"] == "payer-action").unwrap();
    assert!(m.sandbox.http().get(link["href"].as_str().unwrap()).send().await.unwrap().status().is_success());
    let authorize = format!("/paypal/v2/checkout/orders/{order}/authorize");
    assert_eq!(issue(&m.post(&authorize, "a", json!({})).await), (422, "ORDER_NOT_APPROVED"));
    assert_eq!(m.answer(&order, "cancel").await, format!("http://shop.test/cart?token={order}"));
    assert_eq!(
        m.answer(&order, "approve").await,
        format!("http://shop.test/back?a=1&token={order}&PayerID=SANDBOXBUYER1")
    );
    assert_eq!(m.sandbox.money(&order).await, [0, 0, 0, 0]);
    let held = m.post(&authorize, "b", json!({})).await;
    assert_eq!((held.0, held.1["status"].as_str()), (201, Some("COMPLETED")));
    assert_eq!(m.sandbox.money(&order).await, [1999, 0, 0, 0]);
    assert_eq!(issue(&m.post(&authorize, "c", json!({})).await), (422, "ORDER_ALREADY_AUTHORIZED"));
    let entry = m.sandbox.ledger().await["entries"][0].clone();
    assert_eq!((entry["provider"].as_str(), entry["intent"].as_str()), (Some("paypal"), Some(order.as_str())));
}

#[tokio::test]
async fn a_declined_instrument_sends_the_buyer_back() {
    let m = Merchant::start().await;
    let order = id(&m.order("new", "AUTHORIZE").await);
    m.answer(&order, "decline").await;
    let authorize = format!("/paypal/v2/checkout/orders/{order}/authorize");
    let declined = m.post(&authorize, "a", json!({})).await;
    assert_eq!(issue(&declined), (422, "INSTRUMENT_DECLINED"));
    assert_eq!(declined.1["links"][0]["rel"], "payer-action");
    m.answer(&order, "approve").await;
    assert_eq!(m.post(&authorize, "a", json!({})).await.0, 201);
}

#[tokio::test]
async fn a_capture_takes_what_it_says_and_lets_the_rest_go() {
    let m = Merchant::start().await;
    let (order, authorization) = m.authorized().await;
    let path = format!("/paypal/v2/payments/authorizations/{authorization}");
    let part = |value: &str| json!({"amount": {"currency_code": "EUR", "value": value}, "final_capture": true});
    let too_much = m.post(&format!("{path}/capture"), "c0", part("20.00")).await;
    assert_eq!(issue(&too_much), (422, "MAX_CAPTURE_AMOUNT_EXCEEDED"));
    let capture = id(&m.post(&format!("{path}/capture"), "c", part("15.00")).await);
    assert_eq!(m.get(&path).await.1["status"], "PARTIALLY_CAPTURED");
    assert_eq!(m.sandbox.money(&order).await, [1999, 1500, 499, 0]);
    assert_eq!(issue(&m.post(&format!("{path}/void"), "v", json!({})).await), (422, "AUTHORIZATION_ALREADY_CAPTURED"));

    let refunds = format!("/paypal/v2/payments/captures/{capture}/refund");
    let refund =
        m.post(&refunds, "r", json!({"amount": {"currency_code": "EUR", "value": "5.00"}, "custom_id": "r1"})).await;
    assert_eq!(m.get(&format!("/paypal/v2/payments/refunds/{}", id(&refund))).await.1["custom_id"], "r1");
    assert_eq!(issue(&m.post(&refunds, "r2", part("10.01")).await), (422, "REFUND_AMOUNT_EXCEEDED"));
    assert_eq!(m.post(&refunds, "r3", json!({})).await.1["amount"]["value"], "10.00");
    assert_eq!(issue(&m.post(&refunds, "r4", json!({})).await), (422, "CAPTURE_FULLY_REFUNDED"));
    assert_eq!(m.get(&format!("/paypal/v2/payments/captures/{capture}")).await.1["status"], "REFUNDED");
    assert_eq!(m.sandbox.money(&order).await, [1999, 1500, 499, 1500]);
}

#[tokio::test]
async fn an_authorization_is_voided_by_hand_or_by_time() {
    let m = Merchant::start().await;
    let (order, authorization) = m.authorized().await;
    let path = format!("/paypal/v2/payments/authorizations/{authorization}");
    assert_eq!(m.post(&format!("{path}/void"), "v", json!({})).await.1["status"], "VOIDED");
    assert_eq!(issue(&m.post(&format!("{path}/capture"), "c", json!({})).await), (422, "AUTHORIZATION_VOIDED"));
    assert_eq!(m.sandbox.money(&order).await, [1999, 0, 1999, 0]);
    // Advancing by a month ends the token as well.
    let m = Merchant::start().await;
    let (order, _) = m.authorized().await;
    m.sandbox.advance(29 * DAY_MS).await;
    assert_eq!(m.sandbox.money(&order).await, [1999, 0, 1999, 0]);
    assert_eq!(m.get(&format!("/paypal/v2/checkout/orders/{order}")).await.0, 401);
}

#[tokio::test]
async fn an_order_to_capture_is_captured_at_once() {
    let m = Merchant::start().await;
    let order = id(&m.order("new", "CAPTURE").await);
    m.answer(&order, "approve").await;
    let path = format!("/paypal/v2/checkout/orders/{order}");
    let wrong = m.post(&format!("{path}/authorize"), "a", json!({})).await;
    assert_eq!(issue(&wrong), (422, "ACTION_DOES_NOT_MATCH_INTENT"));
    let taken = m.post(&format!("{path}/capture"), "c", json!({})).await;
    assert_eq!(taken.1["purchase_units"][0]["payments"]["captures"][0]["status"], "COMPLETED");
    assert_eq!(m.sandbox.money(&order).await, [1999, 1999, 0, 0]);
}

#[tokio::test]
async fn a_request_id_has_one_effect() {
    let m = Merchant::start().await;
    let first = m.order("k", "AUTHORIZE").await;
    let second = m.order("k", "AUTHORIZE").await;
    assert_eq!((first.0, second.0), (201, 200));
    assert_eq!(first.1, second.1);
    let other = m.post("/paypal/v2/checkout/orders", "k", new_order("AUTHORIZE", "20.00")).await;
    assert_eq!(issue(&other), (400, "INVALID_PARAMETER_VALUE"));
    assert_eq!(m.sandbox.ledger().await["intents"].as_array().unwrap().len(), 1);
    // A lost answer is the same story.
    m.sandbox.mood(json!({"operation": "paypal.orders.create", "mood": "timeout_after"})).await;
    let request = m.sandbox.http().post(m.sandbox.url("/paypal/v2/checkout/orders")).bearer_auth(&m.token);
    let request = request.header("PayPal-Request-Id", "lost").json(&new_order("AUTHORIZE", "19.99"));
    assert!(request.timeout(Duration::from_millis(200)).send().await.unwrap_err().is_timeout());
    assert_eq!(m.order("lost", "AUTHORIZE").await.0, 200);
    assert_eq!(m.sandbox.ledger().await["intents"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn strangers_and_bad_requests_are_refused() {
    let m = Merchant::start().await;
    let grant = |secret: &'static str| {
        let request = m.sandbox.http().post(m.sandbox.url("/paypal/v1/oauth2/token"));
        read(request.basic_auth("mercer-sandbox-client", Some(secret)).form(&[("grant_type", "client_credentials")]))
    };
    assert_eq!(grant("wrong").await.0, 401);
    let request = m.sandbox.http().get(m.sandbox.url("/paypal/v2/checkout/orders/X")).bearer_auth("wrong");
    assert_eq!(read(request).await.0, 401);
    assert_eq!(issue(&m.get("/paypal/v2/checkout/orders/X").await), (404, "INVALID_RESOURCE_ID"));
    let mut wrong = new_order("AUTHORIZE", "19.99");
    wrong["purchase_units"][0]["items"][0]["quantity"] = json!("2");
    let answer = m.post("/paypal/v2/checkout/orders", "k", wrong).await;
    assert_eq!(issue(&answer), (422, "ITEM_TOTAL_MISMATCH"));
    let answer = m.post("/paypal/v2/checkout/orders", "k", new_order("AUTHORIZE", "1.999")).await;
    assert_eq!(answer.0, 400);
}

#[tokio::test]
async fn a_restart_knows_its_orders() {
    let folder = std::env::temp_dir().join(format!("mercer-paypal-{}", std::process::id()));
    let path = folder.join("journal");
    let m = Merchant::at(Sandbox::kept_in(&path).await).await;
    let (order, _) = m.authorized().await;
    m.sandbox.stop().await;
    let m = Merchant::at(Sandbox::kept_in(&path).await).await;
    assert_eq!(m.get(&format!("/paypal/v2/checkout/orders/{order}")).await.1["status"], "COMPLETED");
    assert_eq!(m.sandbox.money(&order).await, [1999, 0, 0, 0]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_is_sent_can_be_verified_and_what_was_changed_cannot() {
    let (url, mut postings) = mailbox().await;
    let mut config = config();
    config.paypal.webhook_url = Some(url);
    let m = Merchant::at(Sandbox::with(config).await).await;
    let (order, _) = m.authorized().await;
    let (headers, body) = postings.recv().await.unwrap();
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (event["event_type"].as_str(), event["resource"]["id"].as_str()),
        (Some("CHECKOUT.ORDER.APPROVED"), Some(order.as_str()))
    );
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let question = json!({
        "auth_algo": header("paypal-auth-algo"), "cert_url": header("paypal-cert-url"),
        "transmission_id": header("paypal-transmission-id"), "transmission_sig": header("paypal-transmission-sig"),
        "transmission_time": header("paypal-transmission-time"), "webhook_id": "7MERCERSANDBOX001", "webhook_event": event,
    });
    let ask = |question: Value| m.post("/paypal/v1/notifications/verify-webhook-signature", "", question);
    assert_eq!(ask(question.clone()).await.1["verification_status"], "SUCCESS");
    for (name, value) in [
        ("transmission_sig", json!("sigother")),
        ("transmission_time", json!("2020-01-01T00:00:00Z")),
        ("webhook_id", json!("OTHER")),
        ("webhook_event", json!({"id": question["webhook_event"]["id"]})),
    ] {
        let mut changed = question.clone();
        changed[name] = value;
        assert_eq!(ask(changed).await.1["verification_status"], "FAILURE", "{name}");
    }
    let (_, second) = postings.recv().await.unwrap();
    let second: Value = serde_json::from_str(&second).unwrap();
    assert_eq!(second["resource"]["supplementary_data"]["related_ids"]["order_id"], json!(order));

    let list = m.get("/paypal/v1/notifications/webhooks-events?page_size=1&start_time=2020-01-01T00:00:00Z").await.1;
    assert_eq!(list["events"][0]["event_type"], "PAYMENT.AUTHORIZATION.CREATED");
    let next = list["links"][0]["href"].as_str().unwrap().to_owned();
    assert_eq!(m.get(&next).await.1["events"][0]["event_type"], "CHECKOUT.ORDER.APPROVED");
}

#[tokio::test]
async fn news_obeys_moods_is_kept_over_a_restart_and_is_sent_on_demand() {
    let folder = std::env::temp_dir().join(format!("gateway-news-{}", uuid::Uuid::now_v7()));
    let (url, mut postings) = mailbox().await;
    let with = || {
        let mut config = config();
        config.paypal.webhook_url = Some(url.clone());
        config.state_path = Some(folder.join("sandbox.jsonl"));
        config
    };
    let m = Merchant::at(Sandbox::with(with()).await).await;
    m.sandbox.mood(json!({"event": "CHECKOUT.ORDER.*", "mood": "withheld", "match": {"custom_id": "mine"}})).await;
    m.sandbox.mood(json!({"event": "PAYMENT.AUTHORIZATION.CREATED", "mood": "repeated", "copies": 2})).await;
    m.authorized().await;
    for _ in 0..2 {
        assert_eq!(kind(&postings.recv().await.unwrap().1), "PAYMENT.AUTHORIZATION.CREATED");
    }
    // What was accepted is noted with a later call.
    while m.sandbox.get("/_sandbox/webhooks").await.1["undelivered"].as_array().unwrap().len() > 1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    m.sandbox.stop().await;

    let sandbox = Sandbox::with(with()).await;
    let owed = sandbox.get("/_sandbox/webhooks").await.1["undelivered"].clone();
    assert_eq!((&owed[0]["type"], &owed[0]["progress"]), (&json!("CHECKOUT.ORDER.APPROVED"), &json!("withheld")));
    assert!(postings.try_recv().is_err(), "nothing else was sent");
    sandbox.control("webhooks/deliver", json!({"events": [owed[0]["event"]]})).await.unwrap();
    assert_eq!(kind(&postings.recv().await.unwrap().1), "CHECKOUT.ORDER.APPROVED");
    assert_eq!(sandbox.get("/_sandbox/webhooks").await.1["undelivered"], json!([]));
    sandbox.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

fn kind(body: &str) -> String {
    let event: Value = serde_json::from_str(body).unwrap();
    event["event_type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_mood_that_only_the_stripe_api_has_is_refused() {
    let m = Merchant::start().await;
    for order in [
        json!({"operation": "paypal.orders.create", "mood": "idempotency_mismatch"}),
        json!({"operation": "paypal.orders.create", "mood": "lapsed_before"}),
        json!({"operation": "paypal.orders.create", "mood": "reset", "match": {"custom_id": "mine"}}),
        json!({"operation": "paypal.orders.make", "mood": "reset"}),
    ] {
        assert!(m.sandbox.control("mood", order.clone()).await.is_err(), "{order}");
    }
    m.sandbox.mood(json!({"operation": "paypal.orders.create", "mood": "reset"})).await;
    let request = m.sandbox.http().post(m.sandbox.url("/paypal/v2/checkout/orders")).bearer_auth(&m.token);
    assert!(request.json(&new_order("AUTHORIZE", "1.00")).send().await.is_err());
}

#[tokio::test]
async fn a_dispute_names_the_capture_and_ends_with_an_outcome() {
    let m = Merchant::start().await;
    let (order, authorization) = m.authorized().await;
    let dispute = |order: &str| m.sandbox.control("disputes", json!({"intent": order}));
    assert!(dispute(&order).await.is_err(), "nothing was taken");
    let path = format!("/paypal/v2/payments/authorizations/{authorization}/capture");
    let capture = id(&m.post(&path, "take", json!({})).await);
    for (status, outcome, disputed) in [("won", "RESOLVED_SELLER_FAVOUR", 0), ("lost", "RESOLVED_BUYER_FAVOUR", 1999)] {
        let made = dispute(&order).await.unwrap();
        let path = format!("/paypal/v1/customer/disputes/{}", made["id"].as_str().unwrap());
        let told = m.get(&path).await.1;
        assert_eq!(told["disputed_transactions"][0]["seller_transaction_id"], json!(capture));
        assert_eq!(told["dispute_amount"], json!({"currency_code": "EUR", "value": "19.99"}));
        assert_eq!((&told["status"], &told["dispute_outcome"]), (&json!("WAITING_FOR_SELLER_RESPONSE"), &Value::Null));
        assert!(dispute(&order).await.is_err(), "once at a time");
        let close = format!("disputes/{}", made["id"].as_str().unwrap());
        m.sandbox.control(&close, json!({"status": status})).await.unwrap();
        assert!(m.sandbox.control(&close, json!({"status": status})).await.is_err(), "closed");
        let told = m.get(&path).await.1;
        assert_eq!((&told["status"], &told["dispute_outcome"]["outcome_code"]), (&json!("RESOLVED"), &json!(outcome)));
        assert_eq!(m.sandbox.books(&order).await["disputed"], disputed);
    }
    assert!(dispute(&order).await.is_err(), "the money is gone");
    assert_eq!(m.sandbox.get("/v1/disputes").await.1["data"], json!([]), "none of Stripe's");
}
