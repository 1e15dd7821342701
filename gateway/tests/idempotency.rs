//! Idempotency keys: one effect, however often it is asked for.

use serde_json::json;

use crate::support::{Sandbox, code};

const NEW: &[(&str, &str)] = &[("amount", "1999"), ("currency", "eur"), ("capture_method", "manual")];

#[tokio::test]
async fn the_same_key_and_parameters_give_the_first_answer_again() {
    let sandbox = Sandbox::start().await;
    let (first, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    assert!(!replayed);
    let mut shuffled = NEW.to_vec();
    shuffled.reverse();
    let (second, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", &shuffled).await;
    assert!(replayed);
    assert_eq!(first, second);
    assert_eq!(sandbox.ledger().await["intents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn other_parameters_or_another_endpoint_under_the_key_are_refused() {
    let sandbox = Sandbox::start().await;
    sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    let mut other = NEW.to_vec();
    other[0] = ("amount", "2000");
    for (path, params) in [("/v1/payment_intents", other.as_slice()), ("/v1/refunds", NEW)] {
        let (answer, _) = sandbox.post_with_key(path, "k", params).await;
        assert_eq!((answer.0, answer.1["error"]["type"].as_str()), (400, Some("idempotency_error")), "{path}");
    }
}

#[tokio::test]
async fn a_decline_is_kept_and_a_bad_parameter_is_not() {
    let sandbox = Sandbox::start().await;
    let (bad, _) = sandbox.post_with_key("/v1/payment_intents", "k", &[("amount", "1"), ("currency", "eur")]).await;
    assert_eq!(bad.0, 400);
    let (mended, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    assert_eq!((mended.0, replayed), (200, false));
    let path = format!("/v1/payment_intents/{}/confirm", mended.1["id"].as_str().unwrap());
    let declined = [("payment_method", "pm_card_chargeDeclined"), ("return_url", "http://shop.test/")];
    let (first, _) = sandbox.post_with_key(&path, "c", &declined).await;
    let (second, replayed) = sandbox.post_with_key(&path, "c", &declined).await;
    assert_eq!((first.0, replayed), (402, true));
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_call_under_way_is_a_conflict_and_a_lost_caller_does_not_undo_it() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.intent().await;
    let path = format!("/v1/payment_intents/{intent}/confirm");
    let params = [("payment_method", "pm_card_visa"), ("return_url", "http://shop.test/")];
    sandbox.mood(json!({"operation": "payment_intents.confirm", "mood": "delay_ms", "ms": 600})).await;
    let slow = sandbox.http().post(sandbox.url(&path)).bearer_auth("sk_test_mercer_sandbox").form(&params);
    let slow = slow.header("Idempotency-Key", "k").timeout(std::time::Duration::from_millis(200));
    assert!(slow.send().await.unwrap_err().is_timeout());
    let (busy, _) = sandbox.post_with_key(&path, "k", &params).await;
    assert_eq!(code(&busy), (409, "idempotency_key_in_use"));
    let (done, replayed) = loop {
        let answer = sandbox.post_with_key(&path, "k", &params).await;
        if answer.0.0 != 409 {
            break answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!((done.0, replayed), (200, true));
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 0, 0]);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let sandbox = Sandbox::start().await;
    sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    sandbox.advance(25 * 3_600_000).await;
    let (_, replayed) = sandbox.post_with_key("/v1/payment_intents", "k", NEW).await;
    assert!(!replayed);
}

#[tokio::test]
async fn a_hundred_at_once_under_one_key_make_one_payment() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    let path = format!("/v1/payment_intents/{intent}/capture");
    let calls = (0..100).map(|_| sandbox.post_with_key(&path, "k", &[]));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|(answer, _)| answer.0 == 200 && answer.1 == answers[0].0.1));
    assert_eq!(answers.iter().filter(|(_, replayed)| !replayed).count(), 1);
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 0]);
}
