//! A word with all the places where it may stand: what has it anywhere, by the best of them.
//!
//! tantivy's own disjunction goes through all places side by side, through windows of scores. Here the products that have the
//! word are put together first, as bits, and a place is only asked about products that all the other words let through.

use super::place::Source;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{BitSetDocSet, Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SegmentReader, TantivyError, Term};

/// A word counts by the best of the places that have it, and by this much of the others.
pub const OTHERS: Score = 0.1;

#[derive(Clone, Debug)]
pub struct Best {
    places: Vec<Source>,
}

impl Best {
    pub fn of(places: Vec<Source>) -> Self {
        Self { places }
    }
}

impl Query for Best {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let mut weight = BestWeight { terms: Vec::new(), constants: Vec::new() };
        for place in &self.places {
            match place {
                Source::Term(term, counts) => {
                    let bm25 = match scoring {
                        EnableScoring::Enabled { statistics_provider, .. } => {
                            let terms = std::slice::from_ref(term);
                            Some(Bm25Weight::for_terms(statistics_provider, terms)?.boost_by(*counts))
                        }
                        EnableScoring::Disabled { .. } => None,
                    };
                    weight.terms.push((term.clone(), bm25));
                }
                Source::Like(words, counts) => weight.constants.push((words.weight(scoring)?, *counts)),
            }
        }
        Ok(Box::new(weight))
    }
}

struct BestWeight {
    /// Without scores where nobody asks for them.
    terms: Vec<(Term, Option<Bm25Weight>)>,
    constants: Vec<(Box<dyn Weight>, Score)>,
}

impl BestWeight {
    fn best(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<BestScorer> {
        let mut docs = BitSet::with_max_value(segment.max_doc());
        let mut terms = Vec::new();
        for (term, bm25) in &self.terms {
            let index = segment.inverted_index(term.field())?;
            let Some(info) = index.get_term_info(term)? else { continue };
            let mut blocks = index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while !blocks.docs().is_empty() {
                blocks.docs().iter().for_each(|doc| {
                    docs.insert(*doc);
                });
                blocks.advance();
            }
            let Some(bm25) = bm25 else { continue };
            let norms = match segment.fieldnorms_readers().get_field(term.field())? {
                Some(norms) => norms,
                None => FieldNormReader::constant(segment.max_doc(), 1),
            };
            let postings = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
            terms.push(Place { postings, norms, bm25: bm25.boost_by(boost) });
        }
        let mut constants = Vec::new();
        for (weight, counts) in &self.constants {
            let mut own = BitSet::with_max_value(segment.max_doc());
            let mut there = weight.scorer(segment, 1.0)?;
            let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
            loop {
                let filled = there.fill_buffer(&mut buffer);
                for doc in &buffer[..filled] {
                    own.insert(*doc);
                    docs.insert(*doc);
                }
                if filled < buffer.len() {
                    break;
                }
            }
            if own.len() > 0 {
                constants.push((own, counts * boost));
            }
        }
        Ok(BestScorer { docs: BitSetDocSet::from(docs), terms, constants })
    }
}

impl Weight for BestWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(self.best(segment, boost)?))
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.best(segment, 1.0)?;
        if scorer.doc() > doc || scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("{doc} does not have the word")));
        }
        Ok(Explanation::new("the best place", scorer.score()))
    }
}

/// Where the word stands as it is.
struct Place {
    postings: SegmentPostings,
    norms: FieldNormReader,
    bm25: Bm25Weight,
}

impl Place {
    /// `None` when `doc` does not have it here. Later calls are about later documents.
    fn score(&mut self, doc: DocId) -> Option<Score> {
        let mut at = self.postings.doc();
        if at < doc {
            at = self.postings.seek(doc);
        }
        (at == doc).then(|| self.bm25.score(self.norms.fieldnorm_id(doc), self.postings.term_freq()))
    }
}

struct BestScorer {
    docs: BitSetDocSet,
    terms: Vec<Place>,
    /// Where words like it stand, and what that counts.
    constants: Vec<(BitSet, Score)>,
}

impl Scorer for BestScorer {
    fn score(&mut self) -> Score {
        let doc = self.docs.doc();
        let terms = self.terms.iter_mut().filter_map(|place| place.score(doc));
        let constants = self.constants.iter().filter(|(docs, _)| docs.contains(doc)).map(|(_, counts)| *counts);
        let (best, sum) = terms
            .chain(constants)
            .fold((0.0, 0.0), |(best, sum): (Score, Score), score| (best.max(score), sum + score));
        best + OTHERS * (sum - best)
    }
}

impl DocSet for BestScorer {
    fn advance(&mut self) -> DocId {
        self.docs.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.docs.seek(target)
    }

    fn fill_buffer(&mut self, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
        self.docs.fill_buffer(buffer)
    }

    fn doc(&self) -> DocId {
        self.docs.doc()
    }

    fn size_hint(&self) -> u32 {
        self.docs.size_hint()
    }
}
