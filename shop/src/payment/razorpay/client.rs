//! Calls under the key's id and secret.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::guard::{Guard, RateLimit};
use super::super::http::{self, Http, Wire};
use super::super::{Outcome, Refusal};
use super::RazorpayConfig;

pub struct Client {
    http: Http,
    pub(super) guard: Guard,
    key_id: String,
    key_secret: String,
}

#[derive(Deserialize)]
struct Failure {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    description: String,
}

impl Client {
    pub fn new(wire: Wire, config: &RazorpayConfig) -> Self {
        Self {
            http: Http::new(wire, &config.api_base),
            guard: Guard::new(RateLimit::NONE),
            key_id: config.key_id.clone(),
            key_secret: config.key_secret.clone(),
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Outcome<T> {
        self.call(|| self.request(Method::GET, path)).await
    }

    /// `refund_key` makes a refund happen once; other calls have no key.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, refund_key: Option<&str>, body: &Value) -> Outcome<T> {
        let request = || {
            let request = self.request(Method::POST, path).json(body);
            match refund_key {
                Some(key) => request.header("X-Refund-Idempotency", key),
                None => request,
            }
        };
        self.call(request).await
    }

    async fn call<T: DeserializeOwned>(&self, request: impl Fn() -> RequestBuilder) -> Outcome<T> {
        self.guard.call("", || self.http.send(request()), |reply| http::read(reply, refusal)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, path).basic_auth(&self.key_id, Some(&self.key_secret))
    }
}

/// Only `BAD_REQUEST_ERROR` says that nothing happened; gateway and server errors do not.
fn refusal(status: StatusCode, body: &[u8]) -> Option<Refusal> {
    let Problem { code, description } = serde_json::from_slice::<Failure>(body).ok()?.error;
    let is_definite = code == "BAD_REQUEST_ERROR" || status == StatusCode::TOO_MANY_REQUESTS;
    is_definite.then(|| Refusal { code, message: description, ..Refusal::default() })
}
