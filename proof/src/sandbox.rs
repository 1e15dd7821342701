//! The payment gateway that outlives every shop, with the control over it that only a proof has.

use crate::life;
use serde_json::Value;
use shop::invariant::provider::Payment;

pub struct Sandbox {
    handle: gateway::Handle,
    http: reqwest::Client,
}

impl Sandbox {
    pub async fn start() -> Result<Self, String> {
        let config = gateway::Config { control: true, ..gateway::Config::sandbox(([127, 0, 0, 1], 0).into()) };
        let handle = gateway::serve(config).await.map_err(|error| error.to_string())?;
        Ok(Self { handle, http: life::client()? })
    }

    pub fn url(&self) -> &str {
        self.handle.url()
    }

    /// Sets a mood for the next call of an operation.
    pub async fn mood(&self, rule: &Value) -> Result<(), String> {
        self.post("mood", rule).await
    }

    /// Lets time pass there.
    pub async fn advance(&self, ms: i64) -> Result<(), String> {
        self.post("clock", &serde_json::json!({ "advance_ms": ms })).await
    }

    /// What became of the money of every payment.
    pub async fn payments(&self) -> Result<Vec<Payment>, String> {
        let url = format!("{}/_sandbox/ledger", self.url());
        let answer = self.http.get(url).send().await.map_err(|error| error.to_string())?;
        let mut dump: Value = answer.json().await.map_err(|error| error.to_string())?;
        serde_json::from_value(dump["intents"].take()).map_err(|error| error.to_string())
    }

    pub async fn stop(self) {
        self.handle.stop().await;
    }

    async fn post(&self, what: &str, body: &Value) -> Result<(), String> {
        let url = format!("{}/_sandbox/{what}", self.url());
        let answer = self.http.post(url).json(body).send().await.map_err(|error| error.to_string())?;
        answer.error_for_status().map(|_| ()).map_err(|error| error.to_string())
    }
}
