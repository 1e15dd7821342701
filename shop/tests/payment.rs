//! The Stripe adapter against the sandbox gateway: what is done, what is refused, what stays unknown.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use gateway::{Config, Handle};
use shop::money::Currency;
use shop::payment::stripe::{Stripe, StripeConfig};
use shop::payment::{
    IntentStatus, Metadata, NewIntent, NewSession, Outcome, Provider, RateLimit, RefundStatus, Refusal, SessionLine,
    SessionStatus, Snapshot,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const RETURN_URL: &str = "http://shop.test/return";

struct Bench {
    stripe: Stripe,
    sandbox: Handle,
}

fn adapter(base: &str) -> Stripe {
    let keys = Config::sandbox(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    Stripe::new(StripeConfig {
        api_base: base.to_owned(),
        secret_key: keys.secret_key,
        publishable_key: keys.publishable_key,
        webhook_secrets: vec![keys.webhook_secret],
    })
    .unwrap()
}

async fn bench() -> Bench {
    let config = Config { control: true, ..Config::sandbox(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))) };
    let sandbox = gateway::serve(config).await.unwrap();
    Bench { stripe: adapter(sandbox.url()), sandbox }
}

fn new_intent() -> NewIntent {
    NewIntent {
        money: Currency::EUR.money(1999),
        metadata: Metadata::from([("attempt_id".to_owned(), "a & b=c".to_owned())]),
        description: "M-TEST-0001".to_owned(),
    }
}

fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        other => panic!("not done: {other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn unknown<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    match outcome {
        Outcome::Unknown(why) => why,
        other => panic!("not unknown: {other:?}"),
    }
}

impl Bench {
    async fn intent(&self, key: &str) -> Snapshot {
        done(self.stripe.create_intent(key, &new_intent()).await)
    }

    async fn confirm(&self, key: &str, id: &str, method: &str) -> Outcome<Snapshot> {
        self.stripe.confirm_intent(key, id, method, RETURN_URL).await
    }

    /// Posts to the sandbox's back door.
    async fn control(&self, path: &str, json: &str) {
        let mut socket = TcpStream::connect(self.sandbox.addr()).await.unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
            json.len()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }

    async fn mood(&self, json: &str) {
        self.control("/_sandbox/mood", json).await;
    }
}

#[tokio::test]
async fn a_payment_is_created_confirmed_captured_and_refunded() {
    let b = bench().await;
    let created = b.intent("create").await;
    assert_eq!(
        (created.status, created.amount, created.currency.as_str()),
        (IntentStatus::RequiresPaymentMethod, 1999, "EUR")
    );
    assert_eq!(created.metadata, new_intent().metadata);
    assert!(created.client_secret.is_some() && !created.livemode);
    let id = created.intent_id.as_str();
    let confirmed = done(b.confirm("confirm", id, "pm_card_visa").await);
    assert_eq!((confirmed.status, confirmed.amount_capturable), (IntentStatus::RequiresCapture, 1999));
    // Seven days from the authorisation, which came somewhat after the creation.
    let lasts_ms = confirmed.capture_before.unwrap() - confirmed.created_ms;
    assert!((7 * 86_400_000..8 * 86_400_000).contains(&lasts_ms), "{lasts_ms}");
    let captured = done(b.stripe.capture_intent("capture", id, Currency::EUR.money(1500)).await);
    assert_eq!((captured.status, captured.amount_received), (IntentStatus::Succeeded, 1500));
    let metadata = Metadata::from([("refund_id".to_owned(), "r1".to_owned())]);
    let refund = done(b.stripe.refund("refund", id, Currency::EUR.money(500), &metadata).await);
    assert_eq!((refund.status, refund.amount, refund.intent_id.as_str()), (RefundStatus::Succeeded, 500, id));
    assert_eq!(done(b.stripe.list_refunds(id).await), [refund]);
    let over = refused(b.stripe.refund("over", id, Currency::EUR.money(1001), &metadata).await);
    assert!(!over.is_card_decline && over.http_status == 400);
    assert_eq!(done(b.stripe.retrieve_intent(id).await).amount_received, 1500);
}

#[tokio::test]
async fn a_decline_is_a_refusal_with_its_code_and_the_intent() {
    let b = bench().await;
    let id = b.intent("create").await.intent_id;
    for (method, code) in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ] {
        let refusal = refused(b.confirm(method, &id, method).await);
        assert_eq!((refusal.code.as_str(), refusal.is_card_decline, refusal.http_status), (code, true, 402));
        let intent = refusal.intent.unwrap();
        assert_eq!((intent.status, intent.decline.unwrap().0.as_str()), (IntentStatus::RequiresPaymentMethod, code));
    }
}

#[tokio::test]
async fn a_challenge_leads_to_the_providers_page_and_a_cancel_ends_it() {
    let b = bench().await;
    let id = b.intent("create").await.intent_id;
    let challenged = done(b.confirm("confirm", &id, "pm_card_threeDSecure2Required").await);
    assert_eq!(challenged.status, IntentStatus::RequiresAction);
    assert!(challenged.next_url.unwrap().starts_with(b.sandbox.url()));
    assert_eq!(done(b.stripe.cancel_intent("cancel", &id).await).status, IntentStatus::Canceled);
    let late = refused(b.stripe.cancel_intent("cancel again", &id).await);
    assert_eq!((late.code.as_str(), late.http_status), ("payment_intent_unexpected_state", 400));
    assert_eq!(late.intent.unwrap().status, IntentStatus::Canceled);
}

#[tokio::test]
async fn a_hosted_page_is_opened_found_and_closed() {
    let b = bench().await;
    let now = b.intent("clock").await.created_ms;
    let line = |name: &str, amount, quantity| SessionLine {
        name: name.to_owned(),
        unit_price: Currency::EUR.money(amount),
        quantity,
    };
    let new = NewSession {
        lines: vec![line("Mug", 1200, 2), line("Delivery", 490, 1)],
        metadata: new_intent().metadata,
        success_url: "http://shop.test/ok?s={CHECKOUT_SESSION_ID}".to_owned(),
        cancel_url: "http://shop.test/checkout".to_owned(),
        expires_at: now + 31 * 60_000,
        customer_email: Some("ada@example.com".to_owned()),
        reference: "c1".to_owned(),
    };
    let session = done(b.stripe.create_session("session", &new).await);
    assert_eq!((session.status, session.amount, session.intent_id.as_deref()), (SessionStatus::Open, 2890, None));
    assert_eq!(session.metadata, new.metadata);
    assert!(session.url.as_deref().unwrap().starts_with(b.sandbox.url()));
    assert_eq!(done(b.stripe.create_session("session", &new).await), session, "the key replays");
    assert_eq!(done(b.stripe.retrieve_session(&session.id).await), session);
    let expired = done(b.stripe.expire_session("expire", &session.id).await);
    assert_eq!((expired.status, expired.url), (SessionStatus::Expired, None));
    assert_eq!(refused(b.stripe.expire_session("expire again", &session.id).await).http_status, 400);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_same_key_finds_it() {
    let b = bench().await;
    for (at, mood) in [r#""truncated""#, r#""status_500_uncached""#, r#""html""#].iter().enumerate() {
        b.mood(&format!(r#"{{"operation":"payment_intents.create","mood":{mood}}}"#)).await;
        let key = format!("k{at}");
        unknown(b.stripe.create_intent(&key, &new_intent()).await);
        let first = b.intent(&key).await;
        assert_eq!(b.intent(&key).await, first, "{mood}");
    }
    let made = done(b.stripe.list_intents(0, i64::MAX / 2, None).await);
    assert_eq!(made.items.len(), 3, "one payment for each key");
}

#[tokio::test]
async fn a_key_in_use_is_tried_again_and_a_provider_that_only_fails_is_left_alone() {
    let b = bench().await;
    b.mood(r#"{"operation":"payment_intents.create","mood":"in_flight","times":2}"#).await;
    b.intent("busy").await;
    b.mood(r#"{"operation":"payment_intents.create","mood":"in_flight","times":3}"#).await;
    unknown(b.stripe.create_intent("busier", &new_intent()).await);
    b.mood(r#"{"operation":"*","mood":"status_500_uncached","always":true}"#).await;
    let mut sent = 0;
    while let Outcome::Unknown(_) = b.stripe.retrieve_intent("pi_any").await {
        sent += 1;
        assert!(sent < 20, "the breaker never opens");
    }
    let refusal = refused(b.stripe.create_intent("k", &new_intent()).await);
    assert_eq!((refusal.code.as_str(), refusal.http_status), ("unreachable", 0), "nothing is sent any more");
    assert!(refusal.retry_after_s.is_some());
}

#[tokio::test]
async fn a_failure_that_is_kept_under_a_key_is_told_only_when_the_payment_proves_it() {
    let b = bench().await;
    let kept = |processed: bool| {
        format!(r#"{{"operation":"payment_intents.confirm","mood":"status_500_cached","processed":{processed}}}"#)
    };
    let id = b.intent("create").await.intent_id;
    b.mood(&kept(false)).await;
    unknown(b.confirm("confirm", &id, "pm_card_visa").await);
    // Without a look at the payment, nothing is proven.
    b.mood(r#"{"operation":"payment_intents.retrieve","mood":"html"}"#).await;
    unknown(b.confirm("confirm", &id, "pm_card_visa").await);
    let refusal = refused(b.confirm("confirm", &id, "pm_card_visa").await);
    assert!(refusal.is_key_spent() && !refusal.is_for_now(), "{refusal:?}");
    assert_eq!(refusal.intent.unwrap().status, IntentStatus::RequiresPaymentMethod);
    assert_eq!(done(b.confirm("next", &id, "pm_card_visa").await).status, IntentStatus::RequiresCapture);
    // Kept as well, and yet it was carried out.
    let id = b.intent("other").await.intent_id;
    b.mood(&kept(true)).await;
    unknown(b.confirm("other confirm", &id, "pm_card_visa").await);
    assert_eq!(done(b.confirm("other confirm", &id, "pm_card_visa").await).status, IntentStatus::RequiresCapture);
}

#[tokio::test]
async fn the_shop_keeps_to_the_limit_of_its_provider() {
    let limit = gateway::RateLimit { per_second: 40, per_endpoint: 20 };
    let config = Config { rate_limit: Some(limit), ..Config::sandbox(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))) };
    let sandbox = gateway::serve(config).await.unwrap();
    let stripe = adapter(sandbox.url()).limited(RateLimit { per_second: 40, per_endpoint: 20 });
    let begun = std::time::Instant::now();
    let calls = (0..100).map(|at| {
        let stripe = &stripe;
        async move { stripe.create_intent(&format!("k{at}"), &new_intent()).await }
    });
    let mut made = 0;
    for outcome in futures_util::future::join_all(calls).await {
        match outcome {
            Outcome::Done(_) => made += 1,
            Outcome::Refused(refusal) => assert_eq!((refusal.code.as_str(), refusal.http_status), ("unreachable", 0)),
            Outcome::Unknown(why) => panic!("{why}"),
        }
    }
    // What could wait two seconds for its turn.
    assert!((30..=50).contains(&made), "{made} in {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn an_answer_after_ten_seconds_is_unknown() {
    let b = bench().await;
    let id = b.intent("create").await.intent_id;
    b.mood(r#"{"operation":"payment_intents.confirm","mood":"timeout_after"}"#).await;
    let asked = std::time::Instant::now();
    unknown(b.confirm("confirm", &id, "pm_card_visa").await);
    assert!(asked.elapsed() < Duration::from_secs(12));
    assert_eq!(done(b.stripe.retrieve_intent(&id).await).status, IntentStatus::RequiresCapture);
    assert_eq!(done(b.confirm("confirm", &id, "pm_card_visa").await).status, IntentStatus::RequiresCapture);
}

#[tokio::test]
async fn a_key_with_other_parameters_is_never_read_as_no_effect() {
    let b = bench().await;
    b.intent("k").await;
    let other = NewIntent { money: Currency::EUR.money(2000), ..new_intent() };
    assert!(unknown(b.stripe.create_intent("k", &other).await).contains("idempotency_error"));
}

#[tokio::test]
async fn a_rate_limit_is_a_refusal_with_the_time_to_wait() {
    let b = bench().await;
    b.mood(r#"{"operation":"payment_intents.create","mood":"rate_limited","retry_after_s":3}"#).await;
    let refusal = refused(b.stripe.create_intent("k", &new_intent()).await);
    assert_eq!((refusal.http_status, refusal.retry_after_s), (429, Some(3)));
    let early = refused(b.stripe.create_intent("k", &new_intent()).await);
    assert_eq!((early.code.as_str(), early.http_status), ("unreachable", 0), "left alone for as long as it asks");
    assert!(early.is_for_now() && refusal.is_for_now());
}

#[tokio::test]
async fn a_short_pause_that_is_asked_for_is_kept_and_then_it_goes_on() {
    let b = bench().await;
    for rest in [r#","retry_after_s":1"#, ""] {
        b.mood(&format!(r#"{{"operation":"payment_intents.create","mood":"rate_limited"{rest}}}"#)).await;
        let begun = std::time::Instant::now();
        b.intent("k").await;
        assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn wrong_keys_and_unknown_objects_are_refusals() {
    let b = bench().await;
    let refusal = refused(b.stripe.retrieve_intent("pi_none").await);
    assert_eq!((refusal.code.as_str(), refusal.http_status), ("resource_missing", 404));
    let config = StripeConfig { secret_key: "sk_test_other".to_owned(), ..b.stripe.config().clone() };
    let stranger = Stripe::new(config).unwrap();
    assert_eq!(refused(stranger.create_intent("k", &new_intent()).await).http_status, 401);
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_did_nothing() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let refusal = refused(adapter(&format!("http://{address}")).create_intent("k", &new_intent()).await);
    assert_eq!((refusal.code.as_str(), refusal.http_status), ("unreachable", 0));
}

/// Answers every connection with these bytes and hangs up.
async fn saying(bytes: &'static str) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", socket.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = socket.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = connection.read(&mut request).await;
                let _ = connection.write_all(bytes.as_bytes()).await;
            });
        }
    });
    base
}

#[tokio::test]
async fn answers_that_are_not_the_providers_are_unknown() {
    let table = [
        ("nothing at all", ""),
        ("half a head", "HTTP/1.1 200 O"),
        ("a body cut short", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":\"pi_1\","),
        ("an empty 200", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("a 200 of another shape", "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"id\":\"pi_1\"}"),
        (
            "a 200 with an error in it",
            "HTTP/1.1 200 OK\r\ncontent-length: 53\r\n\r\n{\"error\":{\"type\":\"api_error\",\"message\":\"maintenance\"}}",
        ),
        ("a proxy's 404", "HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\nnot here!"),
        ("a proxy's 403", "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}"),
        ("a redirect", "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"),
        ("a bad gateway", "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"),
        (
            "a 500 with the envelope",
            "HTTP/1.1 500 X\r\ncontent-length: 46\r\n\r\n{\"error\":{\"type\":\"api_error\",\"message\":\"oops\"}}",
        ),
        (
            "a conflict",
            "HTTP/1.1 409 Conflict\r\ncontent-length: 53\r\n\r\n{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"\"}}",
        ),
    ];
    for (case, bytes) in table {
        let stripe = adapter(&saying(bytes).await);
        let outcome = stripe.create_intent("k", &new_intent()).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{case}: {outcome:?}");
    }
}

#[tokio::test]
async fn lists_give_every_object_once_over_several_pages() {
    let b = Arc::new(bench().await);
    for at in 0..105 {
        b.intent(&format!("k{at}")).await;
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut cursor = None;
    loop {
        let page = done(b.stripe.list_intents(0, i64::MAX / 2, cursor.as_deref()).await);
        seen.extend(page.items.into_iter().map(|intent| intent.intent_id));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 105);
    let events = done(b.stripe.list_events(0, None).await);
    assert_eq!((events.items.len(), events.next.is_some()), (100, true));
    assert_eq!(events.items[0].kind, "payment_intent.created");
    assert!(seen.contains(&events.items[0].object_id));
}
