//! The facets that products bring themselves: each attribute is one, its values are "or", attributes are "and".

use super::facet::{by_name, named};
use crate::columns::Names;
use crate::fields::{SEPARATOR, attribute_term};
use crate::find::Filter;
use std::sync::Arc;
use tantivy::DocId;

/// Attributes of which something is chosen; choices in further ones are not looked at.
pub const CHOSEN: usize = 16;

pub struct Attributes {
    names: Arc<Names>,
    /// How many attributes have a choice.
    groups: usize,
    /// By ordinal: the attribute, when something of it is chosen, and whether it is this value.
    of: Vec<Option<(usize, bool)>>,
    /// By combination: products that fail in no attribute.
    passed: Vec<usize>,
    /// By ordinal: products that fail in the attribute that the value is one of, and in no other.
    failed: Vec<usize>,
}

impl Attributes {
    /// `counts`: whether they are counted, too.
    pub fn open(values: &Arc<Names>, filter: &Filter, counts: bool) -> tantivy::Result<Self> {
        let (chosen, ranges) = (&filter.attributes, &filter.ranges);
        let mut names: Vec<&str> = chosen.iter().map(|(name, _)| name.as_str()).collect();
        names.extend(ranges.iter().map(|range| range.name.as_str()));
        names.sort_unstable();
        names.dedup();
        names.truncate(CHOSEN);
        let with_choice = if names.is_empty() { 0 } else { values.values() };
        let mut of = vec![None; with_choice];
        if let Some(column) = values.column() {
            for (group, name) in names.iter().enumerate() {
                let prefix = name.len() + SEPARATOR.len_utf8();
                let ranges: Vec<_> = ranges.iter().filter(|range| range.name == *name).collect();
                let mut values = column.dictionary().prefix_range(format!("{name}{SEPARATOR}")).into_stream()?;
                while values.advance() {
                    if let Some(of) = usize::try_from(values.term_ord()).ok().and_then(|ord| of.get_mut(ord)) {
                        let value = std::str::from_utf8(values.key().get(prefix..).unwrap_or_default());
                        let chosen = value.is_ok_and(|value| ranges.iter().any(|range| range.holds(value)));
                        *of = Some((group, chosen));
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
        let passed = vec![0; if counts { values.combinations() } else { 0 }];
        Ok(Self { names: values.clone(), groups: names.len(), of, passed, failed: vec![0; with_choice] })
    }

    /// One bit for each attribute of which the product has none of the chosen values.
    pub fn failed(&self, doc: DocId) -> u32 {
        if self.groups == 0 {
            return 0;
        }
        let mut failed = (1 << self.groups) - 1;
        for ord in self.names.of(doc) {
            if let Some(Some((group, true))) = self.of.get(*ord as usize) {
                failed &= !(1 << group);
            }
        }
        failed
    }

    /// Counts a product that fails in the attributes `failed` and nowhere else: under all of its values, under those of the
    /// only attribute in which it fails, or not at all.
    pub fn count(&mut self, doc: DocId, failed: u32) {
        match failed.count_ones() {
            0 => {
                if let Some(count) = self.passed.get_mut(self.names.combination(doc)) {
                    *count += 1;
                }
            }
            1 => {
                let group = failed.trailing_zeros() as usize;
                for ord in self.names.of(doc).iter().map(|ord| *ord as usize) {
                    if matches!(self.of.get(ord), Some(Some((other, _))) if *other == group) {
                        self.failed[ord] += 1;
                    }
                }
            }
            _ => {}
        }
    }

    /// Each name with its separator and value, and its count.
    pub fn harvest(self) -> std::io::Result<Vec<(String, usize)>> {
        let mut counts = by_name(&self.names, &self.passed);
        for (count, more) in counts.iter_mut().zip(self.failed) {
            *count += more;
        }
        named(&self.names, &counts)
    }
}
