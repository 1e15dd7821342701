//! News from the provider: stored first, believed only after the object was fetched.

use super::EventNotice;
use crate::{Result, Shop, args};

/// Stores a verified event; `false` when it was here already. The worker fetches the object and applies it.
pub async fn webhook_received(shop: &Shop, notice: &EventNotice, payload: &str) -> Result<bool> {
    let mut tx = shop.db.begin().await?;
    let stored = tx
        .execute(
            "INSERT INTO psp_event (event_id, type, object_id, received_at, payload) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (event_id) DO NOTHING",
            args![&notice.event_id, &notice.kind, &notice.object_id, shop.now_ms(), payload],
        )
        .await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(stored == 1)
}
