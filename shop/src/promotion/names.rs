//! Between what a merchant writes and what a rule holds: products and gifts are named by SKU.

use crate::id::{ProductId, VariantId};
use crate::{Error, Result, Shop, args};

/// The variants of the SKUs in a text, one on each line or between commas, with their products.
///
/// # Errors
/// `Invalid` on `field` for a SKU that does not exist, or too many.
pub async fn variants(shop: &Shop, field: &str, text: &str) -> Result<Vec<(VariantId, ProductId)>> {
    let skus: Vec<&str> = text.split([',', '\n']).map(str::trim).filter(|sku| !sku.is_empty()).collect();
    let most = crate::limits::PROMOTION_NAMES;
    if skus.len() > most {
        return Err(Error::field(field, format!("At most {most}.")));
    }
    let db = &shop.db;
    let mut found = Vec::with_capacity(skus.len());
    for sku in skus {
        let sql = "SELECT id, product_id FROM variant WHERE sku = $1";
        let one: Option<(VariantId, ProductId)> = db.fetch_optional(sql, args![sku]).await?;
        found.push(one.ok_or_else(|| Error::field(field, format!("There is no SKU {sku}.")))?);
    }
    Ok(found)
}

/// The SKUs of variants, and of the first variant of each product, one on each line.
pub async fn skus(shop: &Shop, variants: &[VariantId], products: &[ProductId]) -> Result<(String, String)> {
    let db = &shop.db;
    let (mut of_variants, mut of_products) = (Vec::new(), Vec::new());
    for id in variants {
        let one: Option<(String,)> = db.fetch_optional("SELECT sku FROM variant WHERE id = $1", args![*id]).await?;
        of_variants.extend(one.map(|(sku,)| sku));
    }
    for id in products {
        let sql = "SELECT sku FROM variant WHERE product_id = $1 ORDER BY position, id LIMIT 1";
        let one: Option<(String,)> = db.fetch_optional(sql, args![*id]).await?;
        of_products.extend(one.map(|(sku,)| sku));
    }
    Ok((of_variants.join("\n"), of_products.join("\n")))
}
