//! The columns of the file: which are read into what, which are ignored and why.

use crate::import::own;
use crate::limits;

pub const TYPE: &str = "Type";
pub const SKU: &str = "SKU";
pub const PARENT: &str = "Parent";
pub const GTIN: &str = "GTIN, UPC, EAN, or ISBN";
pub const BACKORDERS: &str = "Backorders allowed?";
pub const IN_STOCK: &str = "In stock?";
/// Attributes that are looked at: options and the shop's own. The first few are offered where columns are chosen.
pub const ATTRIBUTES: usize = limits::OPTIONS + limits::ATTRIBUTES;
const OFFERED: usize = 10;

/// Column of the weight, thousandths of a milligram in one of its unit.
pub const WEIGHTS: [(&str, i128); 4] = [
    ("Weight (kg)", 1_000_000_000),
    ("Weight (g)", 1_000_000),
    ("Weight (lbs)", 453_592_370),
    ("Weight (oz)", 28_349_523),
];

/// Column, field it fills, how it is read.
const READ: &[(&str, &str, &str)] = &[
    ("ID", "", "only to find the parent of a variation"),
    (TYPE, "kind of row", "simple, variable and variation; virtual: not sent"),
    (SKU, "variant.sku", "recognises the product at the next import"),
    (GTIN, "variant.barcode", ""),
    ("Name", "product.title", ""),
    ("Published", "product.status", "1: published, otherwise draft"),
    ("Description", "product.description", "scripts, styles and pictures are taken out"),
    ("Tax status", "variant.taxable", "taxable or not"),
    (IN_STOCK, "variant.tracked", "0 without a number: counted, none there"),
    ("Stock", "stock of the first warehouse", "set again only when the number in the file changes"),
    (BACKORDERS, "variant.tracked", "1: never sold out"),
    (WEIGHTS[0].0, "variant.weight", ""),
    (WEIGHTS[1].0, "variant.weight", ""),
    (WEIGHTS[2].0, "variant.weight", ""),
    (WEIGHTS[3].0, "variant.weight", ""),
    ("Sale price", "price in the default currency", "where there is one"),
    ("Regular price", "price in the default currency", "the price before the reduction where there is a sale price"),
    ("Categories", "categories", "paths of titles; made where there are none"),
    ("Tags", "product.tags", ""),
    ("Images", "pictures", "fetched where they can be reached, drawn otherwise"),
    (PARENT, "product of the variation", ""),
    ("Brands", "product.brand", ""),
    (own::HANDLE, "product.slug", "recognises the product at the next import"),
    (own::SLUG, "product.slug", "written by this shop: cells are taken as they are"),
    (own::STATUS, "product.status", ""),
    (own::PUBLISH_AT, "product.publish_at", ""),
    (own::TYPE, "product.type", ""),
    (own::SEO_TITLE, "product.seo_title", ""),
    (own::SEO_DESCRIPTION, "product.seo_description", ""),
    (own::PICTURES, "picture.alt", ""),
    (own::TAX_CLASS, "variant.tax_class", ""),
    (own::GIFT_CARD, "variant.gift_card", "true: each unit becomes a card over its price"),
    (own::TRACKED, "variant.tracked", ""),
    (own::COST, "variant.cost", ""),
    (own::COMPARE_AT, "price before the reduction", ""),
];

/// Other names of the same.
const ALIASES: &[(&str, &str)] = &[
    ("Meta: _yoast_wpseo_title", own::SEO_TITLE),
    ("Meta: _yoast_wpseo_metadesc", own::SEO_DESCRIPTION),
    ("Meta: _global_unique_id", GTIN),
    ("Brand", "Brands"),
    ("Weight (lb)", WEIGHTS[2].0),
];

const IGNORED: &[(&str, &str)] = &[
    ("Short description", "the description is shown"),
    ("Is featured?", "products are pinned in the search"),
    ("Visibility in catalog", "what is published is shown"),
    ("Date sale price starts", "the sale price of the day of the export counts"),
    ("Date sale price ends", "the sale price of the day of the export counts"),
    ("Tax class", "tax follows the shop's own tax classes"),
    ("Shipping class", "delivery follows the shop's own methods"),
    ("Low stock amount", "the shop has one limit for all"),
    ("Position", "variations keep the order of the file"),
];

/// `Attribute 2 name` and `Attribute 2 value(s)`.
pub fn attribute(n: usize) -> (String, String) {
    (format!("Attribute {n} name"), format!("Attribute {n} value(s)"))
}

/// `Attribute 2 visible` and `Attribute 2 global`.
pub fn attribute_flags(n: usize) -> (String, String) {
    (format!("Attribute {n} visible"), format!("Attribute {n} global"))
}

fn attributes(most: usize) -> impl Iterator<Item = String> {
    (1..=most).flat_map(|n| {
        let ((name, values), (visible, _)) = (attribute(n), attribute_flags(n));
        [name, values, visible]
    })
}

pub fn names() -> Vec<String> {
    READ.iter().map(|(name, ..)| (*name).to_owned()).chain(attributes(OFFERED)).collect()
}

pub fn known(name: &str) -> Option<String> {
    let name = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map_or(name, |(_, known)| known);
    let read = READ.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(known, ..)| (*known).to_owned());
    read.or_else(|| attributes(ATTRIBUTES).find(|known| known.eq_ignore_ascii_case(name))).or_else(|| own::priced(name))
}

/// Field, and how it is read or why it is ignored.
pub fn usage(name: &str, read_as: &str) -> (&'static str, &'static str) {
    if let Some((_, field, note)) = READ.iter().find(|(known, ..)| *known == read_as) {
        return (field, note);
    }
    if read_as.starts_with("Attribute ") {
        return (
            "product.options, product.attributes",
            "an option where variations name it; an attribute that the shop does not have is made, of text",
        );
    }
    if !read_as.is_empty() {
        return ("price in another currency", "");
    }
    if name.starts_with("Attribute ") && name.ends_with(" global") {
        return ("", "attributes are the shop's: all of them are");
    }
    IGNORED
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(("", "not a column this import knows"), |(_, why)| ("", why))
}

/// The column behind a field of a draft.
pub fn of_field(field: &str) -> &'static str {
    let last = field.rsplit('.').next().unwrap_or(field);
    match (field.split('.').next().unwrap_or(field), last) {
        ("title", _) => "Name",
        ("description_html", _) => "Description",
        ("brand", _) => "Brands",
        ("product_type", _) => own::TYPE,
        ("categories", _) => "Categories",
        ("tags", _) => "Tags",
        ("seo_title", _) => own::SEO_TITLE,
        ("seo_description", _) => own::SEO_DESCRIPTION,
        ("publish_at", _) => own::PUBLISH_AT,
        ("slug", _) => own::SLUG,
        ("options", "name") => "Attribute 1 name",
        ("options", _) | ("variants", "option_values") => "Attribute 1 value(s)",
        ("pictures", _) => "Images",
        ("variants", "barcode") => GTIN,
        ("variants", "weight_grams") => WEIGHTS[0].0,
        ("variants", "cost") => own::COST,
        ("variants", "tax_class") => own::TAX_CLASS,
        ("variants", "quantity") => "Stock",
        ("variants", last) if last != "sku" => "Regular price",
        _ => SKU,
    }
}
