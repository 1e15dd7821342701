//! Moods of payments, and what the ledger says of them.

use serde_json::json;

use crate::support::{Sandbox, code, id};

const CONFIRM: &str = "payment_intents.confirm";

/// G8
#[tokio::test]
async fn every_decline_can_be_had_and_leaves_the_payment_payable() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.intent().await;
    for (name, wanted) in [
        ("generic_decline", "card_declined"),
        ("insufficient_funds", "card_declined"),
        ("lost_card", "card_declined"),
        ("stolen_card", "card_declined"),
        ("do_not_honor", "card_declined"),
        ("fraudulent", "card_declined"),
        ("card_velocity_exceeded", "card_declined"),
        ("card_not_supported", "card_declined"),
        ("currency_not_supported", "card_declined"),
        ("authentication_required", "authentication_required"),
        ("expired_card", "expired_card"),
        ("incorrect_cvc", "incorrect_cvc"),
        ("processing_error", "processing_error"),
    ] {
        sandbox.mood(json!({"operation": CONFIRM, "mood": "card", "behaviour": {"declines": name}})).await;
        let answer = sandbox.confirm(&intent, "pm_card_visa").await;
        assert_eq!(code(&answer), (402, wanted), "{name}");
        let decline = answer.1["error"]["decline_code"].as_str();
        assert_eq!(decline.unwrap_or(wanted), if decline.is_some() { name } else { wanted });
    }
    assert_eq!(sandbox.money(&intent).await, [0; 4]);
    assert_eq!(sandbox.confirm(&intent, "pm_card_visa").await.1["status"], "requires_capture");
}

/// G12
#[tokio::test]
async fn a_challenge_is_passed_failed_or_abandoned() {
    let sandbox = Sandbox::start().await;
    for (behaviour, after, money) in [
        (json!({"answers": {"after_ms": 5000, "passes": true}}), "requires_capture", [1999, 0, 0, 0]),
        (json!({"answers": {"after_ms": 5000, "passes": false}}), "requires_payment_method", [0; 4]),
        (json!("challenges"), "requires_action", [0; 4]),
    ] {
        let intent = sandbox.intent().await;
        sandbox.mood(json!({"operation": CONFIRM, "mood": "card", "behaviour": behaviour})).await;
        let (_, waiting) = sandbox.confirm(&intent, "pm_card_visa").await;
        assert_eq!(waiting["status"], "requires_action");
        assert!(waiting["next_action"]["redirect_to_url"]["url"].is_string());
        sandbox.advance(3000).await;
        assert_eq!(sandbox.status_of(&intent).await, "requires_action");
        sandbox.advance(3000).await;
        assert_eq!(sandbox.status_of(&intent).await, after, "{behaviour}");
        assert_eq!(sandbox.money(&intent).await, money);
    }
}

/// G13
#[tokio::test]
async fn a_payment_is_processing_until_it_succeeds_or_fails() {
    let (sandbox, listener) = Sandbox::heard().await;
    for (declines, after, event, money) in [
        (json!(null), "requires_capture", "payment_intent.amount_capturable_updated", [1999, 0, 0, 0]),
        (json!("do_not_honor"), "requires_payment_method", "payment_intent.payment_failed", [0; 4]),
    ] {
        let intent = sandbox.intent().await;
        let behaviour = json!({"processes": {"ms": 72 * 3_600_000, "declines": declines}});
        sandbox.mood(json!({"operation": CONFIRM, "mood": "card", "behaviour": behaviour})).await;
        assert_eq!(sandbox.confirm(&intent, "pm_card_visa").await.1["status"], "processing");
        assert_eq!(code(&sandbox.confirm(&intent, "pm_card_visa").await).1, "payment_intent_unexpected_state");
        let cancel = sandbox.post(&format!("/v1/payment_intents/{intent}/cancel"), &[]).await;
        assert_eq!(code(&cancel).1, "payment_intent_unexpected_state");
        sandbox.advance(71 * 3_600_000).await;
        assert_eq!(sandbox.status_of(&intent).await, "processing");
        sandbox.advance(3_600_000).await;
        assert_eq!(sandbox.status_of(&intent).await, after);
        assert_eq!(sandbox.money(&intent).await, money);
        listener.settle().await;
        let types = listener.types();
        assert!(types.iter().any(|kind| kind == event), "{types:?}");
    }
}

/// G13, within a second and without anybody asking.
#[tokio::test]
async fn a_short_wait_ends_by_itself() {
    let (sandbox, listener) = Sandbox::heard().await;
    let intent = sandbox.intent().await;
    let behaviour = json!({"processes": {"ms": 100, "declines": null}});
    sandbox.mood(json!({"operation": CONFIRM, "mood": "card", "behaviour": behaviour})).await;
    sandbox.confirm(&intent, "pm_card_visa").await;
    listener.wait_for(4).await;
    assert!(listener.types().contains(&"payment_intent.amount_capturable_updated".to_owned()));
}

/// What waits goes on waiting over a restart, and the clock does not go back.
#[tokio::test]
async fn a_payment_and_a_refund_under_way_outlive_a_restart() {
    let folder = std::env::temp_dir().join(format!("gateway-waiting-{}", uuid::Uuid::now_v7()));
    let path = folder.join("sandbox.jsonl");
    let sandbox = Sandbox::kept_in(&path).await;
    sandbox.advance(86_400_000).await;
    let (intent, refunded) = (sandbox.intent().await, sandbox.captured().await);
    let behaviour = json!({"processes": {"ms": 60_000, "declines": null}});
    sandbox.mood(json!({"operation": CONFIRM, "mood": "card", "behaviour": behaviour})).await;
    sandbox.confirm(&intent, "pm_card_visa").await;
    sandbox.mood(json!({"operation": "refunds.create", "mood": "refund_pends", "ms": 60_000, "fails": true})).await;
    sandbox.post("/v1/refunds", &[("payment_intent", &refunded)]).await;
    sandbox.stop().await;

    let sandbox = Sandbox::kept_in(&path).await;
    assert_eq!(sandbox.status_of(&intent).await, "processing");
    assert_eq!(sandbox.money(&refunded).await, [1999, 1999, 0, 1999]);
    sandbox.advance(61_000).await;
    assert_eq!(sandbox.status_of(&intent).await, "requires_capture");
    assert_eq!(sandbox.money(&refunded).await, [1999, 1999, 0, 0]);
    sandbox.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

/// G15
#[tokio::test]
async fn an_authorisation_lapses_early_or_just_before_its_capture() {
    let sandbox = Sandbox::start().await;
    sandbox.mood(json!({"operation": CONFIRM, "mood": "lapses", "after_ms": 60_000})).await;
    let intent = sandbox.authorised().await;
    sandbox.advance(58_000).await;
    assert_eq!(sandbox.status_of(&intent).await, "requires_capture");
    sandbox.advance(3000).await;
    assert_eq!(sandbox.status_of(&intent).await, "canceled");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 1999, 0]);

    let intent = sandbox.authorised().await;
    sandbox.mood(json!({"operation": "payment_intents.capture", "mood": "lapsed_before"})).await;
    let late = sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    assert_eq!(code(&late), (400, "payment_intent_unexpected_state"));
    assert_eq!(late.1["error"]["payment_intent"]["status"], "canceled");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 1999, 0]);
}

/// G16
#[tokio::test]
async fn the_wrong_sum_is_taken() {
    let sandbox = Sandbox::start().await;
    for (twist, amount, currency) in [
        (json!({"amount": 1998}), 1998, "eur"),
        (json!({"currency": "USD"}), 1999, "usd"),
        (json!({"amount": 1, "currency": "jpy"}), 1, "jpy"),
    ] {
        let intent = sandbox.intent().await;
        let mut rule = json!({"operation": CONFIRM, "mood": "wrong_sum"});
        rule.as_object_mut().unwrap().extend(twist.as_object().unwrap().clone());
        sandbox.mood(rule).await;
        let (status, confirmed) = sandbox.confirm(&intent, "pm_card_visa").await;
        assert_eq!((status, confirmed["status"].as_str()), (200, Some("requires_capture")));
        assert_eq!((confirmed["amount"].as_i64(), confirmed["currency"].as_str()), (Some(amount), Some(currency)));
        assert_eq!(sandbox.money(&intent).await[0], amount);
    }
}

/// G12, G13 and G16 where the shopper types the card.
#[tokio::test]
async fn the_hosted_page_has_moods_of_payments_too() {
    let sandbox = Sandbox::start().await;
    let session = id(&crate::sessions::create(&sandbox, &[]).await);
    let behaviour = json!({"processes": {"ms": 60_000, "declines": null}});
    sandbox.mood(json!({"operation": "pages.pay", "mood": "card", "behaviour": behaviour})).await;
    let card = [("number", "4242424242424242"), ("expiry", "12 / 40"), ("cvc", "123")];
    let page = sandbox.http().post(sandbox.url(&format!("/c/pay/{session}"))).form(&card).send().await.unwrap();
    assert_eq!(page.status(), 303);
    let path = format!("/v1/checkout/sessions/{session}");
    let (_, shown) = sandbox.get(&format!("{path}?expand[]=payment_intent")).await;
    assert_eq!((shown["status"].as_str(), shown["payment_status"].as_str()), (Some("complete"), Some("unpaid")));
    assert_eq!(shown["payment_intent"]["status"], "processing");
    sandbox.advance(60_000).await;
    assert_eq!(sandbox.events("checkout.session.async_payment_succeeded").await.len(), 1);
}

/// G23
#[tokio::test]
async fn a_cancellation_comes_too_late() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.intent().await;
    sandbox.mood(json!({"operation": "payment_intents.cancel", "mood": "paid_meanwhile"})).await;
    let path = format!("/v1/payment_intents/{intent}/cancel");
    let late = sandbox.post(&path, &[]).await;
    assert_eq!(code(&late), (400, "payment_intent_unexpected_state"));
    assert_eq!(late.1["error"]["payment_intent"]["status"], "succeeded");
    assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, 0]);

    let intent = sandbox.intent().await;
    let rule = json!({"operation": "payment_intents.cancel", "mood": "paid_meanwhile", "captured": false});
    sandbox.mood(rule).await;
    let (_, canceled) = sandbox.post(&format!("/v1/payment_intents/{intent}/cancel"), &[]).await;
    assert_eq!(canceled["status"], "canceled", "what is only authorised is let go of");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 1999, 0]);

    let session = id(&crate::sessions::create(&sandbox, &[]).await);
    sandbox.mood(json!({"operation": "checkout.sessions.expire", "mood": "paid_meanwhile"})).await;
    let path = format!("/v1/checkout/sessions/{session}");
    assert_eq!(sandbox.post(&format!("{path}/expire"), &[]).await.0, 400);
    assert_eq!(sandbox.get(&path).await.1["status"], "complete");
}

/// G24
#[tokio::test]
async fn a_refund_is_pending_until_it_succeeds_or_fails() {
    let sandbox = Sandbox::start().await;
    for (fails, after, refunded, events) in [(false, "succeeded", 1999, 0), (true, "failed", 0, 1)] {
        let intent = sandbox.captured().await;
        sandbox
            .mood(json!({"operation": "refunds.create", "mood": "refund_pends", "ms": 60_000, "fails": fails}))
            .await;
        let (_, refund) = sandbox.post("/v1/refunds", &[("payment_intent", &intent)]).await;
        assert_eq!(refund["status"], "pending");
        let twice = sandbox.post("/v1/refunds", &[("payment_intent", &intent)]).await;
        assert_eq!(code(&twice), (400, "charge_already_refunded"), "a pending refund counts");
        sandbox.advance(60_000).await;
        let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
        assert_eq!(sandbox.get(&path).await.1["status"], after);
        assert_eq!(sandbox.money(&intent).await, [1999, 1999, 0, refunded]);
        assert_eq!(sandbox.books(&intent).await["refunds"][0]["status"], after);
        assert_eq!(sandbox.events("refund.failed").await.len(), events);
    }
    assert_eq!(sandbox.events("refund.updated").await.len(), 2);
}

#[tokio::test]
async fn cards_bring_their_own_sequels() {
    let sandbox = Sandbox::start().await;
    let paid = async |method: &str| {
        let intent = sandbox.intent().await;
        assert_eq!(sandbox.confirm(&intent, method).await.1["status"], "requires_capture", "{method}");
        sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
        intent
    };
    let disputed = paid("pm_card_createDispute").await;
    assert_eq!(sandbox.books(&disputed).await["disputed"], 1999);
    paid("pm_card_createIssuerFraudRecord").await;
    assert_eq!(sandbox.events("radar.early_fraud_warning.created").await.len(), 1);
    let behaviour = json!({"then": "dispute"});
    sandbox.mood(json!({"operation": CONFIRM, "mood": "card", "behaviour": behaviour})).await;
    let disputed = paid("pm_card_visa").await;
    assert_eq!(sandbox.books(&disputed).await["disputed"], 1999);
    let failing = paid("pm_card_refundFail").await;
    assert_eq!(sandbox.post("/v1/refunds", &[("payment_intent", &failing)]).await.1["status"], "pending");
    sandbox.advance(60_000).await;
    assert_eq!(sandbox.money(&failing).await, [1999, 1999, 0, 0]);
}
