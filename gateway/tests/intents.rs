//! Payment intents: the states and what each refuses.

use crate::support::{Sandbox, code, id, read};

#[tokio::test]
async fn a_card_is_authorised_then_captured_in_part() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.intent().await;
    let (_, confirmed) = sandbox.confirm(&intent, "pm_card_visa").await;
    assert_eq!(confirmed["status"], "requires_capture");
    assert_eq!(confirmed["amount_capturable"], 1999);
    assert_eq!(confirmed["metadata"]["order"], "M-1");
    let path = format!("/v1/payment_intents/{intent}");
    let (_, expanded) = sandbox.get(&format!("{path}?expand[]=latest_charge")).await;
    assert!(expanded["latest_charge"]["payment_method_details"]["card"]["capture_before"].is_i64());
    let over = sandbox.post(&format!("{path}/capture"), &[("amount_to_capture", "2000")]).await;
    assert_eq!(code(&over), (400, "amount_too_large"));
    let (_, captured) = sandbox.post(&format!("{path}/capture"), &[("amount_to_capture", "1500")]).await;
    assert_eq!((captured["status"].as_str(), captured["amount_received"].as_i64()), (Some("succeeded"), Some(1500)));
    assert_eq!(sandbox.money(&intent).await, [1999, 1500, 499, 0]);
    let again = sandbox.post(&format!("{path}/capture"), &[]).await;
    assert_eq!(code(&again), (400, "payment_intent_unexpected_state"));
    assert_eq!(again.1["error"]["payment_intent"]["status"], "succeeded");
}

#[tokio::test]
async fn automatic_capture_takes_the_money_at_once() {
    let sandbox = Sandbox::start().await;
    let params = [("amount", "500"), ("currency", "JPY"), ("confirm", "true"), ("payment_method", "pm_card_visa")];
    let (status, intent) = sandbox.post("/v1/payment_intents", &params).await;
    assert_eq!((status, intent["status"].as_str()), (200, Some("succeeded")));
    assert_eq!(sandbox.money(intent["id"].as_str().unwrap()).await, [500, 500, 0, 0]);
}

#[tokio::test]
async fn a_decline_says_why_moves_nothing_and_allows_another_card() {
    let sandbox = Sandbox::start().await;
    let declines = [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", ""),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", ""),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", ""),
    ];
    let intent = sandbox.intent().await;
    for (method, wanted, decline_code) in declines {
        let answer = sandbox.confirm(&intent, method).await;
        let error = &answer.1["error"];
        assert_eq!(code(&answer), (402, wanted), "{method}");
        assert_eq!(error["type"], "card_error");
        assert_eq!(error["decline_code"].as_str().unwrap_or_default(), decline_code);
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        assert_eq!(error["payment_intent"]["last_payment_error"]["code"], wanted);
    }
    assert_eq!(sandbox.money(&intent).await, [0; 4]);
    assert_eq!(sandbox.confirm(&intent, "pm_card_visa").await.1["status"], "requires_capture");
}

#[tokio::test]
async fn canceling_lets_go_of_the_money_for_good() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    let path = format!("/v1/payment_intents/{intent}");
    let (_, canceled) = sandbox.post(&format!("{path}/cancel"), &[("cancellation_reason", "abandoned")]).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 1999, 0]);
    for action in ["cancel", "capture", "confirm"] {
        let refused = sandbox.post(&format!("{path}/{action}"), &[]).await;
        assert_eq!(code(&refused), (400, "payment_intent_unexpected_state"), "{action}");
    }
}

#[tokio::test]
async fn an_authorisation_lapses_after_seven_days() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    sandbox.advance(7 * 86_400_000 - 60_000).await;
    assert_eq!(sandbox.status_of(&intent).await, "requires_capture");
    sandbox.advance(61_000).await;
    assert_eq!(sandbox.status_of(&intent).await, "canceled");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 1999, 0]);
}

/// Parameters, the error's code, the parameter it names.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str);

#[tokio::test]
async fn bad_parameters_are_refused_by_name() {
    let sandbox = Sandbox::start().await;
    let table: &[Case] = &[
        (&[("currency", "eur")], "parameter_missing", "amount"),
        (&[("amount", "100")], "parameter_missing", "currency"),
        (&[("amount", "ten"), ("currency", "eur")], "parameter_invalid_integer", "amount"),
        (&[("amount", "-5"), ("currency", "eur")], "parameter_invalid_integer", "amount"),
        (&[("amount", "10"), ("currency", "eur")], "amount_too_small", "amount"),
        (&[("amount", "100000000"), ("currency", "eur")], "amount_too_large", "amount"),
        (&[("amount", "1000"), ("currency", "doubloon")], "currency_invalid", "currency"),
        (&[("amount", "1000"), ("currency", "eur"), ("capture", "manual")], "parameter_unknown", "capture"),
        (&[("amount", "1000"), ("currency", "eur"), ("payment_method", "pm_x")], "resource_missing", "payment_method"),
    ];
    for (params, wanted, name) in table {
        let answer = sandbox.post("/v1/payment_intents", params).await;
        assert_eq!((code(&answer).1, answer.1["error"]["param"].as_str()), (*wanted, Some(*name)));
    }
    assert_eq!(sandbox.ledger().await["intents"].as_array().unwrap().len(), 0);
    assert_eq!(code(&sandbox.get("/v1/payment_intents/pi_none").await), (404, "resource_missing"));
    assert_eq!(sandbox.get("/v1/unicorns").await.0, 404);
}

#[tokio::test]
async fn lists_are_paged_newest_first_within_their_window() {
    let sandbox = Sandbox::start().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(sandbox.intent().await);
        sandbox.advance(10_000).await;
    }
    made.reverse();
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let (_, first) = sandbox.get("/v1/payment_intents?limit=2").await;
    assert_eq!((ids(&first), first["has_more"].as_bool()), (made[..2].to_vec(), Some(true)));
    let (_, rest) = sandbox.get(&format!("/v1/payment_intents?limit=3&starting_after={}", made[1])).await;
    assert_eq!((ids(&rest), rest["has_more"].as_bool()), (made[2..].to_vec(), Some(false)));
    let at = first["data"][0]["created"].as_i64().unwrap();
    let window = format!("/v1/payment_intents?created[gte]={}&created[lte]={}", at - 21, at - 9);
    assert_eq!(ids(&sandbox.get(&window).await.1), made[1..3]);
    assert_eq!(sandbox.get("/v1/payment_intents?limit=101").await.0, 400);
}

#[tokio::test]
async fn metadata_is_merged_and_an_empty_value_removes() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.intent().await;
    let path = format!("/v1/payment_intents/{intent}");
    let (_, changed) = sandbox.post(&path, &[("metadata[order]", ""), ("metadata[attempt]", "7")]).await;
    assert_eq!(changed["metadata"], serde_json::json!({"attempt": "7"}));
}

#[tokio::test]
async fn a_browser_key_opens_only_what_its_client_secret_proves() {
    let sandbox = Sandbox::start().await;
    let (_, intent) = sandbox.post("/v1/payment_intents", &[("amount", "900"), ("currency", "usd")]).await;
    let path = format!("/v1/payment_intents/{}", intent["id"].as_str().unwrap());
    let ask = |query: &str| {
        let url = sandbox.url(&format!("{path}{query}"));
        read(sandbox.http().get(url).bearer_auth("pk_test_mercer_sandbox"))
    };
    assert_eq!(ask("").await.0, 400);
    assert_eq!(ask("?client_secret=guess").await.0, 400);
    assert_eq!(ask(&format!("?client_secret={}", intent["client_secret"].as_str().unwrap())).await.0, 200);
    let list = read(sandbox.http().get(sandbox.url("/v1/payment_intents")).bearer_auth("pk_test_mercer_sandbox")).await;
    assert_eq!(code(&list), (401, "secret_key_required"));
    assert_eq!(read(sandbox.http().get(sandbox.url(&path))).await.0, 401);
    assert_eq!(read(sandbox.http().get(sandbox.url(&path)).bearer_auth("sk_other")).await.0, 401);
    let basic = sandbox.http().get(sandbox.url(&path)).basic_auth("sk_test_mercer_sandbox", None::<&str>);
    assert_eq!(read(basic).await.0, 200);
}

#[tokio::test]
async fn card_numbers_are_not_taken_over_the_api() {
    let sandbox = Sandbox::start().await;
    let card = [
        ("type", "card"),
        ("card[number]", "4242424242424242"),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "40"),
        ("card[cvc]", "123"),
    ];
    for key in ["sk_test_mercer_sandbox", "pk_test_mercer_sandbox"] {
        let request = sandbox.http().post(sandbox.url("/v1/payment_methods")).bearer_auth(key).form(&card);
        assert_eq!(read(request.header("Origin", "http://shop.test")).await.0, 402, "{key}");
    }
    let own = sandbox.http().post(sandbox.url("/v1/payment_methods")).bearer_auth("pk_test_mercer_sandbox").form(&card);
    let method = id(&read(own.header("Origin", sandbox.url(""))).await);
    let intent = sandbox.intent().await;
    assert_eq!(sandbox.confirm(&intent, &method).await.1["status"], "requires_capture");
}
