//! Products that the merchant puts first for what is looked for.

use super::{Pin, folded_term};
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::ProductId;
use crate::limits::{Check, PINS, SKU_CHARS, SLUG_CHARS, TERM_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

/// All of them, by term, in their order.
pub async fn pins(shop: &Shop, _: &Staff) -> Result<Vec<Pin>> {
    const ALL: &str =
        "SELECT s.term, s.product_id, p.title, p.status FROM search_pin s JOIN product p ON p.id = s.product_id
        ORDER BY s.term, s.position, s.product_id";
    let rows: Vec<(String, ProductId, String, String)> = shop.db.fetch_all(ALL, args![]).await?;
    let pin = |(term, product_id, title, status): (_, _, _, String)| Pin {
        term,
        product_id,
        title,
        published: status == "published",
    };
    Ok(rows.into_iter().map(pin).collect())
}

/// The products pinned for what somebody typed.
pub(super) async fn of(shop: &Shop, text: &str) -> Result<Vec<Uuid>> {
    const OF: &str = "SELECT product_id FROM search_pin WHERE term = $1 ORDER BY position, product_id";
    let rows: Vec<(Uuid,)> = shop.db.fetch_all(OF, args![folded_term(text)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Puts a product, named by SKU or by the last part of its address, behind those that are pinned for `term`.
///
/// # Errors
/// `Invalid` "term" or "product".
pub async fn pin(shop: &Shop, by: &Staff, term: &str, product: &str) -> Result<()> {
    const NAMED: &str = "SELECT id, title FROM product
        WHERE slug = $1 OR id IN (SELECT product_id FROM variant WHERE sku = $1) ORDER BY id LIMIT 1";
    const PUT: &str = "INSERT INTO search_pin (term, product_id, position)
        SELECT $1, $2, COALESCE(MAX(position), 0) + 1 FROM search_pin WHERE term = $1 HAVING COUNT(*) < $3
        ON CONFLICT (term, product_id) DO NOTHING";
    let product = product.trim().rsplit('/').next().unwrap_or_default();
    Check::default()
        .required("term", term, TERM_CHARS)
        .required("product", product, SKU_CHARS.max(SLUG_CHARS))
        .done()?;
    let term = folded_term(term);
    let mut tx = shop.db.begin().await?;
    let found: Option<(ProductId, String)> = tx.fetch_optional(NAMED, args![product]).await?;
    let (id, title) = found.ok_or_else(|| Error::field("product", "No product has this SKU or address."))?;
    if tx.execute(PUT, args![&term, id, PINS]).await? == 0 {
        return Err(Error::field("product", format!("It is pinned already, or there are {PINS} for this term.")));
    }
    let entry = Entry::new(by, "pin.create", "pin", &term).after(&title);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a pinned product before the others of its term.
///
/// # Errors
/// `NotFound` when it is not pinned.
pub async fn put_first(shop: &Shop, by: &Staff, term: &str, product: ProductId) -> Result<()> {
    const FIRST: &str =
        "UPDATE search_pin SET position = (SELECT MIN(o.position) - 1 FROM search_pin o WHERE o.term = $1)
        WHERE term = $1 AND product_id = $2";
    change(shop, by, FIRST, "pin.update", term, product).await
}

/// # Errors
/// `NotFound` when it is not pinned.
pub async fn unpin(shop: &Shop, by: &Staff, term: &str, product: ProductId) -> Result<()> {
    const GONE: &str = "DELETE FROM search_pin WHERE term = $1 AND product_id = $2";
    change(shop, by, GONE, "pin.delete", term, product).await
}

async fn change(
    shop: &Shop,
    by: &Staff,
    sql: &'static str,
    action: &'static str,
    term: &str,
    product: ProductId,
) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    if tx.execute(sql, args![term, product]).await? == 0 {
        return Err(Error::NotFound("pinned product"));
    }
    audit::record(&mut tx, &Entry::new(by, action, "pin", term).before(&product), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}
