//! Categories by a merchant's hand: made and changed, each with its audit row.

use super::shape;
use crate::audit::{self, Entry};
use crate::catalogue::draft::{is_slug, slugify};
use crate::db::{DbError, Read};
use crate::id::CategoryId;
use crate::limits::{self, Check};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A category as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub title: String,
    /// Left empty, it is made from the title.
    pub slug: String,
    pub parent: Option<CategoryId>,
    pub description: String,
    pub seo_title: String,
    pub seo_description: String,
}

impl Draft {
    fn clean(mut self) -> Result<Self> {
        for text in [&mut self.title, &mut self.slug, &mut self.description] {
            *text = text.trim().to_owned();
        }
        if self.slug.is_empty() {
            self.slug = slugify(&self.title);
        }
        let mut check = Check::default();
        // As long as files may name them.
        check.required("title", &self.title, limits::NAME_CHARS).text("slug", &self.slug, limits::SLUG_CHARS);
        check.that(is_slug(&self.slug), "slug", "Lower-case letters, digits and hyphens.");
        check.text("description", &self.description, limits::LIST_TEXT_CHARS);
        check.text("seo_title", &self.seo_title, limits::TITLE_CHARS);
        check.text("seo_description", &self.seo_description, limits::SEO_DESCRIPTION_CHARS).done()?;
        Ok(self)
    }
}

/// Makes a category, the last below its parent.
///
/// # Errors
/// `Invalid` by field; there are `limits::SHOP_CATEGORIES` at most.
pub async fn create(shop: &Shop, by: &Staff, draft: Draft) -> Result<CategoryId> {
    const INSERT: &str =
        "INSERT INTO category (id, parent_id, slug, title, description, seo_title, seo_description, position)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const BEHIND: &str = "SELECT COALESCE(MAX(position) + 1, 0), (SELECT COUNT(*) FROM category) FROM category
        WHERE parent_id IS NOT DISTINCT FROM $1";
    let draft = draft.clean()?;
    let id = CategoryId::new();
    let mut tx = shop.db.begin().await?;
    shape::take_turn(&mut tx).await?.check(None, draft.parent)?;
    let (position, count): (i64, i64) = tx.fetch_one(BEHIND, args![draft.parent]).await?;
    if count >= limits::SHOP_CATEGORIES {
        return Err(Error::field("title", format!("At most {} categories.", limits::SHOP_CATEGORIES)));
    }
    let args = args![
        id,
        draft.parent,
        &draft.slug,
        &draft.title,
        &draft.description,
        &draft.seo_title,
        &draft.seo_description,
        position,
    ];
    tx.execute(INSERT, args).await.map_err(taken)?;
    let entry = Entry::new(by, "category.create", "category", id).after(&draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Replaces what stands in the editor; below another parent it becomes the last.
///
/// # Errors
/// `Invalid` by field; `Conflict` "changed" when `version` is no longer the category's; `NotFound`.
pub async fn update(shop: &Shop, by: &Staff, id: CategoryId, draft: Draft, version: i64) -> Result<()> {
    const UPDATE: &str =
        "UPDATE category SET slug = $2, title = $3, description = $4, seo_title = $5, seo_description = $6,
          version = version + 1 WHERE id = $1 AND version = $7";
    let draft = draft.clean()?;
    let before = super::load(shop, by, id).await?;
    let mut tx = shop.db.begin().await?;
    let tree = shape::take_turn(&mut tx).await?;
    let (parent, known) = tree.of(id).ok_or(Error::NotFound("category"))?;
    if known != version {
        return Err(super::changed());
    }
    tree.check(Some(id), draft.parent)?;
    let args =
        args![id, &draft.slug, &draft.title, &draft.description, &draft.seo_title, &draft.seo_description, version,];
    if tx.execute(UPDATE, args).await.map_err(taken)? == 0 {
        return Err(super::changed());
    }
    if draft.parent != parent {
        shape::place(&mut tx, &tree, id, draft.parent, usize::MAX).await?;
    }
    let entry = Entry::new(by, "category.update", "category", id).before(&before.draft).after(&draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Hangs up another picture, or takes it away.
///
/// # Errors
/// `Invalid` "picture" as [`crate::media::Media::take_in`] says; `NotFound`.
pub async fn set_picture(shop: &Shop, by: &Staff, id: CategoryId, bytes: Option<Vec<u8>>) -> Result<()> {
    const SET: &str = "UPDATE category SET picture_url = $2, version = version + 1 WHERE id = $1";
    let before = super::load(shop, by, id).await?.picture_url;
    let url = match bytes {
        Some(bytes) => Some(shop.media.take_in(bytes).await?.url),
        None => None,
    };
    let mut tx = shop.db.begin().await?;
    if tx.execute(SET, args![id, url.clone()]).await? == 0 {
        return Err(Error::NotFound("category"));
    }
    let entry = Entry::new(by, "category.picture", "category", id);
    let entry = entry.before(&json!({ "picture": before })).after(&json!({ "picture": url }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("slug", "Already in use.") } else { error.into() }
}
