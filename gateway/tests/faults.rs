//! Moods, the closed back door, and what a restart remembers.

use std::time::Duration;

use serde_json::json;

use crate::support::{Sandbox, client, config, read};

const NEW: &[(&str, &str)] = &[("amount", "1999"), ("currency", "eur"), ("capture_method", "manual")];

/// A call whose answer never comes.
async fn lose_an_answer(sandbox: &Sandbox, mood: &str) {
    sandbox.mood(json!({"operation": "payment_intents.create", "mood": mood})).await;
    let request = sandbox.http().post(sandbox.url("/v1/payment_intents")).bearer_auth("sk_test_mercer_sandbox");
    let lost = request.header("Idempotency-Key", "k").form(NEW).timeout(Duration::from_millis(200)).send().await;
    assert!(lost.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_timeout_before_does_nothing_and_a_timeout_after_does_it_all() {
    for (mood, intents) in [("timeout_before", 0), ("timeout_after", 1)] {
        let sandbox = Sandbox::start().await;
        lose_an_answer(&sandbox, mood).await;
        assert_eq!(sandbox.ledger().await["intents"].as_array().unwrap().len(), intents, "{mood}");
        let (again, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
        assert_eq!((again.0, replayed), (200, mood == "timeout_after"));
        assert_eq!(sandbox.ledger().await["intents"].as_array().unwrap().len(), 1, "{mood}");
    }
}

#[tokio::test]
async fn server_errors_are_kept_or_not_as_the_mood_says() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": "*", "mood": "status_500_uncached"})).await;
    assert_eq!(sandbox.post_with_key("/v1/payment_intents", "a", NEW).await.0.0, 500);
    assert_eq!(sandbox.post_with_key("/v1/payment_intents", "a", NEW).await.0.0, 200);
    for (key, processed, intents) in [("b", false, 1), ("c", true, 2)] {
        sandbox
            .mood(json!({"operation": "payment_intents.create", "mood": "status_500_cached", "processed": processed}))
            .await;
        assert_eq!(sandbox.post_with_key("/v1/payment_intents", key, NEW).await.0.0, 500);
        let (again, replayed) = sandbox.post_with_key("/v1/payment_intents", key, NEW).await;
        assert_eq!((again.0, replayed), (500, true));
        assert_eq!(sandbox.ledger().await["intents"].as_array().unwrap().len(), intents);
    }
}

#[tokio::test]
async fn a_mood_counts_its_calls_and_leaves_other_operations_alone() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": "refunds.create", "mood": "rate_limited", "retry_after_s": 7, "times": 2})).await;
    let intent = sandbox.authorised().await;
    for status in [429, 429, 400] {
        let request = sandbox.http().post(sandbox.url("/v1/refunds")).bearer_auth("sk_test_mercer_sandbox");
        let answer = request.form(&[("payment_intent", intent.as_str())]).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers().get("retry-after").is_some(), status == 429);
    }
}

#[tokio::test]
async fn the_back_door_is_shut_unless_asked_for() {
    let sandbox = Sandbox::with(gateway::Config { control: false, ..config() }).await;
    for path in ["/_sandbox/ledger", "/_sandbox/mood", "/_sandbox/clock"] {
        assert_eq!(sandbox.http().get(sandbox.url(path)).send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn a_restarted_sandbox_knows_its_payments_and_its_keys() {
    let folder = std::env::temp_dir().join(format!("gateway-journal-{}", uuid::Uuid::now_v7()));
    let path = folder.join("sandbox.jsonl");
    let sandbox = Sandbox::kept_in(&path).await;
    let intent = sandbox.authorised().await;
    let (made, _) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    let session = crate::support::id(&crate::sessions::create(&sandbox, &[]).await);
    let (_, events) = sandbox.get("/v1/events").await;
    sandbox.stop().await;

    // A kill in the middle of a line.
    let mut text = std::fs::read(&path).unwrap();
    text.extend_from_slice(b"{\"intent\":{\"id\":\"pi_half");
    std::fs::write(&path, text).unwrap();

    let sandbox = Sandbox::kept_in(&path).await;
    let (again, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    assert_eq!((again, replayed), (made, true));
    assert_eq!(sandbox.get("/v1/events").await.1, events);
    assert_eq!(sandbox.get(&format!("/v1/checkout/sessions/{session}")).await.1["status"], "open");
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 0]);
    sandbox.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let sandbox = Sandbox::start().await;
    let request = client().post(sandbox.url("/v1/payment_intents")).bearer_auth("sk_test_mercer_sandbox");
    assert_eq!(request.body("a".repeat(300 << 10)).send().await.unwrap().status(), 413);
    let many: Vec<(String, String)> = (0..1001).map(|at| (format!("metadata[{at}]"), "x".to_owned())).collect();
    let request = sandbox.http().post(sandbox.url("/v1/payment_intents")).bearer_auth("sk_test_mercer_sandbox");
    assert_eq!(read(request.form(&many)).await.0, 400);
}
