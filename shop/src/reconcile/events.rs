//! L2: events that never reached us, because the shop was down or the way was blocked.

use crate::payment::{self, Outcome, Provider};
use crate::{Error, Result, Shop, args, worker};

/// Rows of table `setting`, followed by a provider's name: Unix milliseconds up to which its events were read.
const CURSOR: &str = "reconciled_events_until";
/// Events may be listed somewhat later than they happened.
const OVERLAP_MS: i64 = 10 * 60_000;
/// The provider keeps events no longer.
const HORIZON_MS: i64 = 30 * 24 * 3_600_000;

/// Stores and applies what is new at every provider that lists its events; how many that were.
pub(super) async fn fetch(shop: &Shop) -> Result<usize> {
    let mut fresh = 0;
    for provider in shop.payments.configured().filter(|provider| provider.lists().events) {
        fresh += fetch_of(shop, provider).await?;
    }
    worker::apply_events(shop).await?;
    Ok(fresh)
}

async fn fetch_of(shop: &Shop, provider: &dyn Provider) -> Result<usize> {
    let now = shop.now_ms();
    let key = format!("{CURSOR}_{}", provider.name());
    let row: Option<(String,)> =
        shop.db.fetch_optional("SELECT value FROM setting WHERE key = $1", args![&key]).await?;
    let cursor = row.and_then(|(text,)| text.parse::<i64>().ok()).unwrap_or(0);
    let from = (cursor - OVERLAP_MS).max(now - HORIZON_MS);
    let mut fresh = 0;
    let mut after = None;
    loop {
        let page = match provider.list_events(from, after.as_deref()).await {
            Outcome::Done(page) => page,
            Outcome::Refused(refusal) => return Err(silent(refusal.message)),
            Outcome::Unknown(why) => return Err(silent(why)),
        };
        for notice in &page.items {
            let text = serde_json::to_string(notice)?;
            fresh += usize::from(payment::webhook_received(shop, provider.name(), notice, &text).await?);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    shop.db.execute(sql, args![&key, now.to_string()]).await?;
    Ok(fresh)
}

/// Nothing can be concluded from a provider that does not answer.
pub(super) fn silent(why: String) -> Error {
    tracing::warn!(why, "the payment provider cannot be compared with");
    Error::Unavailable {
        message: "The payment provider does not answer; nothing was compared.".into(),
        retry_after_s: 60,
    }
}
