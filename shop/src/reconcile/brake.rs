//! The kill switch: when differences come too fast, no new payment is started until an owner has looked. What was started
//! is finished, carts are kept, everything else goes on.
//!
//! The mark is a row of table `setting`, read by everybody who is about to start a payment.

use super::breaks::AGREES;
use super::kind::Kind;
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

const STOPPED: &str = "payments_stopped_at";
const RESUMED: &str = "payments_resumed_at";
/// More breaks than this within an hour pull it.
const BREAKS_MAX: i64 = 10;
const HOUR_MS: i64 = 3_600_000;

/// Since when no new payment is started (Unix milliseconds); `None`: they are.
pub async fn payments_stopped(shop: &Shop) -> Result<Option<i64>> {
    number(&mut &shop.db, STOPPED).await
}

async fn number(db: &mut impl Read, key: &str) -> Result<Option<i64>> {
    let row: Option<(String,)> = db.fetch_optional("SELECT value FROM setting WHERE key = $1", args![key]).await?;
    Ok(row.and_then(|(text,)| text.parse().ok()))
}

/// `Unavailable` while no new payment is started.
pub(crate) async fn may_start_payment(shop: &Shop) -> Result<()> {
    if payments_stopped(shop).await?.is_none() {
        return Ok(());
    }
    Err(Error::Unavailable {
        message: "Payments are paused for a short while so that nothing is charged wrongly. Nothing was charged; \
                  your cart is kept. Please try again later."
            .into(),
        retry_after_s: 300,
    })
}

/// Pulls the switch when too much differs. Events about what is not here move no money and do not count, nor does what
/// was over by itself.
pub(super) async fn pull_if_needed(shop: &Shop) -> Result<bool> {
    let now = shop.now_ms();
    let db = &mut &shop.db;
    if number(db, STOPPED).await?.is_some() {
        return Ok(false);
    }
    let since = number(db, RESUMED).await?.unwrap_or(0).max(now - HOUR_MS);
    let sql = "SELECT COUNT(*) FROM recon_break WHERE first_seen > $1 AND action <> $2 AND kind NOT IN ($3, $4)";
    let [unknown, unreadable] = [Kind::EventNotApplied, Kind::EventUnreadable].map(Kind::code);
    let (fresh,): (i64,) = shop.db.fetch_one(sql, args![since, AGREES, unknown, unreadable]).await?;
    if fresh <= BREAKS_MAX {
        return Ok(false);
    }
    let mut tx = shop.db.begin().await?;
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    let pulled = tx.execute(sql, args![STOPPED, now.to_string()]).await? == 1;
    if pulled {
        let entry = Entry::new(audit::Actor::System, "payments.stop", "setting", STOPPED)
            .after(&format!("{fresh} differences within an hour"));
        audit::record(&mut tx, &entry, now).await?;
    }
    tx.commit().await?;
    if pulled {
        tracing::error!(breaks = fresh, "too many differences within an hour: no new payment is started");
    }
    Ok(pulled)
}

/// Starts payments again, for owners. What was found until now does not count any more.
pub async fn resume_payments(shop: &Shop, by: &Staff) -> Result<()> {
    by.require_owner()?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    if tx.execute("DELETE FROM setting WHERE key = $1", args![STOPPED]).await? == 0 {
        return Err(Error::conflict("not_stopped", "Payments are taken already; somebody was faster."));
    }
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.execute(sql, args![RESUMED, now.to_string()]).await?;
    audit::record(&mut tx, &Entry::new(by, "payments.resume", "setting", STOPPED), now).await?;
    tx.commit().await?;
    Ok(())
}
