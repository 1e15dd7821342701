//! The columns of the file: which are read into what, which are ignored and why.

use crate::import::own;

pub const HANDLE: &str = "Handle";
pub const SKU: &str = "Variant SKU";

/// Column, field it fills, how it is read.
const READ: &[(&str, &str, &str)] = &[
    (HANDLE, "product.slug", "recognises the product at the next import"),
    ("Title", "product.title", ""),
    ("Body (HTML)", "product.description", "scripts, styles and pictures are taken out"),
    ("Vendor", "product.brand", ""),
    ("Type", "product.type, category", "a category is made when there is none of that name"),
    ("Product Type", "product.type, category", "as Type"),
    ("Tags", "product.tags", "shared tags become categories where Type is empty"),
    ("Published", "product.status", "true: published, otherwise draft"),
    ("Status", "product.status", "active, draft or archived; wins over Published"),
    ("Option1 Name", "product.options", "Title / Default Title: no options"),
    ("Option1 Value", "variant.options", ""),
    ("Option2 Name", "product.options", ""),
    ("Option2 Value", "variant.options", ""),
    ("Option3 Name", "product.options", ""),
    ("Option3 Value", "variant.options", ""),
    (SKU, "variant.sku", "made from handle and options when empty"),
    ("Variant Grams", "variant.weight", "grams"),
    ("Variant Inventory Tracker", "variant.tracked", "counted when named or when there is a quantity"),
    ("Variant Inventory Qty", "stock of the first warehouse", "set again only when the number in the file changes"),
    ("Variant Inventory Policy", "variant.tracked", "continue: never sold out"),
    ("Variant Price", "price in the default currency", ""),
    ("Variant Compare At Price", "price before the reduction", ""),
    ("Variant Requires Shipping", "variant.requires_shipping", ""),
    ("Variant Taxable", "variant.taxable", ""),
    ("Variant Barcode", "variant.barcode", ""),
    ("Image Src", "pictures", "fetched where it can be reached, drawn otherwise"),
    ("Image Position", "order of the pictures", ""),
    ("Image Alt Text", "picture.alt", "the title when empty"),
    ("Variant Image", "picture of the variant", ""),
    ("Gift Card", "variant.gift_card", "true: each unit becomes a card over its price"),
    ("SEO Title", "product.seo_title", ""),
    ("SEO Description", "product.seo_description", ""),
    ("Cost per item", "variant.cost", ""),
    (own::SLUG, "product.slug", "written by this shop: cells are taken as they are"),
    (own::PUBLISH_AT, "product.publish_at", ""),
    (own::CATEGORIES, "categories", "paths of titles"),
    (own::OPTIONS, "product.options", "the order of the values"),
    (own::PICTURES, "picture of the variant", ""),
    (own::TAX_CLASS, "variant.tax_class", ""),
];

const IGNORED: &[(&str, &str)] = &[
    ("Variant Fulfillment Service", "parcels leave from the shop's own warehouses"),
    ("Variant Weight Unit", "the unit the weight was typed in; Variant Grams is exact"),
    ("Variant Tax Code", "tax follows the variant's tax class"),
];

/// Metafields that say what products are like; those of apps are the apps' own.
const METAFIELDS: [&str; 2] = ["product.metafields.custom.", "product.metafields.shopify."];

/// `product.metafields.custom.material` of "Material (product.metafields.custom.material)".
fn metafield(name: &str) -> Option<&str> {
    let field = name.strip_suffix(')').and_then(|name| Some(name.rsplit_once('(')?.1)).unwrap_or(name);
    METAFIELDS.iter().any(|known| field.strip_prefix(known).is_some_and(|key| !key.is_empty())).then_some(field)
}

/// The column of a metafield, as it is written.
pub fn metafield_column(name: &str, key: &str) -> String {
    format!("{name} ({}{key})", METAFIELDS[0])
}

/// The key of an attribute in a column that is read as a metafield.
pub fn attribute_key(column: &str) -> Option<&str> {
    METAFIELDS.iter().find_map(|known| column.strip_prefix(known))
}

pub fn names() -> Vec<String> {
    READ.iter().map(|(name, ..)| (*name).to_owned()).collect()
}

pub fn known(name: &str) -> Option<String> {
    let read = READ.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    read.map(|(known, ..)| (*known).to_owned())
        .or_else(|| own::priced(name))
        .or_else(|| metafield(name).map(str::to_owned))
}

/// Field, and how it is read or why it is ignored.
pub fn usage(name: &str, read_as: &str) -> (&'static str, &'static str) {
    if let Some((_, field, note)) = READ.iter().find(|(known, ..)| *known == read_as) {
        return (field, note);
    }
    if attribute_key(read_as).is_some() {
        return ("product.attributes", "made, of text, where the shop has no attribute of this key or name");
    }
    if !read_as.is_empty() {
        return ("price in another currency", "");
    }
    if let Some((_, why)) = IGNORED.iter().find(|(known, _)| *known == name) {
        ("", why)
    } else if name.contains("product.metafields.") {
        ("", "belongs to an app")
    } else if name.starts_with("Google Shopping") {
        ("", "belongs to an advertising feed")
    } else {
        ("", "not a column this import knows")
    }
}

/// The column behind a field of a draft.
pub fn of_field(field: &str) -> &'static str {
    let last = field.rsplit('.').next().unwrap_or(field);
    match (field.split('.').next().unwrap_or(field), last) {
        ("title", _) => "Title",
        ("description_html", _) => "Body (HTML)",
        ("brand", _) => "Vendor",
        ("product_type" | "categories", _) => "Type",
        ("tags", _) => "Tags",
        ("seo_title", _) => "SEO Title",
        ("seo_description", _) => "SEO Description",
        ("publish_at", _) => own::PUBLISH_AT,
        ("options", "name") => "Option1 Name",
        ("options", _) | ("variants", "option_values") => "Option1 Value",
        ("pictures", _) => "Image Src",
        ("variants", "sku") => SKU,
        ("variants", "barcode") => "Variant Barcode",
        ("variants", "weight_grams") => "Variant Grams",
        ("variants", "cost") => "Cost per item",
        ("variants", "tax_class") => own::TAX_CLASS,
        ("variants", "quantity") => "Variant Inventory Qty",
        ("variants", _) => "Variant Price",
        _ => HANDLE,
    }
}
