//! Redirects from a CSV file: two columns, all rows or none, what is wrong by line.

use super::edit::{parse, write};
use super::{Origin, path};
use crate::audit::{self, Entry};
use crate::import::RowError;
use crate::limits::{self, REDIRECT_FILE_ROWS};
use crate::staff::Staff;
use crate::{Result, Shop};
use serde_json::json;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Rows taken over; those that were there as they are count, too.
    Done(usize),
    /// Nothing was written. In order of lines, one or more.
    Refused(Vec<RowError>),
}

/// Headings of the columns, small: ours, and those of Shopify's export.
const FROM: [&str; 3] = ["from", "redirect from", "source"];
const TO: [&str; 3] = ["to", "redirect to", "target"];

/// Takes over the rows of a file with columns "from" and "to" (or Shopify's "Redirect from" and "Redirect to"). A row for
/// an address that is redirected already gives it another target.
pub async fn import(shop: &Shop, by: &Staff, csv: &[u8]) -> Result<Imported> {
    let rows = match read(shop, csv) {
        Ok(rows) => rows,
        Err(errors) => return Ok(Imported::Refused(errors)),
    };
    let mut errors = Vec::new();
    let mut tx = shop.db.begin().await?;
    for (line, source, target) in &rows {
        if let Err(refused) = write(&mut tx, source, target.clone(), Origin::File).await? {
            errors.push(RowError { line: *line, column: refused.field, message: refused.message });
        }
    }
    if !errors.is_empty() {
        return Ok(Imported::Refused(errors));
    }
    let first: Vec<_> = rows.iter().take(100).map(|(_, from, to)| json!({ "from": from, "to": to })).collect();
    let entry = Entry::new(by, "redirect.import", "redirect", "").after(&json!({ "rows": rows.len(), "first": first }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(Imported::Done(rows.len()))
}

/// Line, source and target of every row, or all that cannot be read.
fn read(shop: &Shop, csv: &[u8]) -> Result<Vec<(u64, String, String)>, Vec<RowError>> {
    let whole = |message: &str| vec![RowError { line: 1, column: String::new(), message: message.into() }];
    if csv.len() > limits::UPLOAD_BODY_BYTES {
        return Err(whole("The file is too large."));
    }
    let text = std::str::from_utf8(csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv));
    let text = text.map_err(|_| whole("Not a text in UTF-8. Save it as \"CSV UTF-8\"."))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| whole("This is not a CSV file."))?.clone();
    let column = |names: [&str; 3]| headings.iter().position(|h| names.contains(&h.trim().to_lowercase().as_str()));
    let (Some(from), Some(to)) = (column(FROM), column(TO)) else {
        return Err(whole("The first line must name the columns from and to."));
    };
    let (mut rows, mut errors, mut seen) = (Vec::new(), Vec::new(), std::collections::HashMap::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                errors.push(RowError { line, column: String::new(), message: "This line cannot be read.".into() });
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if rows.len() + errors.len() >= REDIRECT_FILE_ROWS {
            let message = format!("At most {REDIRECT_FILE_ROWS} rows in one file.");
            errors.push(RowError { line, column: String::new(), message });
            break;
        }
        let cell = |at: usize| record.get(at).unwrap_or_default();
        match parse(shop, cell(from), cell(to)) {
            Ok((source, target)) => match seen.insert(source.clone(), line) {
                Some(first) => {
                    let message = format!("{} stands in line {first} already.", path::encode(&source));
                    errors.push(RowError { line, column: "from".into(), message });
                }
                None => rows.push((line, source, target)),
            },
            Err(refused) => {
                let told = refused.into_iter().map(|e| RowError { line, column: e.field, message: e.message });
                errors.extend(told);
            }
        }
    }
    if rows.is_empty() && errors.is_empty() {
        return Err(whole("There is no row in this file."));
    }
    if errors.is_empty() { Ok(rows) } else { Err(errors) }
}
