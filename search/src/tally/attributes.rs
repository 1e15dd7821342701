//! The facets that products bring themselves: each attribute is one, its values are "or", attributes are "and".

use super::names::{count_ords, named};
use crate::fields::{ATTRIBUTE, SEPARATOR, attribute_term};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

/// Attributes of which something is chosen; choices in further ones are not looked at.
pub const CHOSEN: usize = 16;

pub struct Attributes {
    column: Option<StrColumn>,
    /// How many attributes have a choice.
    groups: usize,
    /// By ordinal: the attribute, when something of it is chosen, and whether it is this value.
    of: Vec<Option<(usize, bool)>>,
    counts: Vec<usize>,
}

impl Attributes {
    /// `chosen`: name and value.
    pub fn open(segment: &SegmentReader, chosen: &[(String, String)]) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(ATTRIBUTE)?;
        let terms = column.as_ref().map_or(0, |column| column.num_terms());
        let mut names: Vec<&str> = chosen.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(CHOSEN);
        let mut of = vec![None; if names.is_empty() { 0 } else { terms }];
        if let Some(column) = &column {
            for (group, name) in names.iter().enumerate() {
                let mut values = column.dictionary().prefix_range(format!("{name}{SEPARATOR}")).into_stream()?;
                while values.advance() {
                    if let Some(of) = usize::try_from(values.term_ord()).ok().and_then(|ord| of.get_mut(ord)) {
                        *of = Some((group, false));
                    }
                }
            }
            for (name, value) in chosen {
                let ord = column.dictionary().term_ord(attribute_term(name, value))?;
                if let Some(Some((_, chosen))) = ord.and_then(|ord| of.get_mut(usize::try_from(ord).ok()?)) {
                    *chosen = true;
                }
            }
        }
        Ok(Self { column, groups: names.len(), of, counts: vec![0; terms] })
    }

    /// One bit for each attribute of which the product has none of the chosen values.
    pub fn failed(&self, doc: DocId) -> u32 {
        if self.groups == 0 {
            return 0;
        }
        let mut failed = (1 << self.groups) - 1;
        for ord in self.column.iter().flat_map(|column| column.term_ords(doc)) {
            if let Some(Some((group, true))) = usize::try_from(ord).ok().and_then(|ord| self.of.get(ord)) {
                failed &= !(1 << group);
            }
        }
        failed
    }

    /// Counts a product that fails in the attributes `failed` and nowhere else: under all of its values, under those of the
    /// only attribute in which it fails, or not at all.
    pub fn count(&mut self, doc: DocId, failed: u32) {
        let of = &self.of;
        match failed.count_ones() {
            0 => count_ords(self.column.as_ref(), &mut self.counts, doc, |_| true),
            1 => {
                let group = failed.trailing_zeros() as usize;
                let of_group = |ord: usize| matches!(of.get(ord), Some(Some((other, _))) if *other == group);
                count_ords(self.column.as_ref(), &mut self.counts, doc, of_group);
            }
            _ => {}
        }
    }

    /// Each name with its separator and value, and its count.
    pub fn harvest(self) -> std::io::Result<Vec<(String, usize)>> {
        named(self.column.as_ref(), self.counts)
    }
}
