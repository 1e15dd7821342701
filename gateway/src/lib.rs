//! The sandbox payment gateway: a program that speaks the public Stripe REST API and, as far as a shop needs them,
//! those of PayPal and Razorpay, so that the shop works, and is tested, without any account. The shop reaches it
//! through the same adapters as the real providers.
//!
//! It promises the providers' shapes, states, idempotency and signatures, serves the pages and the frame that card
//! data is typed into, and keeps its own double-entry ledger, one for all three, which is the truth for tests. It
//! moves no real money and forgets card numbers at once.
//!
//! ```text
//! api      what programs call             state    objects and their moves, behind one lock
//! pages    what people see                ledger   what became of the money
//! control  what tests set                 webhook  what the shop is told
//! mood     what goes wrong                outage   when all of it is gone
//! paypal   the same for PayPal            razorpay the same for Razorpay
//! ```

mod api;
mod card;
mod clock;
mod control;
mod currency;
mod door;
mod error;
mod form;
mod gateway;
mod id;
mod idempotency;
mod inside;
mod journal;
mod ledger;
mod mood;
mod outage;
mod pages;
mod paypal;
mod rate_limit;
mod razorpay;
mod state;
mod view;
mod webhook;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use crate::clock::Time;
pub use crate::inside::{Inside, Parcel, Said};
pub use crate::paypal::Account as PaypalAccount;
pub use crate::rate_limit::RateLimit;
pub use crate::razorpay::Account as RazorpayAccount;

use crate::clock::Clock;
use crate::door::{Cut, Door};
use crate::gateway::Gateway;
use crate::journal::Journal;
use crate::mood::Moods;
use crate::outage::Outage;
use crate::rate_limit::Buckets;
use crate::state::{Endpoint, State};
use crate::webhook::Posting;

const BODY_MAX_BYTES: usize = 256 << 10;
/// How late what is due may be when nobody calls.
const TICK: Duration = Duration::from_millis(100);

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
    pub paypal: PaypalAccount,
    pub razorpay: RazorpayAccount,
    /// Keeps the payments over a restart.
    pub state_path: Option<PathBuf>,
    /// Opens `/_sandbox`.
    pub control: bool,
    /// As many calls as come when absent.
    pub rate_limit: Option<RateLimit>,
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
            paypal: PaypalAccount::default(),
            razorpay: RazorpayAccount::default(),
            state_path: None,
            control: false,
            rate_limit: None,
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

    /// What the shop uses as Stripe's API base.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// What the shop uses as PayPal's API base.
    pub fn paypal_url(&self) -> String {
        format!("{}/paypal", self.base)
    }

    /// What the shop uses as Razorpay's API base.
    pub fn razorpay_url(&self) -> String {
        format!("{}/razorpay", self.base)
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

/// Starts the sandbox and returns once it listens.
pub async fn serve(config: Config) -> std::io::Result<Handle> {
    let door = Door::open(config.addr).await?;
    let addr = door.addr();
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{addr}")).trim_end_matches('/').to_owned();
    let outage = Outage::new(Some(door.latch()));
    let (gateway, to_post) = build(config, base.clone(), Clock::default(), outage, Some(client()?))?;
    let delivery = tokio::spawn(webhook::deliver(Arc::downgrade(&gateway), to_post));
    let ticking = tokio::spawn(tick(Arc::clone(&gateway)));
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(async move {
        let mut stopped = stopped;
        let until = async move {
            // An error means that the handle was dropped.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let service = router(gateway).into_make_service_with_connect_info::<Cut>();
        let served = axum::serve(door, service).with_graceful_shutdown(until).await;
        if let Err(error) = served {
            tracing::error!(%error, "the sandbox gateway stopped");
        }
        ticking.abort();
        delivery.abort();
    });
    Ok(Handle { addr, base, stop, server })
}

/// The sandbox behind its routes, and what it has to post.
fn build(
    config: Config,
    base: String,
    clock: Clock,
    outage: Outage,
    client: Option<reqwest::Client>,
) -> std::io::Result<(Arc<Gateway>, mpsc::UnboundedReceiver<Vec<Posting>>)> {
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
    state.paypal.webhook_url.clone_from(&config.paypal.webhook_url);
    state.razorpay.webhook_url.clone_from(&config.razorpay.webhook_url);
    // Whatever tests have added to it before a restart: the clock never goes back.
    clock.advance(state.latest_ms() - clock.now_ms());
    state.resume_deliveries();
    let (postings, to_post) = mpsc::unbounded_channel();
    let gateway = Arc::new(Gateway {
        buckets: config.rate_limit.map(|limit| Buckets::new(limit, clock.now_ms())),
        config,
        base,
        clock,
        moods: Moods::default(),
        outage,
        inner: Mutex::new((state, journal)),
        accepted: Mutex::default(),
        client,
        postings,
    });
    Ok((gateway, to_post))
}

fn router(gateway: Arc<Gateway>) -> Router {
    let mut router = Router::new()
        .route("/v1/{*path}", any(api::handle))
        .merge(pages::router())
        .merge(paypal::router())
        .merge(razorpay::router());
    if gateway.config.control {
        router = router.layer(axum::middleware::from_fn_with_state(Arc::clone(&gateway), outage::stand_in));
        router = router.merge(control::router());
    }
    router.layer(DefaultBodyLimit::max(BODY_MAX_BYTES)).with_state(gateway)
}

async fn tick(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(TICK).await;
        gateway.with_state(|_, _| ());
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
