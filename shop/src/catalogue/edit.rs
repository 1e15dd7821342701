//! The merchant's editor: load, create, change, list, add pictures. Every change is in the audit log.
//!
//! A form carries the version it was loaded with; when somebody has saved in between, nothing is written.

use super::draft::{Draft, Status};
use super::{stored, write};
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::{CategoryId, PictureId, ProductId};
use crate::limits::{self, Check};
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

/// The product with this identifier or slug, drafts and archived ones included.
pub async fn load(shop: &Shop, _by: &Staff, key: &str) -> Result<Edited> {
    read(&mut &shop.db, key).await
}

async fn read(db: &mut impl Read, key: &str) -> Result<Edited> {
    let id = key.parse::<ProductId>().ok();
    let found: Option<(ProductId,)> =
        db.fetch_optional("SELECT id FROM product WHERE id = $1 OR slug = $2", args![id, key]).await?;
    let (id,) = found.ok_or(Error::NotFound("product"))?;
    let stored = stored::load(db, &[id], None).await?.pop().ok_or(Error::NotFound("product"))?;
    let mut edited = Edited {
        id,
        version: stored.version,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
        draft: stored.draft,
    };
    let thumbs: Vec<(PictureId, Option<String>)> =
        db.fetch_all("SELECT id, thumb_url FROM picture WHERE product_id = $1", args![id]).await?;
    for (picture, thumb) in thumbs {
        if let Some(of) = edited.draft.pictures.iter_mut().find(|p| p.id == picture) {
            of.thumb = thumb;
        }
    }
    Ok(edited)
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
    draft.attributes.sort_by_key(|value| value.attribute);
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
    category_names(&mut &shop.db).await
}

pub(crate) async fn category_names(db: &mut impl Read) -> Result<Vec<(CategoryId, String)>> {
    let rows: Vec<(CategoryId, Option<CategoryId>, String)> =
        db.fetch_all("SELECT id, parent_id, title FROM category ORDER BY position, title, id", args![]).await?;
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
