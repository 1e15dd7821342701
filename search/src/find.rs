//! Finding products: text, filters, order, and what could be narrowed down.

use crate::query::{Care, Words};
use crate::tally::{Tallied, Tally};
use crate::{DEPTH, Index, Result, fields};
use std::ops::RangeInclusive;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as Matches, TermQuery, TermSetQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};
use uuid::Uuid;

/// Values of an attribute that begin with a number, like "18.5 cm", from one to below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub name: String,
    /// Thousandths.
    pub numbers: std::ops::Range<i64>,
}

impl Range {
    pub(crate) fn holds(&self, value: &str) -> bool {
        number(value).is_some_and(|number| self.numbers.contains(&number))
    }
}

/// Thousandths of the number that `value` begins with, of at most three decimals.
pub fn number(value: &str) -> Option<i64> {
    let text = value.split_once(' ').map_or(value, |(number, _)| number);
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 3 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    Some(sign * format!("{whole}{fraction:0<3}").parse::<i64>().ok()?)
}

/// What products have to be like. Within one list one of it is enough; all lists have to be met, and of the attributes
/// each that is named.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these categories, or below.
    pub categories: Vec<Uuid>,
    pub brands: Vec<String>,
    /// Name and value.
    pub attributes: Vec<(String, String)>,
    /// Of the same attributes: one of these is enough, too.
    pub ranges: Vec<Range>,
    /// Lowest price in the query's currency, minor units.
    pub price: Option<RangeInclusive<i64>>,
    pub in_stock: bool,
    pub on_sale: bool,
    /// Tenths of a star that it has on average at least; 0 for all.
    pub rated_from: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// How well the words fit; what can be bought before what cannot.
    #[default]
    Relevance,
    Newest,
    PriceLow,
    PriceHigh,
    Rating,
    BestSelling,
}

#[derive(Clone, Debug)]
pub struct Query<'q> {
    /// As it was typed; empty for everything.
    pub text: &'q str,
    /// Words and phrases of one line are looked for together.
    pub synonyms: &'q [Vec<String>],
    /// These come first when sorted by relevance, whether they have the words or not.
    pub pinned: &'q [Uuid],
    /// Nothing else is there, as far as this query goes: a category's page.
    pub within: Option<Uuid>,
    /// The same for a collection.
    pub collection: Option<Uuid>,
    /// What has a place in that collection comes first, in that order; `sort` orders the rest.
    pub placed: bool,
    pub filter: Filter,
    pub sort: Sort,
    /// Products without a price in it are not found.
    pub currency: &'q str,
    pub offset: usize,
    pub rows: usize,
    /// Whether anybody looks at how many there are, of all and of each facet.
    pub counts: bool,
}

/// What was found. Counts of a facet are of what would be found if nothing were chosen in that facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// At least so many, if nobody looks at the counts.
    pub total: usize,
    pub ids: Vec<Uuid>,
    /// Brand and products, most first.
    pub brands: Vec<(String, usize)>,
    pub categories: Vec<(Uuid, usize)>,
    /// Name, value and products, most first.
    pub attributes: Vec<(String, String, usize)>,
    /// Products that can be bought now.
    pub in_stock: usize,
    pub on_sale: usize,
    /// Lowest and highest price.
    pub prices: Option<(i64, i64)>,
    /// Products that have on average as many of [`crate::STARS`], or more.
    pub rated: [usize; 3],
    /// Nothing had the words as they were written; this has words like them.
    pub is_guess: bool,
    /// What was perhaps meant, when it is a guess.
    pub suggestion: Option<String>,
    /// Phrases that were looked for in place of what was written.
    pub instead: Vec<String>,
}

impl Index {
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, query: &Query<'_>) -> Result<Found> {
        let words = Words::of(self.tantivy(), query.text, query.synonyms)?;
        let reading = self.reading();
        let searcher = &reading.searcher;
        let pass = |care| -> Result<Tallied> {
            let tally =
                Tally { query, reading: &reading, by_score: query.sort == Sort::Relevance && !words.is_empty() };
            Ok(reading.search(&*self.matches(query, &words, care), &tally)?)
        };
        let mut is_guess = false;
        let mut tallied = pass(Care::AsWritten)?;
        // Filters do not make a word wrong: only words that nothing at all has are guessed.
        if tallied.matched == 0 && !words.is_empty() {
            tallied = pass(Care::WithMistakes)?;
            is_guess = tallied.matched > 0;
        }
        let suggestion = if is_guess { words.corrected(searcher, &self.fields)? } else { None };
        let hits = tallied.top.into_iter().skip(query.offset.min(DEPTH)).take(query.rows);
        let ids = hits.map(|hit| id(searcher, hit.address)).collect::<Result<_>>()?;
        Ok(Found {
            total: tallied.total,
            ids,
            brands: tallied.brands,
            categories: tallied.categories,
            attributes: tallied.attributes,
            in_stock: tallied.in_stock,
            on_sale: tallied.on_sale,
            prices: tallied.prices,
            rated: tallied.rated,
            is_guess,
            suggestion,
            instead: words.instead(),
        })
    }

    /// What has the words or is pinned, within what the query is about.
    pub(crate) fn matches(&self, query: &Query<'_>, words: &Words, care: Care) -> Box<dyn Matches> {
        let mut matches = words.query(&self.fields, care);
        if !query.pinned.is_empty() && !words.is_empty() {
            let ids = query.pinned.iter().map(|id| Term::from_field_bytes(self.fields.id, id.as_bytes()));
            let pinned = ConstScoreQuery::new(Box::new(TermSetQuery::new(ids)), 0.0);
            matches = Box::new(BooleanQuery::union(vec![matches, Box::new(pinned)]));
        }
        for (field, id) in [(self.fields.category, query.within), (self.fields.collection, query.collection)] {
            let Some(id) = id else { continue };
            let within = Term::from_field_text(field, &fields::category_term(id));
            let within = ConstScoreQuery::new(Box::new(TermQuery::new(within, IndexRecordOption::Basic)), 0.0);
            matches = Box::new(BooleanQuery::new(vec![(Occur::Must, Box::new(within)), (Occur::Must, matches)]));
        }
        matches
    }
}

pub(crate) fn id(searcher: &Searcher, address: tantivy::DocAddress) -> Result<Uuid> {
    let strange = || tantivy::TantivyError::InternalError("a product without an identifier".to_owned());
    let segment = searcher.segment_reader(address.segment_ord);
    let column = segment.fast_fields().bytes(fields::ID)?.ok_or_else(strange)?;
    let ord = column.term_ords(address.doc_id).next().ok_or_else(strange)?;
    let mut bytes = Vec::with_capacity(16);
    column.ord_to_bytes(ord, &mut bytes).map_err(tantivy::TantivyError::from)?;
    Ok(Uuid::from_slice(&bytes).map_err(|_| strange())?)
}
