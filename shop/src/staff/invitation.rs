//! One-time links by which people come in: the first owner's from the command line, later ones from the admin.
//!
//! A link is 256 random bits; only its hash is kept. It opens once and for a day, which the statement that uses it
//! checks.

use super::{Role, Staff};
use crate::audit::{self, Actor, Entry};
use crate::id::StaffId;
use crate::limits::{Check, EMAIL_CHARS, NAME_CHARS};
use crate::{Error, Result, Shop, args, secret};
use serde_json::json;

/// How long an invitation can be accepted, in milliseconds: a day.
pub const INVITATION_MS: i64 = 24 * 60 * 60 * 1000;

/// A link that was just made. The token exists here and in the link, nowhere else.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub token: String,
    pub role: Role,
    pub expires_at: i64,
}

impl Invitation {
    /// Where the link leads, below the shop's origin.
    pub fn path(&self) -> String {
        format!("/admin/setup/{}", self.token)
    }
}

/// What an invitation offers to whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub role: Role,
    /// Whom it was meant for; may be empty.
    pub email: String,
    pub expires_at: i64,
}

/// Invites somebody; for owners.
pub async fn invite(shop: &Shop, by: &Staff, role: Role, email: &str) -> Result<Invitation> {
    by.require_owner()?;
    let email = email.trim().to_lowercase();
    let mut check = Check::default();
    check.text("email", &email, EMAIL_CHARS);
    check.that(email.is_empty() || looks_like_mail(&email), "email", "Enter an e-mail address like anna@example.com.");
    check.done()?;
    create(shop, by.into(), role, &email).await
}

/// A link for an owner, made by whoever has a shell on the machine: the first run and lost passwords.
pub async fn first_link(shop: &Shop) -> Result<Invitation> {
    create(shop, Actor::Cli, Role::Owner, "").await
}

async fn create(shop: &Shop, actor: Actor, role: Role, email: &str) -> Result<Invitation> {
    let (token, now) = (secret::token(), shop.now_ms());
    let expires_at = now + INVITATION_MS;
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "INSERT INTO staff_invitation (token_hash, role, email, expires_at) VALUES ($1, $2, $3, $4)",
        args![secret::hash_token(&token), role.as_str(), email, expires_at],
    )
    .await?;
    let entry = Entry::new(actor, "staff.invite", "staff", email).after(&json!({ "role": role, "email": email }));
    audit::record(&mut tx, &entry, now).await?;
    tx.commit().await?;
    Ok(Invitation { token, role, expires_at })
}

/// What the link offers; `NotFound` when it is unknown, used or too old.
pub async fn check(shop: &Shop, token: &str) -> Result<Invited> {
    let row: Option<(String, String, i64)> = shop
        .db
        .fetch_optional(
            "SELECT role, email, expires_at FROM staff_invitation
             WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
            args![secret::hash_token(token), shop.now_ms()],
        )
        .await?;
    let (role, email, expires_at) = row.ok_or(Error::NotFound("invitation"))?;
    let role = Role::parse(&role).ok_or_else(|| Error::Internal(format!("stored role {role:?}")))?;
    Ok(Invited { role, email, expires_at })
}

/// Uses the link: makes the account and answers who came in. `address` is the network address of the request.
/// Fields refused: "name", "email", "password".
pub async fn accept(shop: &Shop, token: &str, name: &str, email: &str, password: &str, address: &str) -> Result<Staff> {
    let invited = check(shop, token).await?;
    let (name, email) = (name.trim(), email.trim().to_lowercase());
    let mut check = Check::default();
    check.required("name", name, NAME_CHARS).required("email", &email, EMAIL_CHARS);
    check.that(looks_like_mail(&email), "email", "Enter an e-mail address like anna@example.com.");
    super::login::check_password(&mut check, "password", password);
    check.done()?;
    let hash = secret::hash_password_if(password, async { self::check(shop, token).await.map(drop) }).await?;

    let (id, now) = (StaffId::new(), shop.now_ms());
    let mut tx = shop.db.begin().await?;
    let used = tx
        .execute(
            "UPDATE staff_invitation SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
            args![secret::hash_token(token), now],
        )
        .await?;
    if used == 0 {
        return Err(Error::NotFound("invitation"));
    }
    tx.execute(
        "INSERT INTO staff (id, email, name, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, &email, name, hash, invited.role.as_str(), now],
    )
    .await
    .map_err(|e| {
        if e.is_unique_violation() {
            Error::field("email", "Somebody with this e-mail address is on the staff already.")
        } else {
            e.into()
        }
    })?;
    let staff = Staff { id, email, name: name.to_owned(), role: invited.role, address: address.to_owned() };
    let entry = Entry::new(&staff, "staff.join", "staff", id)
        .after(&json!({ "name": staff.name, "email": staff.email, "role": staff.role }));
    audit::record(&mut tx, &entry, now).await?;
    tx.commit().await?;
    Ok(staff)
}

/// One `@` with something on both sides and no blanks; whether it is read is only known by writing to it.
fn looks_like_mail(text: &str) -> bool {
    let plain = !text.chars().any(char::is_whitespace);
    plain && text.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.len() > 1 && !at.contains('@'))
}
