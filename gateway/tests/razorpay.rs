//! Razorpay's corner of the sandbox, as a merchant's server and a buyer meet it.

use std::collections::BTreeMap;
use std::time::Duration;

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::mailbox::mailbox;
use crate::support::{Answer, Sandbox, config, read};

const DAY_MS: i64 = 24 * 3600 * 1000;
const KEYS: (&str, &str) = ("rzp_test_mercersandbox", "mercer-sandbox-key-secret");

impl Sandbox {
    async fn rzp(&self, path: &str) -> Answer {
        read(self.http().get(self.url(&format!("/razorpay/v1/{path}"))).basic_auth(KEYS.0, Some(KEYS.1))).await
    }

    async fn rzp_post(&self, path: &str, body: Value) -> Answer {
        let request = self.http().post(self.url(&format!("/razorpay/v1/{path}"))).basic_auth(KEYS.0, Some(KEYS.1));
        read(request.json(&body)).await
    }

    async fn refund_once(&self, payment: &str, key: &str, amount: i64) -> Answer {
        let url = self.url(&format!("/razorpay/v1/payments/{payment}/refund"));
        let request = self.http().post(url).basic_auth(KEYS.0, Some(KEYS.1)).header("X-Refund-Idempotency", key);
        read(request.json(&json!({"amount": amount, "notes": {"refund_id": "r"}}))).await
    }

    async fn link(&self, reference: &str) -> String {
        id(&self.rzp_post("payment_links", new_link(reference)).await)
    }

    /// Presses a button of the page; where it leads, if anywhere.
    async fn press(&self, link: &str, answer: &str) -> Option<String> {
        let url = self.url(&format!("/razorpay/pay/{link}"));
        let answer = self.http().post(url).form(&[("answer", answer)]).send().await.unwrap();
        answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned())
    }

    async fn payments(&self, link: &str) -> Vec<Value> {
        let order = self.rzp(&format!("payment_links/{link}")).await.1["order_id"].as_str().unwrap().to_owned();
        self.rzp(&format!("orders/{order}/payments")).await.1["items"].as_array().unwrap().clone()
    }
}

fn new_link(reference: &str) -> Value {
    json!({
        "amount": 1999, "currency": "INR", "reference_id": reference, "description": "Order M-1",
        "notes": {"attempt_id": "a"}, "callback_url": "http://shop.test/back?x=1", "callback_method": "get",
    })
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["id"].as_str().unwrap().to_owned()
}

fn hmac(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn a_paid_link_is_captured_and_leads_back_signed() {
    let s = Sandbox::start().await;
    let link = s.link("one").await;
    let page = s.rzp(&format!("payment_links/{link}")).await.1["short_url"].as_str().unwrap().to_owned();
    assert!(s.http().get(page).send().await.unwrap().status().is_success());
    assert_eq!(s.press(&link, "failure").await, None);
    assert_eq!(s.money(&link).await, [0, 0, 0, 0]);
    let back = url::Url::parse(&s.press(&link, "success").await.unwrap()).unwrap();
    let query: BTreeMap<String, String> = back.query_pairs().into_owned().collect();
    let signed = format!("{link}|one|paid|{}", query["razorpay_payment_id"]);
    assert_eq!((query["x"].as_str(), query["razorpay_signature"].as_str()), ("1", hmac(KEYS.1, &signed).as_str()));
    let paid = s.rzp(&format!("payment_links/{link}")).await.1;
    assert_eq!((paid["status"].as_str(), paid["payments"].as_array().unwrap().len()), (Some("paid"), 1));
    let statuses: Vec<_> = s.payments(&link).await.iter().map(|it| it["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(statuses, ["failed", "captured"]);
    assert_eq!(s.money(&link).await, [1999, 1999, 0, 0]);
    s.press(&link, "success").await.unwrap();
    assert_eq!(s.money(&link).await, [1999, 1999, 0, 0], "a second click pays nothing");
    assert_eq!(s.rzp_post(&format!("payment_links/{link}/cancel"), json!({})).await.0, 400);
}

#[tokio::test]
async fn a_reference_names_one_link() {
    let s = Sandbox::start().await;
    s.mood(json!({"operation": "razorpay.payment_links.create", "mood": "timeout_after"})).await;
    let request = s.http().post(s.url("/razorpay/v1/payment_links")).basic_auth(KEYS.0, Some(KEYS.1));
    let lost = request.json(&new_link("one")).timeout(Duration::from_millis(200)).send().await;
    assert!(lost.unwrap_err().is_timeout());
    assert_eq!(s.rzp_post("payment_links", new_link("one")).await.0, 400);
    let found = s.rzp("payment_links?reference_id=one").await.1;
    assert_eq!(found["payment_links"].as_array().unwrap().len(), 1);
    assert_eq!(s.rzp("payment_links?reference_id=two").await.1["payment_links"], json!([]));
}

#[tokio::test]
async fn a_cancelled_or_expired_link_takes_no_money() {
    let s = Sandbox::start().await;
    let (cancelled, mut expiring) = (s.link("one").await, new_link("two"));
    assert_eq!(s.rzp_post(&format!("payment_links/{cancelled}/cancel"), json!({})).await.1["status"], "cancelled");
    expiring["expire_by"] = json!(1);
    assert_eq!(s.rzp_post("payment_links", expiring.clone()).await.0, 400, "too soon");
    expiring["expire_by"] = json!(now_s() + 3600);
    let expired = id(&s.rzp_post("payment_links", expiring).await);
    s.advance(3_601_000).await;
    assert_eq!(s.rzp(&format!("payment_links/{expired}")).await.1["status"], "expired");
    for link in [cancelled, expired] {
        assert_eq!(s.press(&link, "success").await, None);
        assert_eq!(s.money(&link).await, [0, 0, 0, 0]);
    }
}

#[expect(clippy::disallowed_methods, reason = "the sandbox's clock starts from the machine's")]
fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[tokio::test]
async fn a_late_payment_waits_for_its_capture_and_goes_back_without() {
    let s = Sandbox::start().await;
    let (taken, left) = (s.link("one").await, s.link("two").await);
    for link in [&taken, &left] {
        assert!(s.press(link, "late").await.is_some());
        assert_eq!(s.money(link).await, [1999, 0, 0, 0]);
    }
    let payment = s.payments(&taken).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(capture_status(&s, &payment, 1000).await, 400);
    assert_eq!(capture_status(&s, &payment, 1999).await, 200);
    assert_eq!(capture_status(&s, &payment, 1999).await, 400, "captured already");
    s.advance(3 * DAY_MS).await;
    assert_eq!(s.money(&taken).await, [1999, 1999, 0, 0]);
    assert_eq!(s.money(&left).await, [1999, 0, 1999, 0]);
    let lapsed = &s.payments(&left).await[0];
    assert_eq!((lapsed["status"].as_str(), lapsed["captured"].as_bool()), (Some("refunded"), Some(false)));
}

async fn capture_status(s: &Sandbox, payment: &str, amount: i64) -> u16 {
    s.rzp_post(&format!("payments/{payment}/capture"), json!({"amount": amount, "currency": "INR"})).await.0
}

#[tokio::test]
async fn a_refund_key_refunds_once() {
    let s = Sandbox::start().await;
    let link = s.link("one").await;
    s.press(&link, "success").await;
    let payment = s.payments(&link).await[0]["id"].as_str().unwrap().to_owned();
    let first = s.refund_once(&payment, "key-0000000001", 500).await;
    assert_eq!(s.refund_once(&payment, "key-0000000001", 500).await, first);
    assert_eq!(s.refund_once(&payment, "key-0000000001", 501).await.0, 400, "another request under the key");
    assert_eq!(s.refund_once(&payment, "short", 500).await.0, 400);
    assert_eq!(s.money(&link).await, [1999, 1999, 0, 500]);
    assert_eq!(s.refund_once(&payment, "key-0000000002", 1500).await.0, 400, "more than is left");
    assert_eq!(s.refund_once(&payment, "key-0000000003", 1499).await.0, 200);
    let refunds = s.rzp(&format!("payments/{payment}/refunds")).await.1;
    assert_eq!((refunds["count"].as_i64(), refunds["items"][0]["notes"]["refund_id"].as_str()), (Some(2), Some("r")));
    assert_eq!(s.rzp(&format!("refunds/{}", id(&first))).await.1["amount"], 500);
    assert_eq!(s.rzp(&format!("payments/{payment}")).await.1["refund_status"], "full");
}

#[tokio::test]
async fn strangers_are_refused_and_webhooks_are_signed() {
    let (url, mut postings) = mailbox().await;
    let mut config = config();
    config.razorpay.webhook_url = Some(url);
    let s = Sandbox::with(config).await;
    let request = s.http().get(s.url("/razorpay/v1/payment_links")).basic_auth(KEYS.0, Some("wrong"));
    assert_eq!(read(request).await.0, 401);
    let link = s.link("one").await;
    s.press(&link, "success").await;
    let mut kinds = Vec::new();
    for _ in 0..3 {
        let (headers, body) = postings.recv().await.unwrap();
        assert_eq!(headers["x-razorpay-signature"], hmac("mercer-sandbox-webhook", &body).as_str());
        assert!(headers.contains_key("x-razorpay-event-id"));
        let event: Value = serde_json::from_str(&body).unwrap();
        if event["event"] == "payment_link.paid" {
            assert_eq!(event["payload"]["payment_link"]["entity"]["id"], json!(link));
        }
        kinds.push(event["event"].as_str().unwrap().to_owned());
    }
    kinds.sort();
    assert_eq!(kinds, ["payment.authorized", "payment.captured", "payment_link.paid"]);
}

#[tokio::test]
async fn a_dispute_names_the_payment_and_says_what_was_deducted() {
    let sandbox = Sandbox::start().await;
    let link = sandbox.link("r1").await;
    assert!(sandbox.control("disputes", json!({"intent": link})).await.is_err(), "nothing was paid");
    sandbox.press(&link, "success").await;
    let payment = sandbox.payments(&link).await.remove(0);
    let made = sandbox.control("disputes", json!({"intent": link, "amount": 500})).await.unwrap();
    let id = made["id"].as_str().unwrap();
    let told = sandbox.rzp(&format!("disputes/{id}")).await.1;
    assert_eq!((&told["payment_id"], &told["amount"]), (&payment["id"], &json!(500)));
    assert_eq!((&told["status"], &told["amount_deducted"]), (&json!("open"), &json!(0)));
    assert!(sandbox.control("disputes", json!({"intent": link})).await.is_err(), "once at a time");
    sandbox.control(&format!("disputes/{id}"), json!({"status": "lost"})).await.unwrap();
    let told = sandbox.rzp(&format!("disputes/{id}")).await.1;
    assert_eq!((&told["status"], &told["amount_deducted"]), (&json!("lost"), &json!(500)));
    assert_eq!(sandbox.books(&link).await["disputed"], 500);
    assert_eq!(sandbox.get(&format!("/v1/disputes/{id}")).await.0, 404, "none of Stripe's");
}

#[tokio::test]
async fn payments_are_listed_by_their_time_newest_first() {
    let sandbox = Sandbox::start().await;
    let mut links = Vec::new();
    for reference in ["r1", "r2", "r3"] {
        let link = sandbox.link(reference).await;
        sandbox.press(&link, "success").await;
        sandbox.advance(10_000).await;
        links.push(link);
    }
    let all = sandbox.rzp("payments").await.1;
    let names = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap();
        items.iter().map(|it| format!("plink_{}", &it["description"].as_str().unwrap()[1..])).collect()
    };
    assert_eq!(names(&all), [links[2].as_str(), &links[1], &links[0]]);
    assert_eq!(all["items"][0]["notes"], json!({"attempt_id": "a"}), "the link's");
    assert_eq!(names(&sandbox.rzp("payments?count=1&skip=1").await.1), [links[1].as_str()]);
    let at = all["items"][1]["created_at"].as_i64().unwrap();
    assert_eq!(names(&sandbox.rzp(&format!("payments?from={at}&to={at}")).await.1), [links[1].as_str()]);
    for wrong in ["count=0", "count=101", "from=yesterday", "skip=-1"] {
        assert_eq!(sandbox.rzp(&format!("payments?{wrong}")).await.0, 400, "{wrong}");
    }
}
