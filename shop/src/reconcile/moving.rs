//! Money on its way: what the outbox is about to take or give back, or did while the books were read. Two books that are
//! read one after the other differ in it without being wrong; in a rush there are thousands.

use crate::db::Sql;
use crate::id::CheckoutId;
use crate::invariant::provider::Difference;
use crate::{Result, Shop, args, rows};
use serde::Serialize;
use std::collections::HashSet;

/// What has waited longer than this hides nothing: it may never be carried out.
const LATE_MS: i64 = 60 * 60_000;
/// Orders asked about in one statement.
const AT_ONCE: usize = 1000;

const MOVING: Sql = rows!(
    "SELECT o.checkout_id FROM",
    [checkout_id UUID],
    "JOIN orders o ON o.checkout_id = d.checkout_id
     JOIN outbox x ON x.subject_id = o.id AND x.kind IN ('capture','undo_payment','refund')
     WHERE x.created_at > $3 AND (x.delivered_at IS NULL OR x.delivered_at > $2)"
);

/// Takes out of `all` what has moved since `begun` (Unix milliseconds) or is about to: the next comparison sees it at
/// rest.
pub(super) async fn leave_alone(shop: &Shop, all: &mut Vec<Difference>, begun: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        checkout_id: CheckoutId,
    }
    let mut moving = HashSet::new();
    for some in all.chunks(AT_ONCE) {
        let rows: Vec<_> = some.iter().map(|one| Row { checkout_id: one.checkout }).collect();
        let arguments = args![serde_json::to_string(&rows)?, begun, begun - LATE_MS];
        let found: Vec<(CheckoutId,)> = shop.db.fetch_all(MOVING.of(shop.db.engine()), arguments).await?;
        moving.extend(found.into_iter().map(|(id,)| id));
    }
    all.retain(|one| !moving.contains(&one.checkout));
    Ok(())
}
