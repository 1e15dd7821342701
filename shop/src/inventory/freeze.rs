//! Stock whose numbers do not add up is not sold: `frozen` says why, and `free` is nothing while it does. The mark is
//! in the row that a reservation updates, so it holds in every program over the database. What is held already stays
//! held: somebody is paying for it.

use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::id::{StockId, VariantId};
use crate::staff::Staff;
use crate::warehouse::CLOSED;
use crate::{Error, Result, Shop, args, chance, reconcile};

/// A stock row that promises something other than what is held of it, or has what no movement explains.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Unsound {
    pub id: StockId,
    pub variant_id: VariantId,
    pub sku: String,
    pub warehouse: String,
    pub on_hand: i64,
    pub reserved: i64,
    pub held: i64,
    /// The sum of its movements; `on_hand` where they were not asked for.
    pub moved: i64,
}

impl Unsound {
    /// In words.
    pub fn detail(&self) -> String {
        let Self { warehouse, on_hand, reserved, held, moved, .. } = self;
        let text = format!("{warehouse}: {on_hand} on hand, {reserved} reserved, {held} held by open checkouts");
        if moved == on_hand { text } else { format!("{text}, {moved} by its movements") }
    }
}

/// Which rows to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// At most so many rows behind this one, without adding up their movements.
    After(StockId, i64),
    /// All rows of a variant.
    Of(VariantId),
    Everything,
}

/// The rows of a part that are unsound, at most 50; how far a part of rows goes. One statement, one snapshot: what holds
/// between transactions holds here, however busy the shop is.
pub(crate) async fn unsound(db: &mut impl Read, part: Part) -> Result<(Vec<Unsound>, Option<StockId>)> {
    const HELD: &str = "CAST(COALESCE((SELECT SUM(r.quantity) FROM reservation r
        WHERE r.stock_id = s.id AND r.state = 'held'), 0) AS BIGINT)";
    const MOVED: &str =
        "CAST(COALESCE((SELECT SUM(m.delta) FROM stock_movement m WHERE m.stock_id = s.id), 0) AS BIGINT)";
    let (from, moved, args) = match part {
        Part::After(id, rows) => {
            ("(SELECT * FROM stock WHERE id > $1 ORDER BY id LIMIT $2)", "s.on_hand", args![id, rows])
        }
        Part::Of(variant) => ("(SELECT * FROM stock WHERE variant_id = $1)", MOVED, args![variant]),
        Part::Everything => ("stock", MOVED, args![]),
    };
    let sql = format!(
        "SELECT * FROM (
           SELECT s.id, s.variant_id, v.sku, w.name AS warehouse, s.on_hand, s.reserved, {HELD} AS held, {moved} AS moved
           FROM {from} s JOIN variant v ON v.id = s.variant_id JOIN warehouse w ON w.id = s.warehouse_id) counted
         WHERE reserved <> held OR reserved < 0 OR reserved > on_hand OR on_hand <> moved ORDER BY id LIMIT 50"
    );
    let rows = db.fetch_all(&sql, args).await?;
    let Part::After(id, count) = part else { return Ok((rows, None)) };
    let sql = "SELECT id FROM stock WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2";
    let last: Option<(StockId,)> = db.fetch_optional(sql, args![id, count - 1]).await?;
    Ok((rows, last.map(|(last,)| last)))
}

/// Sells nothing more of a variant, in any warehouse.
pub(crate) async fn freeze(tx: &mut Tx, variant: VariantId, why: &str) -> Result<bool> {
    // Also where the warehouse is closed: it may open before somebody has looked at the numbers.
    let sql = "UPDATE stock SET frozen = $2 WHERE variant_id = $1 AND frozen IN ('', $3)";
    Ok(tx.execute(sql, args![variant, why, CLOSED]).await? > 0)
}

/// Puts the numbers of a SKU right and sells it again: reserved becomes what open checkouts hold, and a movement explains
/// what none explained. Audited with the numbers before and after.
///
/// # Errors
/// `Conflict` when it is not frozen, or when open checkouts hold more than is on hand: count it first.
pub async fn unfreeze(shop: &Shop, by: &Staff, sku: &str) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let variant: Option<(VariantId,)> = tx.fetch_optional("SELECT id FROM variant WHERE sku = $1", args![sku]).await?;
    let (variant,) = variant.ok_or(Error::NotFound("SKU"))?;
    // The update locks the rows: nobody reserves, sells or releases between the question and the answer.
    let sql = "UPDATE stock SET frozen = CASE WHEN (SELECT w.active FROM warehouse w WHERE w.id = stock.warehouse_id)
          THEN '' ELSE $2 END
        WHERE variant_id = $1 AND frozen NOT IN ('', $2)";
    let frozen = tx.execute(sql, args![variant, CLOSED]).await?;
    if frozen == 0 {
        return Err(Error::conflict("not_frozen", format!("{sku} is sold already; somebody was faster.")));
    }
    let (wrong, _) = unsound(&mut tx, Part::Of(variant)).await?;
    for row in &wrong {
        if row.held > row.on_hand {
            return Err(Error::conflict(
                "held_more_than_there_is",
                format!("{}. Correct what is on hand first, or wait until those checkouts have ended.", row.detail()),
            ));
        }
        tx.execute("UPDATE stock SET reserved = $2 WHERE id = $1", args![row.id, row.held]).await?;
        if row.moved != row.on_hand {
            tx.execute(
                "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, reference, actor, at)
                 VALUES ($1, $2, $3, $4, 'correction', 'what no movement explained', $5, $6)",
                args![chance::uuid(), row.id, row.on_hand - row.moved, row.on_hand, &by.email, now],
            )
            .await?;
        }
    }
    reconcile::stock_is_sound(&mut tx, sku, &by.name, now).await?;
    let before: Vec<_> = wrong.iter().map(Unsound::detail).collect();
    let entry = Entry::new(by, "stock.unfreeze", "stock", sku).before(&before);
    audit::record(&mut tx, &entry, now).await?;
    tx.commit().await?;
    Ok(())
}
