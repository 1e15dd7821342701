//! A facet over names: which are chosen, how many products each has.

use crate::columns::Names;
use std::sync::Arc;
use tantivy::DocId;

pub struct Facet {
    names: Arc<Names>,
    /// By ordinal; empty when nothing is chosen.
    chosen: Vec<bool>,
    /// By combination.
    counts: Vec<usize>,
}

impl Facet {
    /// `counts`: whether it is counted; otherwise it is asked what passes, and no more.
    pub fn open(names: &Arc<Names>, chosen: &[String], counts: bool) -> tantivy::Result<Self> {
        let mut flags = Vec::new();
        if !chosen.is_empty() {
            flags = vec![false; names.values()];
            for name in chosen {
                let ord = names.column().map(|column| column.dictionary().term_ord(name)).transpose()?.flatten();
                if let Some(flag) = ord.and_then(|ord| flags.get_mut(usize::try_from(ord).ok()?)) {
                    *flag = true;
                }
            }
            if flags.is_empty() {
                // Something is chosen, and nothing here has it.
                flags.push(false);
            }
        }
        let counts = vec![0; if counts { names.combinations() } else { 0 }];
        Ok(Self { names: names.clone(), chosen: flags, counts })
    }

    /// Whether the product has one of the chosen names, or none is chosen.
    pub fn passes(&self, doc: DocId) -> bool {
        self.chosen.is_empty() || self.names.of(doc).iter().any(|ord| self.chosen.get(*ord as usize) == Some(&true))
    }

    pub fn count(&mut self, doc: DocId) {
        if let Some(count) = self.counts.get_mut(self.names.combination(doc)) {
            *count += 1;
        }
    }

    pub fn harvest(self) -> std::io::Result<Vec<(String, usize)>> {
        named(&self.names, &by_name(&self.names, &self.counts))
    }
}

/// Counts of combinations as counts of what is in them, by ordinal.
pub fn by_name(names: &Names, counts: &[usize]) -> Vec<usize> {
    let mut of = vec![0; names.values()];
    for (combination, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        for ord in names.ords(combination) {
            if let Some(of) = of.get_mut(*ord as usize) {
                *of += count;
            }
        }
    }
    of
}

/// The names that were counted.
pub fn named(names: &Names, counts: &[usize]) -> std::io::Result<Vec<(String, usize)>> {
    let Some(column) = names.column() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (ord, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let mut name = String::new();
        column.ord_to_str(ord as u64, &mut name)?;
        found.push((name, *count));
    }
    Ok(found)
}
