//! What a file holds: which rows make which product, and what only shows over the whole file.
//!
//! Made anew whenever work on a file begins or goes on: the text does not change, so neither does the order of its
//! products, and a position in it means the same after a restart.

use super::item::{Given, Item};
use super::mapping::Mapping;
use super::table::{self, Place, Row};
use super::woo::read::Kind;
use super::{Format, RowError, shopify, woo};
use crate::money::Currency;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A file that is understood.
pub struct Plan {
    text: String,
    pub mapping: Mapping,
    pub given: Given,
    currency: Currency,
    groups: Vec<Group>,
    /// Tags of at least two products.
    shared_tags: HashSet<String>,
    /// Data rows of the file.
    pub rows: u64,
    /// What is wrong with the file and with rows that belong to no product.
    pub errors: Vec<RowError>,
}

#[derive(Default)]
struct Group {
    key: String,
    places: Vec<Place>,
    /// A product with one of these is refused.
    errors: Vec<RowError>,
}

/// Problems of rows without a product that are kept; a file of nothing else is not the file that was meant.
const STRAY_ERRORS: usize = 1_000;
/// What recognises a product is no longer than this.
const KEY_BYTES: usize = 500;

impl Plan {
    /// Prices are read in `currency`.
    pub fn new(text: String, mapping: Mapping, currency: Currency) -> Self {
        let mut given = match mapping.format() {
            Format::Shopify => shopify::read::given(&mapping),
            Format::WooCommerce => woo::read::given(&mapping),
        };
        given.default = Some(currency);
        given.currencies.retain(|other| *other != currency);
        let mut plan = Self {
            errors: mapping.missing(),
            text,
            mapping,
            given,
            currency,
            groups: Vec::new(),
            shared_tags: HashSet::new(),
            rows: 0,
        };
        if plan.errors.is_empty() {
            plan.gather();
            plan.across();
        }
        plan
    }

    /// Products in the file.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// The products from `from` on that make a batch: at most so many, of about so many rows, and at least one if there
    /// is one.
    pub fn batch(&self, from: usize, products: usize, rows: usize) -> Range<usize> {
        let from = from.min(self.groups.len());
        let mut left = rows;
        let fitting = self.groups[from..].iter().take(products).take_while(|group| {
            let fits = left > 0;
            left = left.saturating_sub(group.places.len());
            fits
        });
        from..from + fitting.count()
    }

    /// Products in the order of the file.
    pub fn items(&self, range: Range<usize>) -> Vec<Item> {
        self.groups[range].iter().map(|group| self.item(group)).collect()
    }

    fn item(&self, group: &Group) -> Item {
        let rows = table::rows(&self.text, &group.places, &self.mapping);
        let mut item = match self.mapping.format() {
            Format::Shopify => shopify::read::item(group.key.clone(), &rows, &self.given, self.currency),
            Format::WooCommerce => woo::read::item(group.key.clone(), &rows, &self.given, self.currency),
        };
        if self.mapping.format() == Format::Shopify && !self.given.own && item.draft.product_type.is_empty() {
            let tags = item.draft.tags.iter().filter(|tag| self.shared_tags.contains(*tag));
            item.categories = tags.map(|tag| vec![tag.clone()]).collect();
        }
        // A row that cannot be read is the reason for what else seems to be wrong.
        item.errors.splice(0..0, group.errors.iter().cloned());
        item
    }

    fn gather(&mut self) {
        let mut gathered = Gathered { stray: std::mem::take(&mut self.errors), ..Gathered::default() };
        let format = self.mapping.format();
        let scanned = table::scan(&self.text, &self.mapping, |place, row, unfit| {
            if row.is_blank() {
                return;
            }
            let kind = match (format, row.get(shopify::columns::HANDLE)) {
                (Format::WooCommerce, _) => woo::read::kind(row),
                (Format::Shopify, "") => Kind::Refused(row.error(shopify::columns::HANDLE, "Empty.")),
                (Format::Shopify, handle) => Kind::Product { key: handle.to_owned(), names: Vec::new() },
            };
            match kind {
                Kind::Product { key, .. } if key.len() > KEY_BYTES => {
                    gathered.stray(row.error(format.key(), format!("Longer than {KEY_BYTES} bytes.")));
                }
                Kind::Product { key, names } => gathered.product(format, &key, names, place, row, unfit),
                Kind::Variation(parent) => gathered.variations.push((parent, place, unfit)),
                Kind::Refused(error) => gathered.stray(unfit.unwrap_or(error)),
            }
        });
        match scanned {
            Ok(rows) => self.rows = rows,
            Err(error) => gathered.stray.push(error),
        }
        gathered.adopt(&self.mapping);
        (self.groups, self.errors) = (gathered.groups, gathered.stray);
    }

    /// SKUs that several products of the file want, and tags that several have.
    fn across(&mut self) {
        let mut tags: HashMap<String, bool> = HashMap::new();
        let mut skus: HashSet<String> = HashSet::new();
        let column = match self.mapping.format() {
            Format::Shopify => shopify::columns::SKU,
            Format::WooCommerce => woo::columns::SKU,
        };
        for at in 0..self.groups.len() {
            let item = self.item(&self.groups[at]);
            for tag in &item.draft.tags {
                tags.entry(tag.clone()).and_modify(|shared| *shared = true).or_default();
            }
            for variant in 0..item.draft.variants.len() {
                let sku = item.sku(variant);
                if !skus.contains(&sku) {
                    skus.insert(sku);
                    continue;
                }
                let message = format!("{} is used twice in this file.", table::short(&sku));
                let column = self.mapping.name_of(column).to_owned();
                self.groups[at].errors.push(RowError { line: item.lines[variant], column, message });
            }
        }
        self.shared_tags = tags.into_iter().filter(|(_, shared)| *shared).map(|(tag, _)| tag).collect();
    }
}

#[derive(Default)]
struct Gathered {
    groups: Vec<Group>,
    known: HashMap<String, usize>,
    /// Products by what variations call their parent.
    parents: HashMap<String, usize>,
    variations: Vec<(String, Place, Option<RowError>)>,
    stray: Vec<RowError>,
}

impl Gathered {
    fn product(
        &mut self,
        format: Format,
        key: &str,
        names: Vec<String>,
        place: Place,
        row: &Row<'_>,
        unfit: Option<RowError>,
    ) {
        let known = self.known.get(key).copied();
        if let (Some(at), Format::WooCommerce) = (known, format) {
            let message = format!("{:?} is used twice in this file.", table::short(key));
            self.groups[at].errors.push(row.error(woo::columns::SKU, message));
            return;
        }
        let at = known.unwrap_or_else(|| {
            self.groups.push(Group { key: key.to_owned(), ..Group::default() });
            self.known.insert(key.to_owned(), self.groups.len() - 1);
            self.groups.len() - 1
        });
        self.groups[at].places.push(place);
        self.groups[at].errors.extend(unfit);
        for name in names {
            self.parents.entry(name).or_insert(at);
        }
    }

    fn stray(&mut self, error: RowError) {
        if self.stray.len() < STRAY_ERRORS {
            self.stray.push(error);
        }
    }

    /// Gives variations to their parents, wherever in the file these stand.
    fn adopt(&mut self, mapping: &Mapping) {
        for (parent, place, unfit) in std::mem::take(&mut self.variations) {
            match self.parents.get(&parent) {
                Some(at) => {
                    self.groups[*at].places.push(place);
                    self.groups[*at].errors.extend(unfit);
                }
                None => self.stray(RowError {
                    line: place.line.into(),
                    column: mapping.name_of(woo::columns::PARENT).to_owned(),
                    message: format!("The product {:?} is not in this file.", table::short(&parent)),
                }),
            }
        }
    }
}
