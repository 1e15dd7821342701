//! Customers and the cards they keep.

use crate::support::{Sandbox, code, id};

#[tokio::test]
async fn a_customer_is_made_changed_found_and_deleted() {
    let (sandbox, listener) = Sandbox::heard().await;
    let new = [("email", "ada@example.com"), ("name", "Ada Byron"), ("metadata[shop]", "7")];
    let customer = id(&sandbox.post("/v1/customers", &new).await);
    let path = format!("/v1/customers/{customer}");
    let (_, changed) = sandbox.post(&path, &[("name", ""), ("phone", "+49 30 1"), ("metadata[vip]", "1")]).await;
    assert_eq!((&changed["email"], &changed["name"]), (&"ada@example.com".into(), &serde_json::Value::Null));
    assert_eq!(changed["metadata"], serde_json::json!({"shop": "7", "vip": "1"}));
    assert_eq!(sandbox.get(&path).await.1, changed);
    let by_email = |email: &str| format!("/v1/customers?email={email}");
    assert_eq!(sandbox.get(&by_email("ada@example.com")).await.1["data"][0]["id"], customer);
    assert_eq!(sandbox.get(&by_email("eve@example.com")).await.1["data"], serde_json::json!([]));
    assert_eq!(sandbox.delete(&path).await.1["deleted"], true);
    assert_eq!(sandbox.get(&path).await.1["deleted"], true);
    assert_eq!(code(&sandbox.post(&path, &[("name", "x")]).await), (404, "resource_missing"));
    assert_eq!(code(&sandbox.post("/v1/customers", &[("email", "ada")]).await), (400, "email_invalid"));
    listener.wait_for(3).await;
    let mut types = listener.types();
    types.sort();
    assert_eq!(types, ["customer.created", "customer.deleted", "customer.updated"]);
}

#[tokio::test]
async fn a_card_belongs_to_one_customer_until_it_is_detached() {
    let sandbox = Sandbox::start().await;
    let customer = id(&sandbox.post("/v1/customers", &[("name", "Ada")]).await);
    let other = id(&sandbox.post("/v1/customers", &[("name", "Eve")]).await);
    let attach = "/v1/payment_methods/pm_card_visa/attach";
    let card = id(&sandbox.post(attach, &[("customer", &customer)]).await);
    let path = format!("/v1/payment_methods/{card}");
    assert_eq!(sandbox.get(&path).await.1["customer"], customer);
    for list in [
        format!("/v1/payment_methods?customer={customer}&type=card"),
        format!("/v1/customers/{customer}/payment_methods"),
    ] {
        let (_, found) = sandbox.get(&list).await;
        assert_eq!(
            (found["data"].as_array().unwrap().len(), &found["data"][0]["id"]),
            (1, &card.as_str().into()),
            "{list}"
        );
    }
    assert_eq!(sandbox.post(&format!("{path}/attach"), &[("customer", &other)]).await.0, 400);

    let pay = async |customer: &str| {
        let params = [
            ("amount", "900"),
            ("currency", "eur"),
            ("customer", customer),
            ("payment_method", &card),
            ("confirm", "true"),
        ];
        sandbox.post("/v1/payment_intents", &params).await
    };
    assert_eq!(pay(&other).await.0, 400, "somebody else's card");
    assert_eq!(code(&pay("cus_none").await), (404, "resource_missing"));
    let paid = pay(&customer).await;
    assert_eq!((paid.0, &paid.1["customer"]), (200, &customer.as_str().into()));

    assert_eq!(sandbox.post(&format!("{path}/detach"), &[]).await.1["customer"], serde_json::Value::Null);
    assert_eq!(sandbox.post(&format!("{path}/detach"), &[]).await.0, 400);
    let (_, found) = sandbox.get(&format!("/v1/customers/{customer}/payment_methods")).await;
    assert_eq!(found["data"], serde_json::json!([]));
    assert_eq!(code(&sandbox.post(attach, &[("customer", "cus_none")]).await), (404, "resource_missing"));

    let card = id(&sandbox.post(attach, &[("customer", &customer)]).await);
    sandbox.delete(&format!("/v1/customers/{customer}")).await;
    let (_, left) = sandbox.get(&format!("/v1/payment_methods/{card}")).await;
    assert_eq!(left["customer"], serde_json::Value::Null, "a customer who goes lets go of the cards");
}

#[tokio::test]
async fn customers_cards_and_disputes_outlive_a_restart() {
    let folder = std::env::temp_dir().join(format!("gateway-customers-{}", uuid::Uuid::now_v7()));
    let path = folder.join("sandbox.jsonl");
    let sandbox = Sandbox::kept_in(&path).await;
    let customer = id(&sandbox.post("/v1/customers", &[("name", "Ada")]).await);
    sandbox.post("/v1/payment_methods/pm_card_visa/attach", &[("customer", &customer)]).await;
    let intent = sandbox.captured().await;
    sandbox.control("disputes", serde_json::json!({"intent": intent})).await.unwrap();
    sandbox.control("fraud_warnings", serde_json::json!({"intent": intent})).await.unwrap();
    let lists = [
        "/v1/customers".to_owned(),
        format!("/v1/customers/{customer}/payment_methods"),
        "/v1/disputes".to_owned(),
        "/v1/radar/early_fraud_warnings".to_owned(),
        "/v1/events?limit=100".to_owned(),
        "/_sandbox/ledger".to_owned(),
    ];
    let mut before = Vec::new();
    for list in &lists {
        before.push(sandbox.get(list).await);
    }
    sandbox.stop().await;
    // Once from what was appended, once from what was tidied up.
    for _ in 0..2 {
        let sandbox = Sandbox::kept_in(&path).await;
        for (list, before) in lists.iter().zip(&before) {
            assert_eq!(&sandbox.get(list).await, before, "{list}");
        }
        sandbox.stop().await;
    }
    std::fs::remove_dir_all(folder).unwrap();
}
