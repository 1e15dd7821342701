//! A facet over names: which are chosen, how many products each has.

use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

pub struct Names {
    column: Option<StrColumn>,
    /// By ordinal; empty when nothing is chosen.
    chosen: Vec<bool>,
    counts: Vec<usize>,
}

impl Names {
    pub fn open(segment: &SegmentReader, name: &str, chosen: &[String]) -> tantivy::Result<Self> {
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

    /// Whether the product has one of the chosen names, or none is chosen.
    pub fn passes(&self, doc: DocId) -> bool {
        self.chosen.is_empty() || self.ords(doc).any(|ord| self.chosen.get(ord) == Some(&true))
    }

    pub fn count(&mut self, doc: DocId) {
        count_ords(self.column.as_ref(), &mut self.counts, doc, |_| true);
    }

    pub fn harvest(self) -> std::io::Result<Vec<(String, usize)>> {
        named(self.column.as_ref(), self.counts)
    }

    fn ords(&self, doc: DocId) -> impl Iterator<Item = usize> + '_ {
        let ords = self.column.iter().flat_map(move |column| column.term_ords(doc));
        ords.filter_map(|ord| usize::try_from(ord).ok())
    }
}

/// Counts the product under each of its names that is `wanted`.
pub fn count_ords(column: Option<&StrColumn>, counts: &mut [usize], doc: DocId, wanted: impl Fn(usize) -> bool) {
    let Some(column) = column else { return };
    for ord in column.term_ords(doc) {
        let Ok(ord) = usize::try_from(ord) else { continue };
        if let Some(count) = counts.get_mut(ord).filter(|_| wanted(ord)) {
            *count += 1;
        }
    }
}

/// The names that were counted.
pub fn named(column: Option<&StrColumn>, counts: Vec<usize>) -> std::io::Result<Vec<(String, usize)>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (ord, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let mut name = String::new();
        column.ord_to_str(ord as u64, &mut name)?;
        found.push((name, count));
    }
    Ok(found)
}
