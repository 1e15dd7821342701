//! G1 and G27: nobody answers, for a while.

use std::time::Duration;

use serde_json::json;

use crate::support::{Sandbox, client};

#[tokio::test]
async fn connections_are_refused_for_a_while_and_open_ones_are_reset() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    sandbox.control("outage", json!({"how": "refused", "for_ms": 600})).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    for http in [client(), sandbox.http().clone()] {
        let refused = http.get(sandbox.url("/")).send().await.unwrap_err();
        assert!(refused.is_connect(), "{refused:?}");
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(sandbox.status_of(&intent).await, "requires_capture", "nothing was lost");
    assert!(sandbox.control("outage", json!({"how": "refused", "for_ms": 0})).await.is_err());
}

#[tokio::test]
async fn all_is_gone_until_the_outage_is_over() {
    let (sandbox, listener) = Sandbox::heard().await;
    let url = sandbox.url("/v1/payment_intents");
    let call = async |path: &str| {
        let request = sandbox.http().get(sandbox.url(path)).bearer_auth("sk_test_mercer_sandbox");
        request.send().await.map(|answer| answer.status().as_u16())
    };
    sandbox.control("outage", json!({"how": "unavailable"})).await.unwrap();
    for path in ["/v1/payment_intents", "/", "/c/pay/cs_x", "/v3/stripe.js"] {
        assert_eq!(call(path).await.unwrap(), 503, "{path}");
    }
    sandbox.control("outage", json!({"how": "reset", "for_ms": 60_000})).await.unwrap();
    assert!(call("/v1/payment_intents").await.unwrap_err().is_request());
    let new = [("amount", "1999"), ("currency", "eur")];
    assert!(sandbox.http().post(&url).bearer_auth("sk_test_mercer_sandbox").form(&new).send().await.is_err());
    assert_eq!(sandbox.ledger().await["intents"], json!([]), "the control stays open");
    sandbox.advance(60_000).await;
    assert_eq!(call("/v1/payment_intents").await.unwrap(), 200);
    sandbox.control("outage", json!({"how": "unavailable"})).await.unwrap();
    sandbox.http().delete(sandbox.url("/_sandbox/outage")).send().await.unwrap();
    assert_eq!(call("/v1/payment_intents").await.unwrap(), 200);
    assert_eq!(listener.heard().len(), 0);
}

#[tokio::test]
async fn no_webhook_leaves_during_an_outage_and_all_come_after_it() {
    let (sandbox, listener) = Sandbox::heard().await;
    let intent = sandbox.intent().await;
    let behaviour = json!({"processes": {"ms": 60_000, "declines": null}});
    sandbox.mood(json!({"operation": "payment_intents.confirm", "mood": "card", "behaviour": behaviour})).await;
    sandbox.confirm(&intent, "pm_card_visa").await;
    listener.wait_for(2).await;
    sandbox.control("outage", json!({"how": "unavailable", "for_ms": 120_000})).await.unwrap();
    sandbox.advance(60_000).await;
    listener.settle().await;
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 0, 0], "the payment ended meanwhile");
    assert_eq!(listener.heard().len(), 2);
    sandbox.advance(60_000).await;
    listener.wait_for(4).await;
}
