//! The rows of a CSV text: found once, read again whenever they are needed, each by its place in the text.

use super::cell::unguarded;
use super::mapping::Mapping;
use super::{RowError, text};
use crate::limits::{IMPORT_CELL_BYTES, IMPORT_COLUMNS, IMPORT_ROWS};
use crate::money::{Currency, Money};
use csv::{ReaderBuilder, StringRecord};

/// Where a row stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    start: u32,
    end: u32,
    /// The header is line 1.
    pub line: u32,
}

/// The names in the header, trimmed.
pub fn header(csv: &str) -> Result<Vec<String>, RowError> {
    let mut names = StringRecord::new();
    let problem = |message: String| RowError { line: 1, column: String::new(), message };
    reader(csv, text::delimiter(csv))
        .read_record(&mut names)
        .map_err(|error| problem(format!("The header cannot be read: {error}")))?;
    if names.len() > IMPORT_COLUMNS {
        return Err(problem(format!("{} columns; at most {IMPORT_COLUMNS}.", names.len())));
    }
    if names.iter().any(|name| name.len() > 1000) {
        return Err(problem(
            "The name of a column is longer than 1,000 characters. Is a quotation mark missing?".into(),
        ));
    }
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

/// Shows every row behind the header to `each`, with why nothing of it can be taken; how many rows there were.
///
/// # Errors
/// What makes everything behind it unreadable.
pub fn scan(
    csv: &str,
    mapping: &Mapping,
    mut each: impl FnMut(Place, &Row<'_>, Option<RowError>),
) -> Result<u64, RowError> {
    let delimiter = text::delimiter(csv);
    let mut reader = reader(csv, delimiter);
    let mut record = StringRecord::new();
    let mut rows = 0;
    let whole = |line, message: String| RowError { line, column: String::new(), message };
    reader.read_record(&mut record).map_err(|error| whole(1, error.to_string()))?;
    loop {
        let start = offset(reader.position().byte());
        // The reader stands before what is left of the line break, and before empty lines.
        let breaks = csv[start as usize..].bytes().take_while(|b| matches!(b, b'\r' | b'\n'));
        let line = reader.position().line() + breaks.filter(|b| *b == b'\n').count() as u64;
        if !reader.read_record(&mut record).map_err(|error| whole(line, format!("Unreadable row: {error}")))? {
            return Ok(rows);
        }
        rows += 1;
        if rows > IMPORT_ROWS {
            return Err(whole(line, format!("More than {IMPORT_ROWS} rows.")));
        }
        let place =
            Place { start, end: offset(reader.position().byte()), line: u32::try_from(line).unwrap_or(u32::MAX) };
        let row = Row { line, record: std::mem::take(&mut record), mapping };
        each(place, &row, row.unfit());
        record = row.record;
    }
}

/// Reads rows again by the places that [`scan`] gave out.
pub fn rows<'m>(csv: &str, places: &[Place], mapping: &'m Mapping) -> Vec<Row<'m>> {
    let delimiter = text::delimiter(csv);
    places
        .iter()
        .map(|place| {
            let text = &csv[place.start as usize..place.end as usize];
            let mut record = StringRecord::new();
            // It was read before, so it can be read.
            let _ = reader(text, delimiter).read_record(&mut record);
            Row { line: u64::from(place.line), record, mapping }
        })
        .collect()
}

fn reader(csv: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .buffer_capacity(csv.len().clamp(64, 64 * 1024))
        .from_reader(csv.as_bytes())
}

fn offset(byte: u64) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// A row, its cells found by what their columns are mapped to.
pub struct Row<'m> {
    pub line: u64,
    record: StringRecord,
    mapping: &'m Mapping,
}

impl Row<'_> {
    /// Why nothing of the row can be taken.
    fn unfit(&self) -> Option<RowError> {
        let columns = self.mapping.names().len();
        if self.record.len() > columns && self.record.iter().skip(columns).any(|cell| !cell.is_empty()) {
            let message = format!("{} fields, but the header has {columns}.", self.record.len());
            return Some(RowError { line: self.line, column: String::new(), message });
        }
        let at = self.record.iter().position(|cell| cell.len() > IMPORT_CELL_BYTES)?;
        let column = self.mapping.names().get(at).cloned().unwrap_or_default();
        let message = format!("Longer than {} KB. Is a quotation mark missing?", IMPORT_CELL_BYTES / 1024);
        Some(RowError { line: self.line, column, message })
    }

    /// The cell, spaces around it left out unless the file is one of ours; empty where there is no such column.
    pub fn get(&self, column: &str) -> &str {
        let cell = self.mapping.index(column).and_then(|at| self.record.get(at)).map_or("", unguarded);
        if self.mapping.is_own() { cell } else { cell.trim() }
    }

    /// Columns that are read: the file's name, and the format's.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        let mapping = self.mapping;
        let named = mapping.names().iter().zip(mapping.read_as());
        named.filter(|(_, read_as)| !read_as.is_empty()).map(|(name, read_as)| (name.as_str(), read_as.as_str()))
    }

    /// What the file calls a column of the format.
    pub fn name_of(&self, column: &str) -> String {
        self.mapping.name_of(column).to_owned()
    }

    pub fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim().is_empty())
    }

    /// A problem of a cell, by the name that its column has in the file.
    pub fn error(&self, column: &str, message: impl Into<String>) -> RowError {
        RowError { line: self.line, column: self.name_of(column), message: message.into() }
    }

    pub fn flag(&self, column: &str, empty: bool, errors: &mut Vec<RowError>) -> bool {
        match self.get(column).to_ascii_lowercase().as_str() {
            "" => empty,
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            _ => {
                errors.push(self.error(column, "Neither true nor false."));
                empty
            }
        }
    }

    /// Minor units of `currency`.
    pub fn money(&self, column: &str, currency: Currency, errors: &mut Vec<RowError>) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let money = Money::parse(text, currency);
        if money.is_none() {
            errors.push(self.error(column, format!("{:?} is not an amount in {currency}.", short(text))));
        }
        money.map(|m| m.amount)
    }

    pub fn number(&self, column: &str, max: i64, errors: &mut Vec<RowError>) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let number = text.strip_suffix(".0").unwrap_or(text).parse::<i64>().ok().filter(|n| (-max..=max).contains(n));
        if number.is_none() {
            errors.push(self.error(column, format!("{:?} is not a whole number up to {max}.", short(text))));
        }
        number
    }
}

/// As much of a cell as a message should repeat.
pub fn short(text: &str) -> String {
    let end = text.char_indices().nth(40).map_or(text.len(), |(at, _)| at);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}
