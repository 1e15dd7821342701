//! What has changed of what pages show, for whoever keeps pages: exact and at once, whichever process changed it.
//!
//! Two tables written by triggers say it, `product_change` (which search reads, too) and `page_change` (the rest).

use crate::db::Engine;
use crate::id::ProductId;
use crate::{Result, Shop, args};

/// More changes than this at a time count as a change of everything.
pub const CHANGES: usize = 1_000;
/// Changes that only pages need are forgotten beyond this many: who is further behind has more than [`CHANGES`] to read.
const KEEP_PAGE_CHANGES: i64 = 10_000;

/// Up to where somebody has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// SQLite commits in order: the last numbers of both tables.
    Numbers { product: i64, page: i64 },
    /// PostgreSQL does not: what could be seen, as the first transaction that had not begun and those still under way.
    Snapshot { next: i64, running: Vec<i64> },
}

/// What has changed between two marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Anything may have.
    pub everything: bool,
    /// Which products are to be found may have, not only what is shown of them.
    pub lists: bool,
    /// Of which something has changed that is shown of them anywhere.
    pub products: Vec<ProductId>,
    /// Of which something has changed that their own page shows alone.
    pub own_pages: Vec<ProductId>,
}

// Rows of a kind: 0 where to read on, 1 product_change, 2 page_change, 3 page_change that only the product's own page shows.
const NUMBERS: &str = "SELECT 0, COALESCE((SELECT MAX(seq) FROM product_change), 0), NULL
    UNION ALL SELECT 1, COALESCE((SELECT MAX(seq) FROM page_change), 0), NULL";
const NUMBERS_AFTER: &str =
    "SELECT * FROM (SELECT 1, seq, product_id FROM product_change WHERE seq > $1 ORDER BY seq LIMIT $3)
    UNION ALL SELECT * FROM (SELECT CASE WHEN own_page THEN 3 ELSE 2 END, seq, product_id
      FROM page_change WHERE seq > $2 ORDER BY seq LIMIT $3)";
const SNAPSHOT: &str = "SELECT CAST(pg_current_snapshot() AS TEXT)";
/// What was committed since: by transactions that had not begun, or that ran. One statement sees one snapshot, which is the
/// next mark.
const SEEN_SINCE: &str =
    "SELECT 0 AS kind, CAST(pg_current_snapshot() AS TEXT) AS seen, CAST(NULL AS UUID) AS product_id
    UNION ALL (SELECT 1, NULL, product_id FROM product_change
      WHERE transaction_id >= $1 OR transaction_id = ANY($2) LIMIT $3)
    UNION ALL (SELECT CASE WHEN own_page THEN 3 ELSE 2 END, NULL, product_id FROM page_change
      WHERE transaction_id >= $1 OR transaction_id = ANY($2) LIMIT $3)";

/// The mark to begin with: everything up to now is known.
pub async fn now(shop: &Shop) -> Result<Mark> {
    match shop.db.engine() {
        Engine::Sqlite => {
            let rows: Vec<(i64, i64, Option<ProductId>)> = shop.db.fetch_all(NUMBERS, args![]).await?;
            let of = |kind| rows.iter().find(|row| row.0 == kind).map_or(0, |row| row.1);
            Ok(Mark::Numbers { product: of(0), page: of(1) })
        }
        Engine::Postgres => {
            let (snapshot,): (String,) = shop.db.fetch_one(SNAPSHOT, args![]).await?;
            Ok(read_snapshot(&snapshot))
        }
    }
}

/// What was committed since `mark`, which is moved on: everything whose commit had returned when this was called, and nothing
/// twice.
pub async fn since(shop: &Shop, mark: &mut Mark) -> Result<Changes> {
    let rows = i64::try_from(CHANGES).unwrap_or(i64::MAX);
    let mut changes = Changes::default();
    match mark {
        Mark::Numbers { product, page } => {
            let found: Vec<(i64, i64, Option<ProductId>)> =
                shop.db.fetch_all(NUMBERS_AFTER, args![*product, *page, rows]).await?;
            for (kind, seq, id) in found {
                let at = if kind == 1 { &mut *product } else { &mut *page };
                *at = seq.max(*at);
                changes.add(kind, id);
            }
            if changes.products.len() + changes.own_pages.len() >= CHANGES {
                *mark = now(shop).await?;
                changes.everything = true;
            }
        }
        Mark::Snapshot { next, running } => {
            let found: Vec<(i32, Option<String>, Option<ProductId>)> =
                shop.db.by_key().fetch_all(SEEN_SINCE, args![*next, running.clone(), rows]).await?;
            for (kind, snapshot, id) in found {
                match snapshot {
                    Some(snapshot) => *mark = read_snapshot(&snapshot),
                    None => changes.add(kind.into(), id),
                }
            }
            changes.everything |= changes.products.len() + changes.own_pages.len() >= CHANGES;
        }
    }
    Ok(changes)
}

impl Changes {
    fn add(&mut self, kind: i64, id: Option<ProductId>) {
        self.lists |= kind == 1;
        match id {
            Some(id) if kind == 3 => self.own_pages.push(id),
            Some(id) => self.products.push(id),
            None => self.everything = true,
        }
    }
}

/// `xmin:xmax:xip,…` as PostgreSQL writes it.
fn read_snapshot(text: &str) -> Mark {
    let mut parts = text.split(':').skip(1);
    let next = parts.next().and_then(|number| number.parse().ok()).unwrap_or_default();
    let running = parts.next().unwrap_or_default().split(',').filter_map(|number| number.parse().ok()).collect();
    Mark::Snapshot { next, running }
}

/// Forgets changes that every process should have read long ago.
pub(crate) async fn forget_old(shop: &Shop) -> Result<u64> {
    const LAST: &str = "SELECT COALESCE(MAX(seq), 0), COALESCE(MIN(seq), 0) FROM page_change";
    const OLD: &str = "DELETE FROM page_change WHERE seq < $1";
    let (last, first): (i64, i64) = shop.db.fetch_one(LAST, args![]).await?;
    if last - first < 2 * KEEP_PAGE_CHANGES {
        return Ok(0);
    }
    // Nobody who writes waits for more than a part of it.
    let kept_from = (last - KEEP_PAGE_CHANGES).min(first + KEEP_PAGE_CHANGES);
    Ok(shop.db.execute(OLD, args![kept_from]).await?)
}
