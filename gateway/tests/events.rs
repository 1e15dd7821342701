//! Events and their signed delivery.

use crate::support::Sandbox;
use crate::support::listener::verify;

#[tokio::test]
async fn events_arrive_signed_and_are_sent_again_until_accepted() {
    let (sandbox, listener) = Sandbox::heard().await;
    listener.refuse(true);
    let intent = sandbox.authorised().await;
    // Created, charge succeeded, capturable.
    listener.wait_for(3).await;
    listener.refuse(false);
    sandbox.advance(1000).await;
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    // The three again; charge captured, succeeded.
    listener.wait_for(8).await;
    for (signature, body) in listener.heard() {
        verify(&signature, &body);
    }
    let mut types = listener.types();
    types.sort();
    types.dedup();
    let wanted = [
        "charge.captured",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
        "payment_intent.succeeded",
    ];
    assert_eq!(types, wanted);
}

#[tokio::test]
async fn events_are_listed_with_their_object_as_it_was() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    let (_, list) = sandbox.get("/v1/events?type=payment_intent.*").await;
    let seen: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            assert_eq!(event["data"]["object"]["id"], intent.as_str());
            event["data"]["object"]["status"].as_str().unwrap()
        })
        .collect();
    assert_eq!(seen, ["succeeded", "requires_capture", "requires_payment_method"]);
    let id = list["data"][0]["id"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/v1/events/{id}")).await.1["type"], "payment_intent.succeeded");
    let later = list["data"][0]["created"].as_i64().unwrap() + 1;
    assert_eq!(sandbox.get(&format!("/v1/events?created[gte]={later}")).await.1["data"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn endpoints_are_added_and_removed_over_the_api() {
    let sandbox = Sandbox::start().await;
    let params = [("url", "http://127.0.0.1:9/hook"), ("enabled_events[]", "charge.refunded")];
    let (_, made) = sandbox.post("/v1/webhook_endpoints", &params).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let (_, list) = sandbox.get("/v1/webhook_endpoints").await;
    assert_eq!((list["data"][0]["id"].as_str(), list["data"][0]["secret"].as_str()), (made["id"].as_str(), None));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    assert_eq!(sandbox.delete(&path).await.1["deleted"], true);
    assert_eq!(sandbox.get(&path).await.0, 404);
    assert_eq!(sandbox.post("/v1/webhook_endpoints", &[("url", "ftp://x")]).await.0, 400);
}
