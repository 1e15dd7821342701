//! Moods of answers: what the caller sees, and what the ledger says of it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Sandbox, code, read};

const NEW: &[(&str, &str)] = &[("amount", "1999"), ("currency", "eur"), ("capture_method", "manual")];
const CREATE: &str = "payment_intents.create";

impl Sandbox {
    fn create(&self, key: &str) -> reqwest::RequestBuilder {
        let request = self.http().post(self.url("/v1/payment_intents")).bearer_auth("sk_test_mercer_sandbox");
        request.header("Idempotency-Key", key).form(NEW)
    }

    async fn intents(&self) -> usize {
        self.ledger().await["intents"].as_array().unwrap().len()
    }
}

/// G1, per call: a reset that nothing was processed before.
#[tokio::test]
async fn a_reset_answers_nothing_and_does_nothing() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": CREATE, "mood": "reset"})).await;
    let lost = sandbox.create("k").send().await.unwrap_err();
    assert!(lost.is_request() && !lost.is_timeout(), "{lost:?}");
    assert_eq!(sandbox.intents().await, 0);
    let (again, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    assert_eq!((again.0, replayed, sandbox.intents().await), (200, false, 1));
}

/// G4: the status is there, the body never comes.
#[tokio::test]
async fn an_answer_may_end_after_its_headers_or_half_way() {
    for mood in ["reset_after_headers", "truncated"] {
        let sandbox = Sandbox::start().await;
        sandbox.mood(json!({"operation": CREATE, "mood": mood})).await;
        let answer = sandbox.create("k").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{mood}");
        assert!(answer.content_length().unwrap() > 500);
        assert!(answer.bytes().await.is_err(), "{mood}");
        let (again, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
        assert_eq!((again.0, replayed, sandbox.intents().await), (200, true, 1), "{mood}");
    }
}

/// G7
#[tokio::test]
async fn a_200_may_hold_an_error_or_a_page() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": CREATE, "mood": "html"})).await;
    let page = sandbox.create("a").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().starts_with("<!doctype html>"));
    for (processed, intents) in [(false, 0), (true, 1)] {
        sandbox.mood(json!({"operation": CREATE, "mood": "error_with_200", "processed": processed})).await;
        let answer = read(sandbox.create("b")).await;
        assert_eq!((answer.0, answer.1["error"]["type"].as_str()), (200, Some("api_error")));
        assert_eq!(sandbox.intents().await, intents);
    }
}

/// G11
#[tokio::test]
async fn a_key_may_be_said_to_be_used_with_other_parameters() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": CREATE, "mood": "idempotency_mismatch"})).await;
    let answer = read(sandbox.create("k")).await;
    assert_eq!((answer.0, answer.1["error"]["type"].as_str()), (400, Some("idempotency_error")));
    assert_eq!((read(sandbox.create("k")).await.0, sandbox.intents().await), (200, 1));
}

/// G14: refused or broken, as often as wanted, and captured in the end.
#[tokio::test]
async fn a_capture_fails_as_often_as_it_is_told_to() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    let path = format!("/v1/payment_intents/{intent}/capture");
    let capture = "payment_intents.capture";
    sandbox.mood(json!({"operation": capture, "mood": "status_500_uncached", "times": 2})).await;
    sandbox.mood(json!({"operation": capture, "mood": "declined", "code": "insufficient_funds"})).await;
    for _ in 0..2 {
        assert_eq!(sandbox.post_with_key(&path, "k", &[]).await.0.0, 500);
    }
    let (declined, _) = sandbox.post_with_key(&path, "k", &[]).await;
    assert_eq!(code(&declined), (402, "card_declined"));
    assert_eq!(declined.1["error"]["decline_code"], "insufficient_funds");
    let (again, replayed) = sandbox.post_with_key(&path, "k", &[]).await;
    assert_eq!((again, replayed), (declined, true), "a decline is kept under its key");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 0, 0]);
    assert_eq!(sandbox.post_with_key(&path, "k2", &[]).await.0.1["status"], "succeeded");
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 0]);
}

/// G19
#[tokio::test]
async fn webhooks_may_come_before_the_answer() {
    let (sandbox, listener) = Sandbox::heard().await;
    let intent = sandbox.intent().await;
    listener.wait_for(1).await;
    sandbox.mood(json!({"operation": "payment_intents.confirm", "mood": "webhooks_first"})).await;
    let (status, _) = sandbox.confirm(&intent, "pm_card_visa").await;
    assert_eq!((status, listener.heard().len()), (200, 3), "both were heard and answered before");
}

/// G26
#[tokio::test]
async fn everything_is_slow_for_a_time() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": "*", "mood": "delay_ms", "ms": 150, "for_ms": 60_000})).await;
    for _ in 0..2 {
        let began = Instant::now();
        assert_eq!(sandbox.get("/v1/payment_intents").await.0, 200);
        assert!(began.elapsed() >= Duration::from_millis(150));
    }
    sandbox.advance(60_000).await;
    let began = Instant::now();
    assert_eq!(sandbox.get("/v1/payment_intents").await.0, 200);
    assert!(began.elapsed() < Duration::from_millis(150));
}
