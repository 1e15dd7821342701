//! Telling the shop: each event is signed and posted to every endpoint that wants it, and again with growing
//! pauses until it answers 2xx. Deliveries run side by side and in no promised order, as with the real provider.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};

use crate::Gateway;
use crate::state::{Endpoint, Event};
use crate::view::EventView;

/// Pauses before the tries, in seconds: about an hour in all.
const PAUSES_S: &[u64] = &[0, 1, 5, 15, 60, 300, 900, 2400];
const AT_ONCE: usize = 32;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs until the gateway is gone.
pub async fn deliver(gateway: Weak<Gateway>, client: reqwest::Client, mut events: mpsc::UnboundedReceiver<Arc<Event>>) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(event) = events.recv().await {
        let Some(alive) = gateway.upgrade() else { return };
        let body = bytes::Bytes::from(
            serde_json::to_vec(&EventView { event: &event, base: &alive.base }).expect("views have only string keys"),
        );
        for endpoint in alive.endpoints_for(&event.kind) {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
            let (client, body, gateway) = (client.clone(), body.clone(), gateway.clone());
            tokio::spawn(async move {
                if post(&gateway, &client, &endpoint, &body).await {
                    return;
                }
                // A dead endpoint must not hold back the deliveries of a living one.
                drop(permit);
                for pause_s in &PAUSES_S[1..] {
                    tokio::time::sleep(Duration::from_secs(*pause_s)).await;
                    if gateway.strong_count() == 0 || post(&gateway, &client, &endpoint, &body).await {
                        return;
                    }
                }
                tracing::warn!(url = endpoint.url, "a webhook was never accepted");
            });
        }
    }
}

async fn post(gateway: &Weak<Gateway>, client: &reqwest::Client, endpoint: &Endpoint, body: &bytes::Bytes) -> bool {
    let Some(at_s) = gateway.upgrade().map(|alive| alive.clock.signature_s()) else { return true };
    let answer = client
        .post(&endpoint.url)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Stripe-Signature", signature(&endpoint.secret, at_s, body))
        .body(body.clone())
        .timeout(ANSWER_TIMEOUT)
        .send()
        .await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// `t=…,v1=…`: HMAC-SHA-256 over the time, a dot and the body.
pub fn signature(secret: &str, at_s: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(at_s.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={at_s},v1={}", hex::encode(mac.finalize().into_bytes()))
}
