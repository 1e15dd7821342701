//! Writes a checked [`Draft`] in the caller's transaction.

use super::draft::{Draft, DraftVariant};
use super::price;
use crate::attribute;
use crate::db::{Read, Tx};
use crate::id::{CategoryId, ProductId, VariantId};
use crate::{Error, Result, args};

/// Inserts a new product; the identifiers of its variants in order.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: ProductId,
    draft: &Draft,
    handle: Option<&str>,
    now: i64,
) -> Result<Vec<VariantId>> {
    tx.execute(
        "INSERT INTO product (id, slug, title, description_html, brand, product_type, tags, options, status, seo_title,
           seo_description, import_handle, created_at, updated_at, publish_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)",
        args![
            id,
            &draft.slug,
            &draft.title,
            &draft.description_html,
            &draft.brand,
            &draft.product_type,
            serde_json::to_string(&draft.tags)?,
            serde_json::to_string(&draft.options)?,
            draft.status.code(),
            &draft.seo_title,
            &draft.seo_description,
            handle,
            now,
            draft.publish_at
        ],
    )
    .await
    .map_err(|e| taken(e, "slug"))?;
    let mut ids = Vec::with_capacity(draft.variants.len());
    for (at, variant) in draft.variants.iter().enumerate() {
        ids.push(insert_variant(tx, id, at, variant, now).await?);
    }
    attribute::write::insert(tx, id, &draft.attributes).await?;
    children(tx, id, draft, &ids).await?;
    Ok(ids)
}

/// Replaces what is stored by `draft`. With `version` the product must still be at it (`Conflict` "changed"); without,
/// as for an import, a draft keeps the time at which it is to be published.
pub(crate) async fn update(
    tx: &mut Tx,
    id: ProductId,
    draft: &Draft,
    version: Option<i64>,
    now: i64,
) -> Result<Vec<VariantId>> {
    let changed = tx
        .execute(
            "UPDATE product SET slug = $2, title = $3, description_html = $4, brand = $5, product_type = $6, tags = $7,
               options = $8, status = $9, seo_title = $10, seo_description = $11, updated_at = $12, version = version + 1,
               publish_at = CASE WHEN $9 <> 'draft' THEN NULL WHEN $13 IS NULL THEN publish_at ELSE $14 END
             WHERE id = $1 AND version = COALESCE($13, version)",
            args![
                id,
                &draft.slug,
                &draft.title,
                &draft.description_html,
                &draft.brand,
                &draft.product_type,
                serde_json::to_string(&draft.tags)?,
                serde_json::to_string(&draft.options)?,
                draft.status.code(),
                &draft.seo_title,
                &draft.seo_description,
                now,
                version,
                draft.publish_at
            ],
        )
        .await
        .map_err(|e| taken(e, "slug"))?;
    if changed == 0 {
        return Err(Error::conflict("changed", "Somebody else has changed this product. Reload it and try again."));
    }
    let known: Vec<(VariantId, String, String)> =
        tx.fetch_all("SELECT id, sku, option_values FROM variant WHERE product_id = $1", args![id]).await?;
    // Combinations may move between variants: free them all before handing them out again.
    tx.execute("UPDATE variant SET option_values = '[\"' || sku || '\"]' WHERE product_id = $1", args![id]).await?;
    let mut ids = Vec::with_capacity(draft.variants.len());
    for (at, variant) in draft.variants.iter().enumerate() {
        let values = serde_json::to_string(&variant.option_values)?;
        let free = |(known, ..): &&(VariantId, String, String)| !ids.contains(known);
        let same = match variant.id {
            Some(wanted) => Some(
                known
                    .iter()
                    .find(|k| k.0 == wanted)
                    .ok_or_else(|| Error::field(format!("variants.{at}.id"), "Not a variant of this product."))?,
            ),
            None => known.iter().filter(free).find(|k| k.1 == variant.sku).or_else(|| {
                known.iter().filter(free).find(|k| k.2 == values && !draft.variants.iter().any(|v| v.sku == k.1))
            }),
        };
        ids.push(match same {
            Some((known, ..)) => update_variant(tx, *known, at, variant, now).await?,
            None => insert_variant(tx, id, at, variant, now).await?,
        });
    }
    for (gone, ..) in known.iter().filter(|k| !ids.contains(&k.0)) {
        withdraw(tx, *gone).await?;
    }
    attribute::write::replace(tx, id, &draft.attributes).await?;
    tx.execute("DELETE FROM product_category WHERE product_id = $1", args![id]).await?;
    tx.execute("DELETE FROM picture WHERE product_id = $1", args![id]).await?;
    children(tx, id, draft, &ids).await?;
    Ok(ids)
}

/// Deletes a variant nobody has ordered; one that past orders name stays, inactive.
async fn withdraw(tx: &mut Tx, id: VariantId) -> Result<()> {
    let deleted = tx
        .execute(
            "DELETE FROM variant WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM order_line l WHERE l.variant_id = $1)
               AND NOT EXISTS (SELECT 1 FROM stock s WHERE s.variant_id = $1
                 AND (s.reserved > 0 OR EXISTS (SELECT 1 FROM reservation r WHERE r.stock_id = s.id)))",
            args![id],
        )
        .await?;
    if deleted == 0 {
        tx.execute("UPDATE variant SET active = FALSE WHERE id = $1", args![id]).await?;
    }
    Ok(())
}

async fn insert_variant(tx: &mut Tx, product: ProductId, at: usize, v: &DraftVariant, now: i64) -> Result<VariantId> {
    let id = VariantId::new();
    tx.execute(
        "INSERT INTO variant (id, product_id, sku, barcode, option_values, title, position, weight_grams,
           requires_shipping, taxable, tax_class, tracked, cost, gift_card)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        columns(id, Some(product), at, v)?,
    )
    .await
    .map_err(|e| taken(e, &format!("variants.{at}.sku")))?;
    price::write(tx, id, &v.prices, now).await?;
    Ok(id)
}

async fn update_variant(tx: &mut Tx, id: VariantId, at: usize, v: &DraftVariant, now: i64) -> Result<VariantId> {
    tx.execute(
        "UPDATE variant SET sku = $2, barcode = $3, option_values = $4, title = $5, position = $6, weight_grams = $7,
           requires_shipping = $8, taxable = $9, tax_class = $10, tracked = $11, cost = $12, gift_card = $13,
           active = TRUE WHERE id = $1",
        columns(id, None, at, v)?,
    )
    .await
    .map_err(|e| taken(e, &format!("variants.{at}.sku")))?;
    price::write(tx, id, &v.prices, now).await?;
    Ok(id)
}

fn columns(id: VariantId, product: Option<ProductId>, at: usize, v: &DraftVariant) -> Result<Vec<crate::db::Arg>> {
    let mut list = args![id];
    list.extend(product.map(Into::into));
    list.extend(args![
        &v.sku,
        v.barcode.as_deref(),
        serde_json::to_string(&v.option_values)?,
        v.option_values.join(" / "),
        position(at),
        v.weight_grams,
        v.requires_shipping,
        v.taxable,
        &v.tax_class,
        v.tracked,
        v.cost,
        v.gift_card
    ]);
    Ok(list)
}

async fn children(tx: &mut Tx, id: ProductId, draft: &Draft, variants: &[VariantId]) -> Result<()> {
    for category in &draft.categories {
        into_category(tx, id, *category).await?;
    }
    for (at, picture) in draft.pictures.iter().enumerate() {
        let variant = picture.variant.and_then(|n| variants.get(n)).copied();
        tx.execute(
            "INSERT INTO picture (id, product_id, variant_id, position, url, source_url, alt, width, height, focus_x, focus_y)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                picture.id,
                id,
                variant,
                position(at),
                &picture.url,
                picture.source_url.as_deref(),
                &picture.alt,
                picture.width,
                picture.height,
                picture.focus.0,
                picture.focus.1
            ],
        )
        .await?;
    }
    Ok(())
}

async fn into_category(tx: &mut Tx, id: ProductId, category: CategoryId) -> Result<()> {
    tx.execute(
        "INSERT INTO product_category (category_id, product_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        args![category, id],
    )
    .await
    .map_err(|e| {
        if e.violation() == Some(crate::db::Violation::ForeignKey) {
            Error::field("categories", "No such category.")
        } else {
            e.into()
        }
    })?;
    Ok(())
}

fn position(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

fn taken(error: crate::db::DbError, field: &str) -> Error {
    if error.is_unique_violation() { Error::field(field, "Already in use.") } else { error.into() }
}
