//! The file of a job, read back from its parts.

use crate::id::ImportId;
use crate::import::plan::Plan;
use crate::import::{Format, Mapping};
use crate::{Error, Result, Shop, args};

/// Parts of one statement.
const PARTS: i64 = 16;

/// The file as text; empty when it is not kept any more.
async fn text(shop: &Shop, id: ImportId) -> Result<String> {
    let (mut text, mut next) = (String::new(), 0_i64);
    loop {
        let parts: Vec<(i64, String)> = shop
            .db
            .fetch_all(
                "SELECT seq, text FROM import_chunk WHERE job_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
                args![id, next, PARTS],
            )
            .await?;
        let Some((last, _)) = parts.last() else { return Ok(text) };
        next = last + 1;
        text.extend(parts.iter().map(|(_, part)| part.as_str()));
    }
}

/// What the file holds, read as the job's columns say.
pub(super) async fn plan(shop: &Shop, id: ImportId) -> Result<Plan> {
    let (format, header, mapping): (String, String, String) =
        shop.db.fetch_one("SELECT format, header, mapping FROM import_job WHERE id = $1", args![id]).await?;
    let mapping = read_mapping(&format, &header, &mapping)?;
    let currency = shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    let text = text(shop, id).await?;
    // Seconds for a large file: not on a thread that answers shoppers.
    tokio::task::spawn_blocking(move || Plan::new(text, mapping, currency))
        .await
        .map_err(|error| Error::Internal(format!("reading a file: {error}")))
}

pub(super) fn read_mapping(format: &str, header: &str, mapping: &str) -> Result<Mapping> {
    let format = Format::parse(format).ok_or_else(|| Error::Internal(format!("no format of imports: {format}")))?;
    Ok(Mapping::chosen(format, serde_json::from_str(header)?, serde_json::from_str(mapping)?))
}
