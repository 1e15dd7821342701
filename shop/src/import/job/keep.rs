//! How long jobs are kept: an import that was never run a day, what is needed to take one back a month, that it was for
//! good.

use crate::limits::{IMPORT_KEPT_MS, IMPORT_WAITS_MS};
use crate::{Result, Shop, args};

/// Forgets what has done its duty; how many jobs.
pub async fn forget_old(shop: &Shop) -> Result<u64> {
    const WAITING: &str = "state IN ('receiving', 'uploaded', 'checked') AND created_at < $1";
    const OLD: &str = "state IN ('done', 'cancelled', 'failed', 'rolled_back') AND ended_at < $2
        AND (EXISTS (SELECT 1 FROM import_item i WHERE i.job_id = import_job.id)
          OR EXISTS (SELECT 1 FROM import_chunk c WHERE c.job_id = import_job.id))";
    let now = shop.now_ms();
    let times = args![now - IMPORT_WAITS_MS, now - IMPORT_KEPT_MS];
    // A read at first: an idle shop writes nothing.
    let due: Vec<(crate::id::ImportId, String)> = shop
        .db
        .fetch_all(&format!("SELECT id, state FROM import_job WHERE ({WAITING}) OR ({OLD}) LIMIT 20"), times)
        .await?;
    for (id, state) in &due {
        let mut tx = shop.db.begin().await?;
        if matches!(state.as_str(), "receiving" | "uploaded" | "checked") {
            tx.execute(
                &format!("DELETE FROM import_job WHERE id = $2 AND {WAITING}"),
                args![now - IMPORT_WAITS_MS, *id],
            )
            .await?;
        } else {
            tx.execute("DELETE FROM import_item WHERE job_id = $1", args![*id]).await?;
            tx.execute("DELETE FROM import_chunk WHERE job_id = $1", args![*id]).await?;
        }
        tx.commit().await?;
    }
    Ok(due.len() as u64)
}
