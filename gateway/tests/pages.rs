//! The challenge page and the card element, and who may open them.

use serde_json::Value;

use crate::support::{Sandbox, id};

async fn challenged(sandbox: &Sandbox) -> (String, String) {
    let intent = sandbox.intent().await;
    let (_, confirmed) = sandbox.confirm(&intent, "pm_card_threeDSecure2Required").await;
    assert_eq!(confirmed["status"], "requires_action");
    let action = &confirmed["next_action"]["redirect_to_url"];
    assert_eq!(action["return_url"], "http://shop.test/return?x=1");
    (intent, action["url"].as_str().unwrap().to_owned())
}

/// Presses a button of the challenge page.
async fn press(sandbox: &Sandbox, page: &str, answer: &str) -> url::Url {
    let secret = url::Url::parse(page).unwrap().query_pairs().next().unwrap().1.into_owned();
    let form = [("secret", secret.as_str()), ("answer", answer)];
    let answer = sandbox.http().post(page).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
}

fn query(url: &url::Url, name: &str) -> String {
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_passed_challenge_authorises_and_returns_to_the_shop() {
    let sandbox = Sandbox::start().await;
    let (intent, page) = challenged(&sandbox).await;
    let shown = sandbox.http().get(&page).send().await.unwrap();
    let policy = shown.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' http://shop.test;") && policy.contains("frame-ancestors 'none'"));
    let back = press(&sandbox, &page, "complete").await;
    assert_eq!((query(&back, "x"), query(&back, "redirect_status")), ("1".into(), "succeeded".into()));
    assert_eq!(query(&back, "payment_intent"), intent);
    assert_eq!(sandbox.status_of(&intent).await, "requires_capture");
    assert_eq!(query(&press(&sandbox, &page, "fail").await, "redirect_status"), "succeeded", "too late to fail");
    assert_eq!(sandbox.money(&intent).await, [1999, 0, 0, 0]);
}

#[tokio::test]
async fn a_failed_challenge_moves_nothing_and_allows_another_card() {
    let sandbox = Sandbox::start().await;
    let (intent, page) = challenged(&sandbox).await;
    assert_eq!(query(&press(&sandbox, &page, "fail").await, "redirect_status"), "failed");
    let (_, failed) = sandbox.get(&format!("/v1/payment_intents/{intent}")).await;
    assert_eq!(failed["status"], "requires_payment_method");
    assert_eq!(failed["last_payment_error"]["code"], "payment_intent_authentication_failure");
    assert_eq!(sandbox.confirm(&intent, "pm_card_visa").await.1["status"], "requires_capture");
}

#[tokio::test]
async fn a_challenge_on_the_hosted_page_leads_back_to_it_or_to_the_shop() {
    let sandbox = Sandbox::start().await;
    let session = id(&crate::sessions::create(&sandbox, &[]).await);
    let mut card = crate::sessions::CARD.to_vec();
    card[0].1 = "4000000000003220";
    let (_, page, _) = crate::sessions::pay(&sandbox, &session, &card).await;
    let secret = url::Url::parse(&page).unwrap().query_pairs().next().unwrap().1.into_owned();
    let fail = [("secret", secret.as_str()), ("answer", "fail")];
    let failed = sandbox.http().post(&page).form(&fail).send().await.unwrap();
    assert_eq!(failed.headers()["location"], format!("/c/pay/{session}?challenge=failed"));
    let (_, page, _) = crate::sessions::pay(&sandbox, &session, &card).await;
    assert_eq!(query(&press(&sandbox, &page, "complete").await, "s"), session);
    assert_eq!(sandbox.get(&format!("/v1/checkout/sessions/{session}")).await.1["status"], "complete");
}

#[tokio::test]
async fn strangers_cannot_open_a_challenge() {
    let sandbox = Sandbox::start().await;
    let (intent, _) = challenged(&sandbox).await;
    let guess = sandbox.http().get(sandbox.url(&format!("/3ds/{intent}?secret=guess"))).send().await.unwrap();
    assert_eq!(guess.status(), 404);
    let form = [("secret", "guess"), ("answer", "complete")];
    let forced = sandbox.http().post(sandbox.url(&format!("/3ds/{intent}"))).form(&form).send().await.unwrap();
    assert_eq!(forced.status(), 404);
    assert_eq!(sandbox.status_of(&intent).await, "requires_action");
}

#[tokio::test]
async fn only_the_origin_that_asked_may_frame_the_element() {
    let sandbox = Sandbox::start().await;
    let policy = |query: &str| {
        let request = sandbox.http().get(sandbox.url(&format!("/elements/card?key=pk_test_mercer_sandbox{query}")));
        async move { request.send().await.unwrap().headers()["content-security-policy"].to_str().unwrap().to_owned() }
    };
    assert!(policy("&origin=http://shop.test").await.ends_with("frame-ancestors http://shop.test"));
    for bad in
        ["", "&origin=*", "&origin=http://shop.test;script-src *", "&origin=javascript:1", "&origin=http://shop.test/x"]
    {
        let policy = policy(bad).await;
        assert!(policy.ends_with("frame-ancestors 'none'"), "{bad}: {policy}");
    }
}

#[tokio::test]
async fn the_element_confirms_the_amount_that_its_page_showed() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.intent().await;
    let (_, shown) = sandbox.get(&format!("/v1/payment_intents/{intent}")).await;
    let secret = shown["client_secret"].as_str().unwrap();
    let send = |origin: String, amount: &'static str, number: &'static str| {
        let form = [
            ("number", number),
            ("expiry", "12/40"),
            ("cvc", "123"),
            ("key", "pk_test_mercer_sandbox"),
            ("client_secret", secret),
            ("return_url", "http://shop.test/r"),
            ("amount", amount),
            ("currency", "eur"),
            ("capture_method", "manual"),
        ];
        let request = sandbox.http().post(sandbox.url("/elements/confirm")).header("Origin", origin).form(&form);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let own = sandbox.url("");
    assert!(send("http://evil.test".into(), "1999", "4242424242424242").await["error"].is_object());
    assert_eq!(send(own.clone(), "1", "4242424242424242").await["error"]["param"], "amount");
    assert_eq!(send(own.clone(), "1999", "4242424242424241").await["error"]["param"], "number");
    assert_eq!(send(own.clone(), "1999", "4000000000009995").await["error"]["decline_code"], "insufficient_funds");
    assert_eq!(sandbox.money(&intent).await, [0; 4]);
    assert_eq!(send(own, "1999", "4242424242424242").await["payment_intent"]["status"], "requires_capture");
}
