//! "Did you mean": words that stand nowhere, each replaced by the most frequent word of titles and brands that it may be a
//! mistake for.

use super::place::near;
use super::words::{Word, Words};
use crate::Result;
use crate::fields::Fields;
use std::collections::HashMap;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

impl Words {
    /// `None` when every word stands somewhere, or one is like no other.
    pub fn corrected(&self, searcher: &Searcher, fields: &Fields) -> Result<Option<String>> {
        let mut words = Vec::new();
        let mut changed = false;
        for word in self.parts.iter().flat_map(|part| &part.written) {
            if is_known(searcher, fields, word)? {
                words.push(word.plain.clone());
                continue;
            }
            let Some(meant) = meant(searcher, fields, &word.plain)? else { return Ok(None) };
            words.push(meant);
            changed = true;
        }
        Ok(changed.then(|| words.join(" ")))
    }
}

fn is_known(searcher: &Searcher, fields: &Fields, word: &Word) -> Result<bool> {
    let (plain, stem) = (word.plain.as_str(), word.stem.as_str());
    for (field, text) in [
        (fields.code, plain),
        (fields.title, plain),
        (fields.title_stem, stem),
        (fields.brand, plain),
        (fields.words, stem),
        (fields.text, stem),
    ] {
        if searcher.doc_freq(&Term::from_field_text(field, text))? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn meant(searcher: &Searcher, fields: &Fields, word: &str) -> Result<Option<String>> {
    let mut frequency: HashMap<String, u64> = HashMap::new();
    for field in [fields.title, fields.brand] {
        count_near(searcher, field, word, &mut frequency)?;
    }
    let best = frequency.into_iter().max_by(|(one, few), (other, many)| few.cmp(many).then_with(|| other.cmp(one)));
    Ok(best.map(|(meant, _)| meant))
}

/// Adds in how many products each word stands that `word` may be a mistake for.
fn count_near(searcher: &Searcher, field: Field, word: &str, frequency: &mut HashMap<String, u64>) -> Result<()> {
    let Some(near) = near(field, word) else { return Ok(()) };
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut terms = index.terms().search(near.automaton()?).into_stream()?;
        while let Some((term, info)) = terms.next() {
            if let Ok(term) = std::str::from_utf8(term) {
                *frequency.entry(term.to_owned()).or_default() += u64::from(info.doc_freq);
            }
        }
    }
    Ok(())
}
