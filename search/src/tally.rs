//! One pass over everything that has the words: what passes the filters, in order, and what each facet holds.
//!
//! A product that fails no facet counts in all of them; one that fails a single facet counts in that one alone, for it
//! would be there if nothing were chosen in it. So counts are "or" within a facet and "and" between facets.

use crate::find::{Query, Sort};
use crate::{DEPTH, fields};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};
use uuid::Uuid;

/// What cannot be bought counts as if its words fitted half as well.
const SOLD_OUT: f32 = 0.5;

pub struct Tally<'q> {
    pub query: &'q Query<'q>,
    pub by_score: bool,
}

#[derive(Default)]
pub struct Tallied {
    /// Products that have the words, whatever else they are like.
    pub matched: usize,
    pub total: usize,
    /// Best first, as many as the page and those before it need.
    pub top: Vec<Hit>,
    pub brands: Vec<(String, usize)>,
    pub categories: Vec<(Uuid, usize)>,
    pub in_stock: usize,
    pub prices: Option<(i64, i64)>,
}

/// Greater comes first; of equals the younger, and then whichever was written first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    key: i64,
    created_at: i64,
    order: Reverse<DocAddress>,
    pub address: DocAddress,
}

/// A facet over names: which are chosen, how many products each has.
struct Names {
    column: Option<StrColumn>,
    /// By ordinal; empty when nothing is chosen.
    chosen: Vec<bool>,
    counts: Vec<usize>,
}

impl Names {
    fn open(segment: &SegmentReader, name: &str, chosen: &[String]) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(name)?;
        let terms = column.as_ref().map_or(0, |column| column.num_terms());
        let mut flags = Vec::new();
        if !chosen.is_empty() {
            flags = vec![false; terms];
            for name in chosen {
                let ord = column.as_ref().map(|column| column.dictionary().term_ord(name)).transpose()?.flatten();
                if let Some(flag) = ord.and_then(|ord| flags.get_mut(usize::try_from(ord).ok()?)) {
                    *flag = true;
                }
            }
            if flags.is_empty() {
                // Something is chosen, and nothing here has it.
                flags.push(false);
            }
        }
        Ok(Self { column, chosen: flags, counts: vec![0; terms] })
    }

    fn ords(&self, doc: DocId) -> impl Iterator<Item = usize> + '_ {
        let ords = self.column.iter().flat_map(move |column| column.term_ords(doc));
        ords.filter_map(|ord| usize::try_from(ord).ok())
    }

    fn passes(&self, doc: DocId) -> bool {
        self.chosen.is_empty() || self.ords(doc).any(|ord| self.chosen.get(ord) == Some(&true))
    }

    fn count(&mut self, doc: DocId) {
        let Some(column) = &self.column else { return };
        for ord in column.term_ords(doc) {
            if let Some(count) = usize::try_from(ord).ok().and_then(|ord| self.counts.get_mut(ord)) {
                *count += 1;
            }
        }
    }

    fn harvest(self) -> std::io::Result<Vec<(String, usize)>> {
        let Some(column) = self.column else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (ord, count) in self.counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            let mut name = String::new();
            column.ord_to_str(ord as u64, &mut name)?;
            found.push((name, count));
        }
        Ok(found)
    }
}

pub struct SegmentTally {
    segment: SegmentOrdinal,
    sort: Sort,
    by_score: bool,
    wanted: usize,
    price_range: Option<(i64, i64)>,
    only_in_stock: bool,
    brands: Names,
    categories: Names,
    price: Option<Column<i64>>,
    in_stock: Column<bool>,
    created_at: Column<i64>,
    matched: usize,
    total: usize,
    buyable: usize,
    prices: Option<(i64, i64)>,
    top: BinaryHeap<Reverse<Hit>>,
}

/// The facets that a product may fail.
const BRAND: u8 = 1;
const CATEGORY: u8 = 2;
const PRICE: u8 = 4;
const STOCK: u8 = 8;

impl SegmentCollector for SegmentTally {
    type Fruit = tantivy::Result<Tallied>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let Some(price) = self.price.as_ref().and_then(|column| column.first(doc)) else { return };
        self.matched += 1;
        let can_buy = self.in_stock.first(doc).unwrap_or_default();
        let mut failed = 0;
        failed |= if self.brands.passes(doc) { 0 } else { BRAND };
        failed |= if self.categories.passes(doc) { 0 } else { CATEGORY };
        failed |= if self.price_range.is_none_or(|(low, high)| (low..=high).contains(&price)) { 0 } else { PRICE };
        failed |= if can_buy || !self.only_in_stock { 0 } else { STOCK };
        if failed & !BRAND == 0 {
            self.brands.count(doc);
        }
        if failed & !CATEGORY == 0 {
            self.categories.count(doc);
        }
        if failed & !PRICE == 0 {
            self.prices = Some(widened(self.prices, (price, price)));
        }
        if failed & !STOCK == 0 {
            self.buyable += usize::from(can_buy);
        }
        if failed == 0 {
            self.total += 1;
            self.keep(doc, score, price, can_buy);
        }
    }

    fn harvest(self) -> Self::Fruit {
        let categories = self.categories.harvest()?.into_iter();
        Ok(Tallied {
            matched: self.matched,
            total: self.total,
            top: self.top.into_iter().map(|Reverse(hit)| hit).collect(),
            brands: self.brands.harvest()?,
            categories: categories.filter_map(|(id, count)| Some((Uuid::parse_str(&id).ok()?, count))).collect(),
            in_stock: self.buyable,
            prices: self.prices,
        })
    }
}

impl SegmentTally {
    fn keep(&mut self, doc: DocId, score: Score, price: i64, can_buy: bool) {
        let created_at = self.created_at.first(doc).unwrap_or_default();
        let key = match self.sort {
            Sort::Relevance if self.by_score => as_key(if can_buy { score } else { score * SOLD_OUT }),
            Sort::Relevance => i64::from(can_buy),
            Sort::Newest => created_at,
            Sort::PriceLow => -price,
            Sort::PriceHigh => price,
        };
        let address = DocAddress::new(self.segment, doc);
        let hit = Hit { key, created_at, order: Reverse(address), address };
        if self.top.len() < self.wanted {
            self.top.push(Reverse(hit));
        } else if self.top.peek().is_some_and(|Reverse(least)| hit > *least) {
            self.top.pop();
            self.top.push(Reverse(hit));
        }
    }
}

/// Scores of the same product differ in the last digits from one segment to the next; beyond a thousandth they are equal.
fn as_key(score: Score) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "scores are sums of a few dozen")]
    let key = (score * 1000.0) as i64;
    key
}

fn widened(range: Option<(i64, i64)>, (low, high): (i64, i64)) -> (i64, i64) {
    range.map_or((low, high), |(least, most)| (least.min(low), most.max(high)))
}

impl Collector for Tally<'_> {
    type Fruit = Tallied;
    type Child = SegmentTally;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentTally> {
        let filter = &self.query.filter;
        let columns = reader.fast_fields();
        let categories: Vec<_> = filter.categories.iter().map(|id| id.simple().to_string()).collect();
        Ok(SegmentTally {
            segment,
            sort: self.query.sort,
            by_score: self.by_score,
            wanted: (self.query.offset.saturating_add(self.query.rows)).min(DEPTH),
            price_range: filter.price.as_ref().map(|range| (*range.start(), *range.end())),
            only_in_stock: filter.in_stock,
            brands: Names::open(reader, fields::BRAND, &filter.brands)?,
            categories: Names::open(reader, fields::CATEGORY, &categories)?,
            price: columns.column_opt(&fields::price_column(self.query.currency))?,
            in_stock: columns.bool(fields::IN_STOCK)?,
            created_at: columns.i64(fields::CREATED_AT)?,
            matched: 0,
            total: 0,
            buyable: 0,
            prices: None,
            top: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.by_score
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Tallied>>) -> tantivy::Result<Tallied> {
        let mut all = Tallied::default();
        let (mut brands, mut categories) = (HashMap::new(), HashMap::new());
        for segment in segments {
            let segment = segment?;
            all.matched += segment.matched;
            all.total += segment.total;
            all.in_stock += segment.in_stock;
            all.prices = segment.prices.map(|range| widened(all.prices, range)).or(all.prices);
            all.top.extend(segment.top);
            add(&mut brands, segment.brands);
            add(&mut categories, segment.categories);
        }
        all.top.sort_unstable_by(|one, other| other.cmp(one));
        all.brands = most_first(brands);
        all.categories = most_first(categories);
        Ok(all)
    }
}

fn add<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, more: Vec<(K, usize)>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

fn most_first<K: Ord>(counts: HashMap<K, usize>) -> Vec<(K, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    counts
}
