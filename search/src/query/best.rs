//! A word with all the places where it may stand: what has it anywhere, by the best of them.
//!
//! tantivy's own disjunction goes through all places side by side, through windows of scores. Here the products that have the
//! word are put together first, as bits, and a place is only asked about products that all the other words let through. A word
//! that stands alone is scored place by place instead ([`super::pass`]).

use super::bits::{BitDocs, Bits};
use super::pass::{Heard, Pass, Scores};
use super::place::{Place, Source};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SegmentReader, TantivyError, Term};

/// A word counts by the best of the places that have it, and by this much of the others.
pub const OTHERS: Score = 0.1;

#[derive(Clone, Debug)]
pub struct Best {
    places: Vec<(Place, Source)>,
}

impl Best {
    pub fn of(places: Vec<(Place, Source)>) -> Self {
        Self { places }
    }
}

impl Query for Best {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let mut weight = BestWeight { terms: Vec::new(), constants: Vec::new() };
        for (place, source) in &self.places {
            match source {
                Source::Term(term, counts) => {
                    let bm25 = match scoring {
                        EnableScoring::Enabled { statistics_provider, .. } => {
                            let terms = std::slice::from_ref(term);
                            Some(Bm25Weight::for_terms(statistics_provider, terms)?.boost_by(*counts))
                        }
                        EnableScoring::Disabled { .. } => None,
                    };
                    let elsewhere = self.places.iter().any(|(other, _)| other.has_all_of(*place));
                    weight.terms.push(Word { term: term.clone(), bm25, elsewhere });
                }
                Source::Beginning(term, counts) => weight.constants.push((Like::Beginning(term.clone()), *counts)),
                Source::Like(words, counts) => {
                    weight.constants.push((Like::Words(words.weight(scoring)?), *counts));
                }
            }
        }
        Ok(Box::new(weight))
    }
}

struct BestWeight {
    terms: Vec<Word>,
    constants: Vec<(Like, Score)>,
}

/// The word as it is.
struct Word {
    term: Term,
    /// Without scores where nobody asks for them.
    bm25: Option<Bm25Weight>,
    /// Whatever has it has another of the places, too.
    elsewhere: bool,
}

/// Words like it.
enum Like {
    Beginning(Term),
    Words(Box<dyn Weight>),
}

impl Like {
    fn bits(&self, segment: &SegmentReader) -> tantivy::Result<Bits> {
        let mut bits = Bits::of(segment.max_doc());
        match self {
            Self::Beginning(term) => {
                let index = segment.inverted_index(term.field())?;
                let from = term.serialized_value_bytes();
                let mut words = match after_all(from) {
                    Some(end) => index.terms().range().ge(from).lt(end).into_stream()?,
                    None => index.terms().range().ge(from).into_stream()?,
                };
                while words.advance() {
                    let blocks = index.read_block_postings_from_terminfo(words.value(), IndexRecordOption::Basic)?;
                    insert_all(blocks, &mut bits);
                }
            }
            Self::Words(weight) => {
                let mut there = weight.scorer(segment, 1.0)?;
                let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
                loop {
                    let filled = there.fill_buffer(&mut buffer);
                    buffer[..filled].iter().for_each(|doc| bits.insert(*doc));
                    if filled < buffer.len() {
                        break;
                    }
                }
            }
        }
        Ok(bits)
    }
}

/// The first text that does not begin like this and comes after it; `None` when there is none.
fn after_all(beginning: &[u8]) -> Option<Vec<u8>> {
    let last = beginning.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut after = beginning[..=last].to_vec();
    after[last] += 1;
    Some(after)
}

fn insert_all(mut blocks: BlockSegmentPostings, bits: &mut Bits) {
    while !blocks.docs().is_empty() {
        blocks.docs().iter().for_each(|doc| bits.insert(*doc));
        blocks.advance();
    }
}

fn norms(segment: &SegmentReader, term: &Term) -> tantivy::Result<FieldNormReader> {
    let norms = segment.fieldnorms_readers().get_field(term.field())?;
    Ok(norms.unwrap_or_else(|| FieldNormReader::constant(segment.max_doc(), 1)))
}

impl BestWeight {
    fn constants(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Vec<(Bits, Score)>> {
        self.constants.iter().map(|(like, counts)| Ok((like.bits(segment)?, counts * boost))).collect()
    }

    fn best(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<BestScorer> {
        let constants = self.constants(segment, boost)?;
        let mut docs = Bits::of(segment.max_doc());
        for (own, _) in &constants {
            docs.add(own);
        }
        let mut terms = Vec::new();
        for Word { term, bm25, elsewhere } in &self.terms {
            let index = segment.inverted_index(term.field())?;
            let Some(info) = index.get_term_info(term)? else { continue };
            if !elsewhere {
                insert_all(index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?, &mut docs);
            }
            let Some(bm25) = bm25 else { continue };
            let postings = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
            terms.push(Standing { postings, norms: norms(segment, term)?, bm25: bm25.boost_by(boost) });
        }
        Ok(BestScorer { docs: docs.into(), terms, constants })
    }

    /// For this word alone; `None` where nobody asks for scores.
    fn pass(&self, segment: &SegmentReader) -> tantivy::Result<Option<Pass>> {
        let mut places = Vec::new();
        for Word { term, bm25, .. } in &self.terms {
            let Some(bm25) = bm25 else { return Ok(None) };
            let index = segment.inverted_index(term.field())?;
            let Some(info) = index.get_term_info(term)? else { continue };
            let blocks = Box::new(index.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?);
            places.push(Scores::Counted { blocks, at: 0, norms: norms(segment, term)?, bm25: bm25.clone() });
        }
        places.extend(self.constants(segment, 1.0)?.into_iter().map(|(bits, counts)| Scores::Same { bits, counts }));
        Ok(Some(Pass::over(segment.max_doc(), places)))
    }
}

impl Weight for BestWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(self.best(segment, boost)?))
    }

    fn for_each(&self, segment: &SegmentReader, heard: &mut dyn FnMut(DocId, Score)) -> tantivy::Result<()> {
        let mut all = |doc, score| {
            heard(doc, score);
            Score::NEG_INFINITY
        };
        self.for_each_pruning(Score::NEG_INFINITY, segment, &mut all)
    }

    fn for_each_pruning(&self, least: Score, segment: &SegmentReader, heard: Heard<'_>) -> tantivy::Result<()> {
        if let Some(pass) = self.pass(segment)? {
            pass.run(least, heard);
            return Ok(());
        }
        let mut docs = self.best(segment, 1.0)?;
        while docs.doc() != tantivy::TERMINATED {
            heard(docs.doc(), 0.0);
            docs.advance();
        }
        Ok(())
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
struct Standing {
    postings: SegmentPostings,
    norms: FieldNormReader,
    bm25: Bm25Weight,
}

impl Standing {
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
    docs: BitDocs,
    terms: Vec<Standing>,
    /// Where words like it stand, and what that counts.
    constants: Vec<(Bits, Score)>,
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

    fn doc(&self) -> DocId {
        self.docs.doc()
    }

    fn size_hint(&self) -> u32 {
        self.docs.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::after_all;

    #[test]
    fn a_beginning_ends_before_the_next_text() {
        assert_eq!(after_all(b"me").unwrap(), b"mf");
        assert_eq!(after_all(&[b'm', 0xff]).unwrap(), b"n");
        assert_eq!(after_all(&[0xff]), None);
    }
}
