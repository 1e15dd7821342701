//! A running shop and somebody who asks it things.

mod fixture;
pub mod shopper;

use clap::{Args, Command, FromArgMatches};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response};
use server::cli::{open, serve};
use server::config::Config;
use server::state::AppState;
use shop::Shop;
use shop::clock::ManualClock;
use shop::db::Db;
use shop::search::Search;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// One test body, on every engine there is.
#[macro_export]
macro_rules! over_http {
    ($($(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(clippy::wildcard_imports, unused_imports, reason = "the body sees what its file sees")]
            use super::*;

            async fn body($site: $crate::support::Site) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                body($crate::support::Site::on_sqlite($crate::support::Setup::default()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(site) = $crate::support::Site::on_postgres($crate::support::Setup::default()).await {
                    body(site).await;
                }
            }
        }
    )*};
}

/// What a shop is started with.
#[derive(Clone, Copy, Default)]
pub struct Setup<'f> {
    /// Come in the place of the flags that every shop here has.
    pub flags: &'f [(&'f str, &'f str)],
    /// Whether the gateway posts its events to the shop. Its clock is the real one.
    pub webhooks: bool,
}

/// A shop that answers on a port of its own; gone with the value.
pub struct Site {
    pub shop: Shop,
    pub origin: String,
    pub clock: Arc<ManualClock>,
    pub client: reqwest::Client,
    pub database: String,
    pub gateway: gateway::Handle,
    pub search: Search,
    stop: CancellationToken,
    _server: JoinHandle<Result<(), String>>,
    _folder: tempfile::TempDir,
}

impl Site {
    pub async fn on_sqlite(setup: Setup<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("shop.sqlite").display());
        Self::over(&url, folder, setup).await
    }

    /// `None` without a cluster to make databases on.
    pub async fn on_postgres(setup: Setup<'_>) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "the test run is configured by its environment")]
        let server = std::env::var("MERCER_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
        Some(Self::over(&fixture::fresh_postgres(&server).await, tempfile::tempdir().unwrap(), setup).await)
    }

    async fn over(database: &str, folder: tempfile::TempDir, Setup { flags, webhooks }: Setup<'_>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let sandbox = gateway::Config {
            control: true,
            webhook_url: webhooks.then(|| format!("http://{addr}/webhooks/stripe")),
            webhook_secret: "whsec_new".into(),
            ..gateway::Config::sandbox("127.0.0.1:0".parse().unwrap())
        };
        let gateway = gateway::serve(sandbox).await.unwrap();
        let data = folder.path().display().to_string();
        let (paypal, razorpay) = (gateway.paypal_url(), gateway.razorpay_url());
        let fixed = [
            ("--addr", addr.as_str()),
            ("--data-dir", &data),
            ("--database-url", database),
            ("--stripe-api-base", gateway.url()),
            ("--stripe-secret-key", "sk_test_mercer_sandbox"),
            ("--stripe-publishable-key", "pk_test_mercer_sandbox"),
            ("--stripe-webhook-secret", "whsec_new,whsec_old"),
            ("--paypal-api-base", &paypal),
            ("--paypal-client-id", "mercer-sandbox-client"),
            ("--paypal-secret", "mercer-sandbox-secret"),
            ("--paypal-webhook-id", "7MERCERSANDBOX001"),
            ("--razorpay-api-base", &razorpay),
            ("--razorpay-key-id", "rzp_test_mercersandbox"),
            ("--razorpay-key-secret", "mercer-sandbox-key-secret"),
            ("--razorpay-webhook-secret", "rzp_new,rzp_old"),
        ];
        let kept = fixed.into_iter().filter(|(name, _)| flags.iter().all(|(other, _)| other != name));
        let given = kept.chain(flags.iter().copied()).flat_map(|(name, value)| [name, value]);
        let command = Config::augment_args(Command::new("test").no_binary_name(true));
        let config = Config::from_arg_matches(&command.get_matches_from(given)).unwrap();

        let db = Db::open(database).await.unwrap();
        db.migrate().await.unwrap();
        // The gateway lives in real time, so the shop's clock starts there.
        let clock = Arc::new(ManualClock::at(shop::clock::Clock::now_ms(&shop::clock::SystemClock)));
        let shop = Shop { clock: clock.clone(), ..open::shop_over(db, &config).await.unwrap() };
        fixture::fill(&shop).await;
        let stop = CancellationToken::new();
        let state = AppState::new(shop.clone(), config);
        let search = state.search.clone();
        let server = tokio::spawn(serve::serve(listener, state, stop.clone()));
        let client =
            reqwest::Client::builder().redirect(Policy::none()).timeout(Duration::from_mins(5)).build().unwrap();
        let origin = format!("http://{addr}");
        let database = database.to_owned();
        Self { shop, origin, clock, client, database, gateway, search, stop, _server: server, _folder: folder }
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.ask(Method::GET, path)
    }

    /// A form sent by one of our own pages.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.ask(Method::POST, path).header("origin", &self.origin).form(fields)
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.shop.db.fetch_one::<(i64,)>(sql, Vec::new()).await.unwrap().0
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The value of a cookie that the answer sets.
pub fn cookie(response: &Response, name: &str) -> Option<String> {
    response.headers().get_all("set-cookie").iter().find_map(|value| {
        let (key, rest) = value.to_str().ok()?.split_once('=')?;
        (key == name).then(|| rest.split(';').next().unwrap_or_default().to_owned())
    })
}

/// A header's text, empty when it is absent.
pub fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}
