//! No longer waiting: by the link of a mail, or by a customer who is logged in.

use super::Waiting;
use crate::account::Customer;
use crate::id::AlertId;
use crate::{Error, Result, Shop, args};

/// What the address still waits for whose mail carried `token`.
///
/// # Errors
/// `NotFound` for a token that no mail carried, or whose mail is long ago.
pub async fn behind(shop: &Shop, token: &str) -> Result<Vec<Waiting>> {
    const OPEN: &str = "SELECT a.id, p.slug, p.title, v.title AS variant_title
        FROM stock_alert a JOIN variant v ON v.id = a.variant_id JOIN product p ON p.id = v.product_id
        WHERE a.email = $1 AND a.told_at IS NULL ORDER BY a.created_at, a.id";
    let email = address_of(shop, token).await?;
    Ok(shop.db.fetch_all(OPEN, args![email]).await?)
}

/// Ends everything that the address waits for whose mail carried `token`; how much that was. As [`behind`].
pub async fn cancel_behind(shop: &Shop, token: &str) -> Result<u64> {
    const END: &str = "DELETE FROM stock_alert WHERE email = $1 AND told_at IS NULL";
    let email = address_of(shop, token).await?;
    Ok(shop.db.execute(END, args![email]).await?)
}

async fn address_of(shop: &Shop, token: &str) -> Result<String> {
    const BEHIND: &str = "SELECT email FROM stock_alert WHERE token = $1";
    let row: Option<(String,)> = shop.db.fetch_optional(BEHIND, args![token]).await?;
    Ok(row.ok_or(Error::NotFound("link"))?.0)
}

/// What a customer has asked for while logged in and still waits for: an address alone proves nothing.
pub async fn own(shop: &Shop, customer: &Customer) -> Result<Vec<Waiting>> {
    const OWN: &str = "SELECT a.id, p.slug, p.title, v.title AS variant_title
        FROM stock_alert a JOIN variant v ON v.id = a.variant_id JOIN product p ON p.id = v.product_id
        WHERE a.customer_id = $1 AND a.told_at IS NULL ORDER BY a.created_at, a.id";
    Ok(shop.db.fetch_all(OWN, args![customer.id]).await?)
}

/// The customer no longer waits for one thing. Cancelling twice is once.
pub async fn cancel_own(shop: &Shop, customer: &Customer, alert: AlertId) -> Result<()> {
    const END: &str = "DELETE FROM stock_alert WHERE id = $1 AND customer_id = $2 AND told_at IS NULL";
    shop.db.execute(END, args![alert, customer.id]).await?;
    Ok(())
}
