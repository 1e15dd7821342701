//! A product as a file describes it, whichever format the file has.

use super::attribute::Named;
use super::cell::split;
use super::mapping::Mapping;
use super::table::Row;
use super::{Format, RowError, own, shopify, woo};
use crate::FieldError;
use crate::catalogue::ProductOption;
use crate::catalogue::draft::{Draft, DraftPrice, DraftVariant, slugify};
use crate::limits;
use crate::money::Currency;
use serde::{Deserialize, Serialize};

/// One product of the file.
pub struct Item {
    /// Recognises the product at the next import.
    pub key: String,
    /// Line of its first row.
    pub line: u64,
    /// Without categories and pictures. The description is as the file has it; a SKU may be empty.
    pub draft: Draft,
    /// Line of each variant.
    pub lines: Vec<u64>,
    /// What the file says is there, by variant.
    pub quantities: Vec<Option<i64>>,
    pub images: Vec<Image>,
    /// From the root down, by title.
    pub categories: Vec<Vec<String>>,
    /// What it has of the shop's attributes, each named once.
    pub attributes: Vec<Named>,
    pub errors: Vec<RowError>,
}

/// A picture that the file names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    pub source: String,
    /// `None`: the product's title.
    pub alt: Option<String>,
    pub position: i64,
    /// The variant it shows.
    pub variant: Option<usize>,
}

/// Which fields the file speaks of: the others of a product that is there stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub own: bool,
    pub status: bool,
    pub description: bool,
    pub brand: bool,
    pub product_type: bool,
    pub tags: bool,
    pub categories: bool,
    pub seo_title: bool,
    pub seo_description: bool,
    pub images: bool,
    pub variants: bool,
    pub price: bool,
    pub compare_at: bool,
    pub barcode: bool,
    pub weight: bool,
    pub tracked: bool,
    pub taxable: bool,
    pub gift_card: bool,
    pub shipping: bool,
    pub cost: bool,
    /// Numbers of WooCommerce's attributes that have columns.
    pub attributes: Vec<usize>,
    /// Currencies beside the default one that have a column of their own.
    pub currencies: Vec<Currency>,
    /// In which the price columns of the format are.
    pub default: Option<Currency>,
}

/// An entry of [`own::PICTURES`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shown {
    pub src: String,
    #[serde(default)]
    pub alt: String,
    #[serde(default)]
    pub sku: Option<String>,
}

impl Item {
    pub(super) fn new(key: String, row: &Row<'_>) -> Self {
        Self {
            key,
            line: row.line,
            draft: Draft::default(),
            lines: Vec::new(),
            quantities: Vec::new(),
            images: Vec::new(),
            categories: Vec::new(),
            attributes: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Each unit of each of its variants is a gift card.
    pub(super) fn become_gift_card(&mut self) {
        for variant in &mut self.draft.variants {
            *variant = DraftVariant { gift_card: true, ..std::mem::take(variant) }.settled();
        }
        self.quantities.fill(None);
    }

    /// Line and column of what a check of the draft found.
    pub fn locate(&self, field: FieldError, mapping: &Mapping) -> RowError {
        let variant =
            field.field.strip_prefix("variants.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        let line = variant.and_then(|at| self.lines.get(at)).copied().unwrap_or(self.line);
        let column = match mapping.format() {
            Format::Shopify => shopify::columns::of_field(&field.field),
            Format::WooCommerce => woo::columns::of_field(&field.field),
        };
        RowError { line, column: mapping.name_of(column).to_owned(), message: field.message }
    }

    /// The SKU of a variant, made from handle and options where the file has none.
    pub fn sku(&self, at: usize) -> String {
        let variant = &self.draft.variants[at];
        if variant.sku.is_empty() { generated(&self.key, &variant.option_values) } else { variant.sku.clone() }
    }

    /// What only files of our own say about the product as a whole.
    pub(super) fn read_own(&mut self, row: &Row<'_>) {
        row.get(own::SLUG).clone_into(&mut self.draft.slug);
        self.draft.publish_at = row.number(own::PUBLISH_AT, i64::MAX, &mut self.errors);
    }

    /// Values of an option in the order in which they were before, those of the file's rows behind them.
    pub(super) fn order_values(&mut self, known: Vec<ProductOption>) {
        for option in &mut self.draft.options {
            let Some(before) = known.iter().find(|k| k.name == option.name) else { continue };
            let new = option.values.iter().filter(|value| !before.values.contains(value));
            option.values = before.values.iter().chain(new).cloned().collect();
        }
    }

    /// Texts and variants of the pictures, which only files of our own tell apart from their addresses.
    pub(super) fn read_shown(&mut self, row: &Row<'_>, with_text: bool) {
        let cell = row.get(own::PICTURES);
        if cell.is_empty() {
            return;
        }
        let Ok(mut shown) = serde_json::from_str::<Vec<Shown>>(cell) else {
            self.errors.push(row.error(own::PICTURES, "Not as this shop has written it."));
            return;
        };
        for image in &mut self.images {
            let Some(at) = shown.iter().position(|s| s.src == image.source) else { continue };
            let Shown { alt, sku, .. } = shown.remove(at);
            if with_text {
                image.alt = Some(alt);
            }
            image.variant = sku.and_then(|sku| self.draft.variants.iter().position(|v| v.sku == sku));
        }
    }

    /// Prices of a variant: in the default currency, and in those that have columns of their own.
    pub(super) fn prices(&mut self, row: &Row<'_>, default: Option<DraftPrice>, given: &Given) -> Vec<DraftPrice> {
        let mut prices: Vec<DraftPrice> = default.into_iter().collect();
        for currency in &given.currencies {
            let amount = row.money(&own::price(*currency), *currency, &mut self.errors);
            let compare_at = row.money(&own::compare_at(*currency), *currency, &mut self.errors);
            prices.extend(amount.map(|amount| DraftPrice { currency: *currency, amount, compare_at }));
        }
        prices.sort_by_key(|price| price.currency.code());
        prices
    }

    /// Paths of titles, "Kitchen > Cups, Gifts".
    pub(super) fn read_categories(&mut self, row: &Row<'_>, column: &str) {
        let paths = split(row.get(column), ',', true);
        if paths.len() > limits::CATEGORIES {
            self.errors.push(row.error(column, format!("At most {} categories.", limits::CATEGORIES)));
            return;
        }
        self.categories = paths.iter().map(|path| split(path, '>', true)).collect();
        if self.categories.iter().any(|path| path.len() > limits::CATEGORY_DEPTH) {
            self.errors
                .push(row.error(column, format!("At most {} categories within each other.", limits::CATEGORY_DEPTH)));
        }
    }

    /// Takes an address for a picture, unless it is too long or, in a foreign file, there already.
    pub(super) fn image(&mut self, row: &Row<'_>, column: &str, image: Image, own: bool) {
        // One more than there may be is enough to be refused.
        if self.images.len() > limits::PICTURES {
            return;
        }
        if image.source.chars().count() > limits::ADDRESS_CHARS {
            self.errors.push(row.error(column, format!("At most {} characters.", limits::ADDRESS_CHARS)));
        } else if let Some(known) = self.images.iter_mut().find(|known| !own && known.source == image.source) {
            known.variant = known.variant.or(image.variant);
        } else {
            self.images.push(image);
        }
    }
}

impl Given {
    /// What both formats say in the same columns.
    pub(super) fn new(mapping: &Mapping) -> Self {
        let currencies = Currency::all().filter(|currency| mapping.has(&own::price(*currency))).collect();
        Self { own: mapping.is_own(), currencies, ..Self::default() }
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
