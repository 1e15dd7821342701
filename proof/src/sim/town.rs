//! What every seed begins with: a small shop with carts that are ready to be paid. Built once, copied for each seed.

use super::time::{ShopClock, Time};
use crate::stage::merchant;
use shop::account::Visitor;
use shop::address::Address;
use shop::db::Db;
use shop::id::{CartId, StockId};
use shop::mail::FolderMailer;
use shop::media::Media;
use shop::money::Currency;
use shop::payment::Providers;
use shop::setting::{DeclineLimits, Live, Settings};
use shop::{Shop, args, cart, chance, checkout, gift_card, seed};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// Carts to choose from; a seed uses some of them.
const CARTS: usize = 64;
/// Products that anybody buys; the first are what everybody wants.
const GOODS: usize = 6;
pub const HOT: usize = 2;

pub struct Town {
    folder: tempfile::TempDir,
    /// The database as it is at the beginning.
    pub file: Vec<u8>,
    pub carts: Vec<Basket>,
    pub shelves: Vec<Shelf>,
    pub settings: Live,
    /// Makes requests, which then go nowhere near a network.
    pub client: reqwest::Client,
}

/// A cart that waits for its payment.
#[derive(Clone, Debug)]
pub struct Basket {
    pub id: CartId,
    pub version: i64,
    /// Minor units.
    pub total: i64,
    /// What its gift card leaves of it to pay.
    pub due: i64,
}

/// A stock row of one of the goods.
#[derive(Clone, Debug)]
pub struct Shelf {
    pub stock: StockId,
    pub sku: String,
    pub is_hot: bool,
}

impl Town {
    /// Builds it in memory if the machine has a file system there. Must not be called inside a runtime.
    pub fn build() -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.map_err(|error| error.to_string())?;
        let path = folder.path().join("town.sqlite");
        let settings = Settings {
            payment_providers: ["stripe", "paypal", "razorpay"].map(str::to_owned).to_vec(),
            // Short enough to run out in the middle of a storm.
            hold_ms: 5 * 60_000,
            // Everybody there has the same cards and lives in the same house.
            declines: DeclineLimits::NONE,
            ..Settings::default()
        };
        let settings = Live::new(settings);
        let time = Time::new();
        let source = Arc::clone(&time);
        chance::seed(0, move || source.now_ms());
        let runtime = runtime()?;
        let built = runtime.block_on(async {
            time.begin_life();
            fill(&path, folder.path(), &time, settings.clone()).await.map_err(|error| error.to_string())
        });
        drop(runtime);
        chance::unseed();
        let (carts, shelves) = built?;
        let file = std::fs::read(&path).map_err(|error| error.to_string())?;
        Ok(Self { folder, file, carts, shelves, settings, client: crate::life::client()? })
    }

    /// A folder for one seed.
    pub fn plot(&self) -> Result<tempfile::TempDir, String> {
        tempfile::tempdir_in(self.folder.path()).map_err(|error| error.to_string())
    }
}

/// One thread, and a clock that jumps to the next thing that is due.
pub fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.map_err(|error| error.to_string())
}

type Filled = (Vec<Basket>, Vec<Shelf>);

async fn fill(path: &Path, folder: &Path, time: &Arc<Time>, settings: Live) -> shop::Result<Filled> {
    let db = Db::open(&format!("sqlite:{}", path.display())).await?;
    db.migrate().await?;
    let shop = Shop {
        checkouts: checkout::Queues::start(&db),
        db,
        clock: Arc::new(ShopClock { time: Arc::clone(time), skew_ms: Arc::new(AtomicI64::new(0)) }),
        payments: Providers::new(Vec::new()),
        taxes: None,
        mailer: Arc::new(FolderMailer { folder: folder.join("mail") }),
        media: Media::in_folder(PathBuf::from(folder).join("media")),
        settings,
        origin: "http://shop.example".into(),
        wake: Arc::default(),
    };
    seed::demo(&shop, &mut |_, _| ()).await?;
    let sql = "SELECT s.id, v.sku FROM stock s JOIN variant v ON v.id = s.variant_id
        WHERE v.id IN (SELECT v.id FROM variant v JOIN price p ON p.variant_id = v.id
                       WHERE v.tracked = TRUE AND p.currency = 'EUR' AND p.amount BETWEEN 500 AND 20000
                       ORDER BY v.sku LIMIT $1)
        ORDER BY v.sku, s.id";
    let rows: Vec<(StockId, String)> = shop.db.fetch_all(sql, args![i64::try_from(GOODS).unwrap_or(0)]).await?;
    let mut skus: Vec<String> = rows.iter().map(|(_, sku)| sku.clone()).collect();
    skus.dedup();
    let shelves: Vec<Shelf> =
        rows.into_iter().map(|(stock, sku)| Shelf { stock, is_hot: skus[..HOT].contains(&sku), sku }).collect();
    // Enough for every cart to be filled; each seed says how much there is.
    stock(&shop, &shelves.iter().map(|shelf| (shelf.stock, 1000)).collect::<Vec<_>>()).await?;
    let cards = cards(&shop).await?;
    let mut carts = Vec::new();
    for at in 0..CARTS {
        let card = at.is_multiple_of(3).then(|| cards[at / 3 % cards.len()].as_str());
        carts.push(basket(&shop, &skus, at, card).await?);
    }
    shop.db.close().await;
    Ok((carts, shelves))
}

/// Says how much is on each shelf, as if it had never been otherwise.
pub async fn stock(shop: &Shop, levels: &[(StockId, i64)]) -> shop::Result<()> {
    let mut tx = shop.db.begin().await?;
    for (stock, units) in levels {
        tx.execute("DELETE FROM stock_movement WHERE stock_id = $1", args![*stock]).await?;
        tx.execute("UPDATE stock SET on_hand = $2 WHERE id = $1", args![*stock, *units]).await?;
        tx.execute(
            "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
             VALUES ($1, $1, $2, $2, 'initial', 'cli', $3)",
            args![*stock, *units, shop.now_ms()],
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// Codes of gift cards, each in several carts: some pay a part, some pay everything, and none pays for all.
async fn cards(shop: &Shop) -> shop::Result<Vec<String>> {
    let mut codes = Vec::new();
    for value in [500, 2_000, 1_500, 40_000, 3_000] {
        let (value, recipient) = (Currency::EUR.money(value), String::new());
        let draft = gift_card::Draft { value, recipient, expires_at: None, reason: "storm".into(), mailed: false };
        codes.push(gift_card::issue(shop, &merchant(), &draft).await?.code);
    }
    Ok(codes)
}

/// One to three products, every third cart with a gift card, every second cart with something that everybody wants.
async fn basket(shop: &Shop, skus: &[String], at: usize, card: Option<&str>) -> shop::Result<Basket> {
    let mut visitor = Visitor { cart_id: None, customer: None, currency: Currency::EUR };
    let wanted =
        [Some(if at.is_multiple_of(2) { at / 2 % HOT } else { at }), at.is_multiple_of(3).then_some(at / 3 + 1), None];
    for (n, sku) in wanted.into_iter().flatten().enumerate() {
        let units = if (at + n).is_multiple_of(5) { 2 } else { 1 };
        cart::add(shop, &mut visitor, &skus[sku % skus.len()], units).await?;
    }
    if let Some(card) = card {
        gift_card::add_to_cart(shop, &visitor, "192.0.2.1", card).await?;
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
    let id = visitor.cart_id.ok_or(shop::Error::NotFound("cart"))?;
    Ok(Basket { id, version: view.cart.version, total: view.totals.total, due: view.due() })
}
