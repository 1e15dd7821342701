//! Keeping the index like the database.

use super::document::{self, Tree};
use super::index::INDEX_KEPT;
use super::{Lag, Search, term};
use crate::audit::{self, Actor, Entry};
use crate::db::{Read, Sql};
use crate::id::ProductId;
use crate::{Error, Result, Shop, args, setting};
use ::search::{Batch, Document};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often changes are looked for: three reads by key.
const LOOK: Duration = Duration::from_millis(500);
/// What was looked for is written down every so many looks.
const LOOKS_PER_KEEP: u32 = 10;
/// Changes taken in at a time.
const CHANGES: i64 = 5_000;
/// Products read at a time when everything is read.
const PRODUCTS: i64 = 500;
/// An index that is further behind is built anew; changes before that are forgotten.
const KEEP_CHANGES: i64 = 1_000_000;
/// Changes forgotten at a time: nobody who writes waits for more.
const FORGET_CHANGES: i64 = 10_000;

/// How far somebody has read: the last change in the order of transactions. The index keeps it with its documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    pub transaction: i64,
    pub seq: i64,
}

pub(crate) type Change = (i64, i64, Option<ProductId>);

// On PostgreSQL only what is complete: nothing can be added any more below the oldest transaction that still runs.
const CHANGES_AFTER: Sql = Sql {
    sqlite: "SELECT transaction_id, seq, product_id FROM product_change WHERE seq > $2 AND $1 >= 0 ORDER BY seq LIMIT $3",
    postgres: "SELECT transaction_id, seq, product_id FROM product_change
        WHERE (transaction_id, seq) > ($1, $2)
          AND transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)
        ORDER BY transaction_id, seq LIMIT $3",
};
const BEHIND: Sql = Sql {
    sqlite: "SELECT COUNT(*) FROM product_change WHERE seq > $2 AND $1 >= 0",
    postgres: "SELECT COUNT(*) FROM product_change WHERE (transaction_id, seq) > ($1, $2)",
};
const FIRST: Sql = Sql {
    sqlite: "SELECT transaction_id, seq FROM product_change ORDER BY seq LIMIT 1",
    postgres: "SELECT transaction_id, seq FROM product_change
        WHERE transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)
        ORDER BY transaction_id, seq LIMIT 1",
};
const LAST: Sql = Sql {
    sqlite: "SELECT transaction_id, seq FROM product_change ORDER BY seq DESC LIMIT 1",
    postgres: "SELECT transaction_id, seq FROM product_change
        WHERE transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)
        ORDER BY transaction_id DESC, seq DESC LIMIT 1",
};

/// Follows the database until told to end. An index that cannot be written is tried again.
pub async fn follow(shop: Shop, search: Search, until: CancellationToken) {
    if let Err(error) = search.speak(shop.settings.languages.clone()).await {
        tracing::error!(%error, "the search does not know the catalogue's languages");
    }
    if let Err(error) = search.with(|index| index.check()).await {
        tracing::warn!(%error, "the search index is made anew");
        if let Err(error) = search.discard().await {
            tracing::error!(%error, "the search index cannot be thrown away");
        }
    }
    let mut looks = 0_u32;
    while !until.is_cancelled() {
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(LOOKS_PER_KEEP) {
            keep(&shop, &search).await;
        }
        match catch_up(&shop, &search).await {
            Ok(0) => {}
            Ok(_) => continue,
            // Another process over the same folder follows for both.
            Err(Error::Conflict { code: INDEX_KEPT, .. }) => match search.with(::search::Index::refresh).await {
                Ok(true) => search.has_changed(),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "what another process has indexed cannot be read"),
            },
            Err(error) => tracing::error!(%error, "the search index does not follow"),
        }
        tokio::select! {
            () = until.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    keep(&shop, &search).await;
}

async fn keep(shop: &Shop, search: &Search) {
    if let Err(error) = term::keep_heard(shop, search).await {
        tracing::error!(%error, "what was looked for is not kept");
    }
}

/// Takes in the next changes, or everything when the index cannot tell how far it is; how much was done, 0 when there was
/// nothing to do.
pub async fn catch_up(shop: &Shop, search: &Search) -> Result<usize> {
    let known = known(shop).await?;
    let changes = match position(search).await? {
        // Not one that lacks what is forgotten by now, or comes from a database that went on from another backup.
        Some(at) if known.contains(&at) => changes_after(&mut &shop.db, at, CHANGES).await?,
        _ => return everything(shop, search).await,
    };
    let Some((transaction, seq, _)) = changes.last() else { return Ok(0) };
    let position = serde_json::to_string(&Position { transaction: *transaction, seq: *seq })?;
    if changes.iter().any(|(.., product)| product.is_none()) {
        return everything(shop, search).await;
    }
    let ids: BTreeSet<Uuid> = changes.iter().filter_map(|(.., product)| product.map(|id| id.0)).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let documents = document::of(shop, ids.clone(), &Tree::load(&mut &shop.db).await?).await?;
    search.with(move |index| index.write(&ids, &documents, &position)).await?;
    search.has_changed();
    Ok(changes.len())
}

async fn everything(shop: &Shop, search: &Search) -> Result<usize> {
    Ok(reindex(shop, search, &mut |_, _| ()).await?.max(1))
}

/// Reads all products anew; what was there before is found until the last has been read. `progress` hears how
/// many were read, and of how many. Returns how many there are.
pub async fn reindex(shop: &Shop, search: &Search, progress: &mut (dyn FnMut(usize, usize) + Send)) -> Result<usize> {
    // Another process may have changed them.
    search.speak(setting::load(&shop.db).await?.languages).await?;
    // Before the first product is read: what changes meanwhile is read again.
    let position = serde_json::to_string(&end(shop, LAST).await?)?;
    let (of,): (i64,) = shop.db.fetch_one("SELECT COUNT(*) FROM product", args![]).await?;
    let of = usize::try_from(of).unwrap_or_default();
    let tree = Tree::load(&mut &shop.db).await?;
    let (brought, mut taken) = mpsc::channel::<Batch>(2);
    let writing = search.with(move |index| {
        // A reader that breaks off closes the channel without an end: nothing is committed.
        let broken = || ::search::Error::from(std::io::Error::other("the products could not be read"));
        index.rebuild(|| taken.blocking_recv().ok_or_else(broken))
    });
    let reading = async {
        let mut after = ProductId(Uuid::nil());
        let mut read = 0;
        loop {
            let documents: Vec<Document> = document::page(shop, after, PRODUCTS, &tree).await?;
            let Some(last) = documents.last() else { break };
            after = ProductId(last.id);
            read += documents.len();
            progress(read, of);
            if brought.send(Batch::Some(documents)).await.is_err() {
                return Ok(read);
            }
        }
        brought.send(Batch::End(position)).await.ok();
        drop(brought);
        Ok(read)
    };
    let (written, read): (_, Result<usize>) = tokio::join!(writing, reading);
    // Why the products could not be read says more than that the index did not get them.
    let read = read?;
    written?;
    search.has_changed();
    Ok(read)
}

/// Asks every process over this database to build its index anew, and returns the change that says so.
pub async fn ask_for_reindex(shop: &Shop, by: Actor) -> Result<Asked> {
    const ASK: &str = "INSERT INTO product_change (product_id) VALUES (NULL) RETURNING transaction_id, seq";
    let mut tx = shop.db.begin().await?;
    let (transaction, seq) = Read::fetch_one(&mut tx, ASK, args![]).await?;
    audit::record(&mut tx, &Entry::new(by, "search.reindex", "search", ""), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(Asked(Position { transaction, seq }))
}

/// A wish of [`ask_for_reindex`].
#[derive(Clone, Copy, Debug)]
pub struct Asked(Position);

impl Asked {
    /// Whether the index in `search`'s folder has been built anew since, by whichever process.
    pub async fn is_done(self, search: &Search) -> Result<bool> {
        Ok(position(search).await?.is_some_and(|at| at >= self.0))
    }
}

/// How far the index of this process is behind the database.
pub async fn lag(shop: &Shop, search: &Search) -> Result<Lag> {
    let at = position(search).await?.unwrap_or_default();
    let (changes,): (i64,) = shop.db.fetch_one(BEHIND.of(shop.db.engine()), args![at.transaction, at.seq]).await?;
    let products = search.with(|index| Ok(index.count())).await?;
    Ok(Lag { changes, products })
}

/// Forgets changes that every index should have read long ago; one that has not is built anew.
pub(crate) async fn forget_old_changes(shop: &Shop) -> Result<u64> {
    const OLD: &str = "DELETE FROM product_change WHERE seq < $1";
    let (first, last) = (end(shop, FIRST).await?, end(shop, LAST).await?);
    let kept_from = (last.seq - KEEP_CHANGES).min(first.seq + FORGET_CHANGES);
    if kept_from <= first.seq {
        return Ok(0);
    }
    Ok(shop.db.execute(OLD, args![kept_from]).await?)
}

/// Whether what is not found is not there.
pub async fn is_filled(search: &Search) -> Result<bool> {
    Ok(position(search).await?.is_some())
}

/// `None` for an index that was never filled, or in words of another program.
async fn position(search: &Search) -> Result<Option<Position>> {
    let text = search.with(|index| index.position()).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// From the first change that is kept to the last one that is complete: who stands elsewhere has missed some.
pub(crate) async fn known(shop: &Shop) -> Result<RangeInclusive<Position>> {
    // In this order: a first change that becomes visible between the two must not make all that was forgotten known.
    let last = end(shop, LAST).await?;
    Ok(end(shop, FIRST).await?..=last)
}

/// The next changes behind `at`, as far as they are complete.
pub(crate) async fn changes_after(db: &mut impl Read, at: Position, rows: i64) -> Result<Vec<Change>> {
    let sql = CHANGES_AFTER.of(db.engine());
    Ok(db.fetch_all(sql, args![at.transaction, at.seq, rows]).await?)
}

async fn end(shop: &Shop, which: Sql) -> Result<Position> {
    let found: Option<(i64, i64)> = shop.db.fetch_optional(which.of(shop.db.engine()), args![]).await?;
    let (transaction, seq) = found.unwrap_or_default();
    Ok(Position { transaction, seq })
}
