//! Registering, logging in, reading a customer again.
//!
//! A wrong password and an unknown address give the same answer after the same time. Guesses are counted per account
//! and network address together, so that a stranger's guesses do not lock the owner out, and per network address
//! alone.

use super::{Customer, password};
use crate::attempt::{self, LOGIN_ADDRESS, LOGIN_MAIL, Limit};
use crate::id::CustomerId;
use crate::limits::{Check, NAME_CHARS, PASSWORD_CHARS};
use crate::{Error, Result, Shop, args, secret};

/// Accounts made from one network address.
const REGISTER_ADDRESS: Limit = Limit { scope: "register:address", max: 20, window_ms: 60 * 60 * 1000 };

/// A new customer. `Invalid` names what is wrong; a taken e-mail address is told as such, to few askers per hour.
pub async fn register(shop: &Shop, email: &str, name: &str, password: &str, network_address: &str) -> Result<Customer> {
    let (email, name) = (email.trim().to_lowercase(), name.trim());
    let mut check = Check::default();
    check.email("email", &email).required("name", name, NAME_CHARS);
    password::check(&mut check, "password", password, &email);
    check.done()?;
    attempt::count(shop, REGISTER_ADDRESS, network_address).await?;

    let customer = Customer { id: CustomerId::new(), email, name: name.to_owned() };
    let hash = secret::hash_password(password).await?;
    let mut tx = shop.db.begin().await?;
    let written = tx
        .execute(
            "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (email) DO NOTHING",
            args![customer.id, &customer.email, &customer.name, hash, shop.now_ms()],
        )
        .await?;
    if written == 0 {
        return Err(Error::field("email", "There is an account with this address already. Log in instead."));
    }
    tx.commit().await?;
    Ok(customer)
}

/// Who has this e-mail address and password. `Unauthenticated` when nobody has, `TooMany` after ten guesses.
pub async fn log_in(shop: &Shop, email: &str, password: &str, network_address: &str) -> Result<Customer> {
    let email = email.trim().to_lowercase();
    let mut check = Check::default();
    check.email("email", &email);
    check.that(password.len() <= 4 * PASSWORD_CHARS.end(), "password", "This password is too long.");
    check.done()?;
    let subject = format!("{email} {network_address}");
    attempt::count(shop, LOGIN_ADDRESS, network_address).await?;
    attempt::count(shop, LOGIN_MAIL, &subject).await?;

    let row: Option<(CustomerId, String, String)> = shop
        .db
        .fetch_optional(
            "SELECT id, name, password_hash FROM customer WHERE email = $1 AND disabled_at IS NULL",
            args![&email],
        )
        .await?;
    let hash = row.as_ref().map(|(_, _, hash)| hash.as_str());
    if !secret::verify_password(password, hash).await? {
        return Err(Error::Unauthenticated);
    }
    let (id, name, _) = row.ok_or(Error::Unauthenticated)?;
    attempt::forget(shop, LOGIN_MAIL, &subject).await?;
    Ok(Customer { id, email, name })
}

/// The customer with this id; `NotFound` when there is none or the account is disabled.
pub async fn by_id(shop: &Shop, id: CustomerId) -> Result<Customer> {
    let row: Option<(String, String)> = shop
        .db
        .fetch_optional("SELECT email, name FROM customer WHERE id = $1 AND disabled_at IS NULL", args![id])
        .await?;
    let (email, name) = row.ok_or(Error::NotFound("customer"))?;
    Ok(Customer { id, email, name })
}

/// Sets a new password when `current` is right, and ends every session of the customer in the same transaction;
/// the caller's own begins anew.
pub async fn change_password(
    shop: &Shop,
    customer: &Customer,
    current: &str,
    new: &str,
    network_address: &str,
) -> Result<()> {
    let mut check = Check::default();
    password::check(&mut check, "password", new, &customer.email);
    check.done()?;
    let proven = match log_in(shop, &customer.email, current, network_address).await {
        Err(Error::Unauthenticated) => return Err(Error::field("current", "This is not your password.")),
        other => other?,
    };
    let hash = secret::hash_password(new).await?;
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE customer SET password_hash = $2 WHERE id = $1", args![proven.id, hash]).await?;
    tx.execute("DELETE FROM session WHERE customer_id = $1", args![proven.id]).await?;
    Ok(tx.commit().await?)
}
