//! A sandbox on a free port and a caller with its keys.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

pub mod listener;
pub mod mailbox;

use gateway::{Config, Handle};

use self::listener::Listener;
use serde_json::{Value, json};

pub struct Sandbox {
    handle: Handle,
    http: reqwest::Client,
}

/// Status and body of an answer.
pub type Answer = (u16, Value);

pub fn config() -> Config {
    Config { control: true, ..Config::sandbox(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))) }
}

pub fn client() -> reqwest::Client {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(config()).await
    }

    pub async fn kept_in(path: &Path) -> Self {
        Self::with(Config { state_path: Some(path.to_owned()), ..config() }).await
    }

    pub async fn with(config: Config) -> Self {
        Self { handle: gateway::serve(config).await.unwrap(), http: client() }
    }

    /// A sandbox, and who hears of its events.
    pub async fn heard() -> (Self, Listener) {
        let listener = Listener::start().await;
        let webhook_url = Some(listener.url.clone());
        (Self::with(Config { webhook_url, ..config() }).await, listener)
    }

    pub async fn stop(self) {
        drop(self.http);
        self.handle.stop().await;
    }

    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.handle.url()) }
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.http.get(self.url(path)).bearer_auth("sk_test_mercer_sandbox")).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        read(self.http.delete(self.url(path)).bearer_auth("sk_test_mercer_sandbox")).await
    }

    pub async fn post(&self, path: &str, params: &[(&str, &str)]) -> Answer {
        read(self.http.post(self.url(path)).bearer_auth("sk_test_mercer_sandbox").form(params)).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, params: &[(&str, &str)]) -> (Answer, bool) {
        let request = self.http.post(self.url(path)).bearer_auth("sk_test_mercer_sandbox").form(params);
        let answer = request.header("Idempotency-Key", key).send().await.unwrap();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        ((answer.status().as_u16(), answer.json().await.unwrap()), replayed)
    }

    /// A manual-capture intent over €19.99, not confirmed.
    pub async fn intent(&self) -> String {
        let params =
            [("amount", "1999"), ("currency", "eur"), ("capture_method", "manual"), ("metadata[order]", "M-1")];
        id(&self.post("/v1/payment_intents", &params).await)
    }

    pub async fn confirm(&self, intent: &str, method: &str) -> Answer {
        let params = [("payment_method", method), ("return_url", "http://shop.test/return?x=1")];
        self.post(&format!("/v1/payment_intents/{intent}/confirm"), &params).await
    }

    pub async fn authorised(&self) -> String {
        let intent = self.intent().await;
        assert_eq!(self.confirm(&intent, "pm_card_visa").await.1["status"], "requires_capture");
        intent
    }

    pub async fn status_of(&self, intent: &str) -> String {
        self.get(&format!("/v1/payment_intents/{intent}")).await.1["status"].as_str().unwrap().to_owned()
    }

    pub async fn ledger(&self) -> Value {
        self.get("/_sandbox/ledger").await.1
    }

    /// Authorised, captured, voided and refunded of one intent, after checking that the books balance.
    pub async fn money(&self, intent: &str) -> [i64; 4] {
        let found = self.books(intent).await;
        ["authorised", "captured", "voided", "refunded"].map(|name| found[name].as_i64().unwrap())
    }

    pub async fn mood(&self, rule: Value) {
        let answer = self.http.post(self.url("/_sandbox/mood")).json(&rule).send().await.unwrap();
        assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
    }

    /// Something else of the control; what it says, or why not.
    pub async fn control(&self, path: &str, order: Value) -> Result<Value, String> {
        let answer = self.http.post(self.url(&format!("/_sandbox/{path}"))).json(&order).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        if status.is_success() { Ok(serde_json::from_str(&text).unwrap_or_default()) } else { Err(text) }
    }

    /// What the ledger knows of one intent.
    pub async fn books(&self, intent: &str) -> Value {
        let ledger = self.ledger().await;
        let sum: i64 = ledger["balances"].as_object().unwrap().values().map(|v| v.as_i64().unwrap()).sum();
        assert_eq!(sum, 0, "the accounts balance");
        ledger["intents"].as_array().unwrap().iter().find(|it| it["id"] == intent).unwrap().clone()
    }

    /// Ids of events of a type, newest first.
    pub async fn events(&self, kind: &str) -> Vec<String> {
        let (_, list) = self.get(&format!("/v1/events?limit=100&type={kind}")).await;
        list["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn captured(&self) -> String {
        let intent = self.authorised().await;
        self.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
        intent
    }

    pub async fn advance(&self, ms: i64) {
        let change = json!({"advance_ms": ms});
        assert!(self.http.post(self.url("/_sandbox/clock")).json(&change).send().await.unwrap().status().is_success());
    }
}

pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

pub fn id(answer: &Answer) -> String {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["id"].as_str().unwrap().to_owned()
}

pub fn code(answer: &Answer) -> (u16, &str) {
    (answer.0, answer.1["error"]["code"].as_str().unwrap_or_default())
}
