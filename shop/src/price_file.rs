//! Prices by SKU as text: what a merchant pastes into a form or takes from a table. All lines or none.

use crate::FieldError;
use crate::db::{Read, Sql};
use crate::id::VariantId;
use crate::import::text::delimiter;
use crate::limits::{LINE_QUANTITY, NAMED_PRICES, SKU_CHARS};
use crate::money::{Currency, Money};
use crate::{Error, Result, args, rows};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Of more lines that are wrong, only so many are told.
const ERRORS: usize = 50;

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SKU.
    Skus,
    /// SKU, currency, amount.
    Prices,
    /// SKU, currency, minimum quantity, amount.
    Breaks,
}

/// One line; what its [`Kind`] does not have is 1, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub line: u64,
    pub sku: String,
    pub currency: Option<Currency>,
    pub min_quantity: i64,
    /// Minor units.
    pub amount: i64,
}

/// The lines of `text`, separated by commas, semicolons or tabs, with or without a heading. What is wrong is told of
/// `field`, by line and column; of more lines than [`NAMED_PRICES`], nothing but that.
pub fn read(text: &str, field: &str, kind: Kind) -> Result<Vec<Line>> {
    let (mut lines, mut errors, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    for record in reader.records() {
        let line = record.as_ref().map_or_else(csv::Error::position, csv::StringRecord::position);
        let line = line.map_or(0, csv::Position::line);
        let Ok(cells) = &record else { return Err(Error::field(field, format!("Line {line} cannot be read."))) };
        let is_heading = lines.is_empty() && cells.get(0).is_some_and(|cell| cell.eq_ignore_ascii_case("sku"));
        if is_heading || cells.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() + errors.len() >= NAMED_PRICES {
            return Err(Error::field(field, format!("At most {NAMED_PRICES} lines.")));
        }
        match parse(cells, line, kind) {
            Ok(read) if seen.insert((read.sku.clone(), read.currency, read.min_quantity)) => lines.push(read),
            Ok(read) => errors.push(format!("Line {line}: {} stands in a line above already.", read.sku)),
            Err(message) => errors.push(format!("Line {line}, {message}")),
        }
    }
    if lines.is_empty() && errors.is_empty() {
        return Err(Error::field(field, "Please fill this in."));
    }
    if errors.is_empty() { Ok(lines) } else { Err(refused(field, errors)) }
}

/// A line of such a text, without its end.
pub fn line(cells: &[&str]) -> String {
    let quoted = |cell: &&str| {
        let plain = !cell.contains([',', ';', '"', '\t', '\n', '\r']);
        if plain { (*cell).to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",")
}

fn parse(cells: &csv::StringRecord, line: u64, kind: Kind) -> std::result::Result<Line, String> {
    let wanted = match kind {
        Kind::Skus => 1,
        Kind::Prices => 3,
        Kind::Breaks => 4,
    };
    if cells.len() != wanted {
        return Err(format!("columns: {wanted} wanted, {} found.", cells.len()));
    }
    let sku = cells[0].to_owned();
    if sku.is_empty() || sku.chars().count() > SKU_CHARS {
        return Err(format!("SKU: between 1 and {SKU_CHARS} characters."));
    }
    if kind == Kind::Skus {
        return Ok(Line { line, sku, currency: None, min_quantity: 1, amount: 0 });
    }
    let currency = Currency::parse(&cells[1]).ok_or("currency: not a currency of this shop, such as EUR.")?;
    let min_quantity = match kind {
        Kind::Breaks => cells[2].parse().ok().filter(|number| LINE_QUANTITY.contains(number)).ok_or_else(|| {
            format!("min quantity: a whole number between {} and {}.", LINE_QUANTITY.start(), LINE_QUANTITY.end())
        })?,
        _ => 1,
    };
    let amount = Money::parse(&cells[wanted - 1], currency).ok_or("amount: a price such as 12.50.")?.amount;
    Ok(Line { line, sku, currency: Some(currency), min_quantity, amount })
}

fn refused(field: &str, mut messages: Vec<String>) -> Error {
    let more = messages.len().saturating_sub(ERRORS);
    messages.truncate(ERRORS);
    if more > 0 {
        messages.push(format!("And {more} more lines."));
    }
    Error::Invalid(messages.into_iter().map(|message| FieldError { field: field.to_owned(), message }).collect())
}

/// The variants that the lines name, in their order. Unknown SKUs are told of `field`, by line.
pub(crate) async fn variants(db: &mut impl Read, lines: &[Line], field: &str) -> Result<Vec<VariantId>> {
    const KNOWN: Sql = rows!("SELECT v.sku, v.id FROM", [sku TEXT], "JOIN variant v ON v.sku = d.sku AND v.active");
    let skus: HashSet<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
    let skus = serde_json::to_string(&skus.into_iter().map(|sku| json!({ "sku": sku })).collect::<Vec<_>>())?;
    let known: Vec<(String, VariantId)> = db.fetch_all(KNOWN.of(db.engine()), args![skus]).await?;
    let known: HashMap<String, VariantId> = known.into_iter().collect();
    let unknown = |line: &&Line| !known.contains_key(&line.sku);
    let errors: Vec<_> =
        lines.iter().filter(unknown).map(|l| format!("Line {}, SKU: there is no {}.", l.line, l.sku)).collect();
    if !errors.is_empty() {
        return Err(refused(field, errors));
    }
    Ok(lines.iter().filter_map(|line| known.get(&line.sku).copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(error: Error) -> Vec<String> {
        match error {
            Error::Invalid(fields) => fields.into_iter().map(|f| format!("{}: {}", f.field, f.message)).collect(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn lines_are_read_with_any_separator_and_heading() {
        for text in ["SKU,currency,amount\nA,EUR,12.50\n", "A;eur;12,5\r\n\r\n", "A\tEUR\t12.50", "\"A\", EUR, 12.5"] {
            let lines = read(text, "prices", Kind::Prices).unwrap();
            assert_eq!((lines.len(), lines[0].sku.as_str(), lines[0].amount), (1, "A", 1250), "{text:?}");
        }
        let breaks = read("A,JPY,10,900\nA,JPY,20,800", "entries", Kind::Breaks).unwrap();
        assert_eq!(
            breaks.iter().map(|b| (b.line, b.min_quantity, b.amount)).collect::<Vec<_>>(),
            [(1, 10, 900), (2, 20, 800)]
        );
        assert_eq!(read("A\nB", "products", Kind::Skus).unwrap().len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_column() {
        for (line, column) in [
            ("A,EUR,0,1", "min quantity"),
            ("A,EUR,-1,1", "min quantity"),
            ("A,EUR,1000,1", "min quantity"),
            ("A,EUR,1.5,1", "min quantity"),
            ("A,EUR,99999999999999999999,1", "min quantity"),
            ("A,XXX,1,1", "currency"),
            ("A,EUR,1,-1", "amount"),
            ("A,EUR,1,1.234", "amount"),
            ("A,EUR,1,1000000000000000", "amount"),
            ("A,EUR,1,", "amount"),
            (",EUR,1,1", "SKU"),
            ("A,EUR,1", "columns"),
        ] {
            let said = messages(read(&format!("B,EUR,1,1\n{line}"), "entries", Kind::Breaks).unwrap_err());
            assert!(said.len() == 1 && said[0].starts_with(&format!("entries: Line 2, {column}")), "{line}: {said:?}");
        }
        assert!(messages(read("A,EUR,1\nA,EUR,2", "p", Kind::Prices).unwrap_err())[0].contains("Line 2"));
        assert_eq!(messages(read(" \n\n", "p", Kind::Skus).unwrap_err()), ["p: Please fill this in."]);
        let many = "A,EUR,x\n".repeat(9_000);
        assert_eq!(messages(read(&many, "p", Kind::Prices).unwrap_err()).len(), ERRORS + 1);
        let ten_megabytes = "A,EUR,1\n".repeat(10 * 1024 * 1024 / 8);
        assert_eq!(messages(read(&ten_megabytes, "p", Kind::Prices).unwrap_err()).len(), 1);
    }
}
