//! Telling the shop: each event is signed and posted to everybody who wants it, and again with growing pauses until
//! it is answered with 2xx. Deliveries run side by side and in no promised order, as with the real providers.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};

use crate::state::Event;
use crate::view::EventView;
use crate::{Gateway, paypal, razorpay};

/// Pauses before the tries, in seconds: about an hour in all.
const PAUSES_S: &[u64] = &[0, 1, 5, 15, 60, 300, 900, 2400];
const AT_ONCE: usize = 32;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Something to tell a shop.
pub enum News {
    Stripe(Arc<Event>),
    Paypal(Arc<paypal::Event>),
    Razorpay(Arc<razorpay::Event>),
}

/// One posting; signed anew at every try.
pub struct Posting {
    pub url: String,
    pub body: Bytes,
    pub seal: Seal,
}

/// How a posting is shown to be genuine.
pub enum Seal {
    Stripe { secret: String },
    Paypal { event_id: String },
    Razorpay { event_id: String },
}

/// Runs until the gateway is gone.
pub async fn deliver(gateway: Weak<Gateway>, client: reqwest::Client, mut events: mpsc::UnboundedReceiver<News>) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(news) = events.recv().await {
        let Some(alive) = gateway.upgrade() else { return };
        for posting in postings(&alive, &news) {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
            let (client, gateway) = (client.clone(), gateway.clone());
            tokio::spawn(async move {
                if post(&gateway, &client, &posting).await {
                    return;
                }
                // A dead endpoint must not hold back the deliveries of a living one.
                drop(permit);
                for pause_s in &PAUSES_S[1..] {
                    tokio::time::sleep(Duration::from_secs(*pause_s)).await;
                    if gateway.strong_count() == 0 || post(&gateway, &client, &posting).await {
                        return;
                    }
                }
                tracing::warn!(url = posting.url, "a webhook was never accepted");
            });
        }
    }
}

fn postings(gateway: &Gateway, news: &News) -> Vec<Posting> {
    match news {
        News::Stripe(event) => {
            let view = EventView { event, base: &gateway.base };
            let body = Bytes::from(serde_json::to_vec(&view).expect("views have only string keys"));
            let endpoints = gateway.endpoints_for(&event.kind);
            let posting = |secret: &str, url: &str| Posting {
                url: url.to_owned(),
                body: body.clone(),
                seal: Seal::Stripe { secret: secret.to_owned() },
            };
            endpoints.iter().map(|endpoint| posting(&endpoint.secret, &endpoint.url)).collect()
        }
        News::Paypal(event) => paypal::posting(gateway, event).into_iter().collect(),
        News::Razorpay(event) => razorpay::posting(gateway, event).into_iter().collect(),
    }
}

async fn post(gateway: &Weak<Gateway>, client: &reqwest::Client, posting: &Posting) -> bool {
    let Some(alive) = gateway.upgrade() else { return true };
    let mut request = client.post(&posting.url).header("Content-Type", "application/json; charset=utf-8");
    for (name, value) in headers(&alive, posting) {
        request = request.header(name, value);
    }
    drop(alive);
    let answer = request.body(posting.body.clone()).timeout(ANSWER_TIMEOUT).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

fn headers(gateway: &Gateway, posting: &Posting) -> Vec<(&'static str, String)> {
    match &posting.seal {
        Seal::Stripe { secret } => {
            vec![("Stripe-Signature", signature(secret, gateway.clock.signature_s(), &posting.body))]
        }
        Seal::Paypal { event_id } => paypal::transmit(gateway, event_id),
        Seal::Razorpay { event_id } => {
            let secret = &gateway.config.razorpay.webhook_secret;
            vec![("X-Razorpay-Signature", hmac_hex(secret, &posting.body)), ("x-razorpay-event-id", event_id.clone())]
        }
    }
}

/// `t=…,v1=…`: HMAC-SHA-256 over the time, a dot and the body.
pub fn signature(secret: &str, at_s: i64, body: &[u8]) -> String {
    let mut signed = at_s.to_string().into_bytes();
    signed.push(b'.');
    signed.extend_from_slice(body);
    format!("t={at_s},v1={}", hmac_hex(secret, &signed))
}

pub fn hmac_hex(secret: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    hex::encode(mac.finalize().into_bytes())
}
