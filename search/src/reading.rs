//! A state of the index as it is read: what was committed, and the columns of it that stand in memory.

use crate::columns::Columns;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use tantivy::collector::Collector;
use tantivy::index::SegmentId;
use tantivy::query::{EnableScoring, Query};
use tantivy::{Executor, Searcher, SegmentOrdinal, SegmentReader, TantivyError};

/// Products from which on segments are looked through side by side: below it the handing over costs more than it gains.
const SIDE_BY_SIDE: u64 = 100_000;

pub struct Reading {
    pub searcher: Searcher,
    /// By segment ordinal.
    columns: Vec<Arc<Columns>>,
}

impl Reading {
    /// Takes over from `before` what is still there. Reading a million products takes about half a second.
    pub fn of(searcher: Searcher, before: Option<&Self>) -> tantivy::Result<Self> {
        let known: HashMap<SegmentId, &Arc<Columns>> =
            before.map(|before| before.ids().zip(&before.columns).collect()).unwrap_or_default();
        let read = |segment: &SegmentReader| match known.get(&segment.segment_id()) {
            Some(columns) => Ok(Arc::clone(columns)),
            None => Columns::read(segment).map(Arc::new),
        };
        let columns = searcher.segment_readers().iter().map(read).collect::<tantivy::Result<_>>()?;
        Ok(Self { searcher, columns })
    }

    pub fn search<C: Collector>(&self, query: &dyn Query, collector: &C) -> tantivy::Result<C::Fruit> {
        let scoring = if collector.requires_scoring() {
            EnableScoring::enabled_from_searcher(&self.searcher)
        } else {
            EnableScoring::disabled_from_searcher(&self.searcher)
        };
        let is_large = self.searcher.num_docs() >= SIDE_BY_SIDE;
        let executor = if is_large { crew()? } else { &Executor::SingleThread };
        self.searcher.search_with_executor(query, collector, executor, scoring)
    }

    pub fn columns(&self, segment: SegmentOrdinal) -> tantivy::Result<Arc<Columns>> {
        let missing = || TantivyError::InternalError("a segment that nobody has read".to_owned());
        self.columns.get(segment as usize).cloned().ok_or_else(missing)
    }

    fn ids(&self) -> impl Iterator<Item = SegmentId> + '_ {
        self.searcher.segment_readers().iter().map(SegmentReader::segment_id)
    }
}

/// A thread for each processor, for all indexes of the process.
fn crew() -> tantivy::Result<&'static Executor> {
    static CREW: OnceLock<Executor> = OnceLock::new();
    if let Some(crew) = CREW.get() {
        return Ok(crew);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let crew = Executor::multi_thread(threads, "search-")?;
    Ok(CREW.get_or_init(|| crew))
}
