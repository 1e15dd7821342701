//! Lists in both directions, and what they and other answers expand to.

use serde_json::{Value, json};

use crate::support::{Sandbox, id};

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_list_is_paged_forwards_and_backwards() {
    let sandbox = Sandbox::start().await;
    for _ in 0..5 {
        let intent = sandbox.captured().await;
        sandbox.post("/v1/refunds", &[("payment_intent", intent.as_str())]).await;
        sandbox.post("/v1/customers", &[("email", "ada@example.com")]).await;
        sandbox.control("fraud_warnings", json!({"intent": intent})).await.unwrap();
        crate::sessions::create(&sandbox, &[]).await;
        let disputed = sandbox.captured().await;
        sandbox.control("disputes", json!({"intent": disputed})).await.unwrap();
    }
    for path in [
        "payment_intents",
        "charges",
        "refunds",
        "customers",
        "payment_methods",
        "checkout/sessions",
        "events",
        "disputes",
        "radar/early_fraud_warnings",
    ] {
        let all = ids(&sandbox.get(&format!("/v1/{path}?limit=100")).await.1);
        assert!(all.len() >= 5, "{path}");
        let get = async |query: String| sandbox.get(&format!("/v1/{path}?{query}")).await.1;
        let after = get(format!("limit=2&starting_after={}", all[0])).await;
        assert_eq!((ids(&after), after["has_more"].as_bool()), (all[1..3].to_vec(), Some(true)), "{path}");
        let before = get(format!("limit=2&ending_before={}", all[3])).await;
        assert_eq!((ids(&before), before["has_more"].as_bool()), (all[1..3].to_vec(), Some(true)), "{path}");
        let first = get(format!("limit=2&ending_before={}", all[2])).await;
        assert_eq!((ids(&first), first["has_more"].as_bool()), (all[..2].to_vec(), Some(false)), "{path}");
        for wrong in [format!("starting_after={0}&ending_before={0}", all[1]), "starting_after=x".to_owned()] {
            assert!(sandbox.get(&format!("/v1/{path}?{wrong}")).await.0 >= 400, "{path} {wrong}");
        }
    }
}

#[tokio::test]
async fn ids_are_expanded_to_whole_objects() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.captured().await;
    let refund = id(&sandbox.post("/v1/refunds", &[("payment_intent", intent.as_str())]).await);
    let (_, shown) = sandbox
        .get(&format!("/v1/refunds/{refund}?expand[]=charge.payment_method&expand[]=payment_intent.latest_charge"))
        .await;
    assert_eq!(shown["payment_intent"]["id"], intent);
    assert_eq!(shown["payment_intent"]["latest_charge"]["amount_refunded"], 1999);
    assert_eq!(shown["charge"]["payment_method"]["card"]["last4"], "4242");
    let (_, list) = sandbox.get("/v1/refunds?expand[]=data.payment_intent").await;
    assert_eq!(list["data"][0]["payment_intent"]["status"], "succeeded");
    let new = [("amount", "500"), ("currency", "eur"), ("expand[]", "customer"), ("expand[]", "latest_charge")];
    let (_, made) = sandbox.post("/v1/payment_intents", &new).await;
    assert_eq!((&made["customer"], &made["latest_charge"]), (&Value::Null, &Value::Null));
    let session = id(&crate::sessions::create(&sandbox, &[]).await);
    let (_, session) = sandbox.get(&format!("/v1/checkout/sessions/{session}?expand[]=line_items")).await;
    assert_eq!(session["line_items"]["object"], "list");
}

#[tokio::test]
async fn what_cannot_be_expanded_is_refused_before_anything_is_done() {
    let sandbox = Sandbox::start().await;
    for path in ["amount", "latest_charge.charge.charge.charge.charge", "unicorn"] {
        let new = [("amount", "500"), ("currency", "eur"), ("expand[]", path)];
        let (status, error) = sandbox.post("/v1/payment_intents", &new).await;
        assert_eq!((status, error["error"]["param"].as_str()), (400, Some("expand")), "{path}");
    }
    assert_eq!(sandbox.ledger().await["intents"], json!([]));
}
