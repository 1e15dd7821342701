//! Why a product stands where it stands.

use crate::fields;
use crate::query::{Best, Care, Place, Words, places};
use crate::tally::SOLD_OUT;
use crate::{Index, Query, Result};
use tantivy::query::{EnableScoring, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Searcher, TERMINATED, Term};
use uuid::Uuid;

/// A word as it was understood, and what it counts where it stands, most first.
pub type Counted = (String, Vec<(Place, f32)>);

/// What the words of a query count in one product.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Sum of what all words count.
    pub score: f32,
    /// What it is multiplied by when nothing of the product can be bought.
    pub sold_out: Option<f32>,
    /// From 0: the place that somebody gave it.
    pub pinned: Option<usize>,
    /// Only words with mistakes fit.
    pub is_guess: bool,
    pub words: Vec<Counted>,
}

impl Index {
    /// `None` when the product is not in the index, or does not have the words.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn explain(&self, query: &Query<'_>, product: Uuid) -> Result<Option<Explanation>> {
        let reading = self.reading();
        let searcher = &reading.searcher;
        let Some(address) = self.address(searcher, product)? else { return Ok(None) };
        let words = Words::of(self.tantivy(), query.text, query.synonyms)?;
        for care in [Care::AsWritten, Care::WithMistakes] {
            let matches = self.matches(query, &words, care);
            let Some(score) = score(searcher, &*matches, address)? else { continue };
            let segment = searcher.segment_reader(address.segment_ord);
            let can_buy = segment.fast_fields().bool(fields::IN_STOCK)?.first(address.doc_id).unwrap_or_default();
            return Ok(Some(Explanation {
                score,
                sold_out: (!can_buy).then_some(SOLD_OUT),
                pinned: query.pinned.iter().position(|id| *id == product),
                is_guess: care == Care::WithMistakes,
                words: self.words(searcher, &words, care, address)?,
            }));
        }
        Ok(None)
    }

    fn words(&self, searcher: &Searcher, words: &Words, care: Care, address: DocAddress) -> Result<Vec<Counted>> {
        let mut told = Vec::new();
        for (at, part) in words.parts.iter().enumerate() {
            let written = part.written.iter().enumerate().map(|(n, word)| (word, words.is_last(at, n), care));
            let instead = part.instead.iter().flatten().map(|word| (word, false, Care::AsWritten));
            for (word, may_go_on, care) in written.chain(instead) {
                let mut found = Vec::new();
                for (place, source) in places(&self.fields, &word.plain, &word.stem, may_go_on, care) {
                    if let Some(score) = score(searcher, &Best::of(vec![(place, source)]), address)? {
                        found.push((place, score));
                    }
                }
                found.sort_unstable_by(|(_, one), (_, other)| other.total_cmp(one));
                told.push((word.plain.clone(), found));
            }
        }
        Ok(told)
    }

    fn address(&self, searcher: &Searcher, product: Uuid) -> Result<Option<DocAddress>> {
        let term = Term::from_field_bytes(self.fields.id, product.as_bytes());
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        Ok(searcher.search(&query, &tantivy::collector::DocSetCollector)?.into_iter().next())
    }
}

/// `None` when the product does not have it.
fn score(searcher: &Searcher, query: &dyn tantivy::query::Query, address: DocAddress) -> Result<Option<f32>> {
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    let mut scorer = weight.scorer(searcher.segment_reader(address.segment_ord), 1.0)?;
    let mut at = scorer.doc();
    if at < address.doc_id {
        at = scorer.seek(address.doc_id);
    }
    Ok((at == address.doc_id && at != TERMINATED).then(|| scorer.score()))
}
