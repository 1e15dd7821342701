//! Jobs as they are shown.

use super::file::read_mapping;
use super::{Counts, Job, State};
use crate::audit::actor_names;
use crate::catalogue::Page;
use crate::id::ImportId;
use crate::import::RowError;
use crate::import::cell::guarded;
use crate::limits::{IMPORT_ERRORS, PAGE_ROWS};
use crate::{Error, Result, Shop, args};
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
struct Row {
    id: ImportId,
    state: String,
    format: String,
    file_name: String,
    encoding: String,
    header: String,
    mapping: String,
    fetch_pictures: bool,
    actor: String,
    total: Option<i64>,
    position: i64,
    #[sqlx(flatten)]
    counts: Counts,
    cancelled: bool,
    message: String,
    created_at: i64,
    ended_at: Option<i64>,
    can_roll_back: bool,
}

const COLUMNS: &str =
    "j.id, j.state, j.format, j.file_name, j.encoding, j.header, j.mapping, j.fetch_pictures, j.actor,
    j.total, j.position, j.file_rows, j.created, j.updated, j.unchanged, j.refused, j.errors, j.pictures_stored,
    j.pictures_missing, j.removed, j.restored, j.archived, j.kept, j.cancelled, j.message, j.created_at, j.ended_at,
    (j.state IN ('done', 'cancelled', 'failed') AND EXISTS (SELECT 1 FROM import_item i WHERE i.job_id = j.id))
      AS can_roll_back";

/// The job as it stands.
pub async fn load(shop: &Shop, id: ImportId) -> Result<Job> {
    let sql = format!("SELECT {COLUMNS} FROM import_job j WHERE j.id = $1");
    let row: Option<Row> = shop.db.fetch_optional(&sql, args![id]).await?;
    row.ok_or(Error::NotFound("import"))?.job(&actor_names(shop).await?)
}

/// All jobs, newest first, `rows` at a time.
pub async fn history(shop: &Shop, after: Option<&str>, rows: i64) -> Result<Page<Job>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after: ImportId = match after {
        None => ImportId(uuid::Uuid::max()),
        Some(text) => text.parse().map_err(|_| Error::field("after", "Not a position in this list."))?,
    };
    let sql = format!("SELECT {COLUMNS} FROM import_job j WHERE j.id < $1 ORDER BY j.id DESC LIMIT $2");
    let mut found: Vec<Row> = shop.db.fetch_all(&sql, args![after, rows + 1]).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|row| row.id.to_string());
    let names = actor_names(shop).await?;
    let items = found.into_iter().map(|row| row.job(&names)).collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// The first `rows` errors, in the order in which they were found.
pub(super) async fn errors(shop: &Shop, id: ImportId, rows: i64) -> Result<Vec<RowError>> {
    let found: Vec<(i64, String, String)> = shop
        .db
        .fetch_all(
            "SELECT line, column_name, message FROM import_job_error WHERE job_id = $1 ORDER BY line, seq LIMIT $2",
            args![id, rows],
        )
        .await?;
    let error = |(line, column, message): (i64, _, _)| RowError { line: line.unsigned_abs(), column, message };
    Ok(found.into_iter().map(error).collect())
}

/// The errors as CSV, and products that a roll-back has left alone or archived behind them; the first `rows` of each.
pub async fn errors_file(shop: &Shop, id: ImportId) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Internal(format!("writing errors: {error}"));
    writer.write_record(["Line", "Column", "Problem"]).map_err(failed)?;
    for RowError { line, column, message } in errors(shop, id, IMPORT_ERRORS).await? {
        let line = line.to_string();
        writer.write_record([line.as_str(), &guarded(&column), &guarded(&message)]).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::Internal(format!("writing errors: {error}")))?;
    String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
}

/// The first errors of a job, for its page.
pub async fn first_errors(shop: &Shop, id: ImportId) -> Result<Vec<RowError>> {
    errors(shop, id, 100).await
}

/// A product that a job has made or changed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Touched {
    /// Its title now; `None` when it is gone.
    pub title: Option<String>,
    pub product_id: crate::id::ProductId,
    pub handle: String,
    /// "created" or "updated".
    pub outcome: String,
    /// What the roll-back made of it: "removed", "restored", "archived", "edited" or "gone".
    pub rolled_back: Option<String>,
}

/// The first hundred products that a job has made or changed; those that a roll-back did not take back come first.
pub async fn touched(shop: &Shop, id: ImportId) -> Result<Vec<Touched>> {
    let sql = "SELECT p.title, i.product_id, i.handle, i.outcome, i.rolled_back FROM import_item i
         LEFT JOIN product p ON p.id = i.product_id WHERE i.job_id = $1
         ORDER BY CASE WHEN i.rolled_back IN ('edited', 'archived') THEN 0 ELSE 1 END, i.seq LIMIT 100";
    Ok(shop.db.fetch_all(sql, args![id]).await?)
}

impl Row {
    fn job(self, names: &HashMap<String, String>) -> Result<Job> {
        let actor = names.get(&self.actor).cloned().unwrap_or(self.actor);
        Ok(Job {
            id: self.id,
            state: State::parse(&self.state)?,
            mapping: read_mapping(&self.format, &self.header, &self.mapping)?,
            file_name: self.file_name,
            encoding: self.encoding,
            fetch_pictures: self.fetch_pictures,
            actor,
            total: self.total,
            position: self.position,
            counts: self.counts,
            cancelled: self.cancelled,
            message: self.message,
            created_at: self.created_at,
            ended_at: self.ended_at,
            can_roll_back: self.can_roll_back,
        })
    }
}
