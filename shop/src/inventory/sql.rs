//! Reading and changing stock. What is reserved is promised: no change takes on hand below it.

use super::{Level, Movement, Reason, StockFilter, StockRow};
use crate::audit::{self, Entry};
use crate::catalogue::Page;
use crate::db::{Read, Tx};
use crate::id::{ProductId, StockId, VariantId, WarehouseId};
use crate::limits::{self, Check};
use crate::staff::Staff;
use crate::warehouse::CLOSED;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct LevelRow {
    stock_id: Option<StockId>,
    warehouse_id: WarehouseId,
    warehouse: String,
    on_hand: i64,
    reserved: i64,
}

/// Stock of a variant in every warehouse, by priority. A warehouse without a row yet gets one, at 0.
pub async fn levels(shop: &Shop, variant: VariantId) -> Result<Vec<Level>> {
    const LEVELS: &str = "SELECT s.id AS stock_id, w.id AS warehouse_id, w.name AS warehouse,
           COALESCE(s.on_hand, 0) AS on_hand, COALESCE(s.reserved, 0) AS reserved
         FROM warehouse w LEFT JOIN stock s ON s.warehouse_id = w.id AND s.variant_id = $1
         ORDER BY w.priority, w.id";
    let mut rows: Vec<LevelRow> = shop.db.fetch_all(LEVELS, args![variant]).await?;
    if rows.iter().any(|row| row.stock_id.is_none()) {
        let mut tx = shop.db.begin().await?;
        for row in rows.iter().filter(|row| row.stock_id.is_none()) {
            empty_row(&mut tx, variant, row.warehouse_id).await?;
        }
        tx.commit().await?;
        rows = shop.db.fetch_all(LEVELS, args![variant]).await?;
    }
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            let (stock_id, warehouse_id, warehouse) = (r.stock_id?, r.warehouse_id, r.warehouse);
            Some(Level { stock_id, warehouse_id, warehouse, on_hand: r.on_hand, reserved: r.reserved })
        })
        .collect())
}

async fn empty_row(tx: &mut Tx, variant: VariantId, warehouse: WarehouseId) -> Result<()> {
    tx.execute(
        "INSERT INTO stock (id, variant_id, warehouse_id, on_hand, frozen)
         SELECT $1, v.id, $3, 0, COALESCE((SELECT MAX(s.frozen) FROM stock s WHERE s.variant_id = v.id AND s.frozen <> $4), '') FROM variant v WHERE v.id = $2 ON CONFLICT (variant_id, warehouse_id) DO NOTHING",
        args![StockId::new(), variant, warehouse, CLOSED],
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct MovementRow {
    id: Uuid,
    at: i64,
    delta: i64,
    on_hand_after: i64,
    reason: String,
    reference: String,
    actor: String,
    warehouse: String,
}

/// The variant's movements, newest first.
pub async fn ledger(shop: &Shop, variant: VariantId, after: Option<&str>, rows: i64) -> Result<Page<Movement>> {
    let after = position(after, Uuid::max())?;
    let mut found: Vec<MovementRow> = shop
        .db
        .fetch_all(
            "SELECT m.id, m.at, m.delta, m.on_hand_after, m.reason, m.reference, m.actor, w.name AS warehouse
             FROM stock s JOIN stock_movement m ON m.stock_id = s.id JOIN warehouse w ON w.id = s.warehouse_id
             WHERE s.variant_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3",
            args![variant, after, rows.clamp(*limits::PAGE_ROWS.start(), *limits::PAGE_ROWS.end()) + 1],
        )
        .await?;
    let next = cut(&mut found, rows).then(|| found.last().map(|m| m.id.to_string())).flatten();
    let items = found
        .into_iter()
        .map(|m| Movement {
            at: m.at,
            delta: m.delta,
            on_hand_after: m.on_hand_after,
            reason: m.reason,
            reference: m.reference,
            actor: m.actor,
            warehouse: m.warehouse,
        })
        .collect();
    Ok(Page { items, next })
}

/// Changes what is on hand by `delta` units. `Conflict` "stock_reserved" when orders under way need what would go.
pub async fn adjust(shop: &Shop, by: &Staff, stock: StockId, delta: i64, reason: Reason, note: &str) -> Result<Level> {
    let mut check = Check::default();
    check.that(delta != 0, "delta", "Say by how much.");
    check.that(delta.abs() <= limits::ON_HAND_MAX, "delta", "Out of range.");
    check.text("note", note, limits::REASON_CHARS).done()?;
    let mut tx = shop.db.begin().await?;
    let level = move_by(&mut tx, stock, delta, reason.code(), note, &by.email, shop.now_ms()).await?;
    let before = serde_json::json!({ "on_hand": level.on_hand - delta });
    let after = serde_json::json!({ "on_hand": level.on_hand, "reason": reason.code(), "note": note });
    audit::record(
        &mut tx,
        &Entry::new(by, "stock.adjust", "stock", stock).before(&before).after(&after),
        shop.now_ms(),
    )
    .await?;
    tx.commit().await?;
    Ok(level)
}

#[derive(sqlx::FromRow)]
struct Moved {
    warehouse_id: WarehouseId,
    on_hand: i64,
    reserved: i64,
}

async fn move_by(
    tx: &mut Tx,
    id: StockId,
    delta: i64,
    reason: &str,
    reference: &str,
    actor: &str,
    now: i64,
) -> Result<Level> {
    let moved: Option<Moved> = tx
        .fetch_optional(
            "UPDATE stock SET on_hand = on_hand + $2
             WHERE id = $1 AND on_hand + $2 >= reserved AND on_hand + $2 <= $3
             RETURNING warehouse_id, on_hand, reserved",
            args![id, delta, limits::ON_HAND_MAX],
        )
        .await?;
    let Some(moved) = moved else {
        let known: Option<(i64, i64)> =
            tx.fetch_optional("SELECT on_hand, reserved FROM stock WHERE id = $1", args![id]).await?;
        let (on_hand, reserved) = known.ok_or(Error::NotFound("stock"))?;
        return Err(Error::conflict(
            "stock_reserved",
            format!("{on_hand} on hand, {reserved} of them reserved: the change would leave too few or too many."),
        ));
    };
    movement(tx, id, delta, moved.on_hand, reason, reference, actor, now).await?;
    let (warehouse,): (String,) =
        tx.fetch_one("SELECT name FROM warehouse WHERE id = $1", args![moved.warehouse_id]).await?;
    let Moved { warehouse_id, on_hand, reserved } = moved;
    Ok(Level { stock_id: id, warehouse_id, warehouse, on_hand, reserved })
}

#[expect(clippy::too_many_arguments, reason = "one per column")]
async fn movement(
    tx: &mut Tx,
    id: StockId,
    delta: i64,
    after: i64,
    reason: &str,
    reference: &str,
    actor: &str,
    now: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, reference, actor, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![crate::chance::uuid(), id, delta, after, reason, reference, actor, now],
    )
    .await?;
    Ok(())
}

/// Where a counted number comes from.
pub(crate) struct Count<'a> {
    pub reason: &'a str,
    pub reference: &'a str,
    pub actor: &'a str,
    pub now: i64,
}

/// Brings on hand to `units`, or to what is reserved when that is more; by how much is in the movement and returned.
pub(crate) async fn count_to(
    tx: &mut Tx,
    variant: VariantId,
    warehouse: WarehouseId,
    units: i64,
    count: &Count<'_>,
) -> Result<i64> {
    set(tx, variant, warehouse, |_| units, count).await
}

/// Changes on hand by `delta` units, but not below zero or what is reserved.
pub(crate) async fn count_by(
    tx: &mut Tx,
    variant: VariantId,
    warehouse: WarehouseId,
    delta: i64,
    count: &Count<'_>,
) -> Result<i64> {
    set(tx, variant, warehouse, |was| (was + delta).clamp(0, limits::ON_HAND_MAX), count).await
}

async fn set(
    tx: &mut Tx,
    variant: VariantId,
    warehouse: WarehouseId,
    units: impl FnOnce(i64) -> i64,
    count: &Count<'_>,
) -> Result<i64> {
    empty_row(tx, variant, warehouse).await?;
    // The row is locked by the update before it is read, so nothing is sold in between.
    let (id, was): (StockId, i64) = tx
        .fetch_one(
            "UPDATE stock SET reserved = reserved WHERE variant_id = $1 AND warehouse_id = $2 RETURNING id, on_hand",
            args![variant, warehouse],
        )
        .await?;
    let (now_on_hand,): (i64,) = tx
        .fetch_one(
            "UPDATE stock SET on_hand = CASE WHEN reserved > $2 THEN reserved ELSE $2 END WHERE id = $1 RETURNING on_hand",
            args![id, units(was)],
        )
        .await?;
    let delta = now_on_hand - was;
    if delta != 0 {
        movement(tx, id, delta, now_on_hand, count.reason, count.reference, count.actor, count.now).await?;
    }
    Ok(delta)
}

#[derive(sqlx::FromRow)]
struct OverviewRow {
    product_id: ProductId,
    variant_id: VariantId,
    product_slug: String,
    title: String,
    variant_title: String,
    sku: String,
    tracked: bool,
    on_hand: i64,
    reserved: i64,
    frozen: String,
    waiting: i64,
}

/// Active variants with their stock over all warehouses, by SKU; `text` is part of a title or SKU.
pub async fn overview(
    shop: &Shop,
    _by: &Staff,
    filter: StockFilter,
    text: &str,
    after: Option<&str>,
    rows: i64,
) -> Result<Page<StockRow>> {
    Check::default().text("text", text, limits::SKU_CHARS).done()?;
    let (low, high) = match filter {
        StockFilter::All => (i64::MIN, i64::MAX),
        StockFilter::Low => (1, 5),
        StockFilter::Out => (i64::MIN, 0),
    };
    let rows = rows.clamp(*limits::PAGE_ROWS.start(), *limits::PAGE_ROWS.end());
    let mut found: Vec<OverviewRow> = shop
        .db
        .fetch_all(
            "SELECT p.id AS product_id, v.id AS variant_id, p.slug AS product_slug, p.title, v.title AS variant_title,
               v.sku, v.tracked, CAST(COALESCE(SUM(s.on_hand), 0) AS BIGINT) AS on_hand,
               CAST(COALESCE(SUM(s.reserved), 0) AS BIGINT) AS reserved,
               COALESCE(MAX(CASE WHEN s.frozen = $6 THEN '' ELSE s.frozen END), '') AS frozen,
               (SELECT COUNT(*) FROM stock_alert a WHERE a.variant_id = v.id AND a.told_at IS NULL) AS waiting
             FROM variant v JOIN product p ON p.id = v.product_id LEFT JOIN stock s ON s.variant_id = v.id
             WHERE v.active AND v.sku > $1 AND ($2 = '' OR lower(v.sku) LIKE $2 ESCAPE '!' OR lower(p.title) LIKE $2 ESCAPE '!')
             GROUP BY p.id, v.id, p.slug, p.title, v.title, v.sku, v.tracked
             HAVING COALESCE(SUM(s.free), 0) >= $3 AND COALESCE(SUM(s.free), 0) <= $4
             ORDER BY v.sku LIMIT $5",
            args![after.unwrap_or(""), crate::db::pattern(text), low, high, rows + 1, CLOSED],
        )
        .await?;
    let next = cut(&mut found, rows).then(|| found.last().map(|row| row.sku.clone())).flatten();
    let items = found
        .into_iter()
        .map(|r| StockRow {
            product_id: r.product_id,
            variant_id: r.variant_id,
            product_slug: r.product_slug,
            title: r.title,
            variant_title: r.variant_title,
            sku: r.sku,
            tracked: r.tracked,
            on_hand: r.on_hand,
            reserved: r.reserved,
            frozen: r.frozen,
            waiting: r.waiting,
        })
        .collect();
    Ok(Page { items, next })
}

/// The variant a stock row counts.
pub async fn variant_of(shop: &Shop, stock: StockId) -> Result<VariantId> {
    let row: Option<(VariantId,)> =
        shop.db.fetch_optional("SELECT variant_id FROM stock WHERE id = $1", args![stock]).await?;
    Ok(row.ok_or(Error::NotFound("stock"))?.0)
}

fn position(after: Option<&str>, start: Uuid) -> Result<Uuid> {
    after.map_or(Ok(start), |text| text.parse().map_err(|_| Error::field("after", "Not a position in this list.")))
}

/// Drops the row that was read only to see whether there is one.
fn cut<T>(rows: &mut Vec<T>, wanted: i64) -> bool {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX).clamp(1, 100);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    more
}
