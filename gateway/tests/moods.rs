//! To whom moods apply, and how often.

use serde_json::json;

use crate::support::{Sandbox, id};

const NEW: &[(&str, &str)] = &[("amount", "1999"), ("currency", "eur")];

async fn statuses(sandbox: &Sandbox, calls: usize) -> Vec<u16> {
    let mut seen = Vec::new();
    for _ in 0..calls {
        seen.push(sandbox.post("/v1/payment_intents", NEW).await.0);
    }
    seen
}

#[tokio::test]
async fn rules_for_one_operation_follow_one_another() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": "payment_intents.create", "mood": "in_flight", "times": 2})).await;
    sandbox.mood(json!({"operation": "*", "mood": "status_500_uncached"})).await;
    assert_eq!(statuses(&sandbox, 4).await, [409, 409, 500, 200]);
}

#[tokio::test]
async fn a_rule_can_aim_at_one_payment_by_its_metadata() {
    let sandbox = Sandbox::start().await;
    let new = |checkout: &'static str| [("amount", "1999"), ("currency", "eur"), ("metadata[checkout_id]", checkout)];
    let aimed = json!({"checkout_id": "b"});
    sandbox.mood(json!({"operation": "payment_intents.create", "match": aimed, "mood": "in_flight"})).await;
    let a = id(&sandbox.post("/v1/payment_intents", &new("a")).await);
    assert_eq!(sandbox.post("/v1/payment_intents", &new("b")).await.0, 409);
    let b = id(&sandbox.post("/v1/payment_intents", &new("b")).await);
    let behaviour = json!({"declines": "lost_card"});
    sandbox
        .mood(json!({"operation": "*", "match": aimed, "mood": "card", "behaviour": behaviour, "always": true}))
        .await;
    assert_eq!(sandbox.confirm(&a, "pm_card_visa").await.0, 200);
    assert_eq!(sandbox.confirm(&b, "pm_card_visa").await.0, 402);
    // A refund is known by its payment.
    sandbox.mood(json!({"operation": "refunds.create", "match": {"checkout_id": "a"}, "mood": "in_flight"})).await;
    let refund = [("payment_intent", a.as_str()), ("metadata[refund]", "1")];
    assert_eq!(
        [sandbox.post("/v1/refunds", &refund).await.0, sandbox.post("/v1/refunds", &refund).await.0],
        [409, 200]
    );
}

#[tokio::test]
async fn a_rule_lasts_for_a_time_or_until_it_is_cleared() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": "*", "mood": "in_flight", "for_ms": 60_000})).await;
    assert_eq!(statuses(&sandbox, 3).await, [409; 3]);
    sandbox.advance(60_000).await;
    assert_eq!(statuses(&sandbox, 1).await, [200]);
    sandbox.mood(json!({"operation": "*", "mood": "in_flight", "always": true})).await;
    sandbox.mood(json!({"operation": "refunds.create", "mood": "delay_ms", "ms": 5, "times": 3})).await;
    assert_eq!(statuses(&sandbox, 3).await, [409; 3]);
    let moods = sandbox.get("/_sandbox/mood").await.1;
    let set: Vec<_> = moods["moods"].as_array().unwrap().iter().map(|it| (&it["mood"], &it["times"])).collect();
    assert_eq!(set, [(&json!("in_flight"), &json!(null)), (&json!("delay_ms"), &json!(3))]);
    sandbox.http().delete(sandbox.url("/_sandbox/mood")).send().await.unwrap();
    assert_eq!(statuses(&sandbox, 2).await, [200; 2]);
    assert_eq!(sandbox.get("/_sandbox/mood").await.1, json!({"moods": [], "outage": null}));
}

#[tokio::test]
async fn a_chance_is_rolled_and_the_same_seed_rolls_the_same() {
    let rule = json!({"operation": "*", "mood": "in_flight", "chance": 0.3, "seed": 7});
    let sandbox = Sandbox::start().await;
    sandbox.mood(rule.clone()).await;
    let first = statuses(&sandbox, 100).await;
    let hits = first.iter().filter(|status| **status == 409).count();
    assert!((15..=45).contains(&hits), "{hits} of 100 at 30 %");
    let sandbox = Sandbox::start().await;
    sandbox.mood(rule).await;
    assert_eq!(statuses(&sandbox, 100).await, first);
}

#[tokio::test]
async fn a_rule_that_could_never_apply_is_refused() {
    let sandbox = Sandbox::start().await;
    for (rule, why) in [
        (json!({"operation": "payment_intents.crate", "mood": "reset"}), "no operation"),
        (json!({"operation": "refunds.create", "mood": "wrong_sum", "amount": 5}), "does not fit"),
        (json!({"operation": "payment_intents.confirm", "mood": "wrong_sum"}), "missing"),
        (json!({"operation": "payment_intents.confirm", "mood": "wrong_sum", "currency": "doubloon"}), "no currency"),
        (json!({"operation": "*", "mood": "card", "behaviour": {"declines": "bad_mood"}}), "no decline"),
        (json!({"operation": "payment_intents.capture", "mood": "declined", "code": "bad_mood"}), "no decline"),
        (json!({"operation": "*", "mood": "withheld"}), "needs `event`"),
        (json!({"event": "*", "mood": "reset"}), "needs `operation`"),
        (json!({"mood": "reset"}), "needs `operation`"),
        (json!({"operation": "*", "mood": "reset", "times": 0}), "at least 1"),
        (json!({"operation": "*", "mood": "reset", "chance": 1.5}), "chance"),
        (json!({"event": "*", "mood": "repeated", "copies": 21}), "copies"),
        (json!({"event": "*", "mood": "shuffled", "count": 3, "order": [0, 1, 1]}), "order"),
        (json!({"event": "*", "mood": "shuffled", "count": 3, "for_ms": 5}), "waits for its count"),
        (json!({"operation": "*", "mood": "melancholy"}), "did not match"),
        (json!({"operation": "*", "mood": "reset", "tims": 3}), "no field tims"),
        (json!({"operation": "*", "mood": "delay_ms", "ms": 3, "processed": true}), "no field processed"),
    ] {
        let refused = sandbox.control("mood", rule.clone()).await.unwrap_err();
        assert!(refused.contains(why), "{rule}: {refused}");
    }
    assert_eq!(statuses(&sandbox, 1).await, [200]);
}
