//! From the rows of a product to an [`Item`].

use super::columns::{HANDLE, SKU, attribute_key};
use crate::catalogue::ProductOption;
use crate::catalogue::draft::{DraftPrice, DraftVariant, Status, slugify};
use crate::import::attribute::Named;
use crate::import::cell::split;
use crate::import::item::{Given, Image, Item};
use crate::import::mapping::Mapping;
use crate::import::table::Row;
use crate::import::{RowError, own};
use crate::limits;
use crate::money::Currency;

const NAMES: [&str; limits::OPTIONS] = ["Option1 Name", "Option2 Name", "Option3 Name"];
const VALUES: [&str; limits::OPTIONS] = ["Option1 Value", "Option2 Value", "Option3 Value"];

pub fn given(mapping: &Mapping) -> Given {
    let has = |column: &str| mapping.has(column);
    Given {
        status: has("Published") || has("Status"),
        description: has("Body (HTML)"),
        brand: has("Vendor"),
        product_type: has("Type") || has("Product Type"),
        tags: has("Tags"),
        categories: has(own::CATEGORIES) || has("Type") || has("Product Type") || has("Tags"),
        seo_title: has("SEO Title"),
        seo_description: has("SEO Description"),
        images: has("Image Src") || has("Variant Image"),
        variants: has("Option1 Value") || has("Variant SKU") || has("Variant Price"),
        price: has("Variant Price"),
        compare_at: has("Variant Compare At Price"),
        barcode: has("Variant Barcode"),
        weight: has("Variant Grams"),
        tracked: has("Variant Inventory Tracker") || has("Variant Inventory Qty") || has("Variant Inventory Policy"),
        taxable: has("Variant Taxable"),
        gift_card: has("Gift Card"),
        shipping: has("Variant Requires Shipping"),
        cost: has("Cost per item"),
        ..Given::new(mapping)
    }
}

/// `rows` are those of one handle, at least one.
pub fn item(key: String, rows: &[Row<'_>], given: &Given, currency: Currency) -> Item {
    let first = &rows[0];
    let mut item = Item::new(key, first);
    if first.get("Title").is_empty() {
        item.errors.push(first.error("Title", "Empty in the product's first row."));
    }
    let names: Vec<&str> =
        NAMES.into_iter().map(|column| first.get(column)).take_while(|name| !name.is_empty()).collect();
    let plain = names.is_empty() || (names == ["Title"] && matches!(first.get(VALUES[0]), "" | "Default Title"));
    let names = if plain { Vec::new() } else { names };
    let draft = &mut item.draft;
    first.get("Title").trim().clone_into(&mut draft.title);
    draft.slug = slugify(&item.key);
    first.get("Body (HTML)").clone_into(&mut draft.description_html);
    first.get("Vendor").clone_into(&mut draft.brand);
    Some(first.get("Type"))
        .filter(|t| !t.is_empty())
        .unwrap_or(first.get("Product Type"))
        .clone_into(&mut draft.product_type);
    draft.status = status(first, &mut item.errors);
    draft.tags = tags(first.get("Tags"), given.own);
    draft.options = names.iter().map(|n| ProductOption { name: (*n).to_owned(), values: Vec::new() }).collect();
    first.get("SEO Title").clone_into(&mut draft.seo_title);
    first.get("SEO Description").clone_into(&mut draft.seo_description);
    if given.own {
        item.read_own(first);
    } else if item.draft.slug.is_empty() {
        item.errors.push(first.error(HANDLE, "Contains no letter or digit."));
    }
    let mut shown = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        // A row that names neither an option nor a price only brings a picture.
        let is_variant = at == 0 || [VALUES[0], "Variant Price", SKU].iter().any(|c| !row.get(c).is_empty());
        if at > 0 && !row.get("Title").is_empty() && row.get("Title").trim() != item.draft.title {
            let message = format!("Another product, of line {}, has this handle.", item.line);
            item.errors.push(row.error(HANDLE, message));
        }
        // One more than there may be is enough to be refused.
        if is_variant && given.variants && item.draft.variants.len() <= limits::VARIANTS {
            shown.push((row, item.draft.variants.len()));
            variant(&mut item, row, names.len(), given, currency);
        }
        image(&mut item, row, given);
    }
    if first.flag("Gift Card", false, &mut item.errors) {
        item.become_gift_card();
    }
    // After the others: most of them are pictures that have a row of their own.
    for (row, at) in shown {
        variant_image(&mut item, row, at, given);
    }
    item.images.sort_by_key(|image| image.position);
    item.attributes = attributes(first, given);
    finish(&mut item, first, given);
    item
}

/// Every metafield that the file has a column for, with or without something in it.
fn attributes(first: &Row<'_>, given: &Given) -> Vec<Named> {
    let named = |(name, column): (&str, &str)| {
        let key = attribute_key(column)?;
        Some(Named {
            key: key.to_owned(),
            name: name.rsplit_once('(').map_or("", |(name, _)| name.trim()).to_owned(),
            text: first.get(column).to_owned(),
            separator: ';',
            shown: true,
            literal: given.own,
            line: first.line,
            column: name.to_owned(),
        })
    };
    first.columns().filter_map(named).collect()
}

fn finish(item: &mut Item, first: &Row<'_>, given: &Given) {
    if given.own {
        match serde_json::from_str(first.get(own::OPTIONS)) {
            Ok(known) => item.order_values(known),
            Err(_) if first.get(own::OPTIONS).is_empty() => {}
            Err(_) => item.errors.push(first.error(own::OPTIONS, "Not as this shop has written it.")),
        }
        item.read_shown(first, false);
        item.read_categories(first, own::CATEGORIES);
    } else if !item.draft.product_type.is_empty() {
        item.categories = vec![vec![item.draft.product_type.clone()]];
    }
}

fn variant(item: &mut Item, row: &Row<'_>, options: usize, given: &Given, currency: Currency) {
    let errors = &mut item.errors;
    let mut option_values = Vec::new();
    for (at, column) in VALUES.into_iter().enumerate().take(options) {
        let value = row.get(column).to_owned();
        if value.is_empty() {
            errors.push(row.error(column, "Empty, but the product has this option."));
        }
        let known = &mut item.draft.options[at].values;
        if !known.contains(&value) {
            known.push(value.clone());
        }
        option_values.push(value);
    }
    let amount = row.money("Variant Price", currency, errors);
    if amount.is_none() && row.get("Variant Price").is_empty() && given.price && !given.own {
        errors.push(row.error("Variant Price", "Empty."));
    }
    let compare_at = row.money("Variant Compare At Price", currency, errors).filter(|c| given.own || *c > 0);
    let quantity = row.number("Variant Inventory Qty", limits::ON_HAND_MAX, errors).map(|n| n.max(0));
    let named = !row.get("Variant Inventory Tracker").is_empty() || quantity.is_some();
    let tracked = named && !row.get("Variant Inventory Policy").eq_ignore_ascii_case("continue");
    let barcode = row.get("Variant Barcode");
    let barcode = if given.own { barcode } else { barcode.trim_start_matches('\'') };
    let draft = DraftVariant {
        sku: row.get("Variant SKU").to_owned(),
        barcode: Some(barcode.to_owned()).filter(|b| !b.is_empty()),
        option_values,
        weight_grams: row.number("Variant Grams", limits::WEIGHT_MAX_GRAMS, errors).unwrap_or(0),
        tracked,
        taxable: row.flag("Variant Taxable", true, errors),
        requires_shipping: row.flag("Variant Requires Shipping", true, errors),
        cost: row.money("Cost per item", currency, errors),
        tax_class: Some(row.get(own::TAX_CLASS)).filter(|class| !class.is_empty()).unwrap_or("standard").to_owned(),
        ..DraftVariant::default()
    };
    let price = amount.map(|amount| DraftPrice { currency, amount, compare_at });
    let prices = item.prices(row, price, given);
    item.draft.variants.push(DraftVariant { prices, ..draft });
    item.lines.push(row.line);
    item.quantities.push(quantity.filter(|_| tracked));
}

fn image(item: &mut Item, row: &Row<'_>, given: &Given) {
    let position = row.number("Image Position", 10_000, &mut item.errors).unwrap_or(i64::MAX);
    let source = row.get("Image Src");
    if !source.is_empty() {
        let image = Image { source: source.to_owned(), alt: alt(row, given), position, variant: None };
        item.image(row, "Image Src", image, given.own);
    }
}

fn variant_image(item: &mut Item, row: &Row<'_>, at: usize, given: &Given) {
    let source = row.get("Variant Image");
    // In a file of our own every picture has a row, and says itself what it shows.
    if source.is_empty() || (given.own && item.images.iter().any(|image| image.source == source)) {
        return;
    }
    let image = Image { source: source.to_owned(), alt: alt(row, given), position: i64::MAX, variant: Some(at) };
    item.image(row, "Variant Image", image, false);
}

/// Nothing means the product's title, unless the file is one of our own.
fn alt(row: &Row<'_>, given: &Given) -> Option<String> {
    Some(row.get("Image Alt Text").to_owned()).filter(|alt| given.own || !alt.is_empty())
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

/// Tags of a cell, each once.
pub fn tags(cell: &str, escapes: bool) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for tag in split(cell, ',', escapes) {
        if list.len() <= limits::TAGS && !list.contains(&tag) {
            list.push(tag);
        }
    }
    list
}
