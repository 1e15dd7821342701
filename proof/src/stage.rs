//! Databases to play on: one template for each engine, with the demo range and carts that are ready to be paid; copies
//! of it for every play.

use crate::story::{Plan, Role, Shopper};
use shop::account::Visitor;
use shop::address::Address;
use shop::checkout::View;
use shop::clock::{Clock, ManualClock, SystemClock};
use shop::db::{Db, Engine, Tx};
use shop::id::{CartId, StaffId, StockId};
use shop::mail::FolderMailer;
use shop::media::Media;
use shop::money::Currency;
use shop::payment::stripe::{Stripe, StripeConfig};
use shop::setting::{DeclineLimits, Live, Settings};
use shop::staff::{self, Staff};
use shop::{Shop, args, cart, checkout, seed};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Units on the one shelf that everybody in the story buys from.
pub const ON_HAND: i64 = 40;
/// Units on each of the shelves that a rush buys from, and how many shelves there are: few, so that shoppers meet.
const PLENTY: i64 = 1_000_000;
const RANGE: usize = 4;

/// The demo shop with one cart for each shopper of the story.
pub struct Stage {
    folder: tempfile::TempDir,
    /// A file, or the name of a PostgreSQL database.
    template: String,
    server: Option<String>,
    pub plan: Plan,
    /// Where the shop's clock stands, Unix milliseconds.
    pub now: i64,
}

/// A database of a play's own; gone with the value.
pub struct Copy {
    pub url: String,
    server: Option<(String, String)>,
}

impl Stage {
    /// Builds the template. `server`: URL of a PostgreSQL cluster on which databases may be made; SQLite without.
    pub async fn build(server: Option<&str>) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let name = format!("mercer_stage_{}_{}", std::process::id(), unique());
        let (template, url) = match server {
            None => {
                let path = folder.path().join("template.sqlite").display().to_string();
                (path.clone(), format!("sqlite:{path}"))
            }
            Some(server) => {
                admin(server, &format!("CREATE DATABASE {name}")).await?;
                (name.clone(), with_database(server, &name)?)
            }
        };
        let now = SystemClock.now_ms();
        let shop = shop(&url, "http://127.0.0.1:9", Arc::new(ManualClock::at(now)), folder.path()).await?;
        shop.db.migrate().await.map_err(|error| error.to_string())?;
        let plan = set(&shop).await.map_err(|error| error.to_string())?;
        shop.db.close().await;
        Ok(Self { folder, template, server: server.map(str::to_owned), plan, now })
    }

    /// A fresh copy in `folder`, or on the cluster.
    pub async fn copy(&self, folder: &Path) -> Result<Copy, String> {
        match &self.server {
            None => {
                let path = folder.join("mercer.sqlite");
                std::fs::copy(&self.template, &path).map_err(|error| error.to_string())?;
                Ok(Copy { url: format!("sqlite:{}", path.display()), server: None })
            }
            Some(server) => {
                let name = format!("mercer_play_{}_{}", std::process::id(), unique());
                admin(server, &format!("CREATE DATABASE {name} TEMPLATE {}", self.template)).await?;
                Ok(Copy { url: with_database(server, &name)?, server: Some((server.clone(), name)) })
            }
        }
    }

    pub fn engine(&self) -> Engine {
        if self.server.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// Takes the template away.
    pub async fn strike(self) -> Result<(), String> {
        if let Some(server) = &self.server {
            admin(server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.template)).await?;
        }
        self.folder.close().map_err(|error| error.to_string())
    }
}

impl Copy {
    /// For a play in which nobody is in a hurry: on PostgreSQL every connection plans every statement for itself.
    #[must_use]
    pub fn with_few_connections(mut self) -> Self {
        if self.server.is_some() {
            self.url.push_str("?pool=3");
        }
        self
    }

    pub async fn strike(self) -> Result<(), String> {
        match &self.server {
            Some((server, name)) => admin(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await,
            None => Ok(()),
        }
    }
}

fn unique() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

fn with_database(server: &str, name: &str) -> Result<String, String> {
    let mut url = url::Url::parse(server).map_err(|error| error.to_string())?;
    url.set_path(name);
    Ok(url.into())
}

async fn admin(server: &str, sql: &str) -> Result<(), String> {
    let options = sqlx::postgres::PgConnectOptions::from_str(server).map_err(|error| error.to_string())?;
    let mut connection = options.connect().await.map_err(|error| error.to_string())?;
    connection.execute(AssertSqlSafe(sql)).await.map_err(|error| format!("{sql}: {error}"))?;
    Ok(())
}

/// The sandbox gateway at `gateway` as a payment provider.
pub fn provider(gateway: &str) -> Result<Stripe, String> {
    let keys = gateway::Config::sandbox(([127, 0, 0, 1], 0).into());
    let stripe = StripeConfig {
        api_base: gateway.to_owned(),
        secret_key: keys.secret_key,
        publishable_key: keys.publishable_key,
        webhook_secrets: Vec::new(),
    };
    Stripe::new(stripe).map_err(|error| error.to_string())
}

/// Who refunds and cancels.
pub fn merchant() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "anna@shop.example".into(),
        name: "Anna".into(),
        role: staff::Role::Owner,
        address: String::new(),
    }
}

/// The shop over a database that is there, with the sandbox gateway at `gateway` as its provider.
pub async fn shop(url: &str, gateway: &str, clock: Arc<dyn Clock>, folder: &Path) -> Result<Shop, String> {
    let db = Db::open(url).await.map_err(|error| error.to_string())?;
    Ok(Shop {
        checkouts: checkout::Queues::start(&db),
        db,
        clock,
        payments: provider(gateway)?.into(),
        taxes: None,
        mailer: Arc::new(FolderMailer { folder: folder.join("mail") }),
        media: Media::in_folder(PathBuf::from(folder).join("media")),
        settings: Live::new(Settings { declines: DeclineLimits::NONE, ..Settings::default() }),
        origin: "http://shop.example".into(),
        wake: Arc::default(),
    })
}

/// Fills the shop and brings each shopper to the payment step.
async fn set(shop: &Shop) -> shop::Result<Plan> {
    seed::demo(shop, &mut |_, _| ()).await?;
    let sql =
        "SELECT v.sku, s.id FROM variant v JOIN stock s ON s.variant_id = v.id JOIN price p ON p.variant_id = v.id
        WHERE v.tracked = TRUE AND p.currency = 'EUR' AND p.amount > 1000
        ORDER BY v.sku, s.id";
    let mut shelves: Vec<(String, StockId)> = shop.db.fetch_all(sql, args![]).await?;
    shelves.dedup_by(|next, first| next.0 == first.0);
    shelves.truncate(1 + RANGE);
    let mut tx = shop.db.begin().await?;
    for (at, (_, stock)) in shelves.iter().enumerate() {
        shelve(&mut tx, *stock, if at == 0 { ON_HAND } else { PLENTY }, shop.now_ms()).await?;
    }
    tx.commit().await?;
    let mut range: Vec<String> = shelves.into_iter().map(|(sku, _)| sku).collect();
    let sku = range.remove(0);
    let mut shoppers = Vec::new();
    for role in Role::ALL {
        shoppers.push(shopper(shop, role, &sku).await?);
    }
    Ok(Plan { sku, shoppers, range })
}

/// Puts all units of a variant on one shelf, so that everybody meets there.
async fn shelve(tx: &mut Tx, stock: StockId, units: i64, now: i64) -> shop::Result<()> {
    let others = "DELETE FROM stock WHERE id <> $1 AND variant_id = (SELECT variant_id FROM stock WHERE id = $1)";
    tx.execute(others, args![stock]).await?;
    tx.execute("DELETE FROM stock_movement WHERE stock_id = $1", args![stock]).await?;
    tx.execute("UPDATE stock SET on_hand = $2 WHERE id = $1", args![stock, units]).await?;
    tx.execute(
        "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
         VALUES ($1, $1, $2, $2, 'initial', 'cli', $3)",
        args![stock, units, now],
    )
    .await?;
    Ok(())
}

async fn shopper(shop: &Shop, role: Role, sku: &str) -> shop::Result<Shopper> {
    let (cart_id, view) = fill(shop, &[(sku, role.units())]).await?;
    Ok(Shopper { role, cart_id, cart_version: view.cart.version, total: view.totals.total })
}

/// Brings a new shopper with these SKUs and units to the payment step.
pub async fn fill(shop: &Shop, lines: &[(&str, i64)]) -> shop::Result<(CartId, View)> {
    let mut visitor = Visitor { cart_id: None, customer: None, currency: Currency::EUR };
    for (sku, units) in lines {
        cart::add(shop, &mut visitor, sku, *units).await?;
    }
    checkout::save_contact(shop, &visitor, "ada@example.com", "").await?;
    let address = Address {
        name: "Ada Byron".into(),
        line1: "Lange Straße 1".into(),
        city: "Berlin".into(),
        postal_code: "10115".into(),
        country: "DE".into(),
        ..Address::default()
    };
    let view = checkout::save_address(shop, &visitor, address).await?;
    let view = checkout::save_delivery(shop, &visitor, view.delivery_options[0].id).await?;
    Ok((visitor.cart_id.ok_or(shop::Error::NotFound("cart"))?, view))
}
