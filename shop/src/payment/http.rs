//! One HTTP call to a provider, and the first reading of what came back.
//!
//! ```text
//! 2xx, well formed                            → Done
//! nothing sent (connect refused or late)      → Refused   unreachable
//! 429, or another 4xx in the provider's words → Refused   its code
//! everything else                             → Unknown   timeout, reset, 409, 5xx, redirect, HTML, truncated JSON
//! ```

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::de::DeserializeOwned;

use super::{Outcome, Refusal};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Answers beyond this are not a provider's.
const ANSWER_MAX_BYTES: usize = 8 << 20;
const IDLE_CONNECTIONS: usize = 64;

/// Calls to one base URL.
pub(crate) struct Http {
    wire: Wire,
    base: String,
}

/// What came back of a call.
pub enum Reply {
    Answer {
        status: StatusCode,
        retry_after_s: Option<u64>,
        /// The provider says that this is what it has kept of an earlier call under the same key.
        is_replay: bool,
        body: Vec<u8>,
    },
    /// Nothing was sent.
    Unreachable(String),
    /// It may have arrived.
    Lost(String),
}

/// How calls get to a provider: over pooled connections, and in a simulation wherever it takes them.
#[derive(Clone)]
pub struct Wire {
    client: reqwest::Client,
    #[cfg(feature = "points")]
    carrier: Option<Arc<dyn Carrier>>,
}

/// Takes calls to a provider that is in the same process.
#[cfg(feature = "points")]
#[async_trait::async_trait]
pub trait Carrier: Send + Sync {
    async fn carry(&self, request: reqwest::Request) -> Reply;
}

impl Wire {
    /// Over the network, to wherever `base` is.
    pub(crate) fn to(base: &str) -> Result<Self, String> {
        let url = url::Url::parse(base).map_err(|e| format!("the address {base:?}: {e}"))?;
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .tcp_nodelay(true)
            .user_agent(concat!("mercer/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|e| format!("HTTP client: {e}"))?;
        Ok(Self {
            client,
            #[cfg(feature = "points")]
            carrier: None,
        })
    }

    /// Everything goes to `carrier`.
    #[cfg(feature = "points")]
    pub fn carried(client: reqwest::Client, carrier: Arc<dyn Carrier>) -> Self {
        Self { client, carrier: Some(carrier) }
    }

    async fn send(&self, request: RequestBuilder) -> Reply {
        #[cfg(feature = "points")]
        if let Some(carrier) = &self.carrier {
            return match request.build() {
                Ok(request) => carrier.carry(request).await,
                Err(error) => Reply::Unreachable(chain(&error)),
            };
        }
        send(request).await
    }
}

impl Http {
    pub fn new(wire: Wire, base: &str) -> Self {
        Self { wire, base: base.trim_end_matches('/').to_owned() }
    }

    /// A request to `path` below the base.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.wire.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends the request and waits for the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        self.wire.send(request).await
    }
}

async fn send(request: RequestBuilder) -> Reply {
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.is_connect() => return Reply::Unreachable(chain(&error)),
        Err(error) => return Reply::Lost(chain(&error)),
    };
    let status = answer.status();
    let retry_after_s = answer
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let is_replay = answer.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_MAX_BYTES => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Reply::Lost(format!("{status}: an answer beyond {ANSWER_MAX_BYTES} bytes")),
            Ok(None) => return Reply::Answer { status, retry_after_s, is_replay, body },
            Err(error) => return Reply::Lost(format!("{status}, then {}", chain(&error))),
        }
    }
}

/// Reads JSON; `refusal` reads the provider's envelope of a refusal, if it is one.
pub(crate) fn read<T: DeserializeOwned>(
    reply: Reply,
    refusal: impl Fn(StatusCode, &[u8]) -> Option<Refusal>,
) -> Outcome<T> {
    let (status, retry_after_s, body) = match reply {
        Reply::Answer { status, retry_after_s, body, .. } => (status, retry_after_s, body),
        Reply::Unreachable(why) => return Outcome::Refused(Refusal::unreachable(&why)),
        Reply::Lost(why) => return Outcome::Unknown(why),
    };
    if status.is_success() {
        return match serde_json::from_slice(&body) {
            Ok(value) => Outcome::Done(value),
            Err(error) => Outcome::Unknown(format!("{status} with an answer that does not parse: {error}")),
        };
    }
    let http_status = status.as_u16();
    let said = refusal(status, &body).map(|refusal| Refusal { http_status, retry_after_s, ..refusal });
    match (said, status) {
        (said, StatusCode::TOO_MANY_REQUESTS) => {
            let code = "rate_limit".to_owned();
            Outcome::Refused(said.unwrap_or(Refusal { code, http_status, retry_after_s, ..Refusal::default() }))
        }
        (Some(refusal), _) if matches!(http_status, 400..=404 | 422) => Outcome::Refused(refusal),
        (Some(refusal), _) => Outcome::Unknown(format!("{status} {}: {}", refusal.code, refusal.message)),
        (None, _) => Outcome::Unknown(format!("{status} without the provider's error envelope")),
    }
}

/// A path of parts that may hold anything: an id from elsewhere cannot change which endpoint is called.
pub(super) fn path(parts: &[&str]) -> String {
    let mut path = String::new();
    for part in parts {
        path.push('/');
        path.extend(url::form_urlencoded::byte_serialize(part.as_bytes()));
    }
    path
}

pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// `scheme://host:port` of an address; `None` when it is none.
pub(super) fn origin(address: &str) -> Option<String> {
    url::Url::parse(address).ok().map(|url| url.origin().ascii_serialization())
}

/// Trust anchors are compiled in, so that a bare machine without a certificate store can take payments.
fn tls() -> Result<rustls::ClientConfig, String> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS: {e}"))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The error and its causes in one line; reqwest's own text stops at the first.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_walk_to_another_endpoint() {
        assert_eq!(path(&["v1", "payment_intents", "../refunds?x=1"]), "/v1/payment_intents/..%2Frefunds%3Fx%3D1");
    }

    #[test]
    fn only_the_providers_own_words_are_a_refusal() {
        let refusal = |_: StatusCode, body: &[u8]| {
            (body == b"no").then(|| Refusal { code: "no".to_owned(), ..Refusal::default() })
        };
        let read = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            let body = body.as_bytes().to_vec();
            read::<u8>(Reply::Answer { status, retry_after_s: None, is_replay: false, body }, refusal)
        };
        assert_eq!(read(200, "7"), Outcome::Done(7));
        for status in [400, 401, 403, 404, 422, 429] {
            assert!(matches!(read(status, "no"), Outcome::Refused(r) if r.http_status == status), "{status}");
        }
        for (status, body) in [(200, "<html>"), (302, ""), (400, "<html>"), (409, "no"), (500, "no"), (503, "")] {
            assert!(matches!(read(status, body), Outcome::Unknown(_)), "{status} {body}");
        }
    }
}
