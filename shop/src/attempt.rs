//! Counted attempts: limits on guessing that hold over restarts and between nodes.
//!
//! An attempt is counted before it is judged, so that many at once cannot outrun the limit. Windows are fixed
//! stretches of time; a limit of N lets at most 2 N through in any stretch of that length.

use crate::db::Read;
use crate::{Error, Result, Shop, args};

/// How many attempts of one kind a subject has per window.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is counted: "login:mail", "login:address".
    pub scope: &'static str,
    pub max: i64,
    pub window_ms: i64,
}

const QUARTER_HOUR_MS: i64 = 15 * 60 * 1000;

/// Log-ins with one e-mail address, right or wrong.
pub const LOGIN_MAIL: Limit = Limit { scope: "login:mail", max: 10, window_ms: QUARTER_HOUR_MS };
/// Log-ins from one network address: an office has many people behind one.
pub const LOGIN_ADDRESS: Limit = Limit { scope: "login:address", max: 100, window_ms: QUARTER_HOUR_MS };

/// Reviews that one customer sends, new or changed.
pub const REVIEW: Limit = Limit { scope: "review", max: 40, window_ms: QUARTER_HOUR_MS };

/// Alerts that are asked for with one e-mail address, and from one network address.
pub const ALERT_MAIL: Limit = Limit { scope: "alert:mail", max: 20, window_ms: QUARTER_HOUR_MS };
pub const ALERT_ADDRESS: Limit = Limit { scope: "alert:address", max: 60, window_ms: QUARTER_HOUR_MS };

/// Codes of promotions that are typed into one cart, right or wrong, until one is right.
pub const CODE_CART: Limit = Limit { scope: "code:cart", max: 20, window_ms: QUARTER_HOUR_MS };
/// Codes typed from one network address.
pub const CODE_ADDRESS: Limit = Limit { scope: "code:address", max: 100, window_ms: QUARTER_HOUR_MS };

/// Codes of gift cards that are typed into one cart, right or wrong, until one is right.
pub const CARD_CART: Limit = Limit { scope: "card:cart", max: 20, window_ms: QUARTER_HOUR_MS };
/// Codes of gift cards typed from one network address.
pub const CARD_ADDRESS: Limit = Limit { scope: "card:address", max: 100, window_ms: QUARTER_HOUR_MS };

/// Counts one attempt of `subject`; `Error::TooMany` when its window is used up.
pub async fn count(shop: &Shop, limit: Limit, subject: &str) -> Result<()> {
    let now = shop.now_ms();
    let window_start = now - now.rem_euclid(limit.window_ms);
    let mut tx = shop.db.begin().await?;
    let (count,): (i64,) = tx
        .fetch_one(
            "INSERT INTO attempt_count (scope, subject, window_start, count) VALUES ($1, $2, $3, 1)
             ON CONFLICT (scope, subject, window_start) DO UPDATE SET count = attempt_count.count + 1
             RETURNING count",
            args![limit.scope, subject, window_start],
        )
        .await?;
    tx.commit().await?;
    if count <= limit.max {
        return Ok(());
    }
    let left_ms = window_start + limit.window_ms - now;
    Err(Error::TooMany { retry_after_s: u64::try_from(left_ms / 1000 + 1).unwrap_or(1) })
}

/// Starts over for `subject`, after it has proved itself.
pub async fn forget(shop: &Shop, limit: Limit, subject: &str) -> Result<()> {
    shop.db.execute("DELETE FROM attempt_count WHERE scope = $1 AND subject = $2", args![limit.scope, subject]).await?;
    Ok(())
}
