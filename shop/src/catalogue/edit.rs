//! The merchant's editor: load, create, change, list, add pictures. Every change is in the audit log.
//!
//! A form carries the version it was loaded with; when somebody has saved in between, nothing is written.

use super::draft::{Draft, DraftPicture, DraftPrice, DraftVariant, Status};
use super::{ProductOption, write};
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::{CategoryId, PictureId, ProductId, VariantId};
use crate::limits::{self, Check};
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::{Deserialize, Serialize};

/// A product in the editor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    pub id: ProductId,
    /// To be handed back to [`update`].
    pub version: i64,
    pub draft: Draft,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct Head {
    id: ProductId,
    slug: String,
    title: String,
    description_html: String,
    brand: String,
    product_type: String,
    tags: String,
    options: String,
    status: String,
    publish_at: Option<i64>,
    seo_title: String,
    seo_description: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct VariantRow {
    id: VariantId,
    sku: String,
    barcode: Option<String>,
    option_values: String,
    weight_grams: i64,
    requires_shipping: bool,
    taxable: bool,
    tax_class: String,
    tracked: bool,
    cost: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct PictureRow {
    id: PictureId,
    url: String,
    source_url: Option<String>,
    alt: String,
    width: i64,
    height: i64,
    variant_id: Option<VariantId>,
    focus_x: i64,
    focus_y: i64,
    thumb_url: Option<String>,
}

/// The product with this identifier or slug, drafts and archived ones included.
pub async fn load(shop: &Shop, _by: &Staff, key: &str) -> Result<Edited> {
    read(&mut &shop.db, key).await
}

async fn read(db: &mut impl Read, key: &str) -> Result<Edited> {
    let id = key.parse::<ProductId>().ok();
    let head: Option<Head> = db
        .fetch_optional(
            "SELECT id, slug, title, description_html, brand, product_type, tags, options, status, publish_at, seo_title,
               seo_description, version, created_at, updated_at FROM product WHERE id = $1 OR slug = $2",
            args![id, key],
        )
        .await?;
    let head = head.ok_or(Error::NotFound("product"))?;
    let rows: Vec<VariantRow> = db
        .fetch_all(
            "SELECT id, sku, barcode, option_values, weight_grams, requires_shipping, taxable, tax_class, tracked, cost
             FROM variant WHERE product_id = $1 AND active ORDER BY position, id",
            args![head.id],
        )
        .await?;
    let prices: Vec<(VariantId, String, i64, Option<i64>)> = db
        .fetch_all(
            "SELECT r.variant_id, r.currency, r.amount, r.compare_at FROM variant v JOIN price r ON r.variant_id = v.id
             WHERE v.product_id = $1 ORDER BY r.currency",
            args![head.id],
        )
        .await?;
    let categories: Vec<(CategoryId,)> = db
        .fetch_all(
            "SELECT category_id FROM product_category WHERE product_id = $1 ORDER BY category_id",
            args![head.id],
        )
        .await?;
    let pictures: Vec<PictureRow> = db
        .fetch_all(
            "SELECT id, url, source_url, alt, width, height, variant_id, focus_x, focus_y, thumb_url FROM picture
             WHERE product_id = $1 ORDER BY position, id",
            args![head.id],
        )
        .await?;
    let pictures = pictures.into_iter().map(|p| p.draft(&rows)).collect();
    let variants = rows.into_iter().map(|row| row.draft(&prices)).collect::<Result<_>>()?;
    let options: Vec<ProductOption> = serde_json::from_str(&head.options)?;
    Ok(Edited {
        id: head.id,
        version: head.version,
        created_at: head.created_at,
        updated_at: head.updated_at,
        draft: Draft {
            title: head.title,
            slug: head.slug,
            description_html: head.description_html,
            brand: head.brand,
            product_type: head.product_type,
            status: Status::parse(&head.status).unwrap_or_default(),
            publish_at: head.publish_at,
            tags: serde_json::from_str(&head.tags)?,
            options,
            categories: categories.into_iter().map(|(id,)| id).collect(),
            seo_title: head.seo_title,
            seo_description: head.seo_description,
            variants,
            pictures,
        },
    })
}

impl VariantRow {
    fn draft(self, prices: &[(VariantId, String, i64, Option<i64>)]) -> Result<DraftVariant> {
        let own = prices.iter().filter(|(id, ..)| *id == self.id);
        Ok(DraftVariant {
            id: Some(self.id),
            prices: own
                .filter_map(|(_, code, amount, compare_at)| {
                    Some(DraftPrice { currency: Currency::parse(code)?, amount: *amount, compare_at: *compare_at })
                })
                .collect(),
            sku: self.sku,
            barcode: self.barcode,
            option_values: serde_json::from_str(&self.option_values)?,
            weight_grams: self.weight_grams,
            tracked: self.tracked,
            taxable: self.taxable,
            requires_shipping: self.requires_shipping,
            tax_class: self.tax_class,
            cost: self.cost,
        })
    }
}

impl PictureRow {
    fn draft(self, variants: &[VariantRow]) -> DraftPicture {
        DraftPicture {
            id: self.id,
            url: self.url,
            source_url: self.source_url,
            alt: self.alt,
            width: self.width,
            height: self.height,
            variant: self.variant_id.and_then(|id| variants.iter().position(|v| v.id == id)),
            focus: (self.focus_x, self.focus_y),
            thumb: self.thumb_url,
        }
    }
}

/// Creates a product. Pictures come later, by [`add_picture`].
pub async fn create(shop: &Shop, by: &Staff, mut draft: Draft) -> Result<ProductId> {
    draft.pictures.clear();
    clean(&mut draft)?;
    let (id, now) = (ProductId::new(), shop.now_ms());
    check_time(draft.publish_at, None, now)?;
    let mut tx = shop.db.begin().await?;
    write::insert(&mut tx, id, &draft, None, now).await?;
    audit::record(&mut tx, &Entry::new(by, "product.create", "product", id).after(&draft), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Replaces the product by `draft`. Of its pictures it may change order and text and leave some out; it cannot bring
/// new ones. `Conflict` "changed" when `version` is no longer the product's.
pub async fn update(shop: &Shop, by: &Staff, id: ProductId, mut draft: Draft, version: i64) -> Result<()> {
    clean(&mut draft)?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let before = read(&mut tx, &id.to_string()).await?;
    check_time(draft.publish_at, before.draft.publish_at, now)?;
    let known = &before.draft.pictures;
    draft.pictures.retain_mut(|picture| match known.iter().find(|k| k.id == picture.id) {
        Some(stored) => {
            (picture.url, picture.source_url) = (stored.url.clone(), stored.source_url.clone());
            (picture.width, picture.height) = (stored.width, stored.height);
            true
        }
        None => false,
    });
    write::update(&mut tx, id, &draft, Some(version), now).await?;
    let entry = Entry::new(by, "product.update", "product", id).before(&before.draft).after(&draft);
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// A time that is set must lie ahead; one that was set before may have come in the meantime.
fn check_time(wanted: Option<i64>, known: Option<i64>, now: i64) -> Result<()> {
    let Some(at) = wanted.filter(|_| wanted != known) else { return Ok(()) };
    let mut check = Check::default();
    check.that(at > now, "publish_at", "This time is over. Choose \"Published\" to publish it now.");
    check.that(at <= now + limits::PUBLISH_AHEAD_MS, "publish_at", "At most ten years ahead.");
    check.done()
}

fn clean(draft: &mut Draft) -> Result<()> {
    if draft.status != Status::Draft {
        draft.publish_at = None;
    }
    for text in [&mut draft.title, &mut draft.slug, &mut draft.brand, &mut draft.product_type] {
        *text = text.trim().to_owned();
    }
    if draft.slug.is_empty() {
        draft.slug = super::draft::slugify(&draft.title);
    }
    // Bounds first: the sanitiser should not be fed megabytes.
    draft.check()?;
    draft.description_html = ammonia::clean(&draft.description_html);
    draft.check()
}

/// A picture that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    pub id: PictureId,
    pub url: String,
    /// The product's new one.
    pub version: i64,
}

/// Stores an uploaded picture and hangs it behind the product's others.
///
/// # Errors
/// `Invalid` as [`crate::media::Media::take_in`] says, and when the product has enough pictures; `NotFound`.
pub async fn add_picture(shop: &Shop, by: &Staff, id: ProductId, bytes: Vec<u8>, alt: &str) -> Result<Added> {
    Check::default().text("alt", alt, limits::ALT_CHARS).done()?;
    let taken = shop.media.take_in(bytes).await?;
    let (picture, now) = (PictureId::new(), shop.now_ms());
    let mut tx = shop.db.begin().await?;
    let touched: Option<(i64,)> = tx
        .fetch_optional(
            "UPDATE product SET version = version + 1, updated_at = $2 WHERE id = $1 RETURNING version",
            args![id, now],
        )
        .await?;
    let (version,) = touched.ok_or(Error::NotFound("product"))?;
    let (count,): (i64,) = tx.fetch_one("SELECT COUNT(*) FROM picture WHERE product_id = $1", args![id]).await?;
    if usize::try_from(count).is_ok_and(|n| n >= limits::PICTURES) {
        return Err(Error::field("picture", format!("At most {} pictures.", limits::PICTURES)));
    }
    tx.execute(
        "INSERT INTO picture (id, product_id, position, url, alt, width, height)
         VALUES ($1, $2, (SELECT COALESCE(MAX(o.position) + 1, 0) FROM picture o WHERE o.product_id = $2), $3, $4, $5, $6)",
        args![picture, id, &taken.url, alt, taken.width, taken.height],
    )
    .await?;
    let after = serde_json::json!({ "picture": taken.url, "alt": alt });
    audit::record(&mut tx, &Entry::new(by, "product.picture", "product", id).after(&after), now).await?;
    tx.commit().await?;
    Ok(Added { id: picture, url: taken.url, version })
}

/// Every category, for choosing: identifier and title with its parents' ("Kitchen › Cups").
pub async fn categories(shop: &Shop, _by: &Staff) -> Result<Vec<(CategoryId, String)>> {
    let rows: Vec<(CategoryId, Option<CategoryId>, String)> =
        shop.db.fetch_all("SELECT id, parent_id, title FROM category ORDER BY position, title, id", args![]).await?;
    let name = |id: CategoryId| {
        let (mut parts, mut at) = (Vec::new(), Some(id));
        while let Some((_, parent, title)) = at.and_then(|id| rows.iter().find(|row| row.0 == id)) {
            parts.push(title.as_str());
            at = parent.filter(|_| parts.len() < 10);
        }
        parts.reverse();
        parts.join(" › ")
    };
    let mut named: Vec<_> = rows.iter().map(|(id, ..)| (*id, name(*id))).collect();
    named.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(named)
}
