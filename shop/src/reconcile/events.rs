//! L2: events that never reached us, because the shop was down or the way was blocked.

use crate::payment::{self, EventNotice, Outcome};
use crate::{Error, Result, Shop, args};

/// Row of table `setting`: Unix milliseconds up to which the provider's events were read.
const CURSOR: &str = "reconciled_events_until";
/// Events may be listed somewhat later than they happened.
const OVERLAP_MS: i64 = 10 * 60_000;
/// The provider keeps events no longer.
const HORIZON_MS: i64 = 30 * 24 * 3_600_000;

/// Stores and applies what is new; how many that were.
pub(super) async fn fetch(shop: &Shop) -> Result<usize> {
    let now = shop.now_ms();
    let row: Option<(String,)> =
        shop.db.fetch_optional("SELECT value FROM setting WHERE key = $1", args![CURSOR]).await?;
    let cursor = row.and_then(|(text,)| text.parse::<i64>().ok()).unwrap_or(0);
    let from = (cursor - OVERLAP_MS).max(now - HORIZON_MS);
    let mut fresh = 0;
    let mut after = None;
    loop {
        let page = match shop.payments.list_events(from, after.as_deref()).await {
            Outcome::Done(page) => page,
            Outcome::Refused(refusal) => return Err(silent(refusal.message)),
            Outcome::Unknown(why) => return Err(silent(why)),
        };
        for notice in &page.items {
            fresh += usize::from(store(shop, notice).await?);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    payment::apply_events(shop).await?;
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let mut tx = shop.db.begin().await?;
    tx.execute(sql, args![CURSOR, now.to_string()]).await?;
    tx.commit().await?;
    Ok(fresh)
}

async fn store(shop: &Shop, notice: &EventNotice) -> Result<bool> {
    payment::webhook_received(shop, notice, &serde_json::to_string(notice)?).await
}

/// Nothing can be concluded from a provider that does not answer.
pub(super) fn silent(why: String) -> Error {
    tracing::warn!(why, "the payment provider cannot be compared with");
    Error::Unavailable {
        message: "The payment provider does not answer; nothing was compared.".into(),
        retry_after_s: 60,
    }
}
