//! G25: disputes and early fraud warnings.

use serde_json::{Value, json};

use crate::support::{Sandbox, code};

#[tokio::test]
async fn a_dispute_withdraws_the_money_and_is_won_or_lost() {
    let sandbox = Sandbox::start().await;
    for (status, disputed, reinstated) in [("won", 0, 1), ("lost", 1999, 1)] {
        let intent = sandbox.captured().await;
        let made = sandbox.control("disputes", json!({"intent": intent})).await.unwrap();
        assert_eq!(
            (&made["status"], &made["amount"], &made["reason"]),
            (&json!("needs_response"), &json!(1999), &json!("fraudulent"))
        );
        let books = sandbox.books(&intent).await;
        assert_eq!((&books["disputed"], &books["captured"]), (&json!(1999), &json!(1999)));
        let charge = sandbox.get(&format!("/v1/charges/{}", made["charge"].as_str().unwrap())).await.1;
        assert_eq!(charge["disputed"], true);
        let refund = sandbox.post("/v1/refunds", &[("payment_intent", intent.as_str())]).await;
        assert_eq!(code(&refund), (400, "charge_disputed"));
        let again = sandbox.control("disputes", json!({"intent": intent})).await;
        assert!(again.unwrap_err().contains("cannot be disputed"));

        let id = made["id"].as_str().unwrap();
        let closed = sandbox.control(&format!("disputes/{id}"), json!({"status": status})).await.unwrap();
        assert_eq!(closed["status"], status);
        assert_eq!(sandbox.get(&format!("/v1/disputes/{id}")).await.1, closed);
        let books = sandbox.books(&intent).await;
        assert_eq!((&books["disputed"], &books["disputes"][0]["status"]), (&json!(disputed), &json!(status)));
        assert!(sandbox.control(&format!("disputes/{id}"), json!({"status": "won"})).await.is_err());
        assert_eq!(sandbox.events("charge.dispute.funds_reinstated").await.len(), reinstated);
    }
    for kind in ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"] {
        assert_eq!(sandbox.events(kind).await.len(), 2, "{kind}");
    }
    let lost: Value = sandbox.get("/v1/disputes?limit=1").await.1;
    assert_eq!((&lost["data"][0]["status"], &lost["has_more"]), (&json!("lost"), &json!(true)));
}

#[tokio::test]
async fn a_dispute_is_about_no_more_than_was_captured_and_kept() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    assert!(sandbox.control("disputes", json!({"intent": intent})).await.unwrap_err().contains("captured"));
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    sandbox.post("/v1/refunds", &[("payment_intent", intent.as_str()), ("amount", "999")]).await;
    for amount in [0, -1, 1001] {
        assert!(sandbox.control("disputes", json!({"intent": intent, "amount": amount})).await.is_err(), "{amount}");
    }
    let made =
        sandbox.control("disputes", json!({"intent": intent, "amount": 1000, "reason": "duplicate"})).await.unwrap();
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 999]);
    let path = format!("/v1/disputes/{}/close", made["id"].as_str().unwrap());
    assert_eq!(sandbox.post(&path, &[]).await.1["status"], "lost", "the shop gives in");
    assert_eq!(sandbox.post(&path, &[]).await.0, 400);
}

#[tokio::test]
async fn a_fraud_warning_moves_no_money() {
    let (sandbox, listener) = Sandbox::heard().await;
    let intent = sandbox.captured().await;
    listener.wait_for(5).await;
    let made = sandbox.control("fraud_warnings", json!({"intent": intent})).await.unwrap();
    assert_eq!((&made["object"], &made["payment_intent"]), (&json!("radar.early_fraud_warning"), &json!(intent)));
    listener.wait_for(6).await;
    let event = &listener.events()[5];
    assert_eq!((&event["type"], &event["data"]["object"]), (&json!("radar.early_fraud_warning.created"), &made));
    assert_eq!(sandbox.get(&format!("/v1/radar/early_fraud_warnings/{}", made["id"].as_str().unwrap())).await.1, made);
    let list = sandbox.get(&format!("/v1/radar/early_fraud_warnings?payment_intent={intent}")).await.1;
    assert_eq!(list["data"], json!([made]));
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 0]);
}
