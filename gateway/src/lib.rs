//! The sandbox payment gateway: a program that speaks the public Stripe REST API, so that the shop works, and is
//! tested, without any account. The shop reaches it through the same adapter as the real provider.
//!
//! It promises Stripe's shapes, states, idempotency and signatures, serves the pages and the frame that card data
//! is typed into, and keeps its own double-entry ledger, which is the truth for tests. It moves no real money and
//! forgets card numbers at once.
//!
//! ```text
//! api      what programs call             state    objects and their moves, behind one lock
//! pages    what people see                ledger   what became of the money
//! control  what tests set                 webhook  what the shop is told
//! ```

mod api;
mod card;
mod clock;
mod control;
mod currency;
mod error;
mod form;
mod id;
mod idempotency;
mod journal;
mod ledger;
mod mood;
mod pages;
mod state;
mod view;
mod webhook;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::api::{Call, Reply};
use crate::clock::Clock;
use crate::idempotency::Known;
use crate::journal::Journal;
use crate::mood::Moods;
use crate::state::{Endpoint, Event, State};

const BODY_MAX_BYTES: usize = 256 << 10;
const TICK: Duration = Duration::from_secs(1);

/// How the sandbox is to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port 0 takes a free one.
    pub addr: SocketAddr,
    /// The address that browsers use, when it is not `addr`.
    pub public_url: Option<String>,
    /// Where events go from the start; more endpoints can be added through the API.
    pub webhook_url: Option<String>,
    pub webhook_secret: String,
    pub publishable_key: String,
    pub secret_key: String,
    /// Keeps the payments over a restart.
    pub state_path: Option<PathBuf>,
    /// Opens `/_sandbox`.
    pub control: bool,
}

impl Config {
    /// The keys that shop and sandbox share when nobody chose any. They open nothing but a sandbox.
    pub fn sandbox(addr: SocketAddr) -> Self {
        Self {
            addr,
            public_url: None,
            webhook_url: None,
            webhook_secret: "whsec_mercer_sandbox".to_owned(),
            publishable_key: "pk_test_mercer_sandbox".to_owned(),
            secret_key: "sk_test_mercer_sandbox".to_owned(),
            state_path: None,
            control: false,
        }
    }
}

/// A running sandbox; it stops when this is dropped.
pub struct Handle {
    addr: SocketAddr,
    base: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Handle {
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What the shop uses as the provider's API base.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// Stops taking calls and waits for those under way.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.server.await;
    }

    /// Runs until the server ends by itself.
    pub async fn wait(self) {
        let _ = self.server.await;
    }
}

/// Everything behind the routes.
struct Gateway {
    config: Config,
    base: String,
    clock: Clock,
    moods: Moods,
    inner: Mutex<(State, Option<Journal>)>,
    events: mpsc::UnboundedSender<Arc<Event>>,
}

impl Gateway {
    /// Runs `f` under the lock; what it changed is in the journal, and what happened on its way, when this returns.
    fn with_state<T>(&self, f: impl FnOnce(&mut State, i64) -> T) -> T {
        let now = self.clock.now_s();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, journal) = &mut *inner;
        let result = f(state, now);
        match journal {
            Some(journal) if !state.changes.is_empty() => journal.append(&state.changes),
            _ => {}
        }
        state.changes.clear();
        for event in state.fresh_events.drain(..) {
            // Fails only while shutting down.
            let _ = self.events.send(event);
        }
        result
    }

    /// Marks the call's key as under way; the reply, when there is one already.
    fn begin(&self, call: &Call) -> Result<(), Reply> {
        let Some(key) = &call.key else { return Ok(()) };
        self.with_state(|state, _| match state.keys.look_up(key, &call.fingerprint) {
            Known::New => {
                state.keys.begin(key);
                Ok(())
            }
            Known::Replay { status, body } => Err(Reply { status, body, replayed: true, retry_after_s: None }),
            Known::Refused(error) => Err(error.into()),
        })
    }

    fn endpoints_for(&self, kind: &str) -> Vec<Arc<Endpoint>> {
        self.with_state(|state, _| state.endpoints.iter().filter(|it| it.wants(kind)).map(Arc::clone).collect())
    }
}

/// Starts the sandbox and returns once it listens.
pub async fn serve(config: Config) -> std::io::Result<Handle> {
    let listener = TcpListener::bind(config.addr).await?;
    let addr = listener.local_addr()?;
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{addr}")).trim_end_matches('/').to_owned();
    let client = client()?;
    let clock = Clock::default();
    let mut state = State::default();
    let journal =
        config.state_path.as_deref().map(|path| Journal::open(path, &mut state, clock.now_s())).transpose()?;
    if let Some(url) = &config.webhook_url {
        state.restore_endpoint(Arc::new(Endpoint {
            id: "we_configured".to_owned(),
            created: 0,
            url: url.clone(),
            secret: config.webhook_secret.clone(),
            enabled_events: vec!["*".to_owned()],
            deleted: false,
        }));
    }
    let (events, fresh) = mpsc::unbounded_channel();
    let gateway = Arc::new(Gateway {
        config,
        base: base.clone(),
        clock,
        moods: Moods::default(),
        inner: Mutex::new((state, journal)),
        events,
    });
    let delivery = tokio::spawn(webhook::deliver(Arc::downgrade(&gateway), client, fresh));
    let ticking = tokio::spawn(tick(Arc::clone(&gateway)));
    // An answer is one write; on a connection that rests between calls, waiting for its acknowledgement takes 40 ms.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(async move {
        let mut stopped = stopped;
        let until = async move {
            // An error means that the handle was dropped.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let served = axum::serve(listener, router(gateway)).with_graceful_shutdown(until).await;
        if let Err(error) = served {
            tracing::error!(%error, "the sandbox gateway stopped");
        }
        ticking.abort();
        delivery.abort();
    });
    Ok(Handle { addr, base, stop, server })
}

fn router(gateway: Arc<Gateway>) -> Router {
    let mut router = Router::new().route("/v1/{*path}", any(api::handle)).merge(pages::router());
    if gateway.config.control {
        router = router
            .route("/_sandbox/ledger", get(control::ledger))
            .route("/_sandbox/mood", post(control::set_mood).delete(control::clear_moods))
            .route("/_sandbox/clock", post(control::set_clock));
    }
    router.layer(DefaultBodyLimit::max(BODY_MAX_BYTES)).with_state(gateway)
}

async fn tick(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(TICK).await;
        gateway.with_state(State::tick);
    }
}

/// The client that posts webhooks.
fn client() -> std::io::Result<reqwest::Client> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(std::io::Error::other)
}
