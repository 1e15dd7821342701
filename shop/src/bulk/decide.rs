//! What the merchant decides about a bulk edit. Each step is one conditional update: of two clicks the second finds it done.

use super::{Changes, State};
use crate::audit::{self, Actor, Entry};
use crate::catalogue::desk::{self, Filter};
use crate::db::{Sql, Tx};
use crate::id::{BulkEditId, ProductId};
use crate::limits::BULK_PRODUCTS;
use crate::search::Search;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, rows};
use serde::Serialize;
use serde_json::json;

/// Products of one statement.
const PART: usize = 1_000;

/// Which products are to be changed.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// Those of them that are there.
    These(Vec<ProductId>),
    /// All that the merchant's list would show, on all its pages.
    All(Filter),
}

#[derive(Serialize)]
struct Row {
    seq: usize,
    id: ProductId,
}

const CHOOSE: Sql = rows!(
    "INSERT INTO bulk_item (edit_id, seq, product_id, state) SELECT $2, d.seq, d.id, 'chosen' FROM",
    [seq BIGINT, id UUID],
    "JOIN product p ON p.id = d.id WHERE TRUE ON CONFLICT (edit_id, product_id) DO NOTHING"
);

/// Takes down which products are meant: what comes to match later is not among them.
///
/// # Errors
/// `Invalid` "products" when there are none, or more than [`BULK_PRODUCTS`]; `Unavailable` as [`desk::list`].
pub async fn begin(shop: &Shop, search: &Search, by: &Staff, chosen: Chosen) -> Result<BulkEditId> {
    let ids = match chosen {
        Chosen::These(ids) => ids,
        Chosen::All(filter) => desk::matching(shop, search, by, &filter, BULK_PRODUCTS + 1).await?,
    };
    if ids.len() > BULK_PRODUCTS {
        let message = format!("At most {BULK_PRODUCTS} products at once. Narrow the list down first.");
        return Err(Error::field("products", message));
    }
    let (id, actor) = (BulkEditId::new(), Actor::from(by));
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "INSERT INTO bulk_edit (id, state, actor, address, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![id, State::Choosing.code(), actor.code(), actor.address(), shop.now_ms()],
    )
    .await?;
    let (mut there, mut seq) = (0, 0);
    for part in ids.chunks(PART) {
        let rows: Vec<_> = part.iter().zip(seq..).map(|(id, seq)| Row { seq, id: *id }).collect();
        seq += part.len();
        there += tx.execute(CHOOSE.of(tx.engine()), args![serde_json::to_string(&rows)?, id]).await?;
    }
    if there == 0 {
        return Err(Error::field("products", "Choose at least one product."));
    }
    tx.commit().await?;
    Ok(id)
}

/// Has the differences worked out that `changes` would make; nothing is written to products.
///
/// # Errors
/// `Invalid` as [`Changes::check`]; `Conflict` "moved_on".
pub async fn plan(shop: &Shop, _by: &Staff, id: BulkEditId, changes: &Changes) -> Result<()> {
    changes.check()?;
    let mut tx = shop.db.begin().await?;
    turn(&mut tx, id, "('choosing', 'planned')", State::Planning).await?;
    tx.execute("UPDATE bulk_edit SET changes = $2 WHERE id = $1", args![id, serde_json::to_string(changes)?]).await?;
    tx.execute(
        "UPDATE bulk_item SET state = 'chosen', version = NULL, difference = '[]', message = '' WHERE edit_id = $1",
        args![id],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Back to choosing what is to change.
pub async fn again(shop: &Shop, _by: &Staff, id: BulkEditId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    turn(&mut tx, id, "('planning', 'planned')", State::Choosing).await?;
    Ok(tx.commit().await?)
}

/// Begins to change the products as the differences show.
pub async fn apply(shop: &Shop, by: &Staff, id: BulkEditId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    turn(&mut tx, id, "('planned')", State::Applying).await?;
    note(&mut tx, by, "bulk.apply", id, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Ends after the batch under way. What was changed until then stays, and can be undone.
pub async fn stop(shop: &Shop, by: &Staff, id: BulkEditId) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    turn(&mut tx, id, "('applying')", State::Applied).await?;
    tx.execute("UPDATE bulk_edit SET stopped = TRUE, ended_at = $2 WHERE id = $1", args![id, now]).await?;
    note(&mut tx, by, "bulk.stop", id, now).await?;
    Ok(tx.commit().await?)
}

/// Begins to take back what was changed.
pub async fn undo(shop: &Shop, by: &Staff, id: BulkEditId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    turn(&mut tx, id, "('applied')", State::Undoing).await?;
    note(&mut tx, by, "bulk.undo", id, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

async fn turn(tx: &mut Tx, id: BulkEditId, from: &str, to: State) -> Result<()> {
    let sql = format!("UPDATE bulk_edit SET state = $2, ended_at = NULL WHERE id = $1 AND state IN {from}");
    match tx.execute(&sql, args![id, to.code()]).await? {
        0 => Err(Error::conflict("moved_on", "This bulk edit has moved on. Reload the page.")),
        _ => Ok(()),
    }
}

async fn note(tx: &mut Tx, by: &Staff, action: &'static str, id: BulkEditId, now: i64) -> Result<()> {
    let (changes,): (String,) =
        crate::db::Read::fetch_one(tx, "SELECT changes FROM bulk_edit WHERE id = $1", args![id]).await?;
    let changes: serde_json::Value = serde_json::from_str(&changes)?;
    audit::record(tx, &Entry::new(by, action, "bulk_edit", id).after(&json!({ "changes": changes })), now).await
}
