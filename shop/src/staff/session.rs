//! One's own sessions: where one is logged in, and how to end that.

use super::Staff;
use crate::audit::{self, Entry};
use crate::{Error, Result, Shop, args};

/// A browser that is logged in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionInfo {
    /// Hash of the cookie's value: names the session without opening it.
    pub id: String,
    pub user_agent: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

/// The caller's open sessions, the one used last first.
pub async fn sessions(shop: &Shop, by: &Staff) -> Result<Vec<SessionInfo>> {
    Ok(shop
        .db
        .fetch_all(
            "SELECT id, user_agent, created_at, seen_at, expires_at FROM session
             WHERE staff_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id",
            args![by.id, shop.now_ms()],
        )
        .await?)
}

/// Ends one of the caller's own sessions; `NotFound` for another's.
pub async fn revoke(shop: &Shop, by: &Staff, session_id: &str) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let ended = tx.execute("DELETE FROM session WHERE id = $1 AND staff_id = $2", args![session_id, by.id]).await?;
    if ended == 0 {
        return Err(Error::NotFound("session"));
    }
    audit::record(&mut tx, &Entry::new(by, "staff.revoke_session", "staff", by.id), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}
