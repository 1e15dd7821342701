//! The sandbox without a socket, for simulations: calls go straight to its routes, webhooks are fetched by whoever plays
//! the network, time is told, and the names it makes follow from a seed.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, Request, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::sync::mpsc;
use tower::ServiceExt as _;

use crate::clock::{Clock, Time};
use crate::door::Cut;
use crate::gateway::Gateway;
use crate::mood::Rule;
use crate::outage::Outage;
use crate::webhook::Posting;
use crate::{Config, build, control, id, router};

/// What came back of a call.
pub enum Said {
    Answer {
        status: u16,
        retry_after_s: Option<u64>,
        /// Kept of an earlier call under the same key.
        is_replay: bool,
        body: Bytes,
        location: Option<String>,
    },
    /// The connection ended before the whole answer had come.
    BrokeOff,
}

/// A webhook to be delivered.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// For [`Inside::delivered`].
    pub number: u64,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// So many times at once.
    pub copies: usize,
}

pub struct Inside {
    gateway: Arc<Gateway>,
    router: Router,
    postings: Mutex<mpsc::UnboundedReceiver<Vec<Posting>>>,
}

impl Inside {
    /// `seed` also seeds this thread, on which everything must be done from now on, until [`Inside::end`].
    pub fn open(config: Config, base: &str, time: Time, seed: u64) -> std::io::Result<Self> {
        id::seed(seed);
        let (gateway, postings) = build(config, base.to_owned(), Clock::following(time), Outage::new(None), None)?;
        Ok(Self { router: router(Arc::clone(&gateway)), gateway, postings: Mutex::new(postings) })
    }

    pub fn end(self) {
        id::unseed();
    }

    /// One call from connection to end.
    pub async fn call(&self, request: Request<Body>) -> Said {
        let cut = Cut::default();
        let mut request = request;
        request.extensions_mut().insert(ConnectInfo(cut.clone()));
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let text = |name| parts.headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
        let announced: Option<usize> = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let mut whole = BytesMut::new();
        let mut stream = body.into_data_stream();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => whole.extend_from_slice(&chunk),
                Err(_) => return Said::BrokeOff,
            }
        }
        if cut.is_made() || announced.is_some_and(|length| length != whole.len()) {
            return Said::BrokeOff;
        }
        Said::Answer {
            status: parts.status.as_u16(),
            retry_after_s: text(header::RETRY_AFTER).and_then(|value| value.parse().ok()),
            is_replay: text(HeaderName::from_static("idempotent-replayed")).is_some_and(|value| value == "true"),
            body: whole.freeze(),
            location: text(header::LOCATION).map(str::to_owned),
        }
    }

    /// What has become due by now, and the webhooks that are to go out because of it and of earlier calls: a batch is
    /// delivered one after the other.
    pub fn fetch(&self) -> Vec<Vec<Parcel>> {
        self.gateway.with_state(|_, _| ());
        let mut batches = Vec::new();
        let mut postings = self.postings.lock().unwrap_or_else(PoisonError::into_inner);
        while let Ok(batch) = postings.try_recv() {
            batches.push(batch);
        }
        drop(postings);
        let parcel = |posting: Posting| {
            let letter = posting.news.letter(&self.gateway);
            let (url, headers, body) = (letter.url, letter.headers, letter.body);
            Parcel { number: posting.number, url, headers, body, copies: posting.copies }
        };
        batches.into_iter().map(|batch| batch.into_iter().map(parcel).collect()).collect()
    }

    /// Whether somebody accepted a parcel; if not, it goes out again later.
    pub fn delivered(&self, number: u64, accepted: bool) {
        self.gateway
            .with_state(|state, _| if accepted { state.delivered(number) } else { state.not_delivered(number) });
    }

    /// Sets a mood, as `POST /_sandbox/mood` does.
    ///
    /// # Errors
    /// What is wrong with the rule, in words.
    pub fn mood(&self, rule: Value) -> Result<(), String> {
        self.gateway.moods.set(Rule::read(rule)?, self.gateway.clock.now_ms())
    }

    /// Forgets all moods; what was held back goes out.
    pub fn be_well(&self) {
        self.gateway.clear_moods();
    }

    /// As `GET /_sandbox/ledger`.
    pub fn ledger(&self) -> Value {
        control::ledger_of(&self.gateway)
    }
}
