//! A life under load: twenty shoppers who buy all the time, a merchant who refunds and cancels, provider news, the shop's
//! own workers; until the process is killed or its disk loses power.
//!
//! ```text
//! notebook ──▶ what every shopper has open from earlier lives
//! shopper  ──▶ fills carts, places orders, sends again what was not answered
//! worker   ──▶ events, captures, mail, recovery, expiry: as in a shop that serves
//! ```
//! The last life of a season settles: nobody buys any more, everybody gets an answer, everything is worked off.

mod shopper;

use crate::notebook::{self, Line, Notebook, Sent};
use crate::stage;
use crate::story::{Plan, work_off};
use crate::{life, page};
use disk::Failure;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use shop::canary::{self, Canary};
use shop::clock::{Clock, SystemClock};
use shop::db::Engine;
use shop::invariant::client::Told;
use shop::payment::Outcome;
use shop::{Shop, payment, worker};
use shopper::Shopper;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Shoppers who buy at the same time.
const SHOPPERS: usize = 20;
/// What a life prints whenever a shopper was answered.
pub const ANSWERED: &str = "answered";
/// No life takes longer, whatever became of whoever started it.
const LIFE_MAX: Duration = Duration::from_mins(1);
/// How often the provider's news is delivered.
const POST: Duration = Duration::from_millis(40);
/// A shopper of the last life asks this often at most before the stock's time has run out.
const TRIES: usize = 10;

/// What a life under load finds when it begins.
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
    /// How far the shop's clock is ahead of the machine's, milliseconds
    #[arg(long)]
    pub ahead: i64,
    /// What the shoppers' choices, and the damage to the disk, come from
    #[arg(long)]
    pub seed: u64,
    /// SQLite's disk loses power at this operation, counted from 1
    #[arg(long)]
    pub power_cut: Option<u64>,
    /// Number of a fault to plant
    #[arg(long)]
    pub canary: Option<u8>,
    /// Buy nothing more and bring everything to its end
    #[arg(long)]
    pub settle: bool,
}

/// The machine's clock, some time ahead.
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0.load(Ordering::SeqCst)
    }
}

/// What all shoppers of a life share.
struct Crowd {
    shop: Shop,
    http: reqwest::Client,
    gateway: String,
    notes: Notebook,
    range: Vec<String>,
    /// With a fault planted, the shop may say anything.
    is_lenient: bool,
}

/// Lives until it is killed; with `settle`, until everything is done.
pub async fn live(birth: Birth) -> Result<(), String> {
    let fault = birth.canary.map(|number| Canary::numbered(number).ok_or("there is no such canary")).transpose()?;
    if let Some(fault) = fault {
        canary::plant(fault);
    }
    if let Some(at) = birth.power_cut {
        disk::install(Failure { seed: birth.seed, at }, |damage| {
            say(&serde_json::to_string(damage).unwrap_or_default());
        })?;
    }
    let text = std::fs::read_to_string(life::plan(&birth.folder)).map_err(|error| error.to_string())?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let book = life::notes(&birth.folder);
    let mut open = open_requests(notebook::read(&book)?);
    let notes = Notebook::open(&book).map_err(|error| error.to_string())?;
    let clock = Arc::new(Ahead(AtomicI64::new(birth.ahead)));
    if !birth.seed.is_multiple_of(8) {
        disk::arm();
    }
    let mut shop = stage::shop(&birth.database, &birth.gateway, clock.clone(), &birth.folder).await?;
    if shop.db.engine() == Engine::Sqlite && birth.seed.is_multiple_of(4) {
        // Closed in order and opened again: the log is moved into the database and deleted. Every second time the power
        // fails only after that, when the disk may still forget the deletion.
        shop.db.close().await;
        shop = stage::shop(&birth.database, &birth.gateway, clock.clone(), &birth.folder).await?;
    }
    disk::arm();
    let (http, gateway, is_lenient) = (life::client()?, birth.gateway, fault.is_some());
    let crowd = Crowd { shop, http, gateway, notes, range: plan.range, is_lenient };
    let shoppers = (0..SHOPPERS).map(|number| {
        let chance = StdRng::seed_from_u64(birth.seed.wrapping_mul(1000) + number as u64);
        Shopper::new(number, chance, open.remove(&number).unwrap_or_default())
    });
    let shoppers: Vec<Shopper> = shoppers.collect();
    let done = if birth.settle {
        settle(&crowd, &clock, shoppers).await
    } else {
        tokio::time::timeout(LIFE_MAX, rush(&crowd, shoppers, birth.seed)).await.unwrap_or(Ok(()))
    };
    done.map_err(|error| format!("{error:?}"))?;
    crowd.shop.db.close().await;
    Ok(())
}

/// For whoever started this life.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What was sent and never finally answered, by shopper.
fn open_requests(lines: Vec<Line>) -> BTreeMap<usize, Vec<Sent>> {
    let mut open: BTreeMap<String, Sent> = BTreeMap::new();
    for line in lines {
        match line {
            Line::Sent(sent) => {
                open.insert(sent.order.idempotency_key.clone(), sent);
            }
            Line::Told(told) if told.is_final => {
                open.remove(&told.key);
            }
            _ => {}
        }
    }
    let mut by_shopper: BTreeMap<usize, Vec<Sent>> = BTreeMap::new();
    for sent in open.into_values() {
        by_shopper.entry(sent.shopper).or_default().push(sent);
    }
    by_shopper
}

/// Ends with the first thing that must not happen.
async fn rush(crowd: &Crowd, shoppers: Vec<Shopper>, seed: u64) -> shop::Result<()> {
    let until = CancellationToken::new();
    let work = worker::run(crowd.shop.clone(), until.clone());
    let buying = futures_util::future::try_join_all(shoppers.into_iter().map(|shopper| shopper.buy_for_ever(crowd)));
    tokio::select! {
        () = work => Ok(()),
        bought = buying => bought.map(drop),
        post = post(crowd, StdRng::seed_from_u64(seed)) => post,
    }
}

/// Delivers what the provider has to tell: in any order, now and then twice, now and then never.
async fn post(crowd: &Crowd, mut chance: StdRng) -> shop::Result<()> {
    let mut delivered = BTreeSet::new();
    loop {
        tokio::time::sleep(POST).await;
        for provider in crowd.shop.payments.configured().filter(|provider| provider.lists().events) {
            let Outcome::Done(mut page) = provider.list_events(0, None).await else { continue };
            page.items.shuffle(&mut chance);
            for notice in page.items {
                let is_new = delivered.insert(notice.event_id.clone());
                if chance.random_bool(if is_new { 0.9 } else { 0.02 }) {
                    let stored = payment::webhook_received(&crowd.shop, provider.name(), &notice, "{}").await;
                    crowd.tolerate(stored)?;
                }
            }
        }
    }
}

/// Brings everything to its end.
async fn settle(crowd: &Crowd, clock: &Ahead, mut shoppers: Vec<Shopper>) -> shop::Result<()> {
    for _ in 0..TRIES {
        for shopper in &mut shoppers {
            shopper.ask_all(crowd).await?;
        }
        pass(crowd, clock, 15_000).await?;
    }
    // Holds run out; whoever had left asks what became of it.
    pass(crowd, clock, 3_600_000).await?;
    for shopper in &mut shoppers {
        shopper.ask_all(crowd).await?;
    }
    // Deliveries that had failed wait an hour at most.
    pass(crowd, clock, 3_600_000).await?;
    pass(crowd, clock, 120_000).await
}

/// Lets time pass, for shop and gateway, and works off what is due then.
async fn pass(crowd: &Crowd, clock: &Ahead, ms: i64) -> shop::Result<()> {
    clock.0.fetch_add(ms, Ordering::SeqCst);
    page::advance(&crowd.http, &crowd.gateway, ms).await?;
    work_off(&crowd.shop).await
}

impl Crowd {
    /// Writes an answer down.
    fn told(&self, told: &Told) -> shop::Result<()> {
        self.notes.write(&Line::Told(told.clone()))?;
        say(ANSWERED);
        Ok(())
    }

    /// An answer that a shop may give at any time, or `None`; anything else is a fault.
    fn tolerate<T>(&self, answer: shop::Result<T>) -> shop::Result<Option<T>> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(shop::Error::Conflict { .. } | shop::Error::Unavailable { .. }) => Ok(None),
            Err(_) if self.is_lenient => Ok(None),
            Err(error) => Err(error),
        }
    }
}
