//! What somebody has looked at last: a customer, or who holds a cart. Of anybody else the shop knows nothing.
//!
//! No page waits for it: views are noted in memory and written together every few seconds; whoever looks at their list sees
//! what waits in this process, too. A process that dies loses the views since. Both are bounded: [`RECENT_PRODUCTS`] for each
//! viewer, and so many viewers at a time.

use crate::account::Visitor;
use crate::catalogue::Card;
use crate::catalogue::card::in_order;
use crate::db::{Sql, Tx};
use crate::id::{CartId, CustomerId, ProductId};
use crate::limits::RECENT_PRODUCTS;
use crate::price_list::Buyer;
use crate::{Result, Shop, args};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Viewers whose views may wait to be written; of more nothing is noted until then.
const VIEWERS: usize = 10_000;
/// Viewers written in one transaction.
const AT_ONCE: usize = 200;
/// What nobody has looked at in this time is forgotten.
const KEEP_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// Rows forgotten at a time.
const FORGET: i64 = 1_000;

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Viewer {
    Customer(CustomerId),
    /// A guest, by the cart of the session.
    Cart(CartId),
}

impl Viewer {
    /// `None` for a visitor whom the shop knows nothing about.
    pub fn of(visitor: &Visitor) -> Option<Self> {
        let customer = visitor.customer.as_ref().map(|customer| Self::Customer(customer.id));
        customer.or(visitor.cart_id.map(Self::Cart))
    }

    fn id(self) -> Uuid {
        match self {
            Self::Customer(id) => id.0,
            Self::Cart(id) => id.0,
        }
    }

    /// A statement about `{viewer}`, the column that names this kind.
    fn sql(self, text: &str) -> String {
        let column = match self {
            Self::Customer(_) => "customer_id",
            Self::Cart(_) => "cart_id",
        };
        text.replace("{viewer}", column)
    }
}

/// Views that are not written yet; clones note together. Sorted, so that two processes take rows in the same order.
#[derive(Clone, Default)]
pub struct Views(Arc<Mutex<BTreeMap<Viewer, Waiting>>>);

/// The latest view of each product, Unix milliseconds.
type Waiting = BTreeMap<ProductId, i64>;

impl Views {
    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Viewer, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody has looked at a product at `now`, Unix milliseconds.
    pub fn note(&self, viewer: Viewer, product: ProductId, now: i64) {
        let mut waiting = self.waiting();
        if waiting.len() >= VIEWERS && !waiting.contains_key(&viewer) {
            return;
        }
        let views = waiting.entry(viewer).or_default();
        let latest = views.entry(product).or_insert(now);
        *latest = now.max(*latest);
        if views.len() > RECENT_PRODUCTS {
            let oldest = views.iter().min_by_key(|(_, at)| **at).map(|(product, _)| *product);
            oldest.and_then(|oldest| views.remove(&oldest));
        }
    }

    /// Writes what waits; how many viewers' lists that were.
    pub async fn write(&self, shop: &Shop) -> Result<usize> {
        let waiting: Vec<_> = std::mem::take(&mut *self.waiting()).into_iter().collect();
        for some in waiting.chunks(AT_ONCE) {
            let mut tx = shop.db.begin().await?;
            for (viewer, views) in some {
                write(&mut tx, *viewer, views).await?;
            }
            tx.commit().await?;
        }
        Ok(waiting.len())
    }
}

async fn write(tx: &mut Tx, viewer: Viewer, views: &Waiting) -> Result<()> {
    // Who has gone meanwhile has no list, and what has gone is on none.
    const SEEN: &str = "INSERT INTO recently_viewed ({viewer}, product_id, viewed_at)
        SELECT $1, p.id, $3 FROM product p WHERE p.id = $2 AND EXISTS (SELECT 1 FROM {table} o WHERE o.id = $1)
        ON CONFLICT ({viewer}, product_id) DO UPDATE SET viewed_at = excluded.viewed_at
        WHERE recently_viewed.viewed_at < excluded.viewed_at";
    let table = match viewer {
        Viewer::Customer(_) => "customer",
        Viewer::Cart(_) => "cart",
    };
    let seen = viewer.sql(SEEN).replace("{table}", table);
    for (product, at) in views {
        tx.execute(&seen, args![viewer.id(), *product, *at]).await?;
    }
    trim(tx, viewer).await
}

/// Forgets what is beyond the last [`RECENT_PRODUCTS`].
async fn trim(tx: &mut Tx, viewer: Viewer) -> Result<()> {
    const TRIM: &str = "DELETE FROM recently_viewed WHERE {viewer} = $1 AND product_id NOT IN (
        SELECT r.product_id FROM recently_viewed r WHERE r.{viewer} = $1
        ORDER BY r.viewed_at DESC, r.product_id DESC LIMIT $2)";
    let most = i64::try_from(RECENT_PRODUCTS).unwrap_or(i64::MAX);
    tx.execute(&viewer.sql(TRIM), args![viewer.id(), most]).await?;
    Ok(())
}

/// What the viewer has looked at last and is still for sale in the buyer's currency, the latest first; `but` is the product that they are
/// looking at.
pub async fn list(
    shop: &Shop,
    views: &Views,
    viewer: Viewer,
    buyer: impl Into<Buyer>,
    but: Option<ProductId>,
) -> Result<Vec<Card>> {
    const SEEN: &str = "SELECT product_id, viewed_at FROM recently_viewed WHERE {viewer} = $1";
    let written: Vec<(ProductId, i64)> = shop.db.fetch_all(&viewer.sql(SEEN), args![viewer.id()]).await?;
    let mut seen: Vec<_> = written;
    seen.extend(views.waiting().get(&viewer).into_iter().flatten().map(|(product, at)| (*product, *at)));
    seen.sort_by_key(|(product, at)| std::cmp::Reverse((*at, *product)));
    let mut told = HashSet::new();
    seen.retain(|(product, _)| told.insert(*product));
    seen.truncate(RECENT_PRODUCTS);
    let ids: Vec<Uuid> = seen.into_iter().filter(|(id, _)| Some(*id) != but).map(|(id, _)| id.0).collect();
    if ids.is_empty() { Ok(Vec::new()) } else { in_order(shop, ids, buyer).await }
}

/// Those of the products that are for sale in the buyer's currency, in the order of their slugs in `slugs`.
pub async fn by_slug(shop: &Shop, slugs: Vec<String>, buyer: impl Into<Buyer>) -> Result<Vec<Card>> {
    const IDS: Sql = Sql {
        sqlite: "SELECT p.id FROM json_each($1) AS s CROSS JOIN product p WHERE p.slug = s.value ORDER BY s.key",
        postgres: "SELECT p.id FROM UNNEST($1) WITH ORDINALITY AS s(slug, place) JOIN product p ON p.slug = s.slug
            ORDER BY s.place",
    };
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<(Uuid,)> = shop.db.fetch_all(IDS.of(shop.db.engine()), args![slugs]).await?;
    in_order(shop, ids.into_iter().map(|(id,)| id).collect(), buyer).await
}

/// Forgets the viewer's list.
pub async fn clear(shop: &Shop, views: &Views, viewer: Viewer) -> Result<()> {
    views.waiting().remove(&viewer);
    shop.db.execute(&viewer.sql("DELETE FROM recently_viewed WHERE {viewer} = $1"), args![viewer.id()]).await?;
    Ok(())
}

/// Brings one viewer's list into another's: a guest has logged in, or has a new cart. Running it twice changes nothing more.
pub async fn merge(shop: &Shop, views: &Views, from: Viewer, to: Viewer) -> Result<()> {
    if from == to {
        return Ok(());
    }
    const SEEN: &str = "SELECT product_id, viewed_at FROM recently_viewed WHERE {viewer} = $1";
    let mut seen = views.waiting().remove(&from).unwrap_or_default();
    let mut tx = shop.db.begin().await?;
    let written: Vec<(ProductId, i64)> = crate::db::Read::fetch_all(&mut tx, &from.sql(SEEN), args![from.id()]).await?;
    for (product, at) in written {
        let latest = seen.entry(product).or_insert(at);
        *latest = at.max(*latest);
    }
    tx.execute(&from.sql("DELETE FROM recently_viewed WHERE {viewer} = $1"), args![from.id()]).await?;
    write(&mut tx, to, &seen).await?;
    Ok(tx.commit().await?)
}

/// Forgets what was looked at long ago; how many views that were.
pub(crate) async fn forget_old(shop: &Shop) -> Result<u64> {
    const FIRST: &str = "SELECT viewed_at FROM recently_viewed ORDER BY viewed_at LIMIT 1";
    const OLD: &str = "DELETE FROM recently_viewed WHERE viewed_at < $1 AND viewed_at <= (SELECT MAX(part.viewed_at)
        FROM (SELECT viewed_at FROM recently_viewed ORDER BY viewed_at LIMIT $2) AS part)";
    let before = shop.now_ms() - KEEP_MS;
    let first: Option<(i64,)> = shop.db.fetch_optional(FIRST, args![]).await?;
    if first.is_none_or(|(at,)| at >= before) {
        return Ok(0);
    }
    Ok(shop.db.execute(OLD, args![before, FORGET]).await?)
}
