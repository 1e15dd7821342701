//! Refunds: never more than was captured.

use crate::support::{Sandbox, code};

#[tokio::test]
async fn several_refunds_together_reach_what_was_captured_and_no_more() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    let refund = |amount: &'static str| {
        let intent = intent.clone();
        let sandbox = &sandbox;
        async move {
            let params = [("payment_intent", intent.as_str()), ("amount", amount), ("metadata[refund]", "r1")];
            sandbox.post("/v1/refunds", &params).await
        }
    };
    assert_eq!(code(&refund("100").await), (400, "payment_intent_unexpected_state"));
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[("amount_to_capture", "1000")]).await;
    assert_eq!(refund("600").await.1["status"], "succeeded");
    assert_eq!(code(&refund("401").await), (400, "amount_too_large"));
    assert_eq!(refund("400").await.0, 200);
    assert_eq!(code(&refund("1").await), (400, "charge_already_refunded"));
    assert_eq!(sandbox.money(&intent).await, [1999, 1000, 999, 1000]);
    let (_, list) = sandbox.get(&format!("/v1/refunds?payment_intent={intent}")).await;
    let amounts: Vec<_> = list["data"].as_array().unwrap().iter().map(|it| it["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [400, 600]);
    assert_eq!(list["data"][0]["metadata"]["refund"], "r1");
}

#[tokio::test]
async fn twenty_refunds_at_once_stay_within_the_payment() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    let params = [("payment_intent", intent.as_str()), ("amount", "300")];
    let answers = futures_util::future::join_all((0..20).map(|_| sandbox.post("/v1/refunds", &params))).await;
    assert_eq!(answers.iter().filter(|answer| answer.0 == 200).count(), 6);
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 1800]);
}
