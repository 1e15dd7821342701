//! From products to rows.

use super::columns::metafield_column;
use crate::Result;
use crate::catalogue::draft::{DraftVariant, Status};
use crate::catalogue::stored::Stored;
use crate::import::attribute;
use crate::import::cell::join;
use crate::import::export::{Cells, Scope};
use crate::import::own;

const COLUMNS: &[&str] = &[
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Option3 Name",
    "Option3 Value",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Fulfillment Service",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Requires Shipping",
    "Variant Taxable",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "SEO Title",
    "SEO Description",
    "Variant Image",
    "Variant Weight Unit",
    "Cost per item",
    "Status",
    own::SLUG,
    own::PUBLISH_AT,
    own::CATEGORIES,
    own::OPTIONS,
    own::PICTURES,
    own::TAX_CLASS,
];

pub fn header(scope: &Scope) -> Vec<String> {
    let attributes = scope.attributes.iter().map(|attribute| metafield_column(&attribute.name, &attribute.slug));
    COLUMNS.iter().map(|name| (*name).to_owned()).chain(attributes).chain(scope.price_columns()).collect()
}

/// A row for each variant and, behind them, for each picture that found no room beside one.
pub fn rows(product: &Stored, scope: &Scope) -> Result<Vec<Vec<String>>> {
    let names = header(scope);
    let draft = &product.draft;
    let handle = scope.handle(product);
    let (sources, shown) = scope.pictures(product)?;
    let mut rows = Vec::new();
    for at in 0..draft.variants.len().max(sources.len()).max(1) {
        let mut row = Cells::new(&names);
        row.set("Handle", &handle);
        if at == 0 {
            head(&mut row, product, scope)?;
            row.set(own::PICTURES, &shown);
        }
        if let Some(source) = sources.get(at) {
            row.set("Image Src", source);
            row.set("Image Position", (at + 1).to_string());
            row.set("Image Alt Text", &draft.pictures[at].alt);
        }
        if let Some(v) = draft.variants.get(at) {
            variant(&mut row, v, product, scope);
            let picture = draft.pictures.iter().position(|picture| picture.variant == Some(at));
            row.set("Variant Image", picture.map(|n| sources[n].clone()).unwrap_or_default());
        }
        rows.push(row.finish());
    }
    Ok(rows)
}

fn head(row: &mut Cells<'_>, product: &Stored, scope: &Scope) -> Result<()> {
    let draft = &product.draft;
    row.set("Title", &draft.title);
    row.set("Body (HTML)", &draft.description_html);
    row.set("Vendor", &draft.brand);
    row.set("Type", &draft.product_type);
    row.set("Tags", join(draft.tags.iter().map(String::as_str), ','));
    row.set("Published", if draft.status == Status::Published { "true" } else { "false" });
    row.set("Gift Card", if draft.variants.iter().any(|v| v.gift_card) { "true" } else { "false" });
    row.set("SEO Title", &draft.seo_title);
    row.set("SEO Description", &draft.seo_description);
    row.set(
        "Status",
        match draft.status {
            Status::Published => "active",
            Status::Draft => "draft",
            Status::Archived => "archived",
        },
    );
    if draft.options.is_empty() {
        row.set("Option1 Name", "Title");
        row.set("Option1 Value", "Default Title");
    }
    for (at, option) in draft.options.iter().enumerate() {
        row.set(&format!("Option{} Name", at + 1), &option.name);
    }
    for known in &scope.attributes {
        let cell = attribute::cell(known, &draft.attributes, ';', false);
        row.set(&metafield_column(&known.name, &known.slug), cell.unwrap_or_default());
    }
    row.set(own::SLUG, &draft.slug);
    row.set(own::PUBLISH_AT, draft.publish_at.map(|at| at.to_string()).unwrap_or_default());
    row.set(own::CATEGORIES, scope.categories(product));
    row.set(own::OPTIONS, serde_json::to_string(&draft.options)?);
    Ok(())
}

fn variant(row: &mut Cells<'_>, v: &DraftVariant, product: &Stored, scope: &Scope) {
    for (at, value) in v.option_values.iter().enumerate() {
        row.set(&format!("Option{} Value", at + 1), value);
    }
    let flag = |yes| if yes { "true" } else { "false" };
    row.set("Variant SKU", &v.sku);
    row.set("Variant Grams", v.weight_grams.to_string());
    row.set("Variant Inventory Tracker", if v.tracked { "shopify" } else { "" });
    row.set("Variant Inventory Policy", if v.tracked { "deny" } else { "continue" });
    let on_hand = v.id.filter(|_| v.tracked).and_then(|id| product.on_hand.get(&id));
    row.set("Variant Inventory Qty", on_hand.map(ToString::to_string).unwrap_or_default());
    row.set("Variant Fulfillment Service", "manual");
    row.set("Variant Requires Shipping", flag(v.requires_shipping));
    row.set("Variant Taxable", flag(v.taxable));
    row.set("Variant Barcode", v.barcode.as_deref().unwrap_or_default());
    row.set("Variant Weight Unit", "g");
    row.set("Cost per item", scope.money(v.cost));
    row.set(own::TAX_CLASS, &v.tax_class);
    let (price, compare_at) = Scope::price(v, scope.currency);
    row.set("Variant Price", price);
    row.set("Variant Compare At Price", compare_at);
    for currency in &scope.others {
        let (price, compare_at) = Scope::price(v, *currency);
        row.set(&own::price(*currency), price);
        row.set(&own::compare_at(*currency), compare_at);
    }
}
