//! Asking to be told.

use crate::account::Customer;
use crate::db::Read;
use crate::id::{AlertId, VariantId};
use crate::limits::{Check, OPEN_ALERTS, SKU_CHARS};
use crate::{Error, Result, Shop, args, attempt, secret};

/// Notes that somebody wants to be told when the variant is back: `customer` at their own address, anybody else at `email`.
/// Asking again changes nothing. `address` is the network address of whoever asks.
///
/// # Errors
/// `Invalid` "email"; `NotFound` for what is not in the shop; `Conflict` "in_stock" for what can be bought now; `TooMany`.
pub async fn ask(shop: &Shop, sku: &str, email: &str, customer: Option<&Customer>, address: &str) -> Result<()> {
    // Of who waits for very much already, nothing more is noted, and nobody is told so: it may be somebody else's address.
    const WAIT: &str = "INSERT INTO stock_alert (id, variant_id, customer_id, email, token, created_at)
        SELECT $1, v.id, $3, $4, $5, $6 FROM variant v
        WHERE v.id = $2 AND (SELECT COUNT(*) FROM stock_alert o WHERE o.email = $4 AND o.told_at IS NULL) < $7
        ON CONFLICT (variant_id, email) WHERE told_at IS NULL
        DO UPDATE SET customer_id = COALESCE(stock_alert.customer_id, excluded.customer_id)";
    let email = customer.map_or(email, |customer| customer.email.as_str()).trim().to_lowercase();
    Check::default().email("email", &email).done()?;
    if sku.chars().count() > SKU_CHARS {
        return Err(Error::NotFound("product"));
    }
    attempt::count(shop, attempt::ALERT_ADDRESS, address).await?;
    attempt::count(shop, attempt::ALERT_MAIL, &email).await?;
    let mut tx = shop.db.begin().await?;
    let variant = sold_out(&mut tx, sku).await?;
    let customer = customer.map(|customer| customer.id);
    let args = args![AlertId::new(), variant, customer, &email, secret::token(), shop.now_ms(), OPEN_ALERTS];
    tx.execute(WAIT, args).await?;
    Ok(tx.commit().await?)
}

/// The variant, which is for sale and cannot be bought just now.
async fn sold_out(db: &mut impl Read, sku: &str) -> Result<VariantId> {
    const THERE: &str = "SELECT v.id, v.tracked AND (SELECT COALESCE(CAST(SUM(s.free) AS BIGINT), 0) FROM stock s
          WHERE s.variant_id = v.id) <= 0 AS sold_out
        FROM variant v JOIN product p ON p.id = v.product_id
        WHERE v.sku = $1 AND v.active AND p.status || '' = 'published'";
    let found: Option<(VariantId, bool)> = db.fetch_optional(THERE, args![sku]).await?;
    match found {
        Some((variant, true)) => Ok(variant),
        Some(_) => Err(Error::conflict("in_stock", "This can be bought right now.")),
        None => Err(Error::NotFound("product")),
    }
}
