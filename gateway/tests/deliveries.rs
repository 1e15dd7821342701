//! Deliveries that are owed: the pauses between tries, a restart, and sending on demand.

use gateway::Config;
use serde_json::json;

use crate::support::listener::Listener;
use crate::support::{Sandbox, config};

#[tokio::test]
async fn a_refused_event_is_sent_again_for_three_days_and_then_given_up() {
    let (sandbox, listener) = Sandbox::heard().await;
    listener.refuse(true);
    sandbox.intent().await;
    listener.wait_for(1).await;
    let mut tries = 1;
    // The first pauses, and then eight hours again and again.
    for pause_s in [1, 5, 15, 60, 300, 900, 3600, 7200, 14_400].into_iter().chain([28_800; 7]) {
        sandbox.advance(pause_s * 1000).await;
        tries += 1;
        listener.wait_for(tries).await;
    }
    let owed = sandbox.get("/_sandbox/webhooks").await.1;
    assert_eq!(
        (&owed["undelivered"][0]["tries"], &owed["undelivered"][0]["progress"]),
        (&json!(tries), &json!("pending"))
    );
    // This try is 71.4 hours after the event: the next would be too late.
    sandbox.advance(28_800_000).await;
    listener.wait_for(tries + 1).await;
    assert_eq!(sandbox.get("/_sandbox/webhooks").await.1["undelivered"][0]["progress"], "given_up");
    sandbox.advance(10 * 86_400_000).await;
    listener.wait_for(tries + 1).await;
}

#[tokio::test]
async fn what_was_not_accepted_is_sent_again_after_a_restart() {
    let folder = std::env::temp_dir().join(format!("gateway-owed-{}", uuid::Uuid::now_v7()));
    let listener = Listener::start().await;
    let with = || Config {
        webhook_url: Some(listener.url.clone()),
        state_path: Some(folder.join("sandbox.jsonl")),
        ..config()
    };
    let sandbox = Sandbox::with(with()).await;
    let intent = sandbox.authorised().await;
    listener.wait_for(3).await;
    listener.refuse(true);
    sandbox.mood(json!({"event": "payment_intent.succeeded", "mood": "withheld"})).await;
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    listener.wait_for(4).await;
    sandbox.stop().await;

    listener.refuse(false);
    let sandbox = Sandbox::with(with()).await;
    sandbox.advance(2000).await;
    listener.wait_for(5).await;
    assert_eq!(listener.types()[3..], ["charge.captured", "charge.captured"]);
    let owed = sandbox.get("/_sandbox/webhooks").await.1;
    assert_eq!(owed["undelivered"].as_array().unwrap().len(), 1, "what is withheld stays so");
    sandbox.stop().await;

    let sandbox = Sandbox::with(with()).await;
    listener.wait_for(5).await;
    sandbox.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn events_are_played_in_any_order_on_demand() {
    let (sandbox, listener) = Sandbox::heard().await;
    sandbox.mood(json!({"event": "*", "mood": "withheld", "always": true})).await;
    sandbox.captured().await;
    let mut events = sandbox.events("*").await;
    assert_eq!((events.len(), listener.heard().len()), (5, 0));
    let mut played = 0;
    for turn in 0..5 {
        events.rotate_left(turn);
        let answers = sandbox.control("webhooks/deliver", json!({"events": events})).await.unwrap();
        assert!(answers["answers"].as_array().unwrap().iter().all(|it| it["status"] == 200));
        let heard: Vec<_> =
            listener.events()[played..].iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(heard, events);
        played += 5;
    }
    assert_eq!(listener.most_at_once(), 1);
    assert_eq!(sandbox.get("/_sandbox/webhooks").await.1["undelivered"], json!([]));
    let order = json!({"events": events, "parallel": true, "copies": 2});
    assert_eq!(sandbox.control("webhooks/deliver", order).await.unwrap()["answers"].as_array().unwrap().len(), 10);
    assert!(listener.most_at_once() > 1);
    assert!(sandbox.control("webhooks/deliver", json!({"events": ["evt_none"]})).await.is_err());
}

#[tokio::test]
async fn a_refused_delivery_on_demand_is_still_owed() {
    let (sandbox, listener) = Sandbox::heard().await;
    listener.refuse(true);
    sandbox.intent().await;
    listener.wait_for(1).await;
    let events = sandbox.events("*").await;
    let answers = sandbox.control("webhooks/deliver", json!({"events": events})).await.unwrap();
    assert_eq!(answers["answers"][0]["status"], 500);
    listener.refuse(false);
    sandbox.advance(1000).await;
    listener.wait_for(3).await;
    assert_eq!(sandbox.get("/_sandbox/webhooks").await.1["undelivered"], json!([]));
}
