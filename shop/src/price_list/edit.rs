//! A price list by the merchant's hand: made, changed, deleted, each with its audit row.

use crate::audit::{self, Entry};
use crate::db::{Read, Violation};
use crate::id::{GroupId, PriceListId};
use crate::limits::{self, Check};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;

/// A list as its form writes it. Times in Unix milliseconds; `None`: since ever, for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Draft {
    pub title: String,
    /// `None`: for everybody.
    pub group: Option<GroupId>,
    pub start_at: Option<i64>,
    pub end_at: Option<i64>,
    pub active: bool,
}

impl Draft {
    fn check(&self, now: i64) -> Result<()> {
        let ahead = now + limits::PUBLISH_AHEAD_MS;
        let mut check = Check::default();
        check.required("title", &self.title, limits::TITLE_CHARS);
        for (field, at) in [("start_at", self.start_at), ("end_at", self.end_at)] {
            check.that(at.is_none_or(|at| (0..=ahead).contains(&at)), field, "At most ten years ahead.");
        }
        let reversed = self.start_at.zip(self.end_at).is_some_and(|(start, end)| end <= start);
        check.that(!reversed, "end_at", "The end must lie after the start.");
        check.done()
    }
}

pub async fn create(shop: &Shop, by: &Staff, draft: &Draft) -> Result<PriceListId> {
    let (id, now) = (PriceListId::new(), shop.now_ms());
    draft.check(now)?;
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "INSERT INTO price_list (id, title, group_id, start_at, end_at, active, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![id, draft.title.trim(), draft.group, draft.start_at, draft.end_at, draft.active, now],
    )
    .await
    .map_err(no_group)?;
    audit::record(&mut tx, &Entry::new(by, "price_list.create", "price_list", id).after(draft), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// `Conflict` "changed" when `version` is no longer the list's.
pub async fn update(shop: &Shop, by: &Staff, id: PriceListId, draft: &Draft, version: i64) -> Result<()> {
    let now = shop.now_ms();
    draft.check(now)?;
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE price_list SET title = $3, group_id = $4, start_at = $5, end_at = $6, active = $7,
               version = version + 1 WHERE id = $1 AND version = $2",
            args![id, version, draft.title.trim(), draft.group, draft.start_at, draft.end_at, draft.active],
        )
        .await
        .map_err(no_group)?;
    if changed == 0 {
        let known: Option<(i64,)> =
            tx.fetch_optional("SELECT version FROM price_list WHERE id = $1", args![id]).await?;
        known.ok_or(Error::NotFound("price list"))?;
        return Err(Error::conflict("changed", "Somebody else has changed this list. Reload it and try again."));
    }
    audit::record(&mut tx, &Entry::new(by, "price_list.update", "price_list", id).after(draft), now).await?;
    Ok(tx.commit().await?)
}

/// Takes a list away with all its entries. Orders keep their prices.
pub async fn delete(shop: &Shop, by: &Staff, id: PriceListId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone: Option<(String,)> =
        tx.fetch_optional("DELETE FROM price_list WHERE id = $1 RETURNING title", args![id]).await?;
    let (title,) = gone.ok_or(Error::NotFound("price list"))?;
    let entry = Entry::new(by, "price_list.delete", "price_list", id).before(&serde_json::json!({ "title": title }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn no_group(error: crate::db::DbError) -> Error {
    match error.violation() {
        Some(Violation::ForeignKey) => Error::field("group", "There is no such group."),
        _ => error.into(),
    }
}
