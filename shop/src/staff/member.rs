//! The owner's view of the staff: who there is, what role, who may still come in.
//!
//! There is always an owner who can log in: the statements that demote or disable one count the owners that remain,
//! after locking all owners' rows so that two cannot leave at once.

use super::{Role, Staff};
use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::id::StaffId;
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// A member of staff in the owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: StaffId,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Unix milliseconds since when the account is closed; `None`: open.
    pub disabled_at: Option<i64>,
    pub created_at: i64,
    /// Open sessions.
    pub sessions: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: StaffId,
    email: String,
    name: String,
    role: String,
    disabled_at: Option<i64>,
    created_at: i64,
    sessions: i64,
}

impl Row {
    fn member(self) -> Result<Member> {
        let Self { id, email, name, role, disabled_at, created_at, sessions } = self;
        let role = Role::parse(&role).ok_or_else(|| Error::Internal(format!("stored role {role:?}")))?;
        Ok(Member { id, email, name, role, disabled_at, created_at, sessions })
    }
}

/// Everybody, the disabled last; for owners.
pub async fn list(shop: &Shop, by: &Staff) -> Result<Vec<Member>> {
    by.require_owner()?;
    let rows: Vec<Row> = shop
        .db
        .fetch_all(
            "SELECT id, email, name, role, disabled_at, created_at,
               (SELECT COUNT(*) FROM session WHERE session.staff_id = staff.id AND session.expires_at > $1) AS sessions
             FROM staff ORDER BY disabled_at IS NOT NULL, created_at, id",
            args![shop.now_ms()],
        )
        .await?;
    rows.into_iter().map(Row::member).collect()
}

/// Gives somebody another role; `Conflict` "last_owner" when nobody would own the shop.
pub async fn change_role(shop: &Shop, by: &Staff, id: StaffId, role: Role) -> Result<()> {
    by.require_owner()?;
    let mut tx = shop.db.begin().await?;
    let before = locked(&mut tx, id).await?;
    let changed = tx
        .execute(
            "UPDATE staff SET role = $2 WHERE id = $1 AND ($2 = 'owner' OR role <> 'owner' OR disabled_at IS NOT NULL
               OR (SELECT COUNT(*) FROM staff WHERE role = 'owner' AND disabled_at IS NULL) > 1)",
            args![id, role.as_str()],
        )
        .await?;
    if changed == 0 {
        return Err(last_owner());
    }
    let entry = Entry::new(by, "staff.change_role", "staff", id)
        .before(&json!({ "role": before.role }))
        .after(&json!({ "role": role }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Closes somebody's account and every session of theirs at once; `Conflict` "last_owner" as above.
pub async fn disable(shop: &Shop, by: &Staff, id: StaffId) -> Result<()> {
    by.require_owner()?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let before = locked(&mut tx, id).await?;
    if before.disabled_at.is_some() {
        return Ok(());
    }
    let changed = tx
        .execute(
            "UPDATE staff SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL AND (role <> 'owner'
               OR (SELECT COUNT(*) FROM staff WHERE role = 'owner' AND disabled_at IS NULL) > 1)",
            args![id, now],
        )
        .await?;
    if changed == 0 {
        return Err(last_owner());
    }
    tx.execute("DELETE FROM session WHERE staff_id = $1", args![id]).await?;
    let entry = Entry::new(by, "staff.disable", "staff", id)
        .before(&json!({ "disabled": false }))
        .after(&json!({ "disabled": true }));
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// Opens a closed account again.
pub async fn enable(shop: &Shop, by: &Staff, id: StaffId) -> Result<()> {
    by.require_owner()?;
    let mut tx = shop.db.begin().await?;
    locked(&mut tx, id).await?;
    let sql = "UPDATE staff SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL";
    if tx.execute(sql, args![id]).await? == 1 {
        let entry = Entry::new(by, "staff.enable", "staff", id)
            .before(&json!({ "disabled": true }))
            .after(&json!({ "disabled": false }));
        audit::record(&mut tx, &entry, shop.now_ms()).await?;
    }
    Ok(tx.commit().await?)
}

/// The member as they are, with every owner's row held until the transaction ends.
async fn locked(tx: &mut Tx, id: StaffId) -> Result<Member> {
    tx.execute("UPDATE staff SET role = role WHERE role = 'owner'", args![]).await?;
    let row: Option<Row> = tx
        .fetch_optional(
            "SELECT id, email, name, role, disabled_at, created_at, CAST(0 AS BIGINT) AS sessions
             FROM staff WHERE id = $1",
            args![id],
        )
        .await?;
    row.ok_or(Error::NotFound("member of staff"))?.member()
}

fn last_owner() -> Error {
    Error::conflict("last_owner", "The shop needs an owner. Make somebody else an owner first.")
}
