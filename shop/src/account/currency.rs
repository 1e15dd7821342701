//! The currency in which a customer likes to see prices, on whichever machine.

use super::Customer;
use crate::money::Currency;
use crate::{Result, Shop, args};

/// The one that was chosen last, if the shop still sells in it.
pub async fn chosen_currency(shop: &Shop, customer: &Customer) -> Result<Option<Currency>> {
    let sql = "SELECT currency FROM customer WHERE id = $1";
    let found: Option<(Option<String>,)> = shop.db.fetch_optional(sql, args![customer.id]).await?;
    let chosen = found.and_then(|(code,)| Currency::parse(&code?));
    Ok(chosen.filter(|currency| shop.settings.currencies.contains(currency)))
}

/// Remembers a choice that the shop has accepted.
pub async fn choose_currency(shop: &Shop, customer: &Customer, currency: Currency) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE customer SET currency = $2 WHERE id = $1 AND currency IS DISTINCT FROM $2";
    tx.execute(sql, args![customer.id, currency]).await?;
    Ok(tx.commit().await?)
}
