//! From bytes to products: reads the rows, gathers them by handle, and says of every cell that cannot be taken why.

use super::columns::{self, HANDLE};
use crate::FieldError;
use crate::catalogue::ProductOption;
use crate::catalogue::draft::{Draft, DraftPrice, DraftVariant, Status, slugify};
use crate::import::{Report, RowError};
use crate::limits;
use crate::money::{Currency, Money};
use std::collections::{HashMap, HashSet};

/// Data rows of one file.
const MAX_ROWS: usize = 200_000;

/// One product of the file.
pub struct Parsed {
    pub handle: String,
    /// Line of its first row.
    pub line: u64,
    pub draft: Draft,
    /// Line of each variant.
    pub lines: Vec<u64>,
    /// What the file says is there, by variant.
    pub quantities: Vec<Option<i64>>,
    /// Address, text, and the variants it shows.
    pub images: Vec<Image>,
    /// Titles of the categories it belongs to.
    pub categories: Vec<String>,
    pub errors: Vec<RowError>,
}

pub struct Image {
    pub source: String,
    pub alt: String,
    position: i64,
    pub variant: Option<usize>,
}

impl Parsed {
    /// Line and column of what a check of the draft found.
    pub fn locate(&self, field: FieldError) -> RowError {
        let variant =
            field.field.strip_prefix("variants.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        let line = variant.and_then(|at| self.lines.get(at)).copied().unwrap_or(self.line);
        RowError { line, column: columns::of_field(&field.field).into(), message: field.message }
    }
}

/// The products in the order of the file. What is wrong with the file as a whole goes into the report.
pub fn parse(csv: &[u8], currency: Currency, report: &mut Report) -> Vec<Parsed> {
    let mut fail = |line: u64, column: &str, message: String| {
        report.errors.push(RowError { line, column: column.into(), message });
    };
    if csv.len() > limits::UPLOAD_BODY_BYTES {
        fail(1, "", format!("The file is larger than {} MB.", limits::UPLOAD_BODY_BYTES / 1024 / 1024));
        return Vec::new();
    }
    let text = match std::str::from_utf8(csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv)) {
        Ok(text) => text,
        Err(error) => {
            let line = csv[..error.valid_up_to().min(csv.len())].split(|b| *b == b'\n').count();
            fail(line as u64, "", "Not UTF-8 text. Save the file as CSV in UTF-8.".into());
            return Vec::new();
        }
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(|h| h.trim().to_owned()).collect(),
        Err(error) => {
            fail(1, "", format!("The header cannot be read: {error}"));
            return Vec::new();
        }
    };
    for wanted in [HANDLE, "Title"] {
        if !headers.iter().any(|h| h == wanted) {
            fail(1, wanted, format!("The column {wanted} is missing. Is this a product export of Shopify?"));
        }
    }
    if !report.errors.is_empty() {
        return Vec::new();
    }
    report.columns = columns::usage(headers.iter().map(String::as_str));
    let index: HashMap<String, usize> = headers.iter().enumerate().rev().map(|(at, h)| (h.clone(), at)).collect();
    let mut groups: Vec<(String, Vec<Row>)> = Vec::new();
    let mut by_handle: HashMap<String, usize> = HashMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                report.errors.push(RowError {
                    line,
                    column: String::new(),
                    message: format!("Unreadable row: {error}"),
                });
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        report.rows += 1;
        if report.rows > MAX_ROWS {
            report.errors.push(RowError {
                line,
                column: String::new(),
                message: format!("More than {MAX_ROWS} rows."),
            });
            break;
        }
        let row = Row { line, record, index: &index };
        let handle = row.get(HANDLE).to_owned();
        if row.record.len() > headers.len() && row.record.iter().skip(headers.len()).any(|cell| !cell.is_empty()) {
            let message = format!("{} fields, but the header has {}.", row.record.len(), headers.len());
            report.errors.push(RowError { line, column: String::new(), message });
            continue;
        }
        if handle.is_empty() {
            if row.record.iter().any(|cell| !cell.trim().is_empty()) {
                report.errors.push(RowError { line, column: HANDLE.into(), message: "Empty.".into() });
            }
            continue;
        }
        let at = *by_handle.entry(handle.clone()).or_insert_with(|| {
            groups.push((handle, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(row);
    }
    let mut products: Vec<Parsed> = groups.into_iter().map(|(handle, rows)| product(handle, &rows, currency)).collect();
    across(&mut products);
    products
}

struct Row<'a> {
    line: u64,
    record: csv::StringRecord,
    index: &'a HashMap<String, usize>,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        self.index.get(column).and_then(|at| self.record.get(*at)).map_or("", str::trim)
    }

    fn error(&self, column: &str, message: impl Into<String>) -> RowError {
        RowError { line: self.line, column: column.into(), message: message.into() }
    }

    fn flag(&self, column: &str, empty: bool, errors: &mut Vec<RowError>) -> bool {
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

    fn money(&self, column: &str, currency: Currency, errors: &mut Vec<RowError>) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let money = Money::parse(text, currency);
        if money.is_none() {
            errors.push(self.error(column, format!("{text:?} is not an amount in {currency}.")));
        }
        money.map(|m| m.amount)
    }

    fn number(&self, column: &str, max: i64, errors: &mut Vec<RowError>) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let number = text.strip_suffix(".0").unwrap_or(text).parse::<i64>().ok().filter(|n| (-max..=max).contains(n));
        if number.is_none() {
            errors.push(self.error(column, format!("{text:?} is not a whole number up to {max}.")));
        }
        number
    }
}

fn product(handle: String, rows: &[Row<'_>], currency: Currency) -> Parsed {
    let first = &rows[0];
    let mut errors = Vec::new();
    if first.get("Title").is_empty() {
        errors.push(first.error("Title", "Empty in the product's first row."));
    }
    if first.flag("Gift Card", false, &mut errors) {
        errors.push(first.error("Gift Card", "Gift cards cannot be imported as products."));
    }
    let names: Vec<&str> = ["Option1 Name", "Option2 Name", "Option3 Name"]
        .into_iter()
        .map(|column| first.get(column))
        .take_while(|name| !name.is_empty())
        .collect();
    let plain = names.is_empty() || (names == ["Title"] && matches!(first.get("Option1 Value"), "" | "Default Title"));
    let names = if plain { Vec::new() } else { names };
    let draft = Draft {
        title: first.get("Title").to_owned(),
        slug: slugify(&handle),
        description_html: clean(first.get("Body (HTML)")),
        brand: first.get("Vendor").to_owned(),
        product_type: Some(first.get("Type")).filter(|t| !t.is_empty()).unwrap_or(first.get("Product Type")).to_owned(),
        status: status(first, &mut errors),
        tags: tags(first.get("Tags")),
        options: names.iter().map(|n| ProductOption { name: (*n).to_owned(), values: Vec::new() }).collect(),
        seo_title: first.get("SEO Title").to_owned(),
        seo_description: first.get("SEO Description").to_owned(),
        ..Draft::default()
    };
    if draft.slug.is_empty() {
        errors.push(first.error(HANDLE, "Contains no letter or digit."));
    }
    let line = first.line;
    let mut parsed = Parsed {
        handle,
        line,
        draft,
        lines: Vec::new(),
        quantities: Vec::new(),
        images: Vec::new(),
        categories: Vec::new(),
        errors,
    };
    for (at, row) in rows.iter().enumerate() {
        // A row that names neither an option nor a price only brings a picture.
        let is_variant =
            at == 0 || ["Option1 Value", "Variant Price", "Variant SKU"].iter().any(|c| !row.get(c).is_empty());
        if is_variant {
            parsed.variant(row, names.len(), currency);
        }
        parsed.image(row, is_variant);
    }
    parsed.images.sort_by_key(|image| image.position);
    parsed
}

impl Parsed {
    fn variant(&mut self, row: &Row<'_>, options: usize, currency: Currency) {
        let errors = &mut self.errors;
        let mut option_values = Vec::new();
        for (at, column) in ["Option1 Value", "Option2 Value", "Option3 Value"].into_iter().enumerate().take(options) {
            let value = row.get(column).to_owned();
            if value.is_empty() {
                errors.push(row.error(column, "Empty, but the product has this option."));
            }
            let known = &mut self.draft.options[at].values;
            if !known.contains(&value) {
                known.push(value.clone());
            }
            option_values.push(value);
        }
        let amount = row.money("Variant Price", currency, errors);
        if amount.is_none() && row.get("Variant Price").is_empty() {
            errors.push(row.error("Variant Price", "Empty."));
        }
        let compare_at = row.money("Variant Compare At Price", currency, errors);
        let quantity = row.number("Variant Inventory Qty", limits::ON_HAND_MAX, errors).map(|n| n.max(0));
        let sku = match row.get("Variant SKU") {
            "" => generated(&self.handle, &option_values),
            sku => sku.to_owned(),
        };
        let named = !row.get("Variant Inventory Tracker").is_empty() || quantity.is_some();
        let tracked = named && !row.get("Variant Inventory Policy").eq_ignore_ascii_case("continue");
        self.draft.variants.push(DraftVariant {
            id: None,
            sku,
            barcode: Some(row.get("Variant Barcode").trim_start_matches('\'').to_owned()).filter(|b| !b.is_empty()),
            option_values,
            prices: amount
                .map(|amount| DraftPrice { currency, amount, compare_at: compare_at.filter(|c| *c > 0) })
                .into_iter()
                .collect(),
            weight_grams: row.number("Variant Grams", limits::WEIGHT_MAX_GRAMS, errors).unwrap_or(0),
            tracked,
            taxable: row.flag("Variant Taxable", true, errors),
            requires_shipping: row.flag("Variant Requires Shipping", true, errors),
            cost: row.money("Cost per item", currency, errors),
            ..DraftVariant::default()
        });
        self.lines.push(row.line);
        self.quantities.push(quantity.filter(|_| tracked));
    }

    fn image(&mut self, row: &Row<'_>, is_variant: bool) {
        let position = row.number("Image Position", 10_000, &mut self.errors).unwrap_or(i64::MAX);
        for (column, variant) in
            [("Image Src", None), ("Variant Image", Some(self.draft.variants.len().saturating_sub(1)))]
        {
            let source = row.get(column);
            if source.is_empty() || (variant.is_some() && !is_variant) {
                continue;
            }
            if source.chars().count() > limits::ADDRESS_CHARS {
                self.errors.push(row.error(column, format!("At most {} characters.", limits::ADDRESS_CHARS)));
                continue;
            }
            if let Some(known) = self.images.iter_mut().find(|image| image.source == source) {
                known.variant = known.variant.or(variant);
                continue;
            }
            let alt =
                Some(row.get("Image Alt Text")).filter(|alt| !alt.is_empty()).unwrap_or(&self.draft.title).to_owned();
            self.images.push(Image { source: source.to_owned(), alt, position, variant });
        }
    }
}

/// What only shows over the whole file: SKUs used twice, and tags that are shared.
fn across(products: &mut [Parsed]) {
    let mut shared: HashMap<String, usize> = HashMap::new();
    for tag in products.iter().flat_map(|p| &p.draft.tags) {
        *shared.entry(tag.clone()).or_default() += 1;
    }
    let mut skus: HashSet<String> = HashSet::new();
    for product in products {
        for (at, variant) in product.draft.variants.iter().enumerate() {
            if !skus.insert(variant.sku.clone()) {
                let message = format!("{} is used twice in this file.", variant.sku);
                product.errors.push(RowError { line: product.lines[at], column: "Variant SKU".into(), message });
            }
        }
        let tags = &product.draft.tags;
        product.categories = match product.draft.product_type.as_str() {
            "" => tags.iter().filter(|t| shared.get(*t).is_some_and(|n| *n > 1)).cloned().collect(),
            kind => vec![kind.to_owned()],
        };
        product.categories.retain(|c| !slugify(c).is_empty() && c.chars().count() <= limits::NAME_CHARS);
    }
}

fn status(row: &Row<'_>, errors: &mut Vec<RowError>) -> Status {
    match row.get("Status").to_ascii_lowercase().as_str() {
        "active" => Status::Published,
        "archived" => Status::Archived,
        "" if row.flag("Published", true, errors) => Status::Published,
        "" | "draft" => Status::Draft,
        _ => {
            errors.push(row.error("Status", "Neither active, draft nor archived."));
            Status::Archived
        }
    }
}

fn tags(text: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !list.iter().any(|known| known == tag) {
            list.push(tag.to_owned());
        }
    }
    list
}

/// Safe HTML; plain text becomes one paragraph.
pub fn clean(html: &str) -> String {
    let safe = ammonia::Builder::default().rm_tags(["img"]).clean(html).to_string();
    let safe = safe.trim();
    if safe.is_empty() || safe.contains("<p") || safe.contains("<ul") || safe.contains("<div") || safe.contains("<h") {
        safe.to_owned()
    } else {
        format!("<p>{safe}</p>")
    }
}

fn generated(handle: &str, option_values: &[String]) -> String {
    let all = std::iter::once(handle).chain(option_values.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let full = slugify(&all).to_uppercase();
    if full.chars().count() <= limits::SKU_CHARS {
        return full;
    }
    // Cut, but with the rest's fingerprint, so that two long names stay apart.
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(all.as_bytes()));
    format!("{}-{}", full.chars().take(limits::SKU_CHARS - 9).collect::<String>(), hash[..8].to_uppercase())
}
