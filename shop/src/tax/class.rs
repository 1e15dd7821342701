//! Tax classes: what variants name and rates are for.

use super::{DELIVERY_CLASS, STANDARD_CLASS};
use crate::audit::{self, Entry};
use crate::db::{Read, Violation};
use crate::limits::{Check, NAME_CHARS, SKU_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// A class as the merchant's list shows it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Class {
    /// As variants and files name it.
    pub code: String,
    pub name: String,
    pub rates: i64,
}

impl Class {
    /// Whether the shop itself knows it, so that it stays.
    pub fn is_built_in(&self) -> bool {
        [STANDARD_CLASS, DELIVERY_CLASS].contains(&self.code.as_str())
    }
}

/// All of them; the standard one first.
pub async fn classes(shop: &Shop, _by: &Staff) -> Result<Vec<Class>> {
    let sql = "SELECT c.code, c.name, (SELECT COUNT(*) FROM tax_rate r WHERE r.tax_class = c.code) AS rates
        FROM tax_class c ORDER BY CASE WHEN c.code = 'standard' THEN 0 ELSE 1 END, c.name, c.code";
    Ok(shop.db.fetch_all(sql, args![]).await?)
}

/// # Errors
/// `Invalid` on "code" or "name".
pub async fn add_class(shop: &Shop, by: &Staff, code: &str, name: &str) -> Result<()> {
    let (code, name) = (code.trim(), name.trim());
    let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    Check::default()
        .required("code", code, SKU_CHARS)
        .that(plain, "code", "Letters, digits, - and _ only.")
        .required("name", name, NAME_CHARS)
        .done()?;
    let mut tx = shop.db.begin().await?;
    let sql = "INSERT INTO tax_class (code, name) VALUES ($1, $2)";
    tx.execute(sql, args![code, name]).await.map_err(|error| {
        if error.is_unique_violation() { Error::field("code", "There is such a class already.") } else { error.into() }
    })?;
    let entry = Entry::new(by, "tax_class.add", "tax_class", code).after(&json!({ "name": name }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes a class away. `Conflict` "in_use" while rates or variants name it, or when the shop itself does.
pub async fn remove_class(shop: &Shop, by: &Staff, code: &str) -> Result<()> {
    let in_use = || Error::conflict("in_use", "Rates or products are of this class. Give them another one first.");
    if [STANDARD_CLASS, DELIVERY_CLASS].contains(&code) {
        return Err(Error::conflict("in_use", "The shop itself needs this class."));
    }
    let mut tx = shop.db.begin().await?;
    let sql = "DELETE FROM tax_class WHERE code = $1
        AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.tax_class = tax_class.code)";
    let gone = tx.execute(sql, args![code]).await.map_err(|error| match error.violation() {
        Some(Violation::ForeignKey) => in_use(),
        _ => error.into(),
    })?;
    if gone == 0 {
        let known: Option<(String,)> =
            tx.fetch_optional("SELECT code FROM tax_class WHERE code = $1", args![code]).await?;
        return Err(if known.is_some() { in_use() } else { Error::NotFound("tax class") });
    }
    audit::record(&mut tx, &Entry::new(by, "tax_class.remove", "tax_class", code), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}
