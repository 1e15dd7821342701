//! One life of a shop: a process that plays the story and dies where it is told to.

use crate::notebook::Notebook;
use crate::stage;
use crate::story::{Cast, Plan};
use async_trait::async_trait;
use reqwest::header::HeaderMap;
use shop::Shop;
use shop::checkout::PaymentWay;
use shop::clock::ManualClock;
use shop::money::{Currency, Money};
use shop::payment::stripe::Stripe;
use shop::payment::webhook::Rejection;
use shop::payment::{
    About, CspSources, EventNotice, IntentStatus, Lists, Metadata, NewIntent, NewSession, Outcome, Page, Provider,
    RefundSnapshot, Session, Snapshot,
};
use shop::point::{self, Point};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a life finds when it begins.
#[derive(clap::Args, Clone, Debug)]
pub struct Birth {
    /// The database as the life before left it
    #[arg(long)]
    pub database: String,
    /// The sandbox gateway's address
    #[arg(long)]
    pub gateway: String,
    /// Folder with `plan.json`; mail and the shoppers' notebook are written there
    #[arg(long)]
    pub folder: PathBuf,
    /// Where the shop's clock stands, Unix milliseconds
    #[arg(long)]
    pub now: i64,
    /// Number of the crash point to die at, and at which of its hits: `7:1`
    #[arg(long, value_parser = parse_death)]
    pub die: Option<Death>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    pub at: Point,
    /// 1 for the first time the point is reached.
    pub hit: usize,
}

fn parse_death(text: &str) -> Result<Death, String> {
    let (point, hit) = text.split_once(':').ok_or("wanted: POINT:HIT")?;
    let number: usize = point.parse().map_err(|_| "the point is a number")?;
    let at = number.checked_sub(1).and_then(|at| Point::ALL.get(at)).ok_or("points are numbered 1 to 26")?;
    Ok(Death { at: *at, hit: hit.parse().map_err(|_| "the hit is a number")? })
}

/// The notebook in which shoppers write down what they were told.
pub fn notes(folder: &Path) -> PathBuf {
    folder.join("told.jsonl")
}

pub fn plan(folder: &Path) -> PathBuf {
    folder.join("plan.json")
}

/// Lives. Does not return when it dies as told.
pub async fn live(birth: Birth) -> Result<(), String> {
    if let Some(death) = birth.die {
        let hits = AtomicUsize::new(0);
        point::set_hook(move |point| {
            if point == death.at && hits.fetch_add(1, Ordering::SeqCst) + 1 == death.hit {
                std::process::abort();
            }
            std::future::ready(())
        });
    }
    let text = std::fs::read_to_string(plan(&birth.folder)).map_err(|error| error.to_string())?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let notes = Notebook::open(&notes(&birth.folder)).map_err(|error| error.to_string())?;
    let clock = Arc::new(ManualClock::at(birth.now));
    let shop = stage::shop(&birth.database, &birth.gateway, clock.clone(), &birth.folder).await?;
    let shop = Shop { payments: Fragile(stage::provider(&birth.gateway)?).into(), ..shop };
    let http = client()?;
    let cast = Cast { shop: &shop, clock: &clock, gateway: &birth.gateway, http: &http, notes: &notes };
    cast.play(&plan).await.map_err(|error| error.to_string())?;
    shop.db.close().await;
    Ok(())
}

/// A plain HTTP client that stays on the loopback.
pub fn client() -> Result<reqwest::Client, String> {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())
}

/// A provider whose answer can be lost with the process: the call has had its effect, and nobody hears of it.
struct Fragile(Stripe);

#[async_trait]
impl Provider for Fragile {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn label(&self) -> &'static str {
        self.0.label()
    }

    fn offers(&self, way: &PaymentWay) -> bool {
        self.0.offers(way)
    }

    fn takes(&self, currency: Currency) -> bool {
        self.0.takes(currency)
    }

    fn lists(&self) -> Lists {
        self.0.lists()
    }

    fn csp_sources(&self) -> CspSources {
        self.0.csp_sources()
    }

    fn about(&self, kind: &str) -> About {
        self.0.about(kind)
    }

    fn reached(&self, kind: &str) -> Option<IntentStatus> {
        self.0.reached(kind)
    }

    async fn read_webhook(&self, headers: &HeaderMap, body: &[u8], now_ms: i64) -> Result<EventNotice, Rejection> {
        self.0.read_webhook(headers, body, now_ms).await
    }

    async fn create_intent(&self, key: &str, new: &NewIntent) -> Outcome<Snapshot> {
        let answer = self.0.create_intent(key, new).await;
        point::reached(Point::CreateLost).await;
        answer
    }

    async fn confirm_intent(&self, key: &str, id: &str, payment_method: &str, return_url: &str) -> Outcome<Snapshot> {
        let answer = self.0.confirm_intent(key, id, payment_method, return_url).await;
        point::reached(Point::ConfirmLost).await;
        answer
    }

    async fn retrieve_intent(&self, id: &str) -> Outcome<Snapshot> {
        self.0.retrieve_intent(id).await
    }

    async fn capture_intent(&self, key: &str, id: &str, money: Money) -> Outcome<Snapshot> {
        let answer = self.0.capture_intent(key, id, money).await;
        point::reached(Point::CaptureLost).await;
        answer
    }

    async fn cancel_intent(&self, key: &str, id: &str) -> Outcome<Snapshot> {
        self.0.cancel_intent(key, id).await
    }

    async fn list_intents(&self, from: i64, to: i64, page: Option<&str>) -> Outcome<Page<Snapshot>> {
        self.0.list_intents(from, to, page).await
    }

    async fn create_session(&self, key: &str, new: &NewSession) -> Outcome<Session> {
        let answer = self.0.create_session(key, new).await;
        point::reached(Point::CreateLost).await;
        answer
    }

    async fn retrieve_session(&self, id: &str) -> Outcome<Session> {
        self.0.retrieve_session(id).await
    }

    async fn advance_session(&self, key: &str, id: &str) -> Outcome<Session> {
        self.0.advance_session(key, id).await
    }

    async fn expire_session(&self, key: &str, id: &str) -> Outcome<Session> {
        self.0.expire_session(key, id).await
    }

    async fn refund(&self, key: &str, id: &str, money: Money, metadata: &Metadata) -> Outcome<RefundSnapshot> {
        let answer = self.0.refund(key, id, money, metadata).await;
        point::reached(Point::RefundLost).await;
        answer
    }

    async fn list_refunds(&self, id: &str) -> Outcome<Vec<RefundSnapshot>> {
        self.0.list_refunds(id).await
    }

    async fn list_events(&self, from: i64, page: Option<&str>) -> Outcome<Page<EventNotice>> {
        self.0.list_events(from, page).await
    }
}
