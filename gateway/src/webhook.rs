//! Telling the shop: each event is signed and posted to every endpoint that wants it, and again with growing pauses
//! until it answers 2xx. Deliveries run side by side and in no promised order, as with the real provider; only what
//! a mood or a test puts in order goes out one after the other.

use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};

use crate::gateway::Gateway;
use crate::state::{Endpoint, Event, State};
use crate::view::EventView;

const AT_ONCE: usize = 32;
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Whoever waits for deliveries holds the other end; nothing is ever sent.
pub type Telling = mpsc::UnboundedSender<()>;

/// One delivery on its way.
pub struct Posting {
    pub number: u64,
    pub event: Arc<Event>,
    pub endpoint: Arc<Endpoint>,
    /// So many times at once.
    pub copies: usize,
    /// Let go of after the first try.
    pub telling: Option<Telling>,
}

impl Posting {
    /// `None` when it is settled or its endpoint is gone.
    pub fn of(state: &State, number: u64, telling: Option<&Telling>) -> Option<Self> {
        let (event, endpoint) = state.posting(number)?;
        Some(Self { number, event, endpoint, copies: 1, telling: telling.cloned() })
    }
}

/// Runs until the gateway is gone.
pub async fn deliver(gateway: Weak<Gateway>, mut batches: mpsc::UnboundedReceiver<Vec<Posting>>) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(batch) = batches.recv().await {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let gateway = gateway.clone();
        tokio::spawn(async move {
            for posting in batch {
                deliver_one(&gateway, posting).await;
            }
            drop(permit);
        });
    }
}

async fn deliver_one(gateway: &Weak<Gateway>, posting: Posting) {
    let Some(alive) = gateway.upgrade() else { return };
    let body = body(&alive, &posting.event);
    // In an outage nothing leaves the house; the try counts.
    let accepted = alive.outage.now(alive.clock.now_ms()).is_none() && {
        let copies = (0..posting.copies).map(|_| post(&alive, &posting.endpoint, &body));
        futures_util::future::join_all(copies).await.into_iter().any(is_success)
    };
    if accepted {
        alive.accepted.lock().unwrap_or_else(PoisonError::into_inner).push(posting.number);
    } else {
        alive.with_state(|state, _| state.not_delivered(posting.number));
    }
    drop(posting.telling);
}

pub fn is_success(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}

/// The event as it is posted.
pub fn body(gateway: &Gateway, event: &Event) -> Bytes {
    let view = EventView { event, base: &gateway.base };
    serde_json::to_vec(&view).expect("views have only string keys").into()
}

/// Signs and posts once. The status answered, if any was.
pub async fn post(gateway: &Gateway, endpoint: &Endpoint, body: &Bytes) -> Option<u16> {
    let at_s = gateway.clock.signature_s();
    let answer = gateway
        .client
        .post(&endpoint.url)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Stripe-Signature", signature(&endpoint.secret, at_s, body))
        .body(body.clone())
        .timeout(ANSWER_TIMEOUT)
        .send()
        .await;
    answer.ok().map(|answer| answer.status().as_u16())
}

/// `t=…,v1=…`: HMAC-SHA-256 over the time, a dot and the body.
fn signature(secret: &str, at_s: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(at_s.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={at_s},v1={}", hex::encode(mac.finalize().into_bytes()))
}
