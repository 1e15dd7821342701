//! Events that are not taken: forged ones, and ones that the provider has signed and nobody can read.

use crate::audit::{self, Actor, Entry};
use crate::payment::webhook::Rejection;
use crate::reconcile::{self, Found, Kind};
use crate::{Result, Shop, args};
use sha2::{Digest, Sha256};

/// A flood of forgeries is one row of the audit log in this time, by provider.
const NOTED_EVERY_MS: i64 = 60_000;
const ACTION: &str = "webhook.refuse";

/// Notes in the audit log that somebody at `address` sent an event that was not accepted; at most once a minute for
/// each provider.
pub async fn webhook_refused(shop: &Shop, provider: &str, why: Rejection, address: &str) -> Result<()> {
    const LAST: &str = "SELECT at FROM audit_log WHERE entity = 'webhook' AND entity_id = $1 ORDER BY id DESC LIMIT 1";
    let now = shop.now_ms();
    let last: Option<(i64,)> = shop.db.fetch_optional(LAST, args![provider]).await?;
    if last.is_some_and(|(at,)| at + NOTED_EVERY_MS > now) {
        return Ok(());
    }
    let after = serde_json::json!({ "reason": why.to_string(), "address": address });
    let mut tx = shop.db.begin().await?;
    audit::record(&mut tx, &Entry::new(Actor::System, ACTION, "webhook", provider).after(&after), now).await?;
    Ok(tx.commit().await?)
}

/// Keeps what `provider` has signed and is no event, under its digest: done with its error, so that no worker takes it
/// up, and listed as a break, so that somebody looks. The second time changes nothing.
pub async fn webhook_unreadable(shop: &Shop, provider: &str, body: &[u8]) -> Result<()> {
    const WHY: &str = "signed, but not an event";
    let (now, id) = (shop.now_ms(), format!("unreadable_{}", hex::encode(Sha256::digest(body))));
    // PostgreSQL keeps no text with a NUL in it.
    let payload = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
    let mut tx = shop.db.begin().await?;
    let kept = tx
        .execute(
            "INSERT INTO psp_event (event_id, provider, type, object_id, received_at, payload, applied_at, error)
             VALUES ($1, $2, 'unreadable', '', $3, $4, $3, $5) ON CONFLICT (event_id) DO NOTHING",
            args![&id, provider, now, payload, WHY],
        )
        .await?;
    if kept == 0 {
        return Ok(());
    }
    let found = Found::new(Kind::EventUnreadable, &id, format!("{provider}: {WHY}"));
    reconcile::put(&mut tx, &found, now).await?;
    tracing::error!(provider, event = id, "a signed webhook cannot be read");
    Ok(tx.commit().await?)
}
