//! Who is at the door: password log-in, and whom a session belongs to.

use super::{Role, Staff};
use crate::attempt::{self, LOGIN_ADDRESS, LOGIN_MAIL};
use crate::audit::{self, Entry};
use crate::id::StaffId;
use crate::limits::{Check, PASSWORD_CHARS};
use crate::{Error, Result, Shop, args, secret};

#[derive(sqlx::FromRow)]
struct Row {
    id: StaffId,
    email: String,
    name: String,
    role: String,
    password_hash: String,
}

impl Row {
    fn staff(self, address: &str) -> Result<Staff> {
        let role = Role::parse(&self.role).ok_or_else(|| Error::Internal(format!("stored role {:?}", self.role)))?;
        Ok(Staff { id: self.id, email: self.email, name: self.name, role, address: address.to_owned() })
    }
}

/// Lets a member of staff in. A wrong password, an unknown name and a disabled account answer alike and take as long:
/// `Error::Invalid` on the field "password". `Error::TooMany` after too many tries by name or network address.
pub async fn log_in(shop: &Shop, email: &str, password: &str, address: &str) -> Result<Staff> {
    let email = email.trim().to_lowercase();
    attempt::count(shop, LOGIN_ADDRESS, &format!("staff:{address}")).await?;
    let subject = format!("staff:{}", secret::hash_token(&email));
    attempt::count(shop, LOGIN_MAIL, &subject).await?;
    let row: Option<Row> = shop
        .db
        .fetch_optional(
            "SELECT id, email, name, role, password_hash FROM staff WHERE email = $1 AND disabled_at IS NULL",
            args![&email],
        )
        .await?;
    let bounded = password.chars().count() <= *PASSWORD_CHARS.end();
    let right = bounded && secret::verify_password(password, row.as_ref().map(|r| r.password_hash.as_str())).await?;
    let staff = match row {
        Some(row) if right => row.staff(address)?,
        _ => return Err(Error::field("password", "This e-mail address and password do not belong together.")),
    };
    attempt::forget(shop, LOGIN_MAIL, &subject).await?;
    let mut tx = shop.db.begin().await?;
    audit::record(&mut tx, &Entry::new(&staff, "staff.log_in", "staff", staff.id), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(staff)
}

/// The member of staff behind a session; `Unauthenticated` when gone or disabled since.
pub async fn by_id(shop: &Shop, id: StaffId, address: &str) -> Result<Staff> {
    let row: Option<Row> = shop
        .db
        .fetch_optional(
            "SELECT id, email, name, role, password_hash FROM staff WHERE id = $1 AND disabled_at IS NULL",
            args![id],
        )
        .await?;
    row.ok_or(Error::Unauthenticated)?.staff(address)
}

/// Changes one's own password and closes every other session; `keep` is the identifier of the one in use.
/// Fields refused: "current", "password".
pub async fn change_password(shop: &Shop, by: &Staff, current: &str, password: &str, keep: &str) -> Result<()> {
    let mut check = Check::default();
    check_password(&mut check, "password", password);
    check.that(current.chars().count() <= *PASSWORD_CHARS.end(), "current", "This is not your password.");
    check.done()?;
    attempt::count(shop, LOGIN_MAIL, &format!("staff-change:{}", by.id)).await?;
    let (stored,): (String,) = shop.db.fetch_one("SELECT password_hash FROM staff WHERE id = $1", args![by.id]).await?;
    if !secret::verify_password(current, Some(&stored)).await? {
        return Err(Error::field("current", "This is not your password."));
    }
    let (hash, now) = (secret::hash_password(password).await?, shop.now_ms());
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE staff SET password_hash = $2 WHERE id = $1", args![by.id, hash]).await?;
    tx.execute("DELETE FROM session WHERE staff_id = $1 AND id <> $2", args![by.id, keep]).await?;
    audit::record(&mut tx, &Entry::new(by, "staff.change_password", "staff", by.id), now).await?;
    Ok(tx.commit().await?)
}

pub(super) fn check_password(check: &mut Check, field: &str, password: &str) {
    let (least, most) = (*PASSWORD_CHARS.start(), *PASSWORD_CHARS.end());
    let fits = PASSWORD_CHARS.contains(&password.chars().count());
    check.that(fits, field, format!("Between {least} and {most} characters."));
}
