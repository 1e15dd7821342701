//! What outlives a shop that dies: time, the gateway, the database, what shoppers were told, and what is still to come.

use super::agenda::{Act, Agenda};
use super::shopper::Shopper;
use super::time::{ShopClock, Time};
use super::town::{self, Basket, Shelf, Town};
use super::trace::{Tally, Trace};
use super::weather::{self, Odds};
use super::{Outcome, network};
use gateway::Inside;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use shop::db::Db;
use shop::id::StockId;
use shop::invariant::client::Told;
use shop::payment::paypal::{Paypal, PaypalConfig};
use shop::payment::razorpay::{Razorpay, RazorpayConfig};
use shop::payment::stripe::{Stripe, StripeConfig};
use shop::payment::{Providers, Wire};
use shop::point::{self, Point};
use shop::{Shop, chance, checkout};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Where browsers and the shop believe the gateway to be.
pub const GATEWAY: &str = "http://pay.example";
const WEBHOOKS: &str = "http://shop.example/webhooks";
/// Shoppers of a seed, at most all carts of the town.
const SHOPPERS: usize = 50;
/// The storm's length: arrivals, faults and deaths happen in it.
pub const STORM_MS: i64 = 14 * 60_000;

pub struct World {
    pub time: Arc<Time>,
    pub skew_ms: Arc<AtomicI64>,
    pub gateway: Inside,
    pub town: TownPart,
    /// Shoppers may pay, behind the shop's back, in the moment in which it cancels.
    pub pays_meanwhile: bool,
    folder: tempfile::TempDir,
    pub agenda: Mutex<Agenda>,
    /// Something was put on the agenda.
    pub nudge: Notify,
    pub death: Notify,
    inner: Mutex<Inner>,
}

/// What a world needs of its town.
pub struct TownPart {
    pub shelves: Vec<Shelf>,
    settings: shop::setting::Live,
    client: reqwest::Client,
}

pub struct Inner {
    pub dice: StdRng,
    trace: Trace,
    pub tally: Tally,
    pub odds: Odds,
    /// A task stood still for longer than its lease, or the clock jumped over the end of one.
    pub overstayed: bool,
    /// The provider cannot be reached until then, Unix milliseconds.
    pub outage_until: i64,
    /// So many more steps to the end of this life.
    fuse: Option<u32>,
    pub is_dead: bool,
    pub shoppers: Vec<Shopper>,
    pub told: Vec<Told>,
    /// Webhooks that the shop is receiving; they die with it.
    pub on_their_way: BTreeSet<u64>,
    wrong: Vec<String>,
    /// Units that ever were on the shelves.
    pub stocked: BTreeMap<StockId, i64>,
}

thread_local! {
    static HERE: RefCell<Option<Arc<World>>> = const { RefCell::new(None) };
}

impl World {
    /// A fresh world on this thread.
    pub fn create(town: &Town, seed: u64, tell: bool) -> Result<Arc<Self>, String> {
        let mut dice = StdRng::seed_from_u64(seed);
        let time = Time::new();
        let folder = town.plot()?;
        std::fs::write(folder.path().join("mercer.sqlite"), &town.file).map_err(|error| error.to_string())?;
        let config = gateway::Config {
            webhook_url: Some(format!("{WEBHOOKS}/stripe")),
            paypal: gateway::PaypalAccount {
                webhook_url: Some(format!("{WEBHOOKS}/paypal")),
                ..gateway::PaypalAccount::default()
            },
            razorpay: gateway::RazorpayAccount {
                webhook_url: Some(format!("{WEBHOOKS}/razorpay")),
                ..gateway::RazorpayAccount::default()
            },
            ..gateway::Config::sandbox(([127, 0, 0, 1], 0).into())
        };
        let source = Arc::clone(&time);
        let gateway = Inside::open(config, GATEWAY, Box::new(move || source.now_ms()), dice.random())
            .map_err(|error| error.to_string())?;
        let source = Arc::clone(&time);
        let skew_ms = Arc::new(AtomicI64::new(0));
        let skew = Arc::clone(&skew_ms);
        chance::seed(dice.random(), move || source.now_ms() + skew.load(Ordering::Relaxed));
        let moods = weather::moods(&mut dice);
        let pays_meanwhile = moods.iter().any(|rule| rule["mood"] == "paid_meanwhile");
        for rule in moods {
            gateway.mood(rule)?;
        }
        let stocked = town
            .shelves
            .iter()
            .map(|shelf| (shelf.stock, dice.random_range(if shelf.is_hot { 1..=6 } else { 4..=20 })))
            .collect();
        let odds = Odds::draw(&mut dice);
        let mut baskets: Vec<&Basket> = town.carts.iter().collect();
        baskets.shuffle(&mut dice);
        let mut shoppers: Vec<Shopper> = Vec::new();
        while shoppers.len() < SHOPPERS {
            let number = shoppers.len();
            shoppers.push(Shopper::draw(&mut dice, number, baskets[number % baskets.len()]));
            // Two tabs of one browser.
            if dice.random_bool(0.12) && shoppers.len() < SHOPPERS {
                let twin = Shopper::draw(&mut dice, number + 1, baskets[number]);
                shoppers.push(twin);
            }
        }
        let mut agenda = Agenda::default();
        super::life::plan(&mut agenda, &mut dice, shoppers.len());
        let inner = Inner {
            dice,
            trace: Trace::new(tell),
            tally: Tally::default(),
            odds,
            overstayed: false,
            outage_until: 0,
            fuse: None,
            is_dead: false,
            shoppers,
            told: Vec::new(),
            on_their_way: BTreeSet::new(),
            wrong: Vec::new(),
            stocked,
        };
        let town =
            TownPart { shelves: town.shelves.clone(), settings: town.settings.clone(), client: town.client.clone() };
        let world = Arc::new(Self {
            time,
            skew_ms,
            gateway,
            town,
            pays_meanwhile,
            folder,
            agenda: Mutex::new(agenda),
            nudge: Notify::new(),
            death: Notify::new(),
            inner: Mutex::new(inner),
        });
        HERE.set(Some(Arc::clone(&world)));
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            point::set_hook(|point| {
                let here = HERE.with_borrow(Clone::clone);
                async move {
                    if let Some(world) = here {
                        world.at(point).await;
                    }
                }
            });
        });
        Ok(world)
    }

    /// Takes this thread out of the world.
    pub fn end(self: Arc<Self>, mut wrong: Vec<String>) -> Outcome {
        HERE.set(None);
        chance::unseed();
        wrong.extend(self.take_wrong());
        let Some(world) = Arc::into_inner(self) else {
            wrong.push("something of the world is still alive".into());
            return Outcome { tally: Tally::default(), digest: 0, wrong, story: Vec::new() };
        };
        let inner = world.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        world.gateway.end();
        let (digest, story) = inner.trace.end();
        Outcome { tally: inner.tally, digest, wrong, story }
    }

    /// The shop as its program opens it.
    pub async fn open(self: &Arc<Self>) -> Result<Shop, String> {
        let path = self.folder.path().join("mercer.sqlite");
        let db = Db::open(&format!("sqlite:{}", path.display())).await.map_err(|error| error.to_string())?;
        Ok(Shop {
            checkouts: checkout::Queues::start(&db),
            db,
            clock: Arc::new(ShopClock { time: Arc::clone(&self.time), skew_ms: Arc::clone(&self.skew_ms) }),
            payments: self.providers().map_err(|error| error.to_string())?,
            taxes: None,
            mailer: Arc::new(network::Mail(Arc::clone(self))),
            media: shop::media::Media::in_folder(self.folder.path()),
            settings: self.town.settings.clone(),
            origin: "http://shop.example".into(),
            wake: Arc::default(),
        })
    }

    fn providers(self: &Arc<Self>) -> shop::Result<Providers> {
        let keys = gateway::Config::sandbox(([127, 0, 0, 1], 0).into());
        let wire = || Wire::carried(self.town.client.clone(), Arc::new(network::Link(Arc::clone(self))));
        let stripe = StripeConfig {
            api_base: GATEWAY.into(),
            secret_key: keys.secret_key,
            publishable_key: keys.publishable_key,
            webhook_secrets: vec![keys.webhook_secret],
        };
        let paypal = PaypalConfig {
            api_base: format!("{GATEWAY}/paypal"),
            client_id: keys.paypal.client_id,
            secret: keys.paypal.secret,
            webhook_id: keys.paypal.webhook_id,
        };
        let razorpay = RazorpayConfig {
            api_base: format!("{GATEWAY}/razorpay"),
            key_id: keys.razorpay.key_id,
            key_secret: keys.razorpay.key_secret,
            webhook_secrets: vec![keys.razorpay.webhook_secret],
        };
        Ok(Providers::new(vec![
            Arc::new(Stripe::over(wire(), stripe)?),
            Arc::new(Paypal::over(wire(), paypal)),
            Arc::new(Razorpay::over(wire(), razorpay)),
        ]))
    }

    pub async fn set_stock(&self, shop: &Shop) -> Result<(), String> {
        let levels: Vec<_> = self.lock().stocked.iter().map(|(stock, units)| (*stock, *units)).collect();
        town::stock(shop, &levels).await.map_err(|error| error.to_string())
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn note(&self, what: impl Display) {
        let now = self.time.now_ms();
        self.lock().trace.note(now, what);
    }

    /// Something that must not be, whatever else happens.
    pub fn wrong(&self, what: String) {
        self.note(&what);
        self.lock().wrong.push(what);
    }

    pub fn take_wrong(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().wrong)
    }

    pub fn roll(&self, chance: f64) -> bool {
        chance > 0.0 && self.lock().dice.random_bool(chance)
    }

    pub fn between(&self, least: u64, most: u64) -> u64 {
        self.lock().dice.random_range(least..=most)
    }

    pub async fn pause(&self, least_ms: u64, most_ms: u64) {
        let ms = self.between(least_ms, most_ms);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// Writes down what is to happen in `ms` milliseconds.
    pub fn later(&self, ms: u64, act: Act) {
        let at = self.time.now_ms() + i64::try_from(ms).unwrap_or(i64::MAX);
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner).put(at, act);
        self.nudge.notify_one();
    }

    /// Lights the fuse of this life: it ends after so many steps.
    pub fn light(&self, fuse: Option<u32>) {
        let mut inner = self.lock();
        inner.fuse = fuse;
        inner.is_dead = false;
    }

    /// One step of the shop. Does not return in a life that has come to its end.
    pub async fn step(&self) {
        let dies = {
            let mut inner = self.lock();
            match &mut inner.fuse {
                Some(0) => inner.is_dead = true,
                Some(left) => *left -= 1,
                None => {}
            }
            inner.is_dead
        };
        if dies {
            self.death.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// At a named point of the shop's code.
    async fn at(&self, point: Point) {
        self.note(format_args!("at {point:?}"));
        self.step().await;
        // With an answer in hand that is not written down, a pause is worst: somebody else takes over meanwhile.
        let holds_answer = matches!(point, Point::Created | Point::Confirmed);
        let paused = self.lock().odds.paused * if holds_answer { 8.0 } else { 1.0 };
        // In the middle of a transaction the whole shop would wait, and not this task alone.
        let may_pause = !matches!(point, Point::InPrepare | Point::BatchCommitted);
        if may_pause && self.roll(paused) {
            self.fault(format_args!("paused at {point:?}"));
            self.lock().overstayed = true;
            self.pause(61_000, 200_000).await;
            self.step().await;
        } else if self.roll(0.2) {
            self.pause(0, 40).await;
        }
    }

    pub fn fault(&self, what: impl Display) {
        self.note(what);
        self.lock().tally.faults += 1;
    }

    /// Brings what the gateway has to tell onto its way.
    pub fn collect(&self) {
        for batch in self.gateway.fetch() {
            self.later(self.between(1, 1_500), Act::Parcels(batch));
        }
    }
}
