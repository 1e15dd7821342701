//! One pass over everything that has the words: what passes the filters, in order, and what each facet holds.
//!
//! A product that fails no facet counts in all of them; one that fails a single facet counts in that one alone, for it
//! would be there if nothing were chosen in it. So counts are "or" within a facet and "and" between facets.

mod attributes;
mod facet;
mod pinned;

use crate::DEPTH;
use crate::best::Best;
use crate::columns::{Columns, Prices};
use crate::fields::{self, SEPARATOR};
use crate::find::{Query, Sort};
use crate::reading::Reading;
use attributes::Attributes;
use facet::Facet;
use pinned::Pinned;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::query::Weight;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};
use uuid::Uuid;

/// What cannot be bought counts as if its words fitted half as well.
pub const SOLD_OUT: f32 = 0.5;

pub struct Tally<'q> {
    pub query: &'q Query<'q>,
    pub reading: &'q Reading,
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
    /// By name, value and products.
    pub attributes: Vec<(String, String, usize)>,
    pub in_stock: usize,
    pub on_sale: usize,
    pub prices: Option<(i64, i64)>,
    /// Products rated with as many stars as [`STARS`] says, or more.
    pub rated: [usize; 3],
}

/// Averages that are chosen as "and up".
pub const STARS: [i64; 3] = [4, 3, 2];

/// Greater comes first; of equals the younger, and then whichever was written first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    key: i64,
    created_at: i64,
    order: Reverse<DocAddress>,
    pub address: DocAddress,
}

pub struct SegmentTally {
    segment: SegmentOrdinal,
    sort: Sort,
    by_score: bool,
    counts: bool,
    price_range: Option<(i64, i64)>,
    only_in_stock: bool,
    only_on_sale: bool,
    columns: Arc<Columns>,
    brands: Facet,
    categories: Facet,
    attributes: Attributes,
    /// Chosen in it is the query's currency.
    sale: Facet,
    prices: Prices,
    rating_rank: Column<i64>,
    sold: Column<i64>,
    rated_from: i64,
    pinned: Pinned,
    /// Of the collection, where its places come first.
    places: Option<Column<i64>>,
    counted: Counted,
    best: Best<Hit>,
}

#[derive(Default)]
struct Counted {
    matched: usize,
    total: usize,
    buyable: usize,
    reduced: usize,
    prices: Option<(i64, i64)>,
    rated: [usize; 3],
}

/// The facets that a product may fail; above them one bit for each attribute with a choice.
const BRAND: u32 = 1;
const CATEGORY: u32 = 2;
const PRICE: u32 = 4;
const STOCK: u32 = 8;
const SALE: u32 = 16;
const RATING: u32 = 32;
const ATTRIBUTES: u32 = 6;

/// What facets count of a product.
struct Seen {
    price: i64,
    rating: i64,
    can_buy: bool,
    reduced: bool,
}

impl SegmentCollector for SegmentTally {
    type Fruit = tantivy::Result<Tallied>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let Some(price) = self.prices.of(doc) else { return };
        self.counted.matched += 1;
        let can_buy = self.columns.in_stock(doc);
        let reduced = (self.counts || self.only_on_sale) && self.sale.passes(doc);
        let mut failed = self.attributes.failed(doc) << ATTRIBUTES;
        failed |= if self.brands.passes(doc) { 0 } else { BRAND };
        failed |= if self.categories.passes(doc) { 0 } else { CATEGORY };
        failed |= if self.price_range.is_none_or(|(low, high)| (low..=high).contains(&price)) { 0 } else { PRICE };
        failed |= if can_buy || !self.only_in_stock { 0 } else { STOCK };
        failed |= if reduced || !self.only_on_sale { 0 } else { SALE };
        let rating = self.columns.rating(doc);
        failed |= if rating >= self.rated_from { 0 } else { RATING };
        if self.counts {
            self.count(doc, failed, Seen { price, rating, can_buy, reduced });
        }
        if failed == 0 {
            self.counted.total += 1;
            self.keep(doc, score, price, can_buy);
        }
    }

    fn harvest(self) -> Self::Fruit {
        let categories = self.categories.harvest()?.into_iter();
        let attributes = self.attributes.harvest()?.into_iter().filter_map(|(term, count)| {
            let (name, value) = term.split_once(SEPARATOR)?;
            Some((name.to_owned(), value.to_owned(), count))
        });
        Ok(Tallied {
            matched: self.counted.matched,
            total: self.counted.total,
            top: self.best.into_vec(),
            brands: self.brands.harvest()?,
            categories: categories.filter_map(|(id, count)| Some((Uuid::parse_str(&id).ok()?, count))).collect(),
            attributes: attributes.collect(),
            in_stock: self.counted.buyable,
            on_sale: self.counted.reduced,
            prices: self.counted.prices,
            rated: self.counted.rated,
        })
    }
}

impl SegmentTally {
    fn count(&mut self, doc: DocId, failed: u32, Seen { price, rating, can_buy, reduced }: Seen) {
        if failed & !BRAND == 0 {
            self.brands.count(doc);
        }
        if failed & !CATEGORY == 0 {
            self.categories.count(doc);
        }
        if failed & !PRICE == 0 {
            self.counted.prices = Some(widened(self.counted.prices, (price, price)));
        }
        if failed & !STOCK == 0 {
            self.counted.buyable += usize::from(can_buy);
        }
        if failed & !SALE == 0 {
            self.counted.reduced += usize::from(reduced);
        }
        if failed & !RATING == 0 && rating > 0 {
            for (count, stars) in self.counted.rated.iter_mut().zip(STARS) {
                *count += usize::from(rating >= 10 * stars);
            }
        }
        if failed & ((1 << ATTRIBUTES) - 1) == 0 {
            self.attributes.count(doc, failed >> ATTRIBUTES);
        }
    }

    /// Nothing with less than this score is among the best.
    fn least(&self) -> Score {
        #[expect(clippy::cast_precision_loss, reason = "a bound that is a little lower is one, too")]
        self.best.least().map_or(Score::NEG_INFINITY, |least| (least.key as Score - 1.0) / 1000.0)
    }

    fn keep(&mut self, doc: DocId, score: Score, price: i64, can_buy: bool) {
        let place = self.places.as_ref().and_then(|column| column.first(doc)).map(|place| i64::MAX - place);
        let key = place.unwrap_or_else(|| match self.sort {
            Sort::Relevance => self.pinned.key(doc).unwrap_or_else(|| {
                let score = if can_buy { score } else { score * SOLD_OUT };
                if self.by_score { as_key(score) } else { i64::from(can_buy) }
            }),
            Sort::Newest => self.columns.created_at(doc),
            Sort::PriceLow => -price,
            Sort::PriceHigh => price,
            Sort::Rating => self.rating_rank.first(doc).unwrap_or_default(),
            Sort::BestSelling => self.sold.first(doc).unwrap_or_default(),
        });
        if self.best.may_take(|least| key < least.key) {
            let created_at = self.columns.created_at(doc);
            let address = DocAddress::new(self.segment, doc);
            self.best.take(Hit { key, created_at, order: Reverse(address), address });
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
        let columns = self.reading.columns(segment)?;
        let fast = reader.fast_fields();
        let categories: Vec<_> = filter.categories.iter().map(|id| fields::category_term(*id)).collect();
        Ok(SegmentTally {
            segment,
            sort: self.query.sort,
            by_score: self.by_score,
            best: Best::of(self.query.offset.saturating_add(self.query.rows).min(DEPTH)),
            counts: self.query.counts,
            price_range: filter.price.as_ref().map(|range| (*range.start(), *range.end())),
            only_in_stock: filter.in_stock,
            only_on_sale: filter.on_sale,
            brands: Facet::open(&columns.brands, &filter.brands, self.query.counts)?,
            categories: Facet::open(&columns.categories, &categories, self.query.counts)?,
            attributes: Attributes::open(&columns.attributes, filter, self.query.counts)?,
            sale: Facet::open(&columns.on_sale, &[self.query.currency.to_owned()], false)?,
            prices: columns.prices(reader, self.query.currency)?,
            columns,
            rating_rank: fast.i64(fields::RATING_RANK)?,
            sold: fast.i64(fields::SOLD)?,
            rated_from: filter.rated_from,
            pinned: Pinned::open(reader, self.query.pinned)?,
            places: match self.query.collection.filter(|_| self.query.placed) {
                Some(collection) => fast.column_opt(&fields::place_column(collection))?,
                None => None,
            },
            counted: Counted::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.by_score
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<<SegmentTally as SegmentCollector>::Fruit> {
        let mut tally = self.for_segment(segment, reader)?;
        let alive = reader.alive_bitset();
        let is_there = |doc| alive.is_none_or(|alive| alive.is_alive(doc));
        // What is counted, put first or not ordered by score has to be seen, however little it fits.
        let best_alone = !self.query.counts && self.by_score && self.query.pinned.is_empty() && tally.places.is_none();
        if best_alone {
            weight.for_each_pruning(Score::NEG_INFINITY, reader, &mut |doc, score| {
                if is_there(doc) {
                    tally.collect(doc, score);
                }
                tally.least()
            })?;
        } else if self.by_score {
            weight.for_each(reader, &mut |doc, score| {
                if is_there(doc) {
                    tally.collect(doc, score);
                }
            })?;
        } else {
            weight.for_each_no_score(reader, &mut |docs| {
                docs.iter().filter(|doc| is_there(**doc)).for_each(|doc| tally.collect(*doc, 0.0));
            })?;
        }
        Ok(tally.harvest())
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Tallied>>) -> tantivy::Result<Tallied> {
        let mut all = Tallied::default();
        let (mut brands, mut categories, mut attributes) = (HashMap::new(), HashMap::new(), HashMap::new());
        for segment in segments {
            let segment = segment?;
            all.matched += segment.matched;
            all.total += segment.total;
            all.in_stock += segment.in_stock;
            all.on_sale += segment.on_sale;
            all.rated.iter_mut().zip(segment.rated).for_each(|(count, more)| *count += more);
            all.prices = segment.prices.map(|range| widened(all.prices, range)).or(all.prices);
            all.top.extend(segment.top);
            add(&mut brands, segment.brands);
            add(&mut categories, segment.categories);
            add(&mut attributes, segment.attributes.into_iter().map(|(name, value, count)| ((name, value), count)));
        }
        all.top.sort_unstable_by(|one, other| other.cmp(one));
        all.brands = most_first(brands);
        all.categories = most_first(categories);
        all.attributes =
            most_first(attributes).into_iter().map(|((name, value), count)| (name, value, count)).collect();
        Ok(all)
    }
}

fn add<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, more: impl IntoIterator<Item = (K, usize)>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

fn most_first<K: Ord>(counts: HashMap<K, usize>) -> Vec<(K, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    counts
}
