//! Moods of webhooks: how often, in which order and when events are told.

use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::listener::{Listener, verify};

/// A sandbox with one payment authorised, and its three events heard and set aside.
async fn authorised() -> (Sandbox, Listener, String) {
    let (sandbox, listener) = Sandbox::heard().await;
    let intent = sandbox.authorised().await;
    listener.wait_for(3).await;
    (sandbox, listener, intent)
}

async fn capture(sandbox: &Sandbox, intent: &str) {
    assert_eq!(sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await.0, 200);
}

/// G17
#[tokio::test]
async fn an_event_comes_five_times_at_once() {
    let (sandbox, listener, intent) = authorised().await;
    sandbox.mood(json!({"event": "payment_intent.succeeded", "mood": "repeated", "copies": 5})).await;
    capture(&sandbox, &intent).await;
    listener.wait_for(3 + 1 + 5).await;
    let copies: Vec<Value> =
        listener.events().into_iter().filter(|event| event["type"] == "payment_intent.succeeded").collect();
    assert_eq!(copies.len(), 5);
    assert!(copies.iter().all(|copy| copy["id"] == copies[0]["id"]));
    assert!(listener.most_at_once() >= 5, "they came side by side");
    assert_eq!(sandbox.get("/_sandbox/webhooks").await.1["undelivered"], json!([]));
}

/// G18: the five events of a payment that is captured at last, in an order that was asked for.
#[tokio::test]
async fn events_come_in_the_order_that_was_asked_for() {
    let natural = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ];
    for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]] {
        let (sandbox, listener) = Sandbox::heard().await;
        sandbox.mood(json!({"event": "*", "mood": "shuffled", "count": 5, "order": order})).await;
        let intent = sandbox.authorised().await;
        listener.settle().await;
        assert_eq!(listener.heard().len(), 0, "they wait for one another");
        capture(&sandbox, &intent).await;
        listener.wait_for(5).await;
        assert_eq!(listener.types(), order.map(|at| natural[at]));
        assert_eq!(listener.most_at_once(), 1);
    }
}

#[tokio::test]
async fn a_seed_shuffles_the_same_way_again_and_clearing_lets_go_of_what_waits() {
    let mut orders = Vec::new();
    for seed in [3, 3, 4] {
        let (sandbox, listener) = Sandbox::heard().await;
        sandbox.mood(json!({"event": "*", "mood": "shuffled", "count": 5, "seed": seed})).await;
        sandbox.captured().await;
        listener.wait_for(5).await;
        orders.push(listener.types());
    }
    assert_eq!(orders[0], orders[1]);
    assert_ne!(orders[0], orders[2]);
    let (sandbox, listener) = Sandbox::heard().await;
    sandbox.mood(json!({"event": "*", "mood": "shuffled", "count": 9})).await;
    sandbox.captured().await;
    listener.settle().await;
    assert_eq!(listener.heard().len(), 0);
    sandbox.http().delete(sandbox.url("/_sandbox/mood")).send().await.unwrap();
    listener.wait_for(5).await;
}

/// G20
#[tokio::test]
async fn an_event_is_late() {
    let (sandbox, listener, intent) = authorised().await;
    sandbox.mood(json!({"event": "*", "mood": "delayed", "ms": 60_000, "times": 2})).await;
    capture(&sandbox, &intent).await;
    sandbox.advance(58_000).await;
    listener.settle().await;
    assert_eq!(listener.heard().len(), 3);
    sandbox.advance(3000).await;
    listener.wait_for(5).await;
}

/// G21
#[tokio::test]
async fn an_event_never_comes_and_is_in_the_list_all_the_same() {
    let (sandbox, listener, intent) = authorised().await;
    sandbox.mood(json!({"event": "payment_intent.*", "mood": "withheld"})).await;
    capture(&sandbox, &intent).await;
    sandbox.advance(4 * 86_400_000).await;
    listener.wait_for(4).await;
    assert_eq!(listener.types()[3], "charge.captured");
    assert_eq!(sandbox.events("payment_intent.succeeded").await.len(), 1);
    let waiting = sandbox.get("/_sandbox/webhooks").await.1;
    assert_eq!(waiting["undelivered"][0]["progress"], "withheld");
    assert_eq!(waiting["undelivered"][0]["type"], "payment_intent.succeeded");
}

/// Moods of webhooks aim by metadata too.
#[tokio::test]
async fn only_one_payment_is_not_told_of() {
    let (sandbox, listener) = Sandbox::heard().await;
    sandbox.mood(json!({"event": "*", "match": {"order": "M-1"}, "mood": "withheld", "always": true})).await;
    sandbox.captured().await;
    let other = [("amount", "1999"), ("currency", "eur"), ("metadata[order]", "M-2")];
    sandbox.post("/v1/payment_intents", &other).await;
    listener.wait_for(1).await;
    assert_eq!(listener.events()[0]["data"]["object"]["metadata"]["order"], "M-2");
}

/// G22
#[tokio::test]
async fn events_are_forged_on_demand() {
    let (sandbox, listener, intent) = authorised().await;
    for forged in [
        json!({"kind": "unknown_intent"}),
        json!({"kind": "live_mode", "intent": intent}),
        json!({"kind": "other_account", "intent": intent, "type": "charge.refunded"}),
    ] {
        let made = sandbox.control("webhooks/forge", forged).await.unwrap();
        assert_eq!(made["answers"], json!([200]));
        let id = made["event"]["id"].as_str().unwrap();
        assert_eq!(sandbox.get(&format!("/v1/events/{id}")).await.0, 404, "no list knows it");
    }
    listener.wait_for(6).await;
    for (signature, body) in listener.heard() {
        verify(&signature, &body);
    }
    let events = listener.events();
    let unknown = events[3]["data"]["object"]["id"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/v1/payment_intents/{unknown}")).await.0, 404);
    assert_eq!((&events[4]["livemode"], &events[4]["data"]["object"]["id"]), (&json!(true), &json!(intent)));
    assert_eq!(events[5]["type"], "charge.refunded");
    assert!(events[5]["account"].as_str().unwrap().starts_with("acct_"));
    let unknown = json!({"kind": "live_mode", "intent": "pi_none"});
    assert!(sandbox.control("webhooks/forge", unknown).await.unwrap_err().contains("No such"));
}

/// G28
#[tokio::test]
async fn signatures_can_be_dated_wrongly() {
    let (sandbox, listener) = Sandbox::heard().await;
    for (at, skew_s) in [(0, 600), (1, -600), (2, 0)] {
        let now = sandbox.control("clock", json!({"signature_skew_s": skew_s})).await.unwrap()["now"].as_i64().unwrap();
        sandbox.intent().await;
        listener.wait_for(at + 1).await;
        let (signature, body) = &listener.heard()[at];
        let off = verify(signature, body) - now;
        assert!((skew_s..=skew_s + 2).contains(&off), "{off}");
    }
}
