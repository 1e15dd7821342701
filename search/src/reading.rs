//! A state of the index as it is read: what was committed, and the columns of it that stand in memory.

use crate::columns::Columns;
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentOrdinal, SegmentReader, TantivyError};

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

    pub fn columns(&self, segment: SegmentOrdinal) -> tantivy::Result<Arc<Columns>> {
        let missing = || TantivyError::InternalError("a segment that nobody has read".to_owned());
        self.columns.get(segment as usize).cloned().ok_or_else(missing)
    }

    fn ids(&self) -> impl Iterator<Item = SegmentId> + '_ {
        self.searcher.segment_readers().iter().map(SegmentReader::segment_id)
    }
}
