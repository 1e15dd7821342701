//! A shop's webhook address that only listens.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, Mac};
use serde_json::Value;

/// How long an answer takes, so that deliveries sent at once are under way together.
const THINKS: Duration = Duration::from_millis(20);

#[derive(Clone, Default)]
pub struct Listener {
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    heard: Mutex<Vec<(String, Bytes)>>,
    refusing: AtomicBool,
    under_way: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Listener {
    pub async fn start() -> Self {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener = Self { url: format!("http://{}/hook", socket.local_addr().unwrap()), inner: Arc::default() };
        let router = Router::new().route("/hook", post(hear)).with_state(listener.clone());
        tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
        listener
    }

    /// Answers 500 from now on, or 200 again.
    pub fn refuse(&self, refusing: bool) {
        self.inner.refusing.store(refusing, Ordering::SeqCst);
    }

    /// Signature and body of everything heard so far.
    pub fn heard(&self) -> Vec<(String, Bytes)> {
        self.inner.heard.lock().unwrap().clone()
    }

    pub fn events(&self) -> Vec<Value> {
        self.heard().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }

    /// Types of the events heard so far, in the order in which they came.
    pub fn types(&self) -> Vec<String> {
        self.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    pub fn most_at_once(&self) -> usize {
        self.inner.most_at_once.load(Ordering::SeqCst)
    }

    /// Waits for so many deliveries, and a little longer for one too many.
    pub async fn wait_for(&self, count: usize) {
        for _ in 0..200 {
            if self.heard().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.settle().await;
        assert_eq!(self.heard().len(), count, "{:?}", self.types());
    }

    /// Time for whatever is on its way.
    pub async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

async fn hear(State(listener): State<Listener>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let inner = &listener.inner;
    let at_once = inner.under_way.fetch_add(1, Ordering::SeqCst) + 1;
    inner.most_at_once.fetch_max(at_once, Ordering::SeqCst);
    inner.heard.lock().unwrap().push((headers["stripe-signature"].to_str().unwrap().to_owned(), body));
    tokio::time::sleep(THINKS).await;
    inner.under_way.fetch_sub(1, Ordering::SeqCst);
    if inner.refusing.load(Ordering::SeqCst) { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
}

/// Checks a signature against the configured secret; the time it claims.
pub fn verify(signature: &str, body: &[u8]) -> i64 {
    let (time, v1) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_mercer_sandbox").unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    mac.verify_slice(&hex::decode(v1).unwrap()).unwrap();
    time.parse().unwrap()
}
