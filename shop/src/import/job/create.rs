//! Takes a file in: it is text of a known encoding with a header, or nothing of it is kept.

use super::State;
use crate::audit::Actor;
use crate::id::ImportId;
use crate::import::{Format, Mapping, RowError, table, text};
use crate::limits::{IMPORT_FILE_BYTES, NAME_CHARS};
use crate::{Error, FieldError, Result, Shop, args};

/// Characters of one part of the file; parts of one transaction.
const PART: usize = 256 * 1024;
const PARTS: usize = 8;

/// A job for this file, its columns found by their names. `format` where it is known, else by the header.
///
/// # Errors
/// `Invalid` for "file", with the line in front, when it cannot be read as a table.
pub async fn create(shop: &Shop, by: &Actor, name: &str, bytes: &[u8], format: Option<Format>) -> Result<ImportId> {
    if bytes.len() > IMPORT_FILE_BYTES {
        return Err(Error::field("file", format!("Larger than {} MB.", IMPORT_FILE_BYTES / 1024 / 1024)));
    }
    let (text, encoding) = text::decode(bytes).map_err(refused)?;
    if text.len() > IMPORT_FILE_BYTES {
        return Err(Error::field("file", format!("More than {} MB as text.", IMPORT_FILE_BYTES / 1024 / 1024)));
    }
    let names = table::header(&text).map_err(refused)?;
    let format = format.unwrap_or_else(|| Format::of_header(&names));
    let mapping = Mapping::automatic(format, names);
    let id = ImportId::new();
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "INSERT INTO import_job (id, state, format, file_name, encoding, header, mapping, actor, address, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            id,
            State::Receiving.code(),
            format.code(),
            name,
            encoding.label(),
            serde_json::to_string(mapping.names())?,
            serde_json::to_string(mapping.read_as())?,
            by.code(),
            by.address(),
            shop.now_ms()
        ],
    )
    .await?;
    tx.commit().await?;
    store(shop, id, &text).await?;
    Ok(id)
}

/// In several transactions, so that nobody else waits for a large file.
async fn store(shop: &Shop, id: ImportId, text: &str) -> Result<()> {
    let (mut rest, mut seq) = (text, 0_i64);
    while !rest.is_empty() {
        let mut tx = shop.db.begin().await?;
        for _ in 0..PARTS {
            let (part, after) = rest.split_at(rest.floor_char_boundary(PART));
            if part.is_empty() {
                break;
            }
            tx.execute("INSERT INTO import_chunk (job_id, seq, text) VALUES ($1, $2, $3)", args![id, seq, part])
                .await?;
            (rest, seq) = (after, seq + 1);
        }
        tx.commit().await?;
    }
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "UPDATE import_job SET state = $2 WHERE id = $1 AND state = $3",
        args![id, State::Uploaded.code(), State::Receiving.code()],
    )
    .await?;
    Ok(tx.commit().await?)
}

fn refused(error: RowError) -> Error {
    Error::field("file", format!("Line {}: {}", error.line, error.message))
}

/// The inverse of what [`create`] says of a line.
pub(super) fn row_error(field: &FieldError) -> RowError {
    let parts = field.message.strip_prefix("Line ").and_then(|rest| rest.split_once(": "));
    let (line, message) =
        parts.and_then(|(line, text)| Some((line.parse().ok()?, text))).unwrap_or((1, &field.message));
    RowError { line, column: String::new(), message: message.to_owned() }
}
