//! One's own sessions: where one is logged in, and how to end that.

use super::Staff;
use crate::audit::{self, Entry};
use crate::session::{self, Login};
use crate::{Error, Result, Shop, args};

/// The caller's open sessions, the one used last first.
pub async fn sessions(shop: &Shop, by: &Staff) -> Result<Vec<Login>> {
    Ok(session::list(&shop.db, session::Owner::Staff(by.id), shop.now_ms()).await?)
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
