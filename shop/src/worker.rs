//! Work that nobody waits for: provider news, outbox deliveries, recovery, expiry. Each job is a plain function
//! that runs until its queue is empty and says how much it did; [`run`] is the one loop around them.

use crate::{Result, Shop};
use tokio_util::sync::CancellationToken;

/// Runs every job until `stop`, woken by new work (`shop.wake`) and by the clock.
pub async fn run(shop: Shop, stop: CancellationToken) {
    loop {
        if let Err(error) = run_once(&shop).await {
            tracing::error!(%error, "background work failed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = shop.wake.notified() => {}
            () = tokio::time::sleep(std::time::Duration::from_secs(5)) => {}
        }
    }
}

/// Every job once, to an empty queue; the number of things done.
pub async fn run_once(_shop: &Shop) -> Result<usize> {
    Ok(0)
}
