//! From products to rows.

use super::columns::{BACKORDERS, GTIN, IN_STOCK, PARENT, SKU, TYPE, WEIGHTS, attribute, attribute_flags};
use crate::Result;
use crate::attribute::Kind;
use crate::catalogue::draft::{DraftVariant, Status};
use crate::catalogue::stored::Stored;
use crate::import::attribute::cell;
use crate::import::cell::join;
use crate::import::export::{Cells, Scope};
use crate::import::own;
use crate::limits;

const COLUMNS: &[&str] = &[
    "ID",
    TYPE,
    SKU,
    GTIN,
    "Name",
    "Published",
    "Is featured?",
    "Visibility in catalog",
    "Short description",
    "Description",
    "Tax status",
    "Tax class",
    IN_STOCK,
    "Stock",
    BACKORDERS,
    "Sold individually?",
    WEIGHTS[0].0,
    "Sale price",
    "Regular price",
    "Categories",
    "Tags",
    "Images",
    PARENT,
    "Position",
    "Brands",
];
const OWN: &[&str] = &[
    own::HANDLE,
    own::SLUG,
    own::STATUS,
    own::PUBLISH_AT,
    own::TYPE,
    own::SEO_TITLE,
    own::SEO_DESCRIPTION,
    own::PICTURES,
    own::TAX_CLASS,
    own::GIFT_CARD,
    own::TRACKED,
    own::COST,
    own::COMPARE_AT,
];

pub fn header(scope: &Scope) -> Vec<String> {
    let attributes = (1..=limits::OPTIONS + scope.attributes.len()).flat_map(|n| {
        let ((name, values), (visible, global)) = (attribute(n), attribute_flags(n));
        [name, values, visible, global]
    });
    let names = |list: &'static [&'static str]| list.iter().map(|name| (*name).to_owned());
    names(COLUMNS).chain(attributes).chain(names(OWN)).chain(scope.price_columns()).collect()
}

/// One row, or one for the product and one for each variation.
pub fn rows(product: &Stored, scope: &Scope) -> Result<Vec<Vec<String>>> {
    let names = header(scope);
    let draft = &product.draft;
    let handle = scope.handle(product);
    let mut first = Cells::new(&names);
    head(&mut first, product, &handle, scope)?;
    if draft.options.is_empty() {
        if let Some(v) = draft.variants.first() {
            first.set(TYPE, if v.requires_shipping { "simple" } else { "simple, virtual" });
            variant(&mut first, v, product, scope);
        }
        return Ok(vec![first.finish()]);
    }
    first.set(TYPE, "variable");
    first.set(SKU, &handle);
    for (at, option) in draft.options.iter().enumerate() {
        let (name, values) = attribute(at + 1);
        first.set(&name, &option.name);
        first.set(&values, join(option.values.iter().map(String::as_str), ','));
        let (visible, global) = attribute_flags(at + 1);
        first.set(&visible, "1");
        first.set(&global, "0");
    }
    let mut rows = vec![first.finish()];
    for (at, v) in draft.variants.iter().enumerate() {
        let mut row = Cells::new(&names);
        row.set(TYPE, if v.requires_shipping { "variation" } else { "variation, virtual" });
        row.set("Name", format!("{} - {}", draft.title, v.option_values.join(", ")));
        row.set("Published", "1");
        row.set(PARENT, &handle);
        row.set("Position", (at + 1).to_string());
        for (at, (option, value)) in draft.options.iter().zip(&v.option_values).enumerate() {
            let (name, values) = attribute(at + 1);
            row.set(&name, &option.name);
            row.set(&values, join([value.as_str()], ','));
        }
        variant(&mut row, v, product, scope);
        rows.push(row.finish());
    }
    Ok(rows)
}

fn head(row: &mut Cells<'_>, product: &Stored, handle: &str, scope: &Scope) -> Result<()> {
    let draft = &product.draft;
    let (sources, shown) = scope.pictures(product)?;
    row.set("Name", &draft.title);
    row.set(
        "Published",
        match draft.status {
            Status::Published => "1",
            Status::Draft => "-1",
            Status::Archived => "0",
        },
    );
    row.set("Visibility in catalog", "visible");
    row.set("Description", &draft.description_html);
    row.set("Categories", scope.categories(product));
    row.set("Tags", join(draft.tags.iter().map(String::as_str), ','));
    row.set("Images", join(sources.iter().map(String::as_str), ','));
    row.set("Brands", &draft.brand);
    row.set("Position", "0");
    row.set(own::HANDLE, handle);
    row.set(own::SLUG, &draft.slug);
    row.set(own::STATUS, draft.status.code());
    row.set(own::PUBLISH_AT, draft.publish_at.map(|at| at.to_string()).unwrap_or_default());
    row.set(own::TYPE, &draft.product_type);
    row.set(own::SEO_TITLE, &draft.seo_title);
    row.set(own::SEO_DESCRIPTION, &draft.seo_description);
    row.set(own::PICTURES, shown);
    attributes(row, product, scope);
    Ok(())
}

/// All of the shop's, behind the options: one without a value takes away what was there.
fn attributes(row: &mut Cells<'_>, product: &Stored, scope: &Scope) {
    for (n, known) in (limits::OPTIONS + 1..).zip(&scope.attributes) {
        let ((name, values), (visible, global)) = (attribute(n), attribute_flags(n));
        row.set(&name, &known.name);
        row.set(&values, cell(known, &product.draft.attributes, ',', true).unwrap_or_default());
        row.set(&visible, if known.shown { "1" } else { "0" });
        row.set(&global, if known.kind == Kind::Choice { "1" } else { "0" });
    }
}

fn variant(row: &mut Cells<'_>, v: &DraftVariant, product: &Stored, scope: &Scope) {
    row.set(SKU, &v.sku);
    row.set(GTIN, v.barcode.as_deref().unwrap_or_default());
    row.set("Tax status", if v.taxable { "taxable" } else { "none" });
    let on_hand = v.id.filter(|_| v.tracked).and_then(|id| product.on_hand.get(&id));
    let sold_out = v.tracked && on_hand.is_none_or(|units| *units == 0);
    row.set(IN_STOCK, if sold_out { "0" } else { "1" });
    row.set("Stock", on_hand.map(ToString::to_string).unwrap_or_default());
    row.set(BACKORDERS, "0");
    row.set(WEIGHTS[0].0, format!("{}.{:03}", v.weight_grams / 1000, v.weight_grams % 1000));
    row.set(own::TAX_CLASS, &v.tax_class);
    row.set(own::GIFT_CARD, if v.gift_card { "true" } else { "" });
    row.set(own::TRACKED, if v.tracked { "1" } else { "0" });
    row.set(own::COST, scope.money(v.cost));
    let (price, compare_at) = Scope::price(v, scope.currency);
    let known = v.prices.iter().find(|price| price.currency == scope.currency);
    if known.is_some_and(|p| p.compare_at.is_some_and(|before| before > p.amount)) {
        row.set("Sale price", price);
        row.set("Regular price", compare_at);
    } else {
        row.set("Regular price", price);
        row.set(own::COMPARE_AT, compare_at);
    }
    for currency in &scope.others {
        let (price, compare_at) = Scope::price(v, *currency);
        row.set(&own::price(*currency), price);
        row.set(&own::compare_at(*currency), compare_at);
    }
}
