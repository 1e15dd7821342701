//! Calls under an access token, which the id and the secret buy and which may end at any time.
//!
//! A token is used until it is refused; then the call, which had no effect, is sent once more under a new one.

use std::sync::{Mutex, PoisonError};

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::guard::{Guard, RateLimit};
use super::super::http::{self, Http, Reply, Wire};
use super::super::{Outcome, Refusal};
use super::PaypalConfig;

pub struct Client {
    http: Http,
    pub(super) guard: Guard,
    client_id: String,
    secret: String,
    token: Mutex<String>,
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
}

#[derive(Deserialize)]
struct Failure {
    name: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    issue: String,
}

/// Declines of the shopper's means of payment; another may do.
const DECLINES: &[&str] =
    &["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "PAYER_ACCOUNT_RESTRICTED"];

impl Client {
    pub fn new(wire: Wire, config: &PaypalConfig) -> Self {
        Self {
            http: Http::new(wire, &config.api_base),
            guard: Guard::new(RateLimit::NONE),
            client_id: config.client_id.clone(),
            secret: config.secret.clone(),
            token: Mutex::default(),
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Outcome<T> {
        self.call(|| self.http.request(Method::GET, path)).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &Value) -> Outcome<T> {
        let request = || self.http.request(Method::POST, path).header("PayPal-Request-Id", key);
        self.call(|| request().header("Prefer", "return=representation").json(body)).await
    }

    /// JSON that is written already; has no effect and so no key.
    pub async fn post_text<T: DeserializeOwned>(&self, path: &str, body: String) -> Outcome<T> {
        let request = || self.http.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        self.call(|| request().body(body.clone())).await
    }

    async fn call<T: DeserializeOwned>(&self, request: impl Fn() -> RequestBuilder) -> Outcome<T> {
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !known.is_empty() {
            let mut is_stale = false;
            let read = |reply| {
                is_stale = matches!(reply, Reply::Answer { status: StatusCode::UNAUTHORIZED, .. });
                http::read(reply, refusal)
            };
            let outcome = self.guard.call("", || self.http.send(request().bearer_auth(&known)), read).await;
            if !is_stale {
                return outcome;
            }
        }
        match self.grant().await {
            Ok(token) => {
                let send = || self.http.send(request().bearer_auth(&token));
                self.guard.call("", send, |reply| http::read(reply, refusal)).await
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    /// Buys a token. Without one nothing was asked for, so whatever went wrong, the call had no effect.
    async fn grant(&self) -> Result<String, Refusal> {
        let send = || {
            let request = self.http.request(Method::POST, "/v1/oauth2/token");
            let request = request.basic_auth(&self.client_id, Some(&self.secret));
            self.http.send(request.form(&[("grant_type", "client_credentials")]))
        };
        match self.guard.call("", send, |reply| http::read::<Grant>(reply, refusal)).await {
            Outcome::Done(grant) => {
                self.token.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&grant.access_token);
                Ok(grant.access_token)
            }
            Outcome::Refused(refusal) => {
                let retry_after_s = refusal.retry_after_s;
                let why = format!("no access token: {}", refusal.message);
                Err(Refusal { retry_after_s, ..Refusal::unreachable(&why) })
            }
            Outcome::Unknown(why) => Err(Refusal::unreachable(&format!("no access token: {why}"))),
        }
    }
}

/// The issue says more than the name.
fn refusal(_status: StatusCode, body: &[u8]) -> Option<Refusal> {
    let failure: Failure = serde_json::from_slice(body).ok()?;
    let code = failure.details.into_iter().next().map_or(failure.name, |detail| detail.issue);
    let is_card_decline = DECLINES.contains(&code.as_str());
    let message = if is_card_decline { "PayPal declined this way to pay.".to_owned() } else { failure.message };
    Some(Refusal { code, message, is_card_decline, ..Refusal::default() })
}
