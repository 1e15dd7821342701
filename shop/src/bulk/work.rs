//! The worker's part: a batch of products is one transaction, which locks the edit first.

use super::back::taken_back;
use super::difference::{self, Names};
use super::{Changes, State};
use crate::attribute;
use crate::audit::{self, Actor, Entry};
use crate::catalogue::draft::Draft;
use crate::catalogue::stored::{self, Stored};
use crate::catalogue::{edit, write};
use crate::db::{Read, Tx};
use crate::id::{BulkEditId, ProductId};
use crate::{Error, Result, Shop, args};
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;

/// Products of one transaction.
const BATCH: i64 = 50;

/// Works on everything that is under way; the number of products looked at.
pub async fn work(shop: &Shop, until: &CancellationToken) -> Result<usize> {
    const DUE: &str = "SELECT id FROM bulk_edit WHERE state IN ('planning', 'applying', 'undoing') ORDER BY id";
    let due: Vec<(BulkEditId,)> = shop.db.fetch_all(DUE, args![]).await?;
    let mut done = 0;
    for (id,) in due {
        while let Some(more) = step(shop, id).await?.filter(|_| !until.is_cancelled()) {
            done += more;
        }
    }
    Ok(done)
}

/// One batch; `None` when nothing is left of this edit. When the database refuses one of the products, the others are none
/// the worse.
async fn step(shop: &Shop, id: BulkEditId) -> Result<Option<usize>> {
    match batch(shop, id, BATCH).await {
        Err(error @ Error::Unavailable { .. }) => Err(error),
        Err(error) => {
            tracing::info!(%error, edit = %id, "a batch of a bulk edit is done product by product");
            let mut done = 0;
            for _ in 0..BATCH {
                match batch(shop, id, 1).await {
                    Ok(Some(more)) => done += more,
                    Ok(None) => break,
                    Err(error @ Error::Unavailable { .. }) => return Err(error),
                    Err(error) => {
                        refuse_first(shop, id, &error).await?;
                        done += 1;
                    }
                }
            }
            Ok(Some(done))
        }
        done => done,
    }
}

struct Work {
    tx: Tx,
    id: BulkEditId,
    state: State,
    changes: Changes,
    by: Actor,
    names: Names,
    now: i64,
}

#[derive(sqlx::FromRow)]
struct Next {
    seq: i64,
    product_id: ProductId,
    version: Option<i64>,
    before: Option<String>,
}

async fn batch(shop: &Shop, id: BulkEditId, most: i64) -> Result<Option<usize>> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    // Whoever else wants to work on it waits here, and then sees what is left.
    tx.execute("UPDATE bulk_edit SET worked_at = $2 WHERE id = $1", args![id, now]).await?;
    let row: Option<(String, String, String, String)> =
        tx.fetch_optional("SELECT state, changes, actor, address FROM bulk_edit WHERE id = $1", args![id]).await?;
    let Some((state, changes, actor, address)) = row else { return Ok(None) };
    let state = State::parse(&state)?;
    let (waiting, next) = match state {
        State::Planning => ("chosen", State::Planned),
        State::Applying => ("planned", State::Applied),
        State::Undoing => ("applied", State::Undone),
        _ => return Ok(None),
    };
    let items: Vec<Next> = tx
        .fetch_all(
            "SELECT seq, product_id, version, before FROM bulk_item WHERE edit_id = $1 AND state = $2 ORDER BY seq LIMIT $3",
            args![id, waiting, most],
        )
        .await?;
    if items.is_empty() {
        tx.execute("UPDATE bulk_edit SET state = $2, ended_at = $3 WHERE id = $1", args![id, next.code(), now]).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let ids: Vec<ProductId> = items.iter().map(|item| item.product_id).collect();
    let stored = stored::load(&mut tx, &ids, None).await?;
    let mut stored: HashMap<ProductId, Stored> = stored.into_iter().map(|stored| (stored.id, stored)).collect();
    let changes = serde_json::from_str(&changes)?;
    // Only differences name anything.
    let names = match state {
        State::Planning => Names {
            categories: edit::category_names(&mut tx).await?.into_iter().collect(),
            attributes: attribute::definitions(&mut tx).await?,
            currency: shop.settings.currencies.first().copied(),
        },
        _ => Names::default(),
    };
    let mut work = Work { tx, id, state, changes, by: Actor::parse(&actor, &address), names, now };
    let count = items.len();
    for item in items {
        match stored.remove(&item.product_id) {
            None => work.set(item.seq, "gone", "").await?,
            Some(stored) => match work.state {
                State::Planning => work.plan(&item, &stored).await?,
                State::Applying => work.apply(&item, stored).await?,
                _ => work.undo(&item, &stored).await?,
            },
        }
    }
    work.tx.commit().await?;
    Ok(Some(count))
}

impl Work {
    async fn plan(&mut self, item: &Next, stored: &Stored) -> Result<()> {
        let after = match self.changes.made_of(&stored.draft) {
            Ok(after) => after,
            Err(error) => return self.set(item.seq, "refused", &said(&error)).await,
        };
        if after == stored.draft {
            return self.set(item.seq, "same", "").await;
        }
        let difference = difference::between(&stored.draft, &after, &self.names);
        self.tx
            .execute(
                "UPDATE bulk_item SET state = 'planned', version = $3, difference = $4 WHERE edit_id = $1 AND seq = $2",
                args![self.id, item.seq, stored.version, serde_json::to_string(&difference)?],
            )
            .await?;
        Ok(())
    }

    async fn apply(&mut self, item: &Next, stored: Stored) -> Result<()> {
        if item.version != Some(stored.version) {
            return self.set(item.seq, "edited", "").await;
        }
        let after = match self.changes.made_of(&stored.draft) {
            Ok(after) => after,
            Err(error) => return self.set(item.seq, "refused", &said(&error)).await,
        };
        if after == stored.draft {
            // A price that moved by itself since: nothing is left to do.
            return self.set(item.seq, "same", "").await;
        }
        self.write(stored.id, &stored.draft, &after, stored.version).await?;
        self.tx
            .execute(
                "UPDATE bulk_item SET state = 'applied', before = $3 WHERE edit_id = $1 AND seq = $2",
                args![self.id, item.seq, serde_json::to_string(&light(stored.draft))?],
            )
            .await?;
        Ok(())
    }

    async fn undo(&mut self, item: &Next, stored: &Stored) -> Result<()> {
        let before: Draft = serde_json::from_str(item.before.as_deref().unwrap_or_default())?;
        let after = self.changes.made_of(&before)?;
        let mut draft = taken_back(&stored.draft, &before, &after);
        // Its time went by meanwhile: it would be published at once.
        draft.publish_at = draft.publish_at.filter(|at| *at > self.now);
        if draft == stored.draft {
            return self.set(item.seq, "kept", "").await;
        }
        self.write(stored.id, &stored.draft, &draft, stored.version).await?;
        self.set(item.seq, "undone", "").await
    }

    async fn write(&mut self, id: ProductId, before: &Draft, after: &Draft, version: i64) -> Result<()> {
        write::update(&mut self.tx, id, after, Some(version), self.now).await?;
        let entry = Entry::new(self.by.clone(), "product.update", "product", id);
        let entry = entry.before(&light(before.clone())).after(&light(after.clone()));
        audit::record(&mut self.tx, &entry, self.now).await
    }

    async fn set(&mut self, seq: i64, state: &str, message: &str) -> Result<()> {
        set(&mut self.tx, self.id, seq, state, message).await
    }
}

async fn set(tx: &mut Tx, id: BulkEditId, seq: i64, state: &str, message: &str) -> Result<()> {
    let sql = "UPDATE bulk_item SET state = $3, message = $4 WHERE edit_id = $1 AND seq = $2";
    tx.execute(sql, args![id, seq, state, message]).await?;
    Ok(())
}

/// What no bulk edit changes is left out.
fn light(mut draft: Draft) -> Draft {
    draft.description_html.clear();
    draft.pictures.clear();
    draft
}

fn said(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => fields.first().map(|field| field.message.clone()).unwrap_or_default(),
        other => other.problem().detail,
    }
}

/// The product that the database does not take, so that the others can go on.
async fn refuse_first(shop: &Shop, id: BulkEditId, error: &Error) -> Result<()> {
    tracing::warn!(%error, edit = %id, "the database refuses a product of a bulk edit");
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE bulk_edit SET worked_at = $2 WHERE id = $1", args![id, shop.now_ms()]).await?;
    let first: Option<(i64, String)> = tx
        .fetch_optional(
            "SELECT i.seq, e.state FROM bulk_edit e JOIN bulk_item i ON i.edit_id = e.id AND i.state =
               CASE e.state WHEN 'planning' THEN 'chosen' WHEN 'applying' THEN 'planned' WHEN 'undoing' THEN 'applied' END
             WHERE e.id = $1 ORDER BY i.seq LIMIT 1",
            args![id],
        )
        .await?;
    if let Some((seq, state)) = first {
        let state = if State::parse(&state)? == State::Undoing { "kept" } else { "refused" };
        set(&mut tx, id, seq, state, "The database does not take this change.").await?;
    }
    Ok(tx.commit().await?)
}
