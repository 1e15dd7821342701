//! Afterwards: is everything told, captured and delivered, and do the books agree?

use super::drive::Run;
use super::gateway::Gateway;
use super::internal;
use super::stage::Stage;
use shop::{Result, Shop, args};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const DRAIN_WITHIN: Duration = Duration::from_mins(3);
/// Webhooks of the last captures are still on their way when the shop has nothing left to do.
const QUIET: Duration = Duration::from_millis(300);

/// Waits until the background work has nothing left.
pub(super) async fn drain(shop: &Shop) -> Result<()> {
    const LEFT: &str = "SELECT CAST((SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL)
        + (SELECT COUNT(*) FROM psp_event WHERE applied_at IS NULL) AS BIGINT)";
    let begun = Instant::now();
    let mut quiet_since = None;
    while begun.elapsed() < DRAIN_WITHIN {
        let (left,): (i64,) = shop.db.fetch_one(LEFT, args![]).await?;
        match (left, quiet_since) {
            (0, None) => quiet_since = Some(Instant::now()),
            (0, Some(since)) if since.elapsed() >= QUIET => return Ok(()),
            (0, Some(_)) => {}
            _ => quiet_since = None,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(internal("captures, webhooks and mail were not done within three minutes"))
}

/// Orders, shelves and the gateway's ledger tell the same story.
pub(super) async fn check(shop: &Shop, gateway: &Gateway, stage: &Stage, run: &Run) -> Result<()> {
    let orders: Vec<(String, i64, i64)> =
        shop.db.fetch_all("SELECT number, total, captured FROM orders WHERE placed_at IS NOT NULL", args![]).await?;
    same("orders and answers", orders.len(), run.placed)?;
    let mut by_number: BTreeMap<&str, (i64, i64)> =
        orders.iter().map(|(number, total, captured)| (number.as_str(), (*total, *captured))).collect();
    for intent in gateway.intents().await?.iter().filter(|intent| intent.authorised > 0) {
        let number = intent.metadata.get("order_no").map_or("", String::as_str);
        let order = by_number.remove(number).ok_or_else(|| internal(format!("money without an order: {number:?}")))?;
        same("authorised and total", intent.authorised, order.0)?;
        same("captured there and here", intent.captured, order.1)?;
        same("captured and total", order.1, order.0)?;
        same("voided or refunded", intent.voided + intent.refunded, 0)?;
    }
    same("orders without money", by_number.len(), 0)?;
    let (on_hand, reserved, negative): (i64, i64, i64) = shop
        .db
        .fetch_one(
            "SELECT CAST(SUM(on_hand) AS BIGINT), CAST(SUM(reserved) AS BIGINT),
               CAST(SUM(CASE WHEN on_hand < 0 OR reserved < 0 THEN 1 ELSE 0 END) AS BIGINT) FROM stock",
            args![],
        )
        .await?;
    same("reserved", reserved, 0)?;
    same("oversold shelves", negative, 0)?;
    same("units gone and sold", stage.on_hand - on_hand, i64::try_from(run.placed).unwrap_or(i64::MAX))?;
    let (differences,): (i64,) = shop.db.fetch_one("SELECT COUNT(*) FROM recon_break", args![]).await?;
    same("differences that the shop saw", differences, 0)
}

fn same<T: PartialEq + std::fmt::Display>(what: &str, found: T, expected: T) -> Result<()> {
    if found == expected { Ok(()) } else { Err(internal(format!("{what}: {found} is not {expected}"))) }
}
