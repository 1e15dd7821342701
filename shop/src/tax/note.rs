//! What a product page says of tax before anybody has told an address: that of the country the shop sells from.

use super::{Destination, TaxRate, of_class, rates_at};
use crate::id::VariantId;
use crate::{Result, Shop, args};

/// The rate that a shopper of the home country pays for a variant today; `None` when nothing is charged.
pub async fn at_home(shop: &Shop, variant: VariantId) -> Result<Option<TaxRate>> {
    let mut db = &shop.db;
    let rates = rates_at(&mut db, &Destination::home(shop), shop.now_ms()).await?;
    if rates.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT taxable, tax_class FROM variant WHERE id = $1";
    let of: Option<(bool, String)> = db.fetch_optional(sql, args![variant]).await?;
    let rate = of.filter(|(taxable, _)| *taxable).and_then(|(_, class)| of_class(&rates, &class).cloned());
    Ok(rate.filter(|rate| rate.rate_ppm > 0))
}

/// When rates begin or end after `now`, Unix milliseconds, in order: pages that show them are right no longer than until
/// the next of them.
pub async fn boundaries(shop: &Shop, now: i64) -> Result<Vec<i64>> {
    let sql = "SELECT valid_from FROM tax_rate WHERE valid_from > $1
        UNION SELECT valid_until FROM tax_rate WHERE valid_until > $1 ORDER BY 1";
    let found: Vec<(i64,)> = shop.db.fetch_all(sql, args![now]).await?;
    Ok(found.into_iter().map(|(at,)| at).collect())
}
