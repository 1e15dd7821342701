//! Products that somebody has put first, by the ordinal of their identifier.

use crate::fields;
use tantivy::columnar::BytesColumn;
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

#[derive(Default)]
pub struct Pinned {
    ids: Option<BytesColumn>,
    /// The first comes first.
    ords: Vec<Option<u64>>,
}

impl Pinned {
    pub fn open(segment: &SegmentReader, pinned: &[Uuid]) -> tantivy::Result<Self> {
        if pinned.is_empty() {
            return Ok(Self::default());
        }
        let ids = segment.fast_fields().bytes(fields::ID)?;
        let ord = |id: &Uuid| ids.as_ref().map(|ids| ids.dictionary().term_ord(id.as_bytes())).transpose();
        let ords = pinned.iter().map(|id| Ok(ord(id)?.flatten())).collect::<std::io::Result<_>>()?;
        Ok(Self { ids, ords })
    }

    pub fn key(&self, doc: DocId) -> Option<i64> {
        let ord = self.ids.as_ref()?.term_ords(doc).next()?;
        let place = self.ords.iter().position(|pinned| *pinned == Some(ord))?;
        Some(i64::MAX - i64::try_from(place).ok()?)
    }
}
