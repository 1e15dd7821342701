//! One HTTP call and how its answer is read.
//!
//! ```text
//! 2xx, well formed                          → Done
//! nothing sent (connect refused or late)    → Refused   unreachable
//! 429, or another 4xx with Stripe's error   → Refused   the code of the error
//! 409, key reused with other parameters     → Unknown   an earlier call under the key may have had its effect
//! everything else                           → Unknown   timeout, reset, 5xx, redirect, HTML, truncated JSON
//! ```

use std::borrow::Cow;

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use super::super::guard::{Guard, RateLimit};
use super::super::http::{Http, Reply, Wire};
use super::super::{Metadata, Outcome, Refusal};
use super::wire::{self, Read as _};

/// The API version whose shapes [`wire`] reads.
const API_VERSION: &str = "2025-09-30.clover";

/// A request in the making; parameters go into the body of a POST and the query of a GET.
pub struct Call<'a> {
    /// What Stripe counts calls by.
    endpoint: &'static str,
    method: Method,
    path: String,
    key: Option<&'a str>,
    form: String,
}

impl<'a> Call<'a> {
    pub fn new(endpoint: &'static str, method: Method, path: &str, key: Option<&'a str>) -> Self {
        Self { endpoint, method, path: path.to_owned(), key, form: String::new() }
    }

    pub fn with<'v>(mut self, name: impl AsRef<str>, value: impl Into<Cow<'v, str>>) -> Self {
        Serializer::new(&mut self.form).append_pair(name.as_ref(), &value.into());
        self
    }

    pub fn metadata(mut self, name: &str, metadata: &Metadata) -> Self {
        for (key, value) in metadata {
            self = self.with(format!("{name}[{key}]"), value);
        }
        self
    }

    pub fn page(self, limit: &str, after: Option<&str>) -> Self {
        let call = self.with("limit", limit);
        match after {
            Some(after) => call.with("starting_after", after),
            None => call,
        }
    }
}

/// Connections to Stripe under one secret key.
pub struct Client {
    http: Http,
    pub(super) guard: Guard,
    bearer: header::HeaderValue,
}

impl Client {
    pub fn new(wire: Wire, base: &str, secret_key: &str, limit: RateLimit) -> Result<Self, String> {
        let mut bearer = header::HeaderValue::from_str(&format!("Bearer {secret_key}"))
            .map_err(|_| "the payment provider's key has characters that no key has".to_owned())?;
        bearer.set_sensitive(true);
        Ok(Self { http: Http::new(wire, base), guard: Guard::new(limit), bearer })
    }

    /// Sends the call and reads the answer as `W`, then as the shop's `T`.
    pub async fn send<W: DeserializeOwned + wire::Read<T>, T>(&self, call: Call<'_>) -> Outcome<T> {
        self.guard.call(call.endpoint, || self.http.send(self.request(&call)), read_reply::<W, T>).await
    }

    /// As [`Client::send`], and the status of a failure that Stripe keeps under the key: it will never answer otherwise.
    pub async fn send_keyed<W: DeserializeOwned + wire::Read<T>, T>(
        &self,
        call: Call<'_>,
    ) -> (Outcome<T>, Option<u16>) {
        let mut kept = None;
        let read = |reply| {
            kept = match &reply {
                Reply::Answer { status, is_replay: true, .. } if status.is_server_error() => Some(status.as_u16()),
                _ => None,
            };
            read_reply::<W, T>(reply)
        };
        let outcome = self.guard.call(call.endpoint, || self.http.send(self.request(&call)), read).await;
        (outcome, kept)
    }

    fn request(&self, call: &Call<'_>) -> RequestBuilder {
        let is_get = call.method == Method::GET;
        let mut path = call.path.clone();
        if is_get && !call.form.is_empty() {
            path.push('?');
            path.push_str(&call.form);
        }
        let mut request = self
            .http
            .request(call.method.clone(), &path)
            .header(header::AUTHORIZATION, self.bearer.clone())
            .header("Stripe-Version", API_VERSION);
        if let Some(key) = call.key {
            request = request.header("Idempotency-Key", key);
        }
        if !is_get {
            let form = "application/x-www-form-urlencoded";
            request = request.header(header::CONTENT_TYPE, form).body(call.form.clone());
        }
        request
    }
}

fn read_reply<W: DeserializeOwned + wire::Read<T>, T>(reply: Reply) -> Outcome<T> {
    match reply {
        Reply::Answer { status, retry_after_s, body, .. } => read::<W, T>(status, retry_after_s, &body),
        Reply::Unreachable(why) => Outcome::Refused(Refusal::unreachable(&why)),
        Reply::Lost(why) => Outcome::Unknown(why),
    }
}

fn read<W: DeserializeOwned + wire::Read<T>, T>(
    status: StatusCode,
    retry_after_s: Option<u64>,
    body: &[u8],
) -> Outcome<T> {
    if status.is_success() {
        return match serde_json::from_slice::<W>(body) {
            Ok(wire) => wire.read().map_or_else(
                || Outcome::Unknown(format!("{status} with an amount outside the currency's units")),
                Outcome::Done,
            ),
            Err(error) => Outcome::Unknown(format!("{status} with an answer that does not parse: {error}")),
        };
    }
    refused_or_unknown(status, body, retry_after_s)
}

fn refused_or_unknown<T>(status: StatusCode, body: &[u8], retry_after_s: Option<u64>) -> Outcome<T> {
    let error = serde_json::from_slice::<wire::Failure>(body).ok().map(|failure| failure.error);
    if status == StatusCode::TOO_MANY_REQUESTS {
        let (code, message) = error.map_or_else(Default::default, |e| (e.code.unwrap_or_default(), e.message));
        let code = if code.is_empty() { "rate_limit".to_owned() } else { code };
        return Outcome::Refused(Refusal { code, message, http_status: 429, retry_after_s, ..Refusal::default() });
    }
    match error {
        Some(error) if error.kind == "idempotency_error" => {
            tracing::error!(%status, message = error.message, "idempotency key refused by the payment provider");
            Outcome::Unknown(format!("{status} idempotency_error: {}", error.message))
        }
        Some(error) if matches!(status.as_u16(), 400..=404) => {
            let is_card_decline = error.kind == "card_error";
            let code = error.decline_code.or(error.code).unwrap_or(error.kind);
            Outcome::Refused(Refusal {
                code,
                message: error.message,
                is_card_decline,
                http_status: status.as_u16(),
                retry_after_s,
                intent: error.payment_intent.and_then(|intent| intent.read()).map(Box::new),
            })
        }
        Some(error) => Outcome::Unknown(format!("{status} {}: {}", error.kind, error.message)),
        None => Outcome::Unknown(format!("{status} without the provider's error envelope")),
    }
}
