//! Checkout sessions and their hosted page.

use crate::support::{Answer, Sandbox, code, id};

pub const CARD: &[(&str, &str)] =
    &[("number", "4242 4242 4242 4242"), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "Ada L.")];

pub async fn create(sandbox: &Sandbox, more: &[(&str, &str)]) -> Answer {
    let mut params = vec![
        ("mode", "payment"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "1200"),
        ("line_items[0][price_data][product_data][name]", "Mug <script>"),
        ("line_items[0][quantity]", "2"),
        ("line_items[1][price_data][currency]", "eur"),
        ("line_items[1][price_data][unit_amount]", "490"),
        ("line_items[1][price_data][product_data][name]", "Delivery"),
        ("line_items[1][quantity]", "1"),
        ("payment_intent_data[capture_method]", "manual"),
        ("payment_intent_data[metadata][attempt]", "a1"),
        ("success_url", "http://shop.test/ok?s={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "http://shop.test/cart"),
    ];
    params.extend_from_slice(more);
    sandbox.post("/v1/checkout/sessions", &params).await
}

/// Sends the page's form; status and where it leads.
pub async fn pay(sandbox: &Sandbox, session: &str, card: &[(&str, &str)]) -> (u16, String, String) {
    let request = sandbox.http().post(sandbox.url(&format!("/c/pay/{session}"))).form(card);
    let answer = request.send().await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), to, answer.text().await.unwrap())
}

fn with_number(number: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut card = CARD.to_vec();
    card[0].1 = number;
    card
}

#[tokio::test]
async fn paying_on_the_page_completes_the_session_and_authorises() {
    let sandbox = Sandbox::start().await;
    let (_, session) = create(&sandbox, &[]).await;
    assert_eq!((session["amount_total"].as_i64(), session["payment_intent"].as_str()), (Some(2890), None));
    let id = session["id"].as_str().unwrap();
    assert_eq!(session["url"], sandbox.url(&format!("/c/pay/{id}")));
    let (status, to, _) = pay(&sandbox, id, CARD).await;
    assert_eq!((status, to), (303, format!("http://shop.test/ok?s={id}")));
    let (_, session) = sandbox.get(&format!("/v1/checkout/sessions/{id}")).await;
    assert_eq!((session["status"].as_str(), session["url"].as_str()), (Some("complete"), None));
    let intent = session["payment_intent"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/v1/payment_intents/{intent}")).await.1["metadata"]["attempt"], "a1");
    assert_eq!(sandbox.money(intent).await, [2890, 0, 0, 0]);
    let second = pay(&sandbox, id, CARD).await;
    assert_eq!((second.0, second.1), (303, format!("http://shop.test/ok?s={id}")), "a second click changes nothing");
    assert_eq!(sandbox.money(intent).await, [2890, 0, 0, 0]);
    assert_eq!(sandbox.post(&format!("/v1/checkout/sessions/{id}/expire"), &[]).await.0, 400);
}

#[tokio::test]
async fn a_decline_keeps_the_page_open_for_another_card() {
    let sandbox = Sandbox::start().await;
    let session = id(&create(&sandbox, &[]).await);
    let (status, _, page) = pay(&sandbox, &session, &with_number("4000000000000002")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Your card was declined.") && page.contains("Ada L."));
    assert!(
        !page.contains("4000000000000002") && !page.contains("<script>"),
        "neither card data nor markup comes back"
    );
    let (_, _, page) = pay(&sandbox, &session, &with_number("4242424242424241")).await;
    assert!(page.contains("Your card number is invalid."));
    assert_eq!(pay(&sandbox, &session, CARD).await.0, 303);
    let intents = sandbox.ledger().await["intents"].as_array().unwrap().len();
    assert_eq!(intents, 1, "all attempts share one intent");
}

#[tokio::test]
async fn an_expired_session_takes_no_money() {
    let sandbox = Sandbox::start().await;
    let session = id(&create(&sandbox, &[]).await);
    pay(&sandbox, &session, &with_number("4000000000003220")).await;
    let (_, open) = sandbox.get(&format!("/v1/checkout/sessions/{session}")).await;
    let intent = open["payment_intent"].as_str().unwrap().to_owned();
    let cancel = sandbox.post(&format!("/v1/payment_intents/{intent}/cancel"), &[]).await;
    assert_eq!(code(&cancel), (400, "payment_intent_unexpected_state"), "its page owns it");
    let (_, expired) = sandbox.post(&format!("/v1/checkout/sessions/{session}/expire"), &[]).await;
    assert_eq!((expired["status"].as_str(), expired["url"].as_str()), (Some("expired"), None));
    assert_eq!(sandbox.status_of(&intent).await, "canceled");
    pay(&sandbox, &session, CARD).await;
    assert_eq!(sandbox.money(&intent).await, [0; 4]);
}

#[tokio::test]
async fn a_session_expires_by_itself_at_its_time() {
    let sandbox = Sandbox::start().await;
    let session = id(&create(&sandbox, &[]).await);
    sandbox.advance(24 * 3_600_000 + 2_000).await;
    assert_eq!(sandbox.get(&format!("/v1/checkout/sessions/{session}")).await.1["status"], "expired");
    let too_soon = create(&sandbox, &[("expires_at", "1")]).await;
    assert_eq!(code(&too_soon), (400, "parameter_invalid_integer"));
}
