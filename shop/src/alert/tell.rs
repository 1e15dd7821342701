//! Telling those who wait, in the order in which they asked, and no more of them at a time than there is something for.
//!
//! Triggers write what came back into `stock_return` (`migrations/*/0024_*.sql`). A step is one transaction: it takes the
//! variant's row, so that of two workers one chooses, marks who is told and puts their mails into the outbox. What is
//! delivered there, and by whom, is the outbox's business.

use crate::db::{Read, Tx};
use crate::id::{AlertId, VariantId};
use crate::outbox::{self, Note};
use crate::{Result, Shop, args};

/// Told for each unit that is there: not everybody who waited still buys.
const FOR_EACH_UNIT: i64 = 3;
/// Told in one transaction.
const AT_ONCE: i64 = 2_000;
/// Until the next are told, when there was less than enough for all. Milliseconds.
const PAUSE_MS: i64 = 60 * 60 * 1000;
/// How long the link of a mail works, and how long anybody waits. Milliseconds.
const KEEP_TOLD_MS: i64 = 90 * 24 * 60 * 60 * 1000;
const KEEP_WAITING_MS: i64 = 730 * 24 * 60 * 60 * 1000;
const FORGET: i64 = 500;

/// Tells those whose turn it is about one variant that came back; 0 when none is due.
pub(crate) async fn tell_due(shop: &Shop) -> Result<usize> {
    const LOOK: &str =
        "SELECT variant_id FROM stock_return WHERE pending = TRUE AND due_at <= $1 ORDER BY due_at, variant_id LIMIT 1";
    const TAKE: &str =
        "UPDATE stock_return SET pending = FALSE WHERE variant_id = $1 AND pending = TRUE AND due_at <= $2";
    let now = shop.now_ms();
    let Some((variant,)) = shop.db.fetch_optional::<(VariantId,)>(LOOK, args![now]).await? else { return Ok(0) };
    let mut tx = shop.db.begin().await?;
    // First the row, then the units: who brings units back waits here and sets it again.
    if tx.execute(TAKE, args![variant, now]).await? > 0 {
        step(&mut tx, variant, now).await?;
    }
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(1)
}

async fn step(tx: &mut Tx, variant: VariantId, now: i64) -> Result<()> {
    const CHOOSE: &str = "UPDATE stock_alert SET told_at = $2 WHERE id IN (SELECT id FROM stock_alert
        WHERE variant_id = $1 AND told_at IS NULL ORDER BY created_at, id LIMIT $3) RETURNING id";
    const NEXT: &str = "UPDATE stock_return SET pending = $2, due_at = $3 WHERE variant_id = $1";
    const DONE: &str = "DELETE FROM stock_return WHERE variant_id = $1
        AND NOT EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = $1 AND a.told_at IS NULL)";
    let places =
        units(tx, variant).await?.map_or(AT_ONCE, |units| units.clamp(0, AT_ONCE) * FOR_EACH_UNIT).min(AT_ONCE);
    if places > 0 {
        let mut told: Vec<(AlertId,)> = tx.fetch_all(CHOOSE, args![variant, now, places]).await?;
        told.sort_unstable();
        let notes: Vec<_> = told.iter().map(|(alert,)| Note::back_in_stock(*alert)).collect();
        outbox::put(tx, &notes, now).await?;
        // With so many units that one transaction is too small for those who may be told, it goes on at once.
        let pause = if places < AT_ONCE { PAUSE_MS } else { 0 };
        tx.execute(NEXT, args![variant, true, now + pause]).await?;
    }
    tx.execute(DONE, args![variant]).await?;
    Ok(())
}

/// Units that can be bought, 0 when the variant is not for sale; `None`: not counted.
async fn units(tx: &mut Tx, variant: VariantId) -> Result<Option<i64>> {
    const UNITS: &str = "SELECT CASE WHEN v.tracked THEN (SELECT COALESCE(CAST(SUM(s.free) AS BIGINT), 0) FROM stock s
          WHERE s.variant_id = v.id) END
        FROM variant v JOIN product p ON p.id = v.product_id
        WHERE v.id = $1 AND v.active AND p.status || '' = 'published'";
    let row: Option<(Option<i64>,)> = tx.fetch_optional(UNITS, args![variant]).await?;
    Ok(row.map_or(Some(0), |(units,)| units))
}

/// Finds what can be bought while somebody waits and nothing says so: who asked in the moment in which the unit came, on
/// PostgreSQL, was not seen by the trigger. How many variants that were.
pub(crate) async fn sweep(shop: &Shop) -> Result<u64> {
    const MISSED: &str = "SELECT a.variant_id FROM stock_alert a WHERE a.told_at IS NULL
          AND EXISTS (SELECT 1 FROM variant v JOIN product p ON p.id = v.product_id WHERE v.id = a.variant_id AND v.active
            AND p.status || '' = 'published' AND (NOT v.tracked
              OR (SELECT COALESCE(CAST(SUM(s.free) AS BIGINT), 0) FROM stock s WHERE s.variant_id = v.id) > 0))
          AND NOT EXISTS (SELECT 1 FROM stock_return r WHERE r.variant_id = a.variant_id AND r.pending = TRUE)
        GROUP BY a.variant_id ORDER BY a.variant_id";
    const RETURN: &str =
        "INSERT INTO stock_return (variant_id) VALUES ($1) ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE";
    let missed: Vec<(VariantId,)> = shop.db.fetch_all(MISSED, args![]).await?;
    if missed.is_empty() {
        return Ok(0);
    }
    let mut tx = shop.db.begin().await?;
    for (variant,) in &missed {
        tx.execute(RETURN, args![*variant]).await?;
    }
    tx.commit().await?;
    Ok(missed.len() as u64)
}

/// What a mail says: its recipient, the token of its link, product and variant.
#[derive(sqlx::FromRow)]
pub(crate) struct Told {
    pub email: String,
    pub token: String,
    pub title: String,
    pub variant_title: String,
    pub slug: String,
    pub sku: String,
}

/// `None` when whoever waited, or what they waited for, has gone since.
pub(crate) async fn message(shop: &Shop, alert: AlertId) -> Result<Option<Told>> {
    const TOLD: &str = "SELECT a.email, a.token, p.title, v.title AS variant_title, p.slug, v.sku
        FROM stock_alert a JOIN variant v ON v.id = a.variant_id JOIN product p ON p.id = v.product_id WHERE a.id = $1";
    Ok(shop.db.fetch_optional(TOLD, args![alert]).await?)
}

/// Forgets addresses that were written to, or have waited for years; how many.
pub(crate) async fn forget_old(shop: &Shop) -> Result<u64> {
    const OLD: &str = "SELECT id FROM stock_alert WHERE created_at < $1 AND (told_at < $1 OR created_at < $2)
        ORDER BY created_at LIMIT $3";
    const FORGET_ONE: &str = "DELETE FROM stock_alert WHERE id = $1";
    let now = shop.now_ms();
    let args = args![now - KEEP_TOLD_MS, now - KEEP_WAITING_MS, FORGET];
    let old: Vec<(AlertId,)> = shop.db.fetch_all(OLD, args).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let mut tx = shop.db.begin().await?;
    for (alert,) in &old {
        tx.execute(FORGET_ONE, args![*alert]).await?;
    }
    tx.commit().await?;
    Ok(old.len() as u64)
}
