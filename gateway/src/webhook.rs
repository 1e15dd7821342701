//! Telling the shop: each event is signed and posted to everyone who wants it, and again with growing pauses until it
//! is answered with 2xx. Deliveries run side by side and in no promised order, as with the real providers; only what a
//! mood or a test puts in order goes out one after the other.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};

use crate::form::Metadata;
use crate::gateway::Gateway;
use crate::state::{Endpoint, Event, State};
use crate::view::EventView;
use crate::{paypal, razorpay};

const AT_ONCE: usize = 32;
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Whoever waits for deliveries holds the other end; nothing is ever sent.
pub type Telling = mpsc::UnboundedSender<()>;

/// An event of a provider, and who is to hear of it.
pub enum News {
    Stripe(Arc<Event>, Arc<Endpoint>),
    Paypal(Arc<paypal::Event>, String),
    Razorpay(Arc<razorpay::Event>, String),
}

impl News {
    pub fn event(&self) -> &str {
        match self {
            Self::Stripe(event, _) => &event.id,
            Self::Paypal(event, _) => &event.id,
            Self::Razorpay(event, _) => &event.id,
        }
    }

    pub fn kind(&self) -> &str {
        match self {
            Self::Stripe(event, _) => &event.kind,
            Self::Paypal(event, _) => &event.kind,
            Self::Razorpay(event, _) => &event.kind,
        }
    }

    pub fn endpoint(&self) -> &str {
        match self {
            Self::Stripe(_, endpoint) => &endpoint.id,
            Self::Paypal(..) => paypal::ENDPOINT,
            Self::Razorpay(..) => razorpay::ENDPOINT,
        }
    }

    /// What rules of moods recognise it by: the merchant's own texts on the payment.
    pub fn metadata<'a>(&'a self, state: &'a State) -> Option<Cow<'a, Metadata>> {
        match self {
            Self::Stripe(event, _) => event.metadata(state).map(Cow::Borrowed),
            Self::Paypal(event, _) => Some(Cow::Owned(event.order.metadata())),
            Self::Razorpay(event, _) => Some(Cow::Borrowed(&event.link.notes)),
        }
    }

    fn body(&self, gateway: &Gateway) -> Bytes {
        match self {
            Self::Stripe(event, _) => {
                let view = EventView { event, base: &gateway.base };
                serde_json::to_vec(&view).expect("views have only string keys").into()
            }
            Self::Paypal(event, _) => paypal::event_view(event, &gateway.base).to_string().into(),
            Self::Razorpay(event, _) => razorpay::event_view(event, &gateway.base).to_string().into(),
        }
    }

    /// What is sent, signed as of now.
    pub fn letter(&self, gateway: &Gateway) -> Letter {
        let body = self.body(gateway);
        match self {
            Self::Stripe(_, endpoint) => Letter::stripe(gateway, endpoint, body),
            Self::Paypal(event, url) => Letter::new(url, paypal::transmit(gateway, &event.id), body),
            Self::Razorpay(event, url) => Letter::new(url, razorpay::sign(gateway, event, &body), body),
        }
    }

    /// Signs and posts once. The status answered, if any was.
    pub async fn post(&self, gateway: &Gateway) -> Option<u16> {
        self.letter(gateway).post(gateway).await
    }
}

/// A webhook as it leaves the house.
#[derive(Clone, Debug)]
pub struct Letter {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Letter {
    fn new(url: &str, headers: Vec<(&'static str, String)>, body: Bytes) -> Self {
        Self { url: url.to_owned(), headers, body }
    }

    /// With the signature that endpoints of the Stripe API expect.
    fn stripe(gateway: &Gateway, endpoint: &Endpoint, body: Bytes) -> Self {
        let signature = signature(&endpoint.secret, gateway.clock.signature_s(), &body);
        Self::new(&endpoint.url, vec![("Stripe-Signature", signature)], body)
    }

    async fn post(self, gateway: &Gateway) -> Option<u16> {
        let mut request =
            gateway.client.as_ref()?.post(&self.url).header("Content-Type", "application/json; charset=utf-8");
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let answer = request.body(self.body).timeout(ANSWER_TIMEOUT).send().await;
        answer.ok().map(|answer| answer.status().as_u16())
    }
}

/// One delivery on its way.
pub struct Posting {
    pub number: u64,
    pub news: News,
    /// So many times at once.
    pub copies: usize,
    /// Let go of after the first try.
    pub telling: Option<Telling>,
}

impl Posting {
    /// `None` when it is settled or its endpoint is gone.
    pub fn of(state: &State, number: u64, telling: Option<&Telling>) -> Option<Self> {
        Some(Self { number, news: state.posting(number)?, copies: 1, telling: telling.cloned() })
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
    // In an outage nothing leaves the house; the try counts.
    let accepted = alive.outage.now(alive.clock.now_ms()).is_none() && {
        let copies = (0..posting.copies).map(|_| posting.news.post(&alive));
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

/// Posts to an endpoint of the Stripe API, with the signature that it expects.
pub async fn post_signed(gateway: &Gateway, endpoint: &Endpoint, body: Bytes) -> Option<u16> {
    Letter::stripe(gateway, endpoint, body).post(gateway).await
}

/// `t=…,v1=…`: HMAC-SHA-256 over the time, a dot and the body.
fn signature(secret: &str, at_s: i64, body: &[u8]) -> String {
    let mut signed = at_s.to_string().into_bytes();
    signed.push(b'.');
    signed.extend_from_slice(body);
    format!("t={at_s},v1={}", hmac_hex(secret, &signed))
}

/// HMAC-SHA-256 in hexadecimal digits.
pub fn hmac_hex(secret: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    hex::encode(mac.finalize().into_bytes())
}
