//! Who came by an old address, and which addresses were asked for in vain.
//!
//! No answer waits for a count: visits are noted in memory and written together, by the server every few seconds and
//! before somebody looks. A process that dies loses the visits since; nothing depends on them. What is kept is bounded
//! twice, in memory and in the table, so that a robot that tries addresses fills neither.

use crate::limits::{MISSING_ADDRESSES, PAGE_ROWS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// An address that nobody has asked for in this time is forgotten.
const KEEP_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Visits that are not written yet; clones count together.
#[derive(Clone, Default)]
pub struct Counts(Arc<Mutex<Waiting>>);

/// Sorted, so that two processes take the rows in the same order.
#[derive(Default)]
struct Waiting {
    /// By redirect: how many, and when last.
    hits: BTreeMap<i64, (i64, i64)>,
    /// By path: how many, when first, when last.
    missing: BTreeMap<String, (i64, i64, i64)>,
}

impl Counts {
    /// Somebody was redirected at `now`, Unix milliseconds.
    pub fn hit(&self, redirect: i64, now: i64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = waiting.hits.entry(redirect).or_default();
        (*count, *last) = (*count + 1, now);
    }

    /// Somebody asked for `path` (as [`super::normal`] has it) and there is nothing. Of different paths at most
    /// [`MISSING_ADDRESSES`] wait at a time; more are not noted.
    pub fn missed(&self, path: String, now: i64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = i64::try_from(waiting.missing.len()).is_ok_and(|n| n >= MISSING_ADDRESSES);
        if full && !waiting.missing.contains_key(&path) {
            return;
        }
        let (count, _, last) = waiting.missing.entry(path).or_insert((0, now, now));
        (*count, *last) = (*count + 1, now);
    }

    /// Writes what waits and keeps the table in its bounds; the number of rows that were counted.
    pub async fn write(&self, shop: &Shop) -> Result<usize> {
        let Waiting { hits, missing } = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let count = hits.len() + missing.len();
        if count == 0 {
            return Ok(0);
        }
        let mut tx = shop.db.begin().await?;
        for (id, (count, last)) in hits {
            let add = "UPDATE redirect SET hits = hits + $2, last_hit_at = $3 WHERE id = $1";
            tx.execute(add, args![id, count, last]).await?;
        }
        let any = !missing.is_empty();
        for (path, (count, first, last)) in missing {
            tx.execute(
                "INSERT INTO missing_address (path, hits, first_at, last_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (path) DO UPDATE SET hits = missing_address.hits + $2, last_at = $4",
                args![path, count, first, last],
            )
            .await?;
        }
        if any {
            tx.execute("DELETE FROM missing_address WHERE last_at < $1", args![shop.now_ms() - KEEP_MS]).await?;
            tx.execute(
                "DELETE FROM missing_address WHERE path IN (SELECT m.path FROM missing_address m
                   ORDER BY m.hits DESC, m.last_at DESC, m.path LIMIT 1000000 OFFSET $1)",
                args![MISSING_ADDRESSES],
            )
            .await?;
        }
        tx.commit().await?;
        Ok(count)
    }
}

/// An address that was asked for in vain. Times in Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Missing {
    /// As text, without query.
    pub path: String,
    pub hits: i64,
    pub first_at: i64,
    pub last_at: i64,
}

/// The most wanted, at most one page.
pub async fn missing(shop: &Shop, _by: &Staff) -> Result<Vec<Missing>> {
    let list = "SELECT path, hits, first_at, last_at FROM missing_address ORDER BY hits DESC, last_at DESC LIMIT $1";
    Ok(shop.db.fetch_all(list, args![*PAGE_ROWS.end()]).await?)
}

/// Takes an address off the list, until somebody asks for it again.
pub async fn forget(shop: &Shop, _by: &Staff, path: &str) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    if tx.execute("DELETE FROM missing_address WHERE path = $1", args![path]).await? == 0 {
        return Err(Error::NotFound("address"));
    }
    Ok(tx.commit().await?)
}
