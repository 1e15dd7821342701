//! Products that are published at a time that was set before: drafts with a `publish_at`.
//!
//! ```text
//! draft ──(time set)──▶ scheduled ──(time comes)──▶ published
//!   ▲                       │
//!   └──(time taken away)────┴──(published or archived by hand: no time any more)
//! ```
//!
//! The database refuses a time on anything but a draft, so no way of publishing or archiving can leave one behind.

use crate::audit::{self, Actor, Entry};
use crate::id::ProductId;
use crate::{Result, Shop, args};
use serde_json::json;

/// Publishes what is due, however long ago that was; the number of products. Each is published once whoever else does
/// the same: by a conditional update, in one transaction with its audit row.
pub async fn publish_due(shop: &Shop) -> Result<usize> {
    const DUE: &str = "SELECT id FROM product WHERE publish_at <= $1 ORDER BY publish_at LIMIT 100";
    const PUBLISH: &str = "UPDATE product SET status = 'published', publish_at = NULL, version = version + 1,
           updated_at = $2
         WHERE id = $1 AND status = 'draft' AND publish_at <= $2";
    let now = shop.now_ms();
    let mut published = 0;
    loop {
        // A read at first: an idle shop writes nothing.
        let due: Vec<(ProductId,)> = shop.db.fetch_all(DUE, args![now]).await?;
        if due.is_empty() {
            return Ok(published);
        }
        for (id,) in due {
            let mut tx = shop.db.begin().await?;
            if tx.execute(PUBLISH, args![id, now]).await? == 1 {
                let entry = Entry::new(Actor::System, "product.publish", "product", id);
                let entry = entry.before(&json!({ "status": "draft" })).after(&json!({ "status": "published" }));
                audit::record(&mut tx, &entry, now).await?;
                tx.commit().await?;
                published += 1;
            }
        }
    }
}
