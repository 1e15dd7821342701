//! What differs and was not mended: written down, seen again or gone.

use crate::{Result, Shop, args};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// A difference is confirmed when it is seen again this much later.
const CONFIRM_MS: i64 = 10 * 60_000;

/// A difference between the shop and its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Break {
    /// `charged_no_order` (B1), `order_differs` (B2, B4), `charged_twice` (B5), `refund_differs` (B6), and what checkouts
    /// and events write down themselves: `payment_mismatch`, `paid_after_end`, `authorisation_lost`,
    /// `event_not_applied`, `event_unreadable`.
    pub kind: String,
    /// The order's number, or the provider's id of what has none.
    pub reference: String,
    pub detail: String,
    /// Unix milliseconds.
    pub first_seen: i64,
    pub confirmed_seen: Option<i64>,
}

/// A difference a run has found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Found {
    pub kind: &'static str,
    pub reference: String,
    pub detail: String,
}

/// The kinds that only a comparison finds, and that are over when one does not find them any more.
const COMPARED: [&str; 4] = ["charged_no_order", "order_differs", "charged_twice", "refund_differs"];

/// The kind that an event writes down which cannot be applied; over when it could be.
pub(super) const EVENT: &str = "event_not_applied";
/// The kinds about events alone, which move no money.
pub(super) const OF_EVENTS: [&str; 2] = [EVENT, "event_unreadable"];

/// All open breaks, oldest first.
pub async fn open_breaks(shop: &Shop) -> Result<Vec<Break>> {
    let sql = "SELECT kind, ref AS reference, detail, first_seen, confirmed_seen FROM recon_break
        WHERE resolved_at IS NULL ORDER BY first_seen, kind, ref";
    Ok(shop.db.fetch_all(sql, args![]).await?)
}

/// Whether a difference was seen long enough ago to be acted on now that it is seen again.
pub(super) async fn is_confirmed(shop: &Shop, kind: &str, reference: &str) -> Result<bool> {
    let sql = "SELECT first_seen FROM recon_break WHERE kind = $1 AND ref = $2 AND resolved_at IS NULL";
    let seen: Option<(i64,)> = shop.db.fetch_optional(sql, args![kind, reference]).await?;
    Ok(seen.is_some_and(|(first,)| first + CONFIRM_MS <= shop.now_ms()))
}

/// Writes down what was found and closes what is gone; what is open now.
pub(super) async fn write_down(shop: &Shop, found: Vec<Found>) -> Result<Vec<Break>> {
    const SEEN: &str = "INSERT INTO recon_break (id, kind, ref, detail, first_seen) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (kind, ref) DO UPDATE SET detail = excluded.detail,
          first_seen = CASE WHEN recon_break.resolved_at IS NULL THEN recon_break.first_seen ELSE excluded.first_seen END,
          confirmed_seen = CASE WHEN recon_break.resolved_at IS NULL AND recon_break.first_seen + $6 <= excluded.first_seen
            THEN excluded.first_seen ELSE NULL END,
          resolved_at = NULL, action = ''";
    const GONE: &str = "UPDATE recon_break SET resolved_at = $3, action = 'agrees again'
        WHERE kind = $1 AND ref = $2 AND resolved_at IS NULL";
    const APPLIED: &str = "UPDATE recon_break SET resolved_at = $2, action = 'applied'
        WHERE kind = $1 AND resolved_at IS NULL
          AND ref IN (SELECT event_id FROM psp_event WHERE applied_at IS NOT NULL)";
    let now = shop.now_ms();
    let before = open_breaks(shop).await?;
    let still: HashSet<(&str, &str)> = found.iter().map(|found| (found.kind, found.reference.as_str())).collect();
    let mut tx = shop.db.begin().await?;
    for one in &found {
        tx.execute(SEEN, args![Uuid::now_v7(), one.kind, &one.reference, &one.detail, now, CONFIRM_MS]).await?;
    }
    for old in before.iter().filter(|old| COMPARED.contains(&old.kind.as_str())) {
        if !still.contains(&(old.kind.as_str(), old.reference.as_str())) {
            tx.execute(GONE, args![&old.kind, &old.reference, now]).await?;
        }
    }
    tx.execute(APPLIED, args![EVENT, now]).await?;
    tx.commit().await?;
    open_breaks(shop).await
}
