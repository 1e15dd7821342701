//! Bulk edits as they are shown.

use super::{Difference, Edit, State};
use crate::audit::actor_names;
use crate::catalogue::Page;
use crate::id::{BulkEditId, ProductId};
use crate::limits::{BULK_KEPT_MS, PAGE_ROWS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use std::collections::HashMap;

/// Products by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not looked at yet.
    pub chosen: i64,
    pub planned: i64,
    /// They are as they are to be.
    pub same: i64,
    pub refused: i64,
    pub gone: i64,
    pub applied: i64,
    /// Changed by somebody else between the difference and its application.
    pub edited: i64,
    pub undone: i64,
    /// Nothing was left to be undone: changed since.
    pub kept: i64,
}

impl Counts {
    pub fn all(&self) -> i64 {
        let Self { chosen, planned, same, refused, gone, applied, edited, undone, kept } = self;
        [chosen, planned, same, refused, gone, applied, edited, undone, kept].into_iter().sum()
    }
}

/// A product of a bulk edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub product_id: ProductId,
    /// `None`: it is gone.
    pub title: Option<String>,
    /// As the database has it: "planned", "refused".
    pub state: String,
    pub difference: Vec<Difference>,
    /// Why it was refused.
    pub message: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: BulkEditId,
    state: String,
    changes: String,
    actor: String,
    stopped: bool,
    created_at: i64,
    ended_at: Option<i64>,
}

const COLUMNS: &str = "id, state, changes, actor, stopped, created_at, ended_at";

pub async fn load(shop: &Shop, _by: &Staff, id: BulkEditId) -> Result<Edit> {
    let sql = format!("SELECT {COLUMNS} FROM bulk_edit WHERE id = $1");
    let row: Option<Row> = shop.db.fetch_optional(&sql, args![id]).await?;
    row.ok_or(Error::NotFound("bulk edit"))?.edit(shop, &actor_names(shop).await?).await
}

/// All of them, newest first, `rows` at a time after [`Page::next`].
pub async fn history(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Edit>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after: BulkEditId = match after {
        None => BulkEditId(uuid::Uuid::max()),
        Some(text) => text.parse().map_err(|_| Error::field("after", "Not a position in this list."))?,
    };
    let sql = format!("SELECT {COLUMNS} FROM bulk_edit WHERE id < $1 ORDER BY id DESC LIMIT $2");
    let mut found: Vec<Row> = shop.db.fetch_all(&sql, args![after, rows + 1]).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|row| row.id.to_string());
    let names = actor_names(shop).await?;
    let mut items = Vec::with_capacity(found.len());
    for row in found {
        items.push(row.edit(shop, &names).await?);
    }
    Ok(Page { items, next })
}

/// The products of an edit that differ or were refused, in the order in which they were chosen.
pub async fn items(shop: &Shop, _by: &Staff, id: BulkEditId, after: Option<&str>, rows: i64) -> Result<Page<Item>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after: i64 =
        after.map_or(Ok(-1), str::parse).map_err(|_| Error::field("after", "Not a position in this list."))?;
    let mut found: Vec<(i64, ProductId, Option<String>, String, String, String)> = shop
        .db
        .fetch_all(
            "SELECT i.seq, i.product_id, p.title, i.state, i.difference, i.message
             FROM bulk_item i LEFT JOIN product p ON p.id = i.product_id
             WHERE i.edit_id = $1 AND i.seq > $2 AND i.state NOT IN ('chosen', 'same') ORDER BY i.seq LIMIT $3",
            args![id, after, rows + 1],
        )
        .await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|row| row.0.to_string());
    let item = |(_, product_id, title, state, difference, message): (_, _, _, _, String, _)| {
        Ok(Item { product_id, title, state, difference: serde_json::from_str(&difference)?, message })
    };
    Ok(Page { items: found.into_iter().map(item).collect::<Result<_>>()?, next })
}

/// Forgets those that nobody can be expected to undo any more; how many rows.
pub async fn forget_old(shop: &Shop) -> Result<u64> {
    const OLD: &str = "created_at < $1 AND state NOT IN ('planning', 'applying', 'undoing')";
    let before = shop.now_ms() - BULK_KEPT_MS;
    let sql = format!("SELECT COUNT(*) FROM bulk_edit WHERE {OLD}");
    let (old,): (i64,) = shop.db.fetch_one(&sql, args![before]).await?;
    if old == 0 {
        return Ok(0);
    }
    Ok(shop.db.execute(&format!("DELETE FROM bulk_edit WHERE {OLD}"), args![before]).await?)
}

impl Row {
    async fn edit(self, shop: &Shop, names: &HashMap<String, String>) -> Result<Edit> {
        Ok(Edit {
            counts: counts(shop, self.id).await?,
            id: self.id,
            state: State::parse(&self.state)?,
            changes: serde_json::from_str(&self.changes)?,
            actor: names.get(&self.actor).cloned().unwrap_or(self.actor),
            stopped: self.stopped,
            created_at: self.created_at,
            ended_at: self.ended_at,
        })
    }
}

async fn counts(shop: &Shop, id: BulkEditId) -> Result<Counts> {
    let sql = "SELECT state, COUNT(*) FROM bulk_item WHERE edit_id = $1 GROUP BY state";
    let rows: Vec<(String, i64)> = shop.db.fetch_all(sql, args![id]).await?;
    let of = |state: &str| rows.iter().find(|(known, _)| known == state).map_or(0, |(_, count)| *count);
    Ok(Counts {
        chosen: of("chosen"),
        planned: of("planned"),
        same: of("same"),
        refused: of("refused"),
        gone: of("gone"),
        applied: of("applied"),
        edited: of("edited"),
        undone: of("undone"),
        kept: of("kept"),
    })
}
