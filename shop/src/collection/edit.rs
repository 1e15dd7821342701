//! Collections by a merchant's hand: made, changed, removed, each with its audit row.

use super::follow::BEGIN;
use super::{Condition, Kind, Order, Rule};
use crate::audit::{self, Entry};
use crate::catalogue::draft::{is_slug, slugify};
use crate::db::{DbError, Tx};
use crate::id::{CategoryId, CollectionId};
use crate::limits::{self, Check};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Members taken out at a time when a collection goes.
const BATCH: i64 = 1_000;

/// A collection as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub title: String,
    /// Left empty, it is made from the title.
    pub slug: String,
    pub description: String,
    pub kind: Kind,
    /// Of a collection by rule, and of no other.
    pub rule: Option<Rule>,
    pub order: Order,
    pub seo_title: String,
    pub seo_description: String,
    pub published: bool,
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
        check.required("title", &self.title, limits::TITLE_CHARS).text("slug", &self.slug, limits::SLUG_CHARS);
        check.that(is_slug(&self.slug), "slug", "Lower-case letters, digits and hyphens.");
        check.text("description", &self.description, limits::LIST_TEXT_CHARS);
        check.text("seo_title", &self.seo_title, limits::TITLE_CHARS);
        check.text("seo_description", &self.seo_description, limits::SEO_DESCRIPTION_CHARS);
        match (self.kind, &self.rule) {
            (Kind::Rule, Some(rule)) => rule.check(&mut check),
            (Kind::Rule, None) => {
                check.that(false, "conditions", "At least one condition.");
            }
            (Kind::Hand, _) => self.rule = None,
        }
        check.done()?;
        Ok(self)
    }
}

/// # Errors
/// `Invalid` by field; there are `limits::COLLECTIONS` at most.
pub async fn create(shop: &Shop, by: &Staff, draft: Draft) -> Result<CollectionId> {
    let draft = draft.clean()?;
    let (id, now) = (CollectionId::new(), shop.now_ms());
    let mut tx = shop.db.begin().await?;
    check_categories(&mut tx, draft.rule.as_ref()).await?;
    insert(&mut tx, id, &draft, now).await?;
    audit::record(&mut tx, &Entry::new(by, "collection.create", "collection", id).after(&draft), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes a new collection that has been checked; its rule is asked about all products.
pub(crate) async fn insert(tx: &mut Tx, id: CollectionId, draft: &Draft, now: i64) -> Result<()> {
    // Where no rule was asked for long there is nothing to catch up on.
    const ANEW: &str = "UPDATE collection_feed SET transaction_id = 0, seq = 0
        WHERE NOT EXISTS (SELECT 1 FROM collection c WHERE c.kind = 'rule')";
    const INSERT: &str = "INSERT INTO collection (id, slug, title, description, kind, rule, sort, seo_title,
          seo_description, published, fill_after, aged_at, created_at, updated_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12
        WHERE (SELECT COUNT(*) FROM collection c) < $13";
    if draft.kind == Kind::Rule {
        tx.execute(ANEW, args![]).await?;
    }
    let args = args![
        id,
        &draft.slug,
        &draft.title,
        &draft.description,
        draft.kind.code(),
        stored(draft.rule.as_ref())?,
        draft.order.code(),
        &draft.seo_title,
        &draft.seo_description,
        draft.published,
        (draft.kind == Kind::Rule).then(Uuid::nil),
        now,
        limits::COLLECTIONS,
    ];
    if tx.execute(INSERT, args).await.map_err(taken)? == 0 {
        return Err(Error::field("title", format!("At most {} collections.", limits::COLLECTIONS)));
    }
    Ok(())
}

/// Replaces what stands in the editor; a collection stays of its kind. Another rule is asked about all products.
///
/// # Errors
/// `Invalid` by field; `Conflict` "changed" when `version` is no longer the collection's; `NotFound`.
pub async fn update(shop: &Shop, by: &Staff, id: CollectionId, draft: Draft, version: i64) -> Result<()> {
    const UPDATE: &str = "UPDATE collection SET slug = $2, title = $3, description = $4, rule = $5, sort = $6,
          seo_title = $7, seo_description = $8, published = $9, version = version + 1, updated_at = $10
        WHERE id = $1 AND version = $11";
    let now = shop.now_ms();
    let before = super::load(shop, by, id).await?;
    let draft = Draft { kind: before.draft.kind, ..draft }.clean()?;
    let mut tx = shop.db.begin().await?;
    if draft.rule != before.draft.rule {
        check_categories(&mut tx, draft.rule.as_ref()).await?;
    }
    let args = args![
        id,
        &draft.slug,
        &draft.title,
        &draft.description,
        stored(draft.rule.as_ref())?,
        draft.order.code(),
        &draft.seo_title,
        &draft.seo_description,
        draft.published,
        now,
        version,
    ];
    // Who has read what `version` stands for has also read the rule that it is compared with here.
    if version != before.version || tx.execute(UPDATE, args).await.map_err(taken)? == 0 {
        return Err(changed());
    }
    if draft.rule != before.draft.rule {
        tx.execute(BEGIN, args![Uuid::nil(), now, id]).await?;
    }
    let entry = Entry::new(by, "collection.update", "collection", id).before(&before.draft).after(&draft);
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// # Errors
/// `NotFound`.
pub async fn remove(shop: &Shop, by: &Staff, id: CollectionId) -> Result<()> {
    const SOME: &str = "DELETE FROM collection_product WHERE collection_id = $1 AND product_id IN
        (SELECT m.product_id FROM collection_product m WHERE m.collection_id = $1 ORDER BY m.product_id LIMIT $2)";
    let before = super::load(shop, by, id).await?;
    // The rest goes with the collection: nobody who writes waits for a hundred thousand of them.
    for _ in 0..before.products / BATCH {
        shop.db.execute(SOME, args![id, BATCH]).await?;
    }
    let mut tx = shop.db.begin().await?;
    if tx.execute("DELETE FROM collection WHERE id = $1", args![id]).await? == 0 {
        return Err(Error::NotFound("collection"));
    }
    let entry = Entry::new(by, "collection.delete", "collection", id).before(&before.draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn stored(rule: Option<&Rule>) -> Result<Option<String>> {
    Ok(rule.map(serde_json::to_string).transpose()?)
}

/// A rule that is written names categories that are there.
async fn check_categories(tx: &mut Tx, rule: Option<&Rule>) -> Result<()> {
    use crate::db::Read;
    let mut check = Check::default();
    for (at, condition) in rule.iter().flat_map(|rule| &rule.conditions).enumerate() {
        let Condition::Category { id, .. } = condition else { continue };
        let there: Option<(CategoryId,)> =
            tx.fetch_optional("SELECT id FROM category WHERE id = $1", args![*id]).await?;
        check.that(there.is_some(), &format!("conditions.{at}.value"), "No category has this address.");
    }
    check.done()
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("slug", "Already in use.") } else { error.into() }
}

pub(super) fn changed() -> Error {
    Error::conflict(
        "changed",
        "Somebody else has changed this collection in the meantime. Reload to see their version.",
    )
}
