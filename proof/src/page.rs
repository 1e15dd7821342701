//! What happens at the sandbox gateway from inside of a life: the provider's frame in the payment page, and time.

/// Confirms the payment behind `secret`, as the provider's script does. Any answer will do, and none: the shop asks for
/// itself.
pub async fn pay(http: &reqwest::Client, gateway: &str, secret: &str, payment_method: &str) {
    let id = secret.split("_secret_").next().unwrap_or_default();
    let form = [("client_secret", secret), ("payment_method", payment_method), ("return_url", "http://shop.example/")];
    let key = gateway::Config::sandbox(([127, 0, 0, 1], 0).into()).publishable_key;
    let url = format!("{gateway}/v1/payment_intents/{id}/confirm");
    http.post(url).basic_auth(key, Some("")).form(&form).send().await.ok();
}

/// Lets time pass at the gateway.
pub async fn advance(http: &reqwest::Client, gateway: &str, ms: i64) -> shop::Result<()> {
    let change = serde_json::json!({ "advance_ms": ms });
    let answer = http.post(format!("{gateway}/_sandbox/clock")).json(&change).send().await;
    answer.map(drop).map_err(|error| shop::Error::Internal(error.to_string()))
}
