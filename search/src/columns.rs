//! What a pass over many products asks of each, in memory: reading the same from the index's own columns costs about twenty
//! times as much. A segment never changes, so what is read once of it holds for as long as it is there.
//!
//! About 28 bytes of a product, and 8 for each currency that was asked for.

use crate::fields;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

/// No price in this currency.
const NO_PRICE: i64 = i64::MIN;

pub struct Columns {
    pub brands: Arc<Names>,
    pub categories: Arc<Names>,
    pub attributes: Arc<Names>,
    /// Currencies in which the product is reduced.
    pub on_sale: Arc<Names>,
    in_stock: Vec<bool>,
    /// Unix milliseconds.
    created_at: Vec<i64>,
    /// Tenths of a star.
    ratings: Vec<u8>,
    /// By currency; read when it is first asked for.
    prices: Mutex<HashMap<String, Prices>>,
}

/// Lowest price of each product in one currency, minor units.
#[derive(Clone)]
pub struct Prices(Arc<[i64]>);

impl Prices {
    pub fn of(&self, doc: DocId) -> Option<i64> {
        self.0.get(doc as usize).copied().filter(|price| *price != NO_PRICE)
    }
}

impl Columns {
    pub fn read(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let names =
            |name: &str| Ok::<_, tantivy::TantivyError>(Arc::new(Names::read(columns.str(name)?, segment.max_doc())));
        let (in_stock, rating) = (columns.bool(fields::IN_STOCK)?, columns.i64(fields::RATING)?);
        let created_at = columns.i64(fields::CREATED_AT)?;
        let docs = 0..segment.max_doc();
        Ok(Self {
            brands: names(fields::BRAND)?,
            categories: names(fields::CATEGORY)?,
            attributes: names(fields::ATTRIBUTE)?,
            on_sale: names(fields::ON_SALE)?,
            in_stock: docs.clone().map(|doc| in_stock.first(doc).unwrap_or_default()).collect(),
            created_at: docs.clone().map(|doc| created_at.first(doc).unwrap_or_default()).collect(),
            ratings: docs.map(|doc| rating.first(doc).and_then(|r| u8::try_from(r).ok()).unwrap_or_default()).collect(),
            prices: Mutex::default(),
        })
    }

    pub fn in_stock(&self, doc: DocId) -> bool {
        self.in_stock.get(doc as usize).copied().unwrap_or_default()
    }

    pub fn created_at(&self, doc: DocId) -> i64 {
        self.created_at.get(doc as usize).copied().unwrap_or_default()
    }

    /// Tenths of a star; 0: not rated.
    pub fn rating(&self, doc: DocId) -> i64 {
        self.ratings.get(doc as usize).copied().map_or(0, i64::from)
    }

    pub fn prices(&self, segment: &SegmentReader, currency: &str) -> tantivy::Result<Prices> {
        let mut known = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prices) = known.get(currency) {
            return Ok(prices.clone());
        }
        let column: Option<Column<i64>> =
            segment.fast_fields().column_opt(&fields::price_column(fields::PRICE, currency))?;
        let price = |doc| column.as_ref().and_then(|column| column.first(doc)).unwrap_or(NO_PRICE);
        let prices = Prices((0..segment.max_doc()).map(price).collect());
        known.insert(currency.to_owned(), prices.clone());
        Ok(prices)
    }
}

/// A column of which a product has any number of values. Many products have the same ones, so each combination is kept once.
pub struct Names {
    column: Option<StrColumn>,
    /// By product: its combination.
    combination: Vec<u32>,
    /// By combination: where it begins in `ords`; one more at the end.
    starts: Vec<u32>,
    /// The values of the combinations, as ordinals of the column, ascending.
    ords: Vec<u32>,
}

impl Names {
    fn read(column: Option<StrColumn>, docs: DocId) -> Self {
        let mut names =
            Self { column, combination: Vec::with_capacity(docs as usize), starts: vec![0], ords: Vec::new() };
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut own = Vec::new();
        for doc in 0..docs {
            own.clear();
            let values = names.column.iter().flat_map(|column| column.term_ords(doc));
            own.extend(values.filter_map(|ord| u32::try_from(ord).ok()));
            own.sort_unstable();
            own.dedup();
            let combination = match known.get(&own) {
                Some(combination) => *combination,
                None => names.add(&mut known, &own),
            };
            names.combination.push(combination);
        }
        names
    }

    fn add(&mut self, known: &mut HashMap<Vec<u32>, u32>, own: &[u32]) -> u32 {
        let combination = as_u32(known.len());
        known.insert(own.to_vec(), combination);
        self.ords.extend_from_slice(own);
        self.starts.push(as_u32(self.ords.len()));
        combination
    }

    pub fn column(&self) -> Option<&StrColumn> {
        self.column.as_ref()
    }

    /// Different values.
    pub fn values(&self) -> usize {
        self.column.as_ref().map_or(0, |column| column.num_terms())
    }

    /// Different combinations of values; "none at all" is one.
    pub fn combinations(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn combination(&self, doc: DocId) -> usize {
        self.combination.get(doc as usize).map_or(0, |combination| *combination as usize)
    }

    /// Ordinals of a product's values.
    pub fn of(&self, doc: DocId) -> &[u32] {
        self.ords(self.combination(doc))
    }

    /// Ordinals of the values of a combination.
    pub fn ords(&self, combination: usize) -> &[u32] {
        let at = |place: usize| self.starts.get(place).map(|start| *start as usize);
        at(combination).zip(at(combination + 1)).and_then(|(from, to)| self.ords.get(from..to)).unwrap_or_default()
    }
}

/// Documents and values of a segment are numbered with 32 bits.
fn as_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
