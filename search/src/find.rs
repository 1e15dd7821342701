//! Finding products: text, filters, order, and what could be narrowed down.

use crate::query::{Care, Words};
use crate::tally::{Tallied, Tally};
use crate::{DEPTH, Index, Result};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// What products have to be like. Within one list one of it is enough; all lists have to be met.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these categories, or below.
    pub categories: Vec<Uuid>,
    pub brands: Vec<String>,
    /// Lowest price in the query's currency, minor units.
    pub price: Option<RangeInclusive<i64>>,
    pub in_stock: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// How well the words fit; what can be bought before what cannot.
    #[default]
    Relevance,
    Newest,
    PriceLow,
    PriceHigh,
}

#[derive(Clone, Debug)]
pub struct Query<'q> {
    /// As it was typed; empty for everything.
    pub text: &'q str,
    pub filter: Filter,
    pub sort: Sort,
    /// Products without a price in it are not found.
    pub currency: &'q str,
    pub offset: usize,
    pub rows: usize,
}

/// What was found. Counts of a facet are of what would be found if nothing were chosen in that facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub total: usize,
    pub ids: Vec<Uuid>,
    /// Brand and products, most first.
    pub brands: Vec<(String, usize)>,
    pub categories: Vec<(Uuid, usize)>,
    /// Products that can be bought now.
    pub in_stock: usize,
    /// Lowest and highest price.
    pub prices: Option<(i64, i64)>,
    /// Nothing had the words as they were written; this has words like them.
    pub is_guess: bool,
}

impl Index {
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, query: &Query<'_>) -> Result<Found> {
        let words = Words::of(self.tantivy(), query.text)?;
        let searcher = self.searcher();
        let collector = |care| -> Result<Tallied> {
            let tally = Tally { query, by_score: query.sort == Sort::Relevance && !words.is_empty() };
            Ok(searcher.search(&*words.query(&self.fields, care), &tally)?)
        };
        let mut is_guess = false;
        let mut tallied = collector(Care::AsWritten)?;
        // Filters do not make a word wrong: only words that nothing at all has are guessed.
        if tallied.matched == 0 && !words.is_empty() {
            tallied = collector(Care::WithMistakes)?;
            is_guess = tallied.matched > 0;
        }
        let hits = tallied.top.into_iter().skip(query.offset.min(DEPTH)).take(query.rows);
        let ids = hits.map(|hit| id(&searcher, hit.address)).collect::<Result<_>>()?;
        Ok(Found {
            total: tallied.total,
            ids,
            brands: tallied.brands,
            categories: tallied.categories,
            in_stock: tallied.in_stock,
            prices: tallied.prices,
            is_guess,
        })
    }
}

fn id(searcher: &tantivy::Searcher, address: tantivy::DocAddress) -> Result<Uuid> {
    let strange = || tantivy::TantivyError::InternalError("a product without an identifier".to_owned());
    let segment = searcher.segment_reader(address.segment_ord);
    let column = segment.fast_fields().bytes(crate::fields::ID)?.ok_or_else(strange)?;
    let ord = column.term_ords(address.doc_id).next().ok_or_else(strange)?;
    let mut bytes = Vec::with_capacity(16);
    column.ord_to_bytes(ord, &mut bytes).map_err(tantivy::TantivyError::from)?;
    Ok(Uuid::from_slice(&bytes).map_err(|_| strange())?)
}
