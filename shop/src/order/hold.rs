//! Orders that wait for a person: held by a rule of risk (`crate::risk`) or by hand, until somebody of the staff lets them go on.

use super::State;
use super::merchant::lock;
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::AttemptId;
use crate::limits::{Check, REASON_CHARS};
use crate::outbox::{self, Kind, Note};
use crate::setting::CapturePolicy;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// Holds an order of which nothing was shipped: from now on it does not ship, and money that is only authorised is not taken.
///
/// # Errors
/// `Conflict` "stale" when `version` is no longer the order's, "not_open" when there is nothing left to hold; `Invalid`
/// "reason".
pub async fn hold(shop: &Shop, by: &Staff, number: &str, version: i64, reason: &str) -> Result<()> {
    let reason = reason.trim();
    Check::default().required("reason", reason, REASON_CHARS).done()?;
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    if order.state != State::Confirmed || order.held {
        return Err(Error::conflict(
            "not_open",
            "Only an order that has not shipped, and is not held yet, can be held.",
        ));
    }
    let reasons = serde_json::to_string(&[reason])?;
    tx.execute("UPDATE orders SET held = $2 WHERE id = $1", args![order.id, reasons]).await?;
    let after = serde_json::json!({ "held": reason });
    audit::record(&mut tx, &Entry::new(by, "order.hold", "order", number).after(&after), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Lets a held order go on: it can ship, and its money is taken, unless the merchant takes money by hand.
///
/// # Errors
/// `Conflict` "stale" when `version` is no longer the order's, "not_held".
pub async fn release(shop: &Shop, by: &Staff, number: &str, version: i64) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    if !order.held {
        return Err(Error::conflict("not_held", "This order is not held."));
    }
    let (reasons,): (String,) = tx.fetch_one("SELECT held FROM orders WHERE id = $1", args![order.id]).await?;
    tx.execute("UPDATE orders SET held = '' WHERE id = $1", args![order.id]).await?;
    if shop.settings.capture == CapturePolicy::Automatic && order.is_standing() {
        let sql = "SELECT id FROM payment_attempt WHERE checkout_id = $1 AND state = 'authorized'";
        let waiting: Option<(AttemptId,)> = tx.fetch_optional(sql, args![order.checkout_id]).await?;
        if let Some((attempt,)) = waiting {
            outbox::put(&mut tx, &[Note::of_attempt(Kind::Capture, order.id, attempt)], now).await?;
        }
    }
    let before = serde_json::json!({ "held": reasons });
    audit::record(&mut tx, &Entry::new(by, "order.release", "order", number).before(&before), now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(())
}
