//! Takes back what a job has done, the last product first: what it created goes, what it changed is as before. Products
//! that somebody has edited since are left alone.

use super::State;
use super::record::Lease;
use super::worker::ours;
use crate::audit::{self, Actor, Entry};
use crate::catalogue::write;
use crate::db::{Read, Tx};
use crate::id::{CategoryId, ImportId, ProductId, VariantId};
use crate::import::apply::Before;
use crate::inventory::{self, Count};
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// Products of one transaction.
const BATCH: i64 = 50;

#[derive(sqlx::FromRow)]
struct Item {
    seq: i64,
    product_id: ProductId,
    handle: String,
    version: i64,
    before: Option<String>,
}

/// What became of a product: the word in the database, and the column that counts it.
#[derive(Clone, Copy)]
enum Fate {
    Removed,
    Restored,
    Archived,
    Edited,
    Gone,
}

impl Fate {
    fn code(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Restored => "restored",
            Self::Archived => "archived",
            Self::Edited => "edited",
            Self::Gone => "gone",
        }
    }
}

/// The next batch; the job's state after it, `None` when the job is somebody else's.
pub(super) async fn step(shop: &Shop, lease: Lease, by: &Actor) -> Result<Option<State>> {
    let items: Vec<Item> = shop
        .db
        .fetch_all(
            "SELECT seq, product_id, handle, version, before FROM import_item
             WHERE job_id = $1 AND rolled_back IS NULL ORDER BY seq DESC LIMIT $2",
            args![lease.id, BATCH],
        )
        .await?;
    if items.is_empty() {
        return end(shop, lease).await;
    }
    match together(shop, lease, by, &items).await {
        Ok(held) => Ok(held),
        Err(error @ Error::Unavailable { .. }) => Err(error),
        Err(_) => {
            // What one product has against it is no reason to leave the others as they are.
            for item in &items {
                let held = match together(shop, lease, by, std::slice::from_ref(item)).await {
                    Ok(held) => held,
                    Err(error @ Error::Unavailable { .. }) => return Err(error),
                    Err(error) => {
                        tracing::info!(%error, handle = item.handle, "an import of this product cannot be taken back");
                        leave(shop, lease, item).await?
                    }
                };
                if held.is_none() {
                    return Ok(None);
                }
            }
            Ok(Some(State::RollingBack))
        }
    }
}

async fn together(shop: &Shop, lease: Lease, by: &Actor, items: &[Item]) -> Result<Option<State>> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    if ours(lease.hold(&mut tx, State::RollingBack, now).await)?.is_none() {
        return Ok(None);
    }
    for item in items {
        let fate = one(&mut tx, item, by, now).await?;
        note(&mut tx, lease.id, item, fate).await?;
    }
    tx.commit().await?;
    Ok(Some(State::RollingBack))
}

async fn leave(shop: &Shop, lease: Lease, item: &Item) -> Result<Option<State>> {
    let mut tx = shop.db.begin().await?;
    if ours(lease.hold(&mut tx, State::RollingBack, shop.now_ms()).await)?.is_none() {
        return Ok(None);
    }
    note(&mut tx, lease.id, item, Fate::Edited).await?;
    tx.commit().await?;
    Ok(Some(State::RollingBack))
}

async fn note(tx: &mut Tx, id: ImportId, item: &Item, fate: Fate) -> Result<()> {
    tx.execute(
        "UPDATE import_item SET rolled_back = $3 WHERE job_id = $1 AND seq = $2",
        args![id, item.seq, fate.code()],
    )
    .await?;
    let is = |these: &[Fate]| these.iter().any(|f| f.code() == fate.code());
    let one = |yes: bool| i64::from(yes);
    tx.execute(
        "UPDATE import_job SET position = position + 1, removed = removed + $2, restored = restored + $3,
           archived = archived + $4, kept = kept + $5 WHERE id = $1",
        args![
            id,
            one(is(&[Fate::Removed, Fate::Gone])),
            one(is(&[Fate::Restored])),
            one(is(&[Fate::Archived])),
            one(is(&[Fate::Edited]))
        ],
    )
    .await?;
    Ok(())
}

async fn one(tx: &mut Tx, item: &Item, by: &Actor, now: i64) -> Result<Fate> {
    // Locked until the end of the transaction, so that nobody edits it in between.
    let found: Option<(i64,)> = tx
        .fetch_optional("UPDATE product SET version = version WHERE id = $1 RETURNING version", args![item.product_id])
        .await?;
    let fate = match (found, &item.before) {
        (None, _) => return Ok(Fate::Gone),
        (Some((version,)), _) if version != item.version => return Ok(Fate::Edited),
        (Some(_), None) => take_away(tx, item.product_id, now).await?,
        (Some(_), Some(before)) => {
            restore(tx, item, serde_json::from_str(before)?, by, now).await?;
            Fate::Restored
        }
    };
    let after = json!({ "handle": item.handle, "roll_back": fate.code() });
    let entry = Entry::new(by.clone(), "product.roll_back", "product", item.product_id).after(&after);
    audit::record(tx, &entry, now).await?;
    Ok(fate)
}

/// A product that past orders, stock under way or reviews speak of is archived.
async fn take_away(tx: &mut Tx, id: ProductId, now: i64) -> Result<Fate> {
    let gone = tx
        .execute(
            "DELETE FROM product WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM review r WHERE r.product_id = $1)
               AND NOT EXISTS (SELECT 1 FROM variant v JOIN order_line l ON l.variant_id = v.id WHERE v.product_id = $1)
               AND NOT EXISTS (SELECT 1 FROM variant v JOIN stock s ON s.variant_id = v.id WHERE v.product_id = $1
                 AND (s.reserved > 0 OR EXISTS (SELECT 1 FROM reservation r WHERE r.stock_id = s.id)))",
            args![id],
        )
        .await?;
    if gone == 1 {
        return Ok(Fate::Removed);
    }
    tx.execute(
        "UPDATE product SET status = 'archived', publish_at = NULL, version = version + 1, updated_at = $2 WHERE id = $1",
        args![id, now],
    )
    .await?;
    Ok(Fate::Archived)
}

async fn restore(tx: &mut Tx, item: &Item, before: Before, by: &Actor, now: i64) -> Result<()> {
    let Before { mut draft, warehouse, moved, on_hand, source } = before;
    let there: Vec<(VariantId,)> =
        tx.fetch_all("SELECT id FROM variant WHERE product_id = $1", args![item.product_id]).await?;
    let was: Vec<Option<VariantId>> = draft.variants.iter().map(|v| v.id).collect();
    for variant in &mut draft.variants {
        // One that went with the import comes back under another identifier.
        variant.id = variant.id.filter(|id| there.iter().any(|(known,)| known == id));
    }
    let categories: Vec<(CategoryId,)> = tx.fetch_all("SELECT id FROM category", args![]).await?;
    draft.categories.retain(|id| categories.iter().any(|(known,)| known == id));
    let actor = by.code();
    let count = Count { reason: "import", reference: &item.handle, actor: &actor, now };
    for (variant, delta) in moved {
        if delta != 0 && there.iter().any(|(known,)| *known == variant) {
            inventory::count_by(tx, variant, warehouse, -delta, &count).await?;
        }
    }
    let ids = write::update(tx, item.product_id, &draft, Some(item.version), now).await?;
    for ((variant, was), id) in draft.variants.iter().zip(was).zip(ids) {
        let units = on_hand.iter().find(|(known, _)| Some(*known) == was).filter(|_| variant.id.is_none());
        if let Some((_, units)) = units {
            inventory::count_to(tx, id, warehouse, *units, &count).await?;
        }
    }
    match source {
        Some((hash, quantities)) => {
            tx.execute(
                "UPDATE imported_product SET source_hash = $2, quantities = $3 WHERE product_id = $1",
                args![item.product_id, hash, quantities],
            )
            .await?
        }
        None => tx.execute("DELETE FROM imported_product WHERE product_id = $1", args![item.product_id]).await?,
    };
    Ok(())
}

/// Categories that the job has made go where they are empty.
async fn end(shop: &Shop, lease: Lease) -> Result<Option<State>> {
    const EMPTY: &str =
        "DELETE FROM category WHERE id IN (SELECT m.category_id FROM import_category m WHERE m.job_id = $1)
        AND NOT EXISTS (SELECT 1 FROM product_category p WHERE p.category_id = category.id)
        AND NOT EXISTS (SELECT 1 FROM category c WHERE c.parent_id = category.id)";
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    if ours(lease.hold(&mut tx, State::RollingBack, now).await)?.is_none() {
        return Ok(None);
    }
    // Children first, however deep.
    while tx.execute(EMPTY, args![lease.id]).await? > 0 {}
    lease.turn(&mut tx, State::RolledBack, "", now).await?;
    tx.commit().await?;
    Ok(Some(State::RolledBack))
}
