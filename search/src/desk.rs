//! The merchant's list: all products, listed or not, in the order of a column.

use crate::best::Best;
use crate::fields;
use crate::find::id;
use crate::reading::Reading;
use crate::{DEPTH, Index, Result};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::query::{AllQuery, BooleanQuery, FuzzyTermQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, Term};
use uuid::Uuid;

/// Words beyond these are not read.
const WORDS: usize = 10;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeskSort {
    #[default]
    Newest,
    Oldest,
    /// Last changed first.
    Changed,
    PriceLow,
    PriceHigh,
    BestSelling,
}

#[derive(Clone, Debug)]
pub struct DeskQuery<'q> {
    /// Words of title, brand, SKU or barcode, or their beginnings; a product has to have all of them.
    pub text: &'q str,
    /// `None` for all.
    pub status: Option<&'q str>,
    /// Only what has something that is sold out.
    pub only_short: bool,
    pub sort: DeskSort,
    /// Of the prices that are sorted by.
    pub currency: &'q str,
    pub offset: usize,
    pub rows: usize,
}

impl Index {
    /// How many there are, and the asked for part of the first [`DEPTH`].
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find_for_desk(&self, query: &DeskQuery<'_>) -> Result<(usize, Vec<Uuid>)> {
        let reading = self.reading();
        let wanted = query.offset.saturating_add(query.rows).min(DEPTH);
        let (total, top) = self.top(&reading, query, wanted)?;
        let part = top.into_iter().skip(query.offset).take(query.rows);
        let ids = part.map(|hit| id(&reading.searcher, hit.address)).collect::<Result<_>>()?;
        Ok((total, ids))
    }

    /// All of them, whatever `offset` and `rows` say, up to `most`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn all_for_desk(&self, query: &DeskQuery<'_>, most: usize) -> Result<Vec<Uuid>> {
        let reading = self.reading();
        let (_, top) = self.top(&reading, query, most)?;
        top.into_iter().map(|hit| id(&reading.searcher, hit.address)).collect()
    }

    fn top(&self, reading: &Reading, query: &DeskQuery<'_>, wanted: usize) -> Result<(usize, Vec<Hit>)> {
        let (column, last_first) = match query.sort {
            DeskSort::Newest => (fields::CREATED_AT.to_owned(), true),
            DeskSort::Oldest => (fields::CREATED_AT.to_owned(), false),
            DeskSort::Changed => (fields::UPDATED_AT.to_owned(), true),
            DeskSort::PriceLow => (fields::price_column(fields::DESK_PRICE, query.currency), false),
            DeskSort::PriceHigh => (fields::price_column(fields::DESK_PRICE, query.currency), true),
            DeskSort::BestSelling => (fields::SOLD.to_owned(), true),
        };
        Ok(reading.search(&*self.desk_query(query)?, &Top { column, last_first, wanted })?)
    }

    fn desk_query(&self, query: &DeskQuery<'_>) -> Result<Box<dyn Query>> {
        let exactly = |field: Field, text: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
        };
        let mut must: Vec<Box<dyn Query>> = Vec::new();
        let mut analyzer = self.tantivy().tokenizer_for_field(self.fields.desk)?;
        let mut stream = analyzer.token_stream(query.text);
        while stream.advance() && must.len() < WORDS {
            let word = Term::from_field_text(self.fields.desk, &stream.token().text);
            must.push(Box::new(FuzzyTermQuery::new_prefix(word, 0, true)));
        }
        if must.is_empty() && !query.text.trim().is_empty() {
            // "!?" asks for something that nothing has.
            must.push(exactly(self.fields.desk, ""));
        }
        if let Some(status) = query.status {
            must.push(exactly(self.fields.status, status));
        }
        if query.only_short {
            let short = Term::from_field_bool(self.fields.is_short, true);
            must.push(Box::new(TermQuery::new(short, IndexRecordOption::Basic)));
        }
        if must.is_empty() {
            return Ok(Box::new(AllQuery));
        }
        Ok(Box::new(BooleanQuery::intersection(must)))
    }
}

/// Counts all, and keeps the first in the order of a column; what has no value there comes last.
struct Top {
    column: String,
    last_first: bool,
    wanted: usize,
}

/// Greater comes first; of equals the younger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    key: Option<i64>,
    created_at: i64,
    address: DocAddress,
}

struct SegmentTop {
    segment: SegmentOrdinal,
    /// `None`: nothing here has a value.
    column: Option<Column<i64>>,
    created_at: Column<i64>,
    last_first: bool,
    total: usize,
    best: Best<Hit>,
}

impl SegmentCollector for SegmentTop {
    type Fruit = (usize, Vec<Hit>);

    fn collect(&mut self, doc: DocId, _: Score) {
        self.total += 1;
        let value = self.column.as_ref().and_then(|column| column.first(doc));
        let key = value.map(|value| if self.last_first { value } else { value.saturating_neg() });
        let created_at = self.created_at.first(doc).unwrap_or_default();
        self.best.take(Hit { key, created_at, address: DocAddress::new(self.segment, doc) });
    }

    fn harvest(self) -> Self::Fruit {
        (self.total, self.best.into_vec())
    }
}

impl Collector for Top {
    type Fruit = (usize, Vec<Hit>);
    type Child = SegmentTop;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentTop> {
        Ok(SegmentTop {
            segment,
            column: reader.fast_fields().column_opt(&self.column)?,
            created_at: reader.fast_fields().i64(fields::CREATED_AT)?,
            last_first: self.last_first,
            total: 0,
            best: Best::of(self.wanted),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Self::Fruit>) -> tantivy::Result<Self::Fruit> {
        let total = segments.iter().map(|(total, _)| total).sum();
        let mut top: Vec<Hit> = segments.into_iter().flat_map(|(_, top)| top).collect();
        top.sort_unstable_by(|one, other| other.cmp(one));
        top.truncate(self.wanted);
        Ok((total, top))
    }
}
