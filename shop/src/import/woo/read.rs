//! From the rows of a product to an [`Item`].

use super::columns::{ATTRIBUTES, BACKORDERS, GTIN, IN_STOCK, PARENT, SKU, TYPE, WEIGHTS, attribute, attribute_flags};
use crate::catalogue::ProductOption;
use crate::catalogue::draft::{DraftPrice, DraftVariant, Status, slugify};
use crate::import::attribute::Named;
use crate::import::cell::split;
use crate::import::item::{Given, Image, Item};
use crate::import::mapping::Mapping;
use crate::import::shopify::read::tags;
use crate::import::table::{Row, short};
use crate::import::{RowError, own};
use crate::limits;
use crate::money::Currency;

pub fn given(mapping: &Mapping) -> Given {
    let has = |column: &str| mapping.has(column);
    Given {
        status: has("Published") || has(own::STATUS),
        description: has("Description"),
        brand: has("Brands"),
        product_type: has(own::TYPE),
        tags: has("Tags"),
        categories: has("Categories"),
        seo_title: has(own::SEO_TITLE),
        seo_description: has(own::SEO_DESCRIPTION),
        images: has("Images"),
        variants: has(SKU) || has("Regular price"),
        price: has("Regular price"),
        compare_at: has("Sale price") || has(own::COMPARE_AT),
        barcode: has(GTIN),
        weight: WEIGHTS.iter().any(|(column, _)| has(column)),
        tracked: has("Stock") || has(IN_STOCK) || has(BACKORDERS) || has(own::TRACKED),
        taxable: has("Tax status"),
        gift_card: has(own::GIFT_CARD),
        shipping: true,
        cost: has(own::COST),
        attributes: (1..=ATTRIBUTES).filter(|n| has(&attribute(*n).0)).collect(),
        ..Given::new(mapping)
    }
}

/// What a row is.
pub enum Kind {
    /// A product by its key; `parent` of what variations name.
    Product {
        key: String,
        names: Vec<String>,
    },
    /// A variation of the product that is known by this name.
    Variation(String),
    Refused(RowError),
}

/// The key is the handle that this shop has given, else the SKU, the ID, or what the name makes.
pub fn kind(row: &Row<'_>) -> Kind {
    let types: Vec<String> = split(&row.get(TYPE).to_lowercase(), ',', false);
    let is = |kind: &str| types.iter().any(|known| known == kind);
    if let Some(other) = types.iter().find(|t| !["simple", "variable", "variation", "virtual"].contains(&t.as_str())) {
        return Kind::Refused(row.error(TYPE, format!("Products of the type {:?} have no place here.", short(other))));
    }
    if is("variation") {
        return match row.get(PARENT).trim() {
            "" => Kind::Refused(row.error(PARENT, "Empty, but this is a variation.")),
            parent => Kind::Variation(parent.to_owned()),
        };
    }
    if !is("simple") && !is("variable") {
        return Kind::Refused(row.error(TYPE, "Neither simple, variable nor variation."));
    }
    let (id, sku) = (row.get("ID").trim(), row.get(SKU));
    let by_id = Some(format!("id:{id}")).filter(|_| !id.is_empty());
    let key = [row.get(own::HANDLE), sku].into_iter().find(|text| !text.is_empty()).map(str::to_owned);
    let key = key.or_else(|| by_id.clone()).unwrap_or_else(|| slugify(row.get("Name")));
    if key.is_empty() {
        return Kind::Refused(row.error(SKU, "Neither SKU, ID nor name."));
    }
    let names = by_id.into_iter().chain((!sku.is_empty()).then(|| sku.to_owned())).collect();
    Kind::Product { key, names }
}

/// `rows` are those of one product, its own first.
pub fn item(key: String, rows: &[Row<'_>], given: &Given, currency: Currency) -> Item {
    let first = &rows[0];
    let mut item = Item::new(key, first);
    if first.get("Name").trim().is_empty() {
        item.errors.push(first.error("Name", "Empty."));
    }
    let draft = &mut item.draft;
    first.get("Name").trim().clone_into(&mut draft.title);
    draft.slug = slugify(&draft.title);
    if draft.slug.is_empty() {
        draft.slug = slugify(&item.key);
    }
    first.get("Description").clone_into(&mut draft.description_html);
    first.get("Brands").clone_into(&mut draft.brand);
    first.get(own::TYPE).clone_into(&mut draft.product_type);
    draft.tags = tags(first.get("Tags"), true);
    first.get(own::SEO_TITLE).clone_into(&mut draft.seo_title);
    first.get(own::SEO_DESCRIPTION).clone_into(&mut draft.seo_description);
    draft.status = status(first, &mut item.errors);
    item.read_categories(first, "Categories");
    if given.own {
        item.read_own(first);
    } else if item.draft.slug.is_empty() {
        item.errors.push(first.error("Name", "Contains no letter or digit."));
    }
    let variable = split(&first.get(TYPE).to_lowercase(), ',', false).iter().any(|kind| kind == "variable");
    let variations = &rows[1..];
    if variable && variations.is_empty() {
        item.errors.push(first.error(TYPE, "A variable product without variations."));
    } else if !variable && !variations.is_empty() {
        item.errors.push(first.error(TYPE, "Not variable, but a variation names it as its parent."));
    }
    images(&mut item, first, None, given);
    if variable {
        variants(&mut item, first, variations, given, currency);
    } else {
        variant(&mut item, first, Vec::new(), given, currency);
    }
    item.attributes = attributes(first, &item.draft.options, given);
    item.read_shown(first, true);
    item
}

/// What the product's own row names that is no option of it. A file of our own has options in front and attributes behind
/// them, so that one of each may have the same name.
fn attributes(first: &Row<'_>, options: &[ProductOption], given: &Given) -> Vec<Named> {
    let mut list: Vec<Named> = Vec::new();
    for n in given.attributes.iter().copied() {
        let ((name, values), (visible, _)) = (attribute(n), attribute_flags(n));
        let named = first.get(&name).trim();
        let is_option =
            if given.own { n <= limits::OPTIONS } else { options.iter().any(|option| option.name == named) };
        if named.is_empty() || is_option || list.iter().any(|known| known.name == named) {
            continue;
        }
        list.push(Named {
            key: String::new(),
            name: named.to_owned(),
            text: first.get(&values).to_owned(),
            separator: ',',
            shown: first.get(&visible).trim() != "0",
            line: first.line,
            literal: given.own,
            column: first.name_of(&values),
        });
    }
    list
}

fn variants(item: &mut Item, first: &Row<'_>, rows: &[Row<'_>], given: &Given, currency: Currency) {
    let options = given.attributes.iter().copied().filter(|n| !given.own || *n <= limits::OPTIONS);
    let attributes: Vec<_> = options.map(attribute).collect();
    // What a variation says of an attribute, whichever number it has there.
    let value = |row: &Row<'_>, name: &str| {
        let at = attributes.iter().find(|(n, _)| row.get(n).trim() == name);
        at.map(|(_, values)| one(row.get(values))).unwrap_or_default()
    };
    let mut named: Vec<(String, Vec<String>)> = Vec::new();
    for (row, parent) in std::iter::once((first, true)).chain(rows.iter().map(|row| (row, false))) {
        for (name, values) in &attributes {
            let name = row.get(name).trim();
            if !name.is_empty() && !named.iter().any(|(known, _)| known == name) {
                let values = if parent { split(row.get(values), ',', true) } else { Vec::new() };
                named.push((name.to_owned(), values));
            }
        }
    }
    named.retain(|(name, _)| rows.iter().any(|row| !value(row, name).is_empty()));
    // One more than there may be is enough to be refused.
    for row in rows.iter().take(limits::VARIANTS + 1) {
        let mut option_values = Vec::new();
        for (name, known) in &mut named {
            let chosen = value(row, name);
            if chosen.is_empty() {
                item.errors.push(row.error("Attribute 1 value(s)", format!("No {name:?}: one value of each, please.")));
            } else if !known.contains(&chosen) {
                known.push(chosen.clone());
            }
            option_values.push(chosen);
        }
        variant(item, row, option_values, given, currency);
        images(item, row, Some(item.draft.variants.len() - 1), given);
    }
    if named.is_empty() && rows.len() > 1 {
        item.errors.push(first.error("Attribute 1 name", "The variations do not say in what they differ."));
    }
    item.draft.options = named.into_iter().map(|(name, values)| ProductOption { name, values }).collect();
}

/// The only value of a list.
fn one(cell: &str) -> String {
    match <[String; 1]>::try_from(split(cell, ',', true)) {
        Ok([value]) => value,
        Err(_) => cell.trim().to_owned(),
    }
}

fn variant(item: &mut Item, row: &Row<'_>, option_values: Vec<String>, given: &Given, currency: Currency) {
    let errors = &mut item.errors;
    let regular = row.money("Regular price", currency, errors);
    let sale = row.money("Sale price", currency, errors);
    let said = row.money(own::COMPARE_AT, currency, errors);
    if regular.or(sale).is_none() && given.price && !given.own && row.get("Regular price").is_empty() {
        errors.push(row.error("Regular price", "Empty."));
    }
    let price = sale.or(regular).map(|amount| {
        let before = regular.filter(|_| sale.is_some()).filter(|before| *before > amount);
        DraftPrice { currency, amount, compare_at: said.or(before) }
    });
    let (tracked, quantity) = stock(row, given, errors);
    let status = row.get("Tax status");
    if !["", "taxable", "shipping", "none"].contains(&status) {
        errors.push(row.error("Tax status", "Neither taxable, shipping nor none."));
    }
    let draft = DraftVariant {
        sku: row.get(SKU).to_owned(),
        barcode: Some(row.get(GTIN).to_owned()).filter(|b| !b.is_empty()),
        option_values,
        weight_grams: weight(row, errors),
        tracked,
        taxable: matches!(status, "" | "taxable"),
        requires_shipping: !split(&row.get(TYPE).to_lowercase(), ',', false).iter().any(|kind| kind == "virtual"),
        cost: row.money(own::COST, currency, errors),
        tax_class: Some(row.get(own::TAX_CLASS)).filter(|class| !class.is_empty()).unwrap_or("standard").to_owned(),
        gift_card: row.flag(own::GIFT_CARD, false, errors),
        ..DraftVariant::default()
    }
    .settled();
    let prices = item.prices(row, price, given);
    item.draft.variants.push(DraftVariant { prices, ..draft });
    item.lines.push(row.line);
    item.quantities.push(quantity.filter(|_| tracked));
}

/// Whether units are counted, and how many the file says there are.
fn stock(row: &Row<'_>, given: &Given, errors: &mut Vec<RowError>) -> (bool, Option<i64>) {
    if row.get("Stock").trim().eq_ignore_ascii_case("parent") {
        errors.push(row.error("Stock", "Stock that variations share has no place here: give each its number."));
        return (true, None);
    }
    let quantity = row.number("Stock", limits::ON_HAND_MAX, errors).map(|n| n.max(0));
    if given.own {
        return (row.flag(own::TRACKED, quantity.is_some(), errors), quantity);
    }
    let gone = quantity.is_none() && row.get(IN_STOCK).trim() == "0";
    let backorders = matches!(row.get(BACKORDERS).to_lowercase().as_str(), "1" | "yes" | "notify");
    ((quantity.is_some() || gone) && !backorders, quantity.or(gone.then_some(0)))
}

/// Grams, rounded; of the first column that has a number.
fn weight(row: &Row<'_>, errors: &mut Vec<RowError>) -> i64 {
    for (column, unit) in WEIGHTS {
        let text = row.get(column).trim();
        if text.is_empty() {
            continue;
        }
        let grams = decimal(text).map(|millionths| (millionths * unit + 500_000_000_000) / 1_000_000_000_000);
        return match grams.and_then(|grams| i64::try_from(grams).ok()) {
            Some(grams) => grams,
            None => {
                errors.push(row.error(column, format!("{:?} is not a weight.", short(text))));
                0
            }
        };
    }
    0
}

/// Millionths of "1.5" or "1,5"; `None` for what is no such number below a thousand million.
fn decimal(text: &str) -> Option<i128> {
    let text = text.replace(',', ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || whole.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    format!("{whole}{fraction}").parse().ok()
}

fn images(item: &mut Item, row: &Row<'_>, variant: Option<usize>, given: &Given) {
    for (at, source) in split(row.get("Images"), ',', given.own).into_iter().enumerate() {
        let position = i64::try_from(at).unwrap_or(i64::MAX);
        if given.own && variant.is_some() && item.images.iter().any(|image| image.source == source) {
            continue;
        }
        let image = Image { source, alt: None, position, variant };
        item.image(row, "Images", image, given.own && variant.is_none());
    }
}

fn status(row: &Row<'_>, errors: &mut Vec<RowError>) -> Status {
    if let Some(status) = Status::parse(row.get(own::STATUS)) {
        return status;
    }
    match row.get("Published").trim() {
        "" | "1" => Status::Published,
        "0" | "-1" => Status::Draft,
        _ => {
            errors.push(row.error("Published", "Neither 1, 0 nor -1."));
            Status::Draft
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_to_grams() {
        for (text, unit, grams) in [
            ("0.35", WEIGHTS[0].1, 350),
            ("1,5", WEIGHTS[0].1, 1500),
            ("12", WEIGHTS[1].1, 12),
            ("2", WEIGHTS[2].1, 907),
            ("1", WEIGHTS[3].1, 28),
        ] {
            assert_eq!((decimal(text).unwrap() * unit + 500_000_000_000) / 1_000_000_000_000, grams, "{text}");
        }
        for text in ["", ".", "-1", "1e3", "12345678901", "one"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert_eq!(super::super::columns::known("meta: _yoast_wpseo_title").unwrap(), own::SEO_TITLE);
    }
}
