//! What the merchant decides about a job. Each step is one conditional update: of two clicks the second finds it done.

use super::{Mode, State, load};
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::id::ImportId;
use crate::import::{Format, Mapping};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// Begins the dry run, with the columns read as the merchant wants them.
pub async fn check(
    shop: &Shop,
    _by: &Staff,
    id: ImportId,
    format: Format,
    read_as: Vec<String>,
    fetch_pictures: bool,
) -> Result<()> {
    let job = load(shop, id).await?;
    let mapping = Mapping::chosen(format, job.mapping.names().to_vec(), read_as);
    if let Some(missing) = mapping.missing().first() {
        return Err(Error::field("columns", missing.message.clone()));
    }
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE import_job SET format = $2, mapping = $3, fetch_pictures = $4
             WHERE id = $1 AND state IN ('uploaded', 'checked')",
            args![id, format.code(), serde_json::to_string(mapping.read_as())?, fetch_pictures],
        )
        .await?;
    if changed == 0 {
        return Err(moved_on());
    }
    reset(&mut tx, id, State::Checking, "('uploaded', 'checked')").await?;
    Ok(tx.commit().await?)
}

/// Begins the import of a file that was checked.
pub async fn run(shop: &Shop, by: &Staff, id: ImportId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    reset(&mut tx, id, State::Running, "('checked')").await?;
    note(&mut tx, by, "import.run", id, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Begins a job for whoever has a shell.
pub(super) async fn begin(shop: &Shop, id: ImportId, mode: Mode, fetch_pictures: bool) -> Result<()> {
    let state = if mode == Mode::DryRun { State::Checking } else { State::Running };
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE import_job SET fetch_pictures = $2 WHERE id = $1", args![id, fetch_pictures]).await?;
    reset(&mut tx, id, state, "('uploaded', 'checked')").await?;
    Ok(tx.commit().await?)
}

/// Lets the work under way end after its batch. What was done stays, and can be taken back.
pub async fn cancel(shop: &Shop, by: &Staff, id: ImportId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE import_job SET cancelled = TRUE
             WHERE id = $1 AND state IN ('checking', 'running', 'fetching') AND NOT cancelled",
            args![id],
        )
        .await?;
    if changed == 1 {
        note(&mut tx, by, "import.cancel", id, shop.now_ms()).await?;
    }
    Ok(tx.commit().await?)
}

/// Begins to take back what the job has done.
pub async fn roll_back(shop: &Shop, by: &Staff, id: ImportId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE import_job SET state = 'rolling_back', position = 0, cancelled = FALSE, removed = 0, restored = 0,
               archived = 0, kept = 0, lease_until = 0, ended_at = NULL,
               total = (SELECT COUNT(*) FROM import_item i WHERE i.job_id = $1)
             WHERE id = $1 AND state IN ('done', 'cancelled', 'failed')
               AND EXISTS (SELECT 1 FROM import_item i WHERE i.job_id = $1)",
            args![id],
        )
        .await?;
    if changed == 0 {
        return Err(moved_on());
    }
    note(&mut tx, by, "import.roll_back", id, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

async fn reset(tx: &mut Tx, id: ImportId, to: State, from: &str) -> Result<()> {
    let changed = tx
        .execute(
            &format!(
                "UPDATE import_job SET state = $2, total = NULL, position = 0, created = 0, updated = 0, unchanged = 0,
                   refused = 0, errors = 0, cancelled = FALSE, lease_until = 0
                 WHERE id = $1 AND state IN {from}"
            ),
            args![id, to.code()],
        )
        .await?;
    if changed == 0 {
        return Err(moved_on());
    }
    tx.execute("DELETE FROM import_job_error WHERE job_id = $1", args![id]).await?;
    Ok(())
}

async fn note(tx: &mut Tx, by: &Staff, action: &'static str, id: ImportId, now: i64) -> Result<()> {
    let (file,): (String,) =
        crate::db::Read::fetch_one(tx, "SELECT file_name FROM import_job WHERE id = $1", args![id]).await?;
    audit::record(tx, &Entry::new(by, action, "import", id).after(&json!({ "file": file })), now).await
}

fn moved_on() -> Error {
    Error::conflict("moved_on", "This import has moved on. Reload the page.")
}
