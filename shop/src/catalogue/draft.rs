//! A product as it is written: by the merchant's editor, an import or the demo shop. One way in for all of them.
//!
//! Checks every bound and the rules between options and variants first; then writes product, variants, prices,
//! categories, attributes and pictures in the caller's transaction. Stock is not part of it (`inventory.rs`).

use super::ProductOption;
use crate::attribute::DraftValue;
use crate::id::{CategoryId, PictureId, VariantId};
use crate::limits::{self, Check};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub title: String,
    pub slug: String,
    pub description_html: String,
    pub brand: String,
    pub product_type: String,
    pub status: Status,
    /// When a draft is to be published, Unix milliseconds. Anything else has no such time.
    // Left out where it is absent: imports compare digests of what was written before it existed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<i64>,
    pub tags: Vec<String>,
    pub options: Vec<ProductOption>,
    pub categories: Vec<CategoryId>,
    /// What it has of the merchant's attributes, by attribute, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<DraftValue>,
    pub seo_title: String,
    pub seo_description: String,
    pub variants: Vec<DraftVariant>,
    pub pictures: Vec<DraftPicture>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Draft,
    Published,
    Archived,
}

impl Status {
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Archived].into_iter().find(|s| s.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftVariant {
    /// The variant this changes; without one it is matched by SKU, then by option values, else new.
    pub id: Option<VariantId>,
    pub sku: String,
    pub barcode: Option<String>,
    pub option_values: Vec<String>,
    pub prices: Vec<DraftPrice>,
    pub weight_grams: i64,
    pub tracked: bool,
    pub taxable: bool,
    pub requires_shipping: bool,
    pub tax_class: String,
    /// Minor units of the default currency.
    pub cost: Option<i64>,
    /// Each unit becomes a gift card over its price, sent by mail: nothing of it is carried, counted or taxed. Left out where
    /// it is none: imports compare digests of what was written before there were any.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gift_card: bool,
}

impl DraftVariant {
    /// A gift card with what goes with being one; anything else as it is.
    #[must_use]
    pub fn settled(mut self) -> Self {
        if self.gift_card {
            (self.tracked, self.taxable, self.requires_shipping) = (false, false, false);
        }
        self
    }
}

impl Default for DraftVariant {
    fn default() -> Self {
        Self {
            id: None,
            sku: String::new(),
            barcode: None,
            option_values: Vec::new(),
            prices: Vec::new(),
            weight_grams: 0,
            tracked: true,
            taxable: true,
            requires_shipping: true,
            tax_class: "standard".into(),
            cost: None,
            gift_card: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPrice {
    pub currency: crate::money::Currency,
    pub amount: i64,
    pub compare_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftPicture {
    pub id: PictureId,
    pub url: String,
    pub source_url: Option<String>,
    pub alt: String,
    pub width: i64,
    pub height: i64,
    /// Number of the variant it shows.
    pub variant: Option<usize>,
    /// What must stay in sight where it is cropped: percent from the left and from the top.
    #[serde(default = "middle")]
    pub focus: (i64, i64),
    /// A small size of it, where one is drawn; only read.
    #[serde(skip)]
    pub thumb: Option<String>,
}

/// Where the focus of a picture is until somebody says otherwise.
pub const fn middle() -> (i64, i64) {
    (50, 50)
}

impl Draft {
    /// Everything that is wrong with it, field by field (`variants.2.sku`).
    pub fn check(&self) -> crate::Result<()> {
        let mut check = Check::default();
        check.required("title", &self.title, limits::TITLE_CHARS);
        check.required("slug", &self.slug, limits::SLUG_CHARS);
        check.that(is_slug(&self.slug), "slug", "Lower-case letters, digits and hyphens.");
        check.that(self.description_html.len() <= limits::DESCRIPTION_BYTES, "description_html", "At most 64 KB.");
        check.that(
            !self.description_html.contains('\0'),
            "description_html",
            "Contains characters that cannot be stored.",
        );
        check.text("brand", &self.brand, limits::NAME_CHARS).text(
            "product_type",
            &self.product_type,
            limits::NAME_CHARS,
        );
        check.that(
            self.publish_at.is_none() || self.status == Status::Draft,
            "publish_at",
            "Only a draft can be published later.",
        );
        check.text("seo_title", &self.seo_title, limits::TITLE_CHARS);
        check.text("seo_description", &self.seo_description, limits::SEO_DESCRIPTION_CHARS);
        check.that(self.tags.len() <= limits::TAGS, "tags", format!("At most {}.", limits::TAGS));
        for tag in &self.tags {
            check.text("tags", tag, limits::NAME_CHARS);
        }
        check.that(self.options.len() <= limits::OPTIONS, "options", "At most three.");
        for (at, option) in self.options.iter().enumerate() {
            check.required(&format!("options.{at}.name"), &option.name, limits::NAME_CHARS);
            let values: HashSet<_> = option.values.iter().collect();
            check.that(values.len() == option.values.len(), &format!("options.{at}.values"), "Each value once.");
            check.that(
                (1..=limits::OPTION_VALUES).contains(&option.values.len()),
                &format!("options.{at}.values"),
                format!("Between 1 and {} values.", limits::OPTION_VALUES),
            );
        }
        check.that(self.pictures.len() <= limits::PICTURES, "pictures", format!("At most {}.", limits::PICTURES));
        for (at, picture) in self.pictures.iter().enumerate() {
            check.text(&format!("pictures.{at}.alt"), &picture.alt, limits::ALT_CHARS);
            for (name, percent) in [("focus_x", picture.focus.0), ("focus_y", picture.focus.1)] {
                check.that((0..=100).contains(&percent), &format!("pictures.{at}.{name}"), "Between 0 and 100.");
            }
        }
        let in_order = self.attributes.is_sorted_by(|one, other| one.attribute < other.attribute);
        check.that(in_order, "attributes", "Each attribute once.");
        for value in &self.attributes {
            value.check(&mut check);
        }
        self.check_variants(&mut check);
        check.done()
    }

    fn check_variants(&self, check: &mut Check) {
        check.that(!self.variants.is_empty(), "variants", "At least one.");
        check.that(self.variants.len() <= limits::VARIANTS, "variants", format!("At most {}.", limits::VARIANTS));
        let (mut skus, mut combinations) = (HashSet::new(), HashSet::new());
        for (at, variant) in self.variants.iter().enumerate() {
            let field = |name: &str| format!("variants.{at}.{name}");
            check.required(&field("sku"), &variant.sku, limits::SKU_CHARS);
            check.that(
                !variant.sku.contains(['"', '\\', '/', '?', '#']) && variant.sku.trim() == variant.sku,
                &field("sku"),
                "Without quotes, slashes, ? and #, and without space around it.",
            );
            check.that(skus.insert(&variant.sku), &field("sku"), "Used twice in this product.");
            check.text(&field("barcode"), variant.barcode.as_deref().unwrap_or(""), limits::SKU_CHARS);
            check.text(&field("tax_class"), &variant.tax_class, limits::SKU_CHARS);
            let known = variant.option_values.len() == self.options.len()
                && variant.option_values.iter().zip(&self.options).all(|(value, o)| o.values.contains(value));
            check.that(known, &field("option_values"), "One value of each option.");
            for value in &variant.option_values {
                check.required(&field("option_values"), value, limits::NAME_CHARS);
            }
            check.that(
                combinations.insert(&variant.option_values),
                &field("option_values"),
                "This combination exists twice.",
            );
            check.that(
                (0..=limits::WEIGHT_MAX_GRAMS).contains(&variant.weight_grams),
                &field("weight_grams"),
                "Between 0 and 1,000 kg.",
            );
            let in_range = |amount: i64| (0..=limits::PRICE_MAX).contains(&amount);
            check.that(variant.cost.is_none_or(in_range), &field("cost"), "Out of range.");
            let mut currencies = HashSet::new();
            for price in &variant.prices {
                let name = field(&format!("prices.{}", price.currency));
                check.that(in_range(price.amount) && price.compare_at.is_none_or(in_range), &name, "Out of range.");
                check.that(currencies.insert(price.currency), &name, "Given twice.");
            }
        }
    }
}

pub(crate) fn is_slug(text: &str) -> bool {
    !text.starts_with('-') && text.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase() || c == '-' || c == '_')
}

/// A slug from any text: lower case, words joined by hyphens, common accents unfolded; empty for nothing usable.
pub fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' | 'æ' => slug.push_str("ae"),
            'ö' | 'ø' | 'œ' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => slug.push('a'),
            'è' | 'é' | 'ê' | 'ë' => slug.push('e'),
            'ì' | 'í' | 'î' | 'ï' => slug.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' => slug.push('o'),
            'ù' | 'ú' | 'û' => slug.push('u'),
            'ç' => slug.push('c'),
            'ñ' => slug.push('n'),
            '\'' | '’' => {}
            c if c.is_alphanumeric() => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(slug.char_indices().nth(limits::SLUG_CHARS - 8).map_or(slug.len(), |(at, _)| at));
    slug.trim_end_matches('-').to_owned()
}
