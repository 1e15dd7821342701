//! The adapters of PayPal and Razorpay against the sandbox: what is done, what is refused, what stays unknown.

use super::{IntentStatus, Outcome, SessionStatus, json, payment};
use crate::support::adapter::adapter;
use reqwest::header::{HeaderMap, HeaderValue};
use shop::checkout::PaymentWay;
use shop::money::Currency;
use shop::payment::webhook::Rejection;
use shop::payment::{Metadata, NewSession, Provider, SessionLine};
use std::sync::Arc;

struct Bench {
    provider: Arc<dyn Provider>,
    gateway: gateway::Handle,
    http: reqwest::Client,
}

async fn bench(name: &str) -> Bench {
    let config = gateway::Config { control: true, ..gateway::Config::sandbox("127.0.0.1:0".parse().unwrap()) };
    let gateway = gateway::serve(config.clone()).await.unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let http = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    let http = http.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Bench { provider: adapter(name, &gateway, &config), gateway, http }
}

impl Bench {
    async fn mood(&self, operation: &str, mood: &str) {
        let rule = json!({"operation": operation, "mood": mood});
        let url = format!("{}/_sandbox/mood", self.gateway.url());
        let request = self.http.post(url).header("content-type", "application/json").body(rule.to_string());
        assert!(request.send().await.unwrap().status().is_success());
    }

    async fn press(&self, url: &str, answer: &str) {
        let token = url.split("token=").nth(1).unwrap_or_default();
        let form = [("token", token), ("answer", answer)];
        self.http.post(url.split('?').next().unwrap()).form(&form).send().await.unwrap();
    }

    /// A page and its address.
    async fn page(&self, key: &str) -> (String, String) {
        let session = done(self.provider.create_session(key, &new()).await);
        assert_eq!((session.status, session.amount, session.intent_id), (SessionStatus::Open, 2490, None));
        assert_eq!(session.metadata["attempt_id"], "a");
        (session.id, session.url.unwrap())
    }
}

fn new() -> NewSession {
    let line = |name: &str, amount, quantity| SessionLine {
        name: name.to_owned(),
        unit_price: Currency::EUR.money(amount),
        quantity,
    };
    let metadata = [("checkout_id", "c"), ("attempt_id", "a"), ("order_no", "M-1"), ("quote_hash", "h")];
    NewSession {
        lines: vec![line("Mug", 1000, 2), line("Delivery", 490, 1)],
        metadata: metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        success_url: "http://shop.test/return?session_id={CHECKOUT_SESSION_ID}".to_owned(),
        cancel_url: "http://shop.test/cart".to_owned(),
        expires_at: 4_000_000_000_000,
        customer_email: Some("ada@example.com".to_owned()),
        reference: "c".to_owned(),
    }
}

fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        other => panic!("not done: {other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) -> payment::Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

const KEY: &str = "0123456789012345678901234567890123456789012345678901234567890123";

#[tokio::test]
async fn both_offer_their_page_and_nothing_else() {
    for name in ["paypal", "razorpay"] {
        let b = bench(name).await;
        assert!(b.provider.offers(&PaymentWay::Hosted) && !b.provider.offers(&PaymentWay::Embedded));
        assert!(!b.provider.offers(&PaymentWay::Token { payment_method: "pm".to_owned() }));
        assert_eq!(refused(b.provider.confirm_intent(KEY, "x", "pm", "").await).code, "not_offered");
        let lists = name == "razorpay";
        assert_eq!(b.provider.lists().intents, lists);
        if !lists {
            assert_eq!(refused(b.provider.list_intents(0, 1, None).await).code, "not_offered");
        }
        assert_eq!(b.provider.csp_sources().form_action, [b.gateway.url()]);
    }
}

#[tokio::test]
async fn the_same_key_makes_one_page_even_when_the_answer_was_lost() {
    for (name, create) in [("paypal", "paypal.orders.create"), ("razorpay", "razorpay.payment_links.create")] {
        let b = bench(name).await;
        let (id, _) = b.page(KEY).await;
        assert_eq!(b.page(KEY).await.0, id, "{name}");
        b.mood(create, "truncated").await;
        let other = KEY.replace('0', "9");
        assert!(matches!(b.provider.create_session(&other, &new()).await, Outcome::Unknown(_)), "{name}");
        let second = b.page(&other).await.0;
        assert_ne!(second, id, "{name}");
        assert_eq!(b.page(&other).await.0, second, "{name}");
    }
}

#[tokio::test]
async fn what_paypal_holds_is_read_step_by_step() {
    let b = bench("paypal").await;
    let p = &b.provider;
    let (id, url) = b.page(KEY).await;
    let status = async || done(p.retrieve_intent(&id).await).status;
    assert_eq!(status().await, IntentStatus::RequiresPaymentMethod);
    assert_eq!(done(p.advance_session("adv", &id).await).status, SessionStatus::Open);
    b.press(&url, "approve").await;
    assert_eq!(status().await, IntentStatus::RequiresConfirmation);
    assert_eq!(done(p.retrieve_session(&id).await).status, SessionStatus::Open, "asking holds nothing");
    b.mood("paypal.orders.authorize", "truncated").await;
    assert!(matches!(p.advance_session("adv", &id).await, Outcome::Unknown(_)));
    let session = done(p.advance_session("adv", &id).await);
    assert_eq!((session.status, session.intent_id.as_deref()), (SessionStatus::Complete, Some(id.as_str())));
    let held = done(p.retrieve_intent(&id).await);
    assert_eq!((held.status, held.amount_capturable, held.amount), (IntentStatus::RequiresCapture, 2490, 2490));
    assert!(held.capture_before.is_some() && held.created_ms > 0);
    assert_eq!((held.metadata["checkout_id"].as_str(), held.metadata["order_no"].as_str()), ("c", "M-1"));
    let taken = done(p.capture_intent("cap", &id, Currency::EUR.money(2000)).await);
    assert_eq!((taken.status, taken.amount_received), (IntentStatus::Succeeded, 2000));
    assert_eq!(refused(p.cancel_intent("void", &id).await).code, "AUTHORIZATION_ALREADY_CAPTURED");
    let metadata = Metadata::from([("refund_id".to_owned(), "r1".to_owned())]);
    let refund = done(p.refund("ref", &id, Currency::EUR.money(500), &metadata).await);
    assert_eq!((refund.amount, refund.intent_id.as_str()), (500, id.as_str()));
    assert_eq!(done(p.list_refunds(&id).await), [refund]);
    assert_eq!(
        refused(p.refund("ref2", &id, Currency::EUR.money(1501), &metadata).await).code,
        "REFUND_AMOUNT_EXCEEDED"
    );
    let events = done(p.list_events(0, None).await);
    assert!(events.items.iter().any(|event| event.kind == "PAYMENT.CAPTURE.COMPLETED" && event.object_id == id));
}

#[tokio::test]
async fn an_order_that_nobody_will_authorize_is_over() {
    let b = bench("paypal").await;
    let (id, url) = b.page(KEY).await;
    b.press(&url, "approve").await;
    assert_eq!(done(b.provider.expire_session("exp", &id).await).status, SessionStatus::Expired);
    assert_eq!(done(b.provider.cancel_intent("can", &id).await).status, IntentStatus::Canceled);
    done(b.provider.advance_session("adv", &id).await);
    assert_eq!(done(b.provider.expire_session("exp", &id).await).status, SessionStatus::Complete, "held is not over");
    assert_eq!(done(b.provider.cancel_intent("can", &id).await).status, IntentStatus::Canceled);
}

#[tokio::test]
async fn a_declined_instrument_is_a_decline() {
    let b = bench("paypal").await;
    let (id, url) = b.page(KEY).await;
    b.press(&url, "decline").await;
    let refusal = refused(b.provider.advance_session("adv", &id).await);
    assert!(refusal.is_card_decline, "{refusal:?}");
    assert_eq!(refusal.code, "INSTRUMENT_DECLINED");
}

#[tokio::test]
async fn a_token_that_ended_is_bought_again_and_without_one_nothing_happens() {
    let b = bench("paypal").await;
    let (id, _) = b.page(KEY).await;
    let url = format!("{}/_sandbox/clock", b.gateway.url());
    let body = json!({"advance_ms": 10 * 3_600_000}).to_string();
    b.http.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
    done(b.provider.retrieve_session(&id).await);
    let c = bench("paypal").await;
    for mood in ["truncated", "status_500_uncached", "html"] {
        c.mood("paypal.token", mood).await;
        let refusal = refused(c.provider.create_session(KEY, &new()).await);
        assert_eq!((refusal.code.as_str(), refusal.http_status), ("unreachable", 0), "{mood}");
    }
}

#[tokio::test]
async fn what_razorpay_took_is_read_step_by_step() {
    let b = bench("razorpay").await;
    let p = &b.provider;
    let (id, url) = b.page(KEY).await;
    b.press(&url, "failure").await;
    let open = done(p.retrieve_intent(&id).await);
    assert_eq!(open.status, IntentStatus::RequiresPaymentMethod);
    assert!(open.decline.is_some());
    b.press(&url, "late").await;
    let session = done(p.retrieve_session(&id).await);
    assert_eq!((session.status, session.intent_id.as_deref()), (SessionStatus::Complete, Some(id.as_str())));
    let held = done(p.retrieve_intent(&id).await);
    assert_eq!((held.status, held.amount_capturable), (IntentStatus::RequiresCapture, 2490));
    assert_eq!(refused(p.cancel_intent("can", &id).await).code, "not_offered");
    assert_eq!(refused(p.capture_intent("cap", &id, Currency::EUR.money(2000)).await).http_status, 400);
    let taken = done(p.capture_intent("cap", &id, Currency::EUR.money(2490)).await);
    assert_eq!((taken.status, taken.amount_received), (IntentStatus::Succeeded, 2490));
    assert_eq!(refused(p.expire_session("exp", &id).await).http_status, 400);
    let metadata = Metadata::from([("refund_id".to_owned(), "r1".to_owned())]);
    let key = KEY.replace('0', "7");
    let refund = done(p.refund(&key, &id, Currency::EUR.money(500), &metadata).await);
    assert_eq!(done(p.refund(&key, &id, Currency::EUR.money(500), &metadata).await), refund);
    assert_eq!(done(p.list_refunds(&id).await), [refund]);
    assert_eq!(done(p.retrieve_intent(&id).await).status, IntentStatus::Succeeded, "refunded is still paid");
    assert_eq!(refused(p.list_events(0, None).await).code, "not_offered");
}

#[tokio::test]
async fn a_cancelled_link_is_over() {
    let b = bench("razorpay").await;
    let (id, url) = b.page(KEY).await;
    assert_eq!(done(b.provider.expire_session("exp", &id).await).status, SessionStatus::Expired);
    b.press(&url, "success").await;
    assert_eq!(done(b.provider.retrieve_intent(&id).await).status, IntentStatus::Canceled);
}

#[tokio::test]
async fn forged_news_is_refused() {
    let b = bench("razorpay").await;
    let body = br#"{"event":"payment_link.paid","payload":{},"created_at":1}"#;
    let mut headers = HeaderMap::new();
    assert_eq!(b.provider.read_webhook(&headers, body, 0).await, Err(Rejection::Malformed));
    headers.insert("x-razorpay-signature", HeaderValue::from_static("00"));
    assert_eq!(b.provider.read_webhook(&headers, body, 0).await, Err(Rejection::BadSignature));

    let b = bench("paypal").await;
    let body = br#"{"id":"WH-1","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"X"}}"#;
    assert_eq!(b.provider.read_webhook(&HeaderMap::new(), body, 0).await, Err(Rejection::Malformed));
    let mut headers = HeaderMap::new();
    for name in [
        "paypal-auth-algo",
        "paypal-cert-url",
        "paypal-transmission-id",
        "paypal-transmission-sig",
        "paypal-transmission-time",
    ] {
        headers.insert(name, HeaderValue::from_static("SHA256withRSA"));
    }
    assert_eq!(b.provider.read_webhook(&headers, body, 0).await, Err(Rejection::BadSignature));
    assert_eq!(b.provider.read_webhook(&headers, b"{\"id\":1} , {}", 0).await, Err(Rejection::Malformed));
    b.mood("paypal.webhooks.verify", "status_500_uncached").await;
    assert_eq!(b.provider.read_webhook(&headers, body, 0).await, Err(Rejection::Unverified));
}

#[tokio::test]
async fn what_razorpay_holds_is_listed_whole() {
    let b = bench("razorpay").await;
    let mut paid = std::collections::BTreeSet::new();
    for n in 0..102 {
        let (id, url) = b.page(&format!("{n:03}{KEY}")).await;
        // The last one never held any money.
        b.press(&url, if n == 101 { "failure" } else { "success" }).await;
        if n < 101 {
            paid.insert(id);
        }
    }
    let now = shop::clock::Clock::now_ms(&shop::clock::SystemClock);
    let hour = 3_600_000;
    let first = done(b.provider.list_intents(now - hour, now + hour, None).await);
    let next = first.next.clone().unwrap();
    let second = done(b.provider.list_intents(now - hour, now + hour, Some(&next)).await);
    assert_eq!(second.next, None);
    let all: Vec<_> = first.items.iter().chain(&second.items).collect();
    assert_eq!(all.iter().map(|one| one.intent_id.clone()).collect::<std::collections::BTreeSet<_>>(), paid);
    let asked = done(b.provider.retrieve_intent(&all[0].intent_id).await);
    let told = payment::Snapshot { created_ms: asked.created_ms, ..all[0].clone() };
    assert_eq!(told, asked, "the list says what the link says");
    assert_eq!(done(b.provider.list_intents(now + hour, now + 2 * hour, None).await).items, []);
}
