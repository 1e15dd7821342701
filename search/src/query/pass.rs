//! One word, scored place by place through windows of products: nothing is looked up, everything is read on.
//!
//! Who wants the best alone says from which score on they are of interest (MaxScore: Turtle and Flood, "Query Evaluation:
//! Strategies and Optimizations", 1995): what stands only in places that together cannot reach it is not looked at.

use super::best::OTHERS;
use super::bits::Bits;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::Bm25Weight;
use tantivy::{DocId, Score};

/// Is told of a product and its score, and says above which score others are of interest.
pub type Heard<'h> = &'h mut dyn FnMut(DocId, Score) -> Score;

/// Products of a window: their scores stay in the processor's nearest memory.
const WINDOW: u32 = 4096;
const BITS: u32 = u64::BITS;
/// Scores are added up in another order than their bounds.
const ROUNDING: Score = 1.001;

/// What a place counts of each product that has the word there.
pub enum Scores {
    /// How often it stands there, in how long a text.
    Counted {
        blocks: Box<BlockSegmentPostings>,
        /// Next in the block.
        at: usize,
        norms: FieldNormReader,
        bm25: Bm25Weight,
    },
    /// All the same.
    Same { bits: Bits, counts: Score },
}

impl Scores {
    /// No product has more.
    fn most(&self) -> Score {
        match self {
            Self::Counted { bm25, .. } => bm25.max_score(),
            Self::Same { counts, .. } => *counts,
        }
    }
}

pub struct Pass {
    docs: DocId,
    /// The place that counts most first.
    places: Vec<Scores>,
    /// For each place: what a product can have at most that has the word in none before it.
    most: Vec<Score>,
}

impl Pass {
    pub fn over(docs: DocId, mut places: Vec<Scores>) -> Self {
        places.sort_by(|one, other| other.most().total_cmp(&one.most()));
        let mut others = 0.0;
        let mut most: Vec<Score> = Vec::with_capacity(places.len());
        for place in places.iter().rev() {
            most.push((place.most() + OTHERS * others) * ROUNDING);
            others += place.most();
        }
        most.reverse();
        Self { docs, places, most }
    }

    /// Tells of what has more than `least`, which may rise.
    pub fn run(mut self, mut least: Score, heard: Heard<'_>) {
        let mut window = Window::new();
        for from in (0..self.docs).step_by(WINDOW as usize) {
            window.from = from;
            for (place, most) in self.places.iter_mut().zip(&self.most) {
                let leads = *most > least;
                if !leads && window.is_empty {
                    break;
                }
                window.add(place, leads);
            }
            window.tell(&mut least, heard);
        }
    }
}

struct Window {
    from: DocId,
    /// Those that are of interest.
    docs: [u64; (WINDOW / BITS) as usize],
    is_empty: bool,
    best: [Score; WINDOW as usize],
    sum: [Score; WINDOW as usize],
}

impl Window {
    fn new() -> Self {
        let none = [0.0; WINDOW as usize];
        Self { from: 0, docs: [0; (WINDOW / BITS) as usize], is_empty: true, best: none, sum: none }
    }

    /// `leads`: what has the word here is of interest, whether it has it elsewhere or not.
    fn add(&mut self, place: &mut Scores, leads: bool) {
        match place {
            Scores::Same { bits, counts } => {
                for at in 0..self.docs.len() {
                    let here = bits.word((self.from / BITS) as usize + at);
                    if leads {
                        self.docs[at] |= here;
                        self.is_empty &= here == 0;
                    }
                    let mut here = here & self.docs[at];
                    while here != 0 {
                        self.count(at * BITS as usize + here.trailing_zeros() as usize, *counts);
                        here &= here - 1;
                    }
                }
            }
            Scores::Counted { blocks, at, norms, bm25 } => {
                // It was left behind while nothing of it was of interest.
                if blocks.docs().last().is_some_and(|last| *last < self.from) {
                    *at = blocks.seek(self.from);
                }
                let end = self.from + WINDOW;
                loop {
                    let docs = blocks.docs();
                    while let Some(doc) = docs.get(*at).copied().filter(|doc| *doc < end) {
                        if doc >= self.from {
                            let place = (doc - self.from) as usize;
                            let (word, bit) = (place / BITS as usize, 1 << (place % BITS as usize));
                            if leads {
                                self.docs[word] |= bit;
                                self.is_empty = false;
                            }
                            if self.docs[word] & bit != 0 {
                                self.count(place, bm25.score(norms.fieldnorm_id(doc), blocks.freq(*at)));
                            }
                        }
                        *at += 1;
                    }
                    if docs.is_empty() || *at < docs.len() {
                        break;
                    }
                    blocks.advance();
                    *at = 0;
                }
            }
        }
    }

    fn count(&mut self, place: usize, score: Score) {
        self.best[place] = self.best[place].max(score);
        self.sum[place] += score;
    }

    /// Tells of all that is in it, and empties it.
    fn tell(&mut self, least: &mut Score, heard: Heard<'_>) {
        if self.is_empty {
            return;
        }
        for at in 0..self.docs.len() {
            let mut here = std::mem::take(&mut self.docs[at]);
            while here != 0 {
                let bit = here.trailing_zeros();
                let place = at * BITS as usize + bit as usize;
                let best = std::mem::take(&mut self.best[place]);
                let sum = std::mem::take(&mut self.sum[place]);
                let score = best + OTHERS * (sum - best);
                if score > *least {
                    *least = heard(self.from + u32::try_from(place).unwrap_or(u32::MAX), score);
                }
                here &= here - 1;
            }
        }
        self.is_empty = true;
    }
}

#[cfg(test)]
mod tests {
    use crate::query::{Care, Words};
    use crate::{Document, Index};
    use std::collections::BTreeMap;
    use tantivy::query::{EnableScoring, Query};
    use tantivy::{DocId, DocSet, Score, TERMINATED};
    use uuid::Uuid;

    /// More than a window holds, in which words are frequent, rare and far apart.
    fn filled() -> Index {
        let index = Index::in_memory().unwrap();
        index.speak(&["en".into()]);
        let documents: Vec<Document> = (0..10_000_u128)
            .map(|n| Document {
                id: Uuid::from_u128(n),
                listed: true,
                title: format!(
                    "{} {}",
                    ["Mug", "Bowl", "Mugwort tea"][(n % 3) as usize],
                    "Tall ".repeat((n % 5) as usize)
                ),
                brand: if n % 7 == 0 { "Mugler" } else { "Aldine" }.into(),
                text: if n % 997 == 0 { "For every mug, mugs and a bowl." } else { "Fired twice." }.into(),
                words: if n > 9_000 { vec!["mugs".into()] } else { Vec::new() },
                ..Document::default()
            })
            .collect();
        index.write(&[], &documents, "1").unwrap();
        index
    }

    fn asked(index: &Index, text: &str, care: Care) -> Box<dyn Query> {
        Words::of(index.tantivy(), text, &[]).unwrap().query(&index.fields, care)
    }

    #[expect(clippy::cast_possible_truncation, reason = "scores are sums of a few dozen")]
    fn key(score: Score) -> i64 {
        (f64::from(score) * 1e4).round() as i64
    }

    #[test]
    fn it_scores_as_one_who_looks_every_product_up() {
        let index = filled();
        let reading = index.reading();
        for (text, care) in [
            ("mug", Care::AsWritten),
            ("bowl", Care::AsWritten),
            ("mu", Care::AsWritten),
            ("mgu", Care::AsWritten),
            ("bwol", Care::WithMistakes),
        ] {
            let query = asked(&index, text, care);
            let weight = query.weight(EnableScoring::enabled_from_searcher(&reading.searcher)).unwrap();
            for segment in reading.searcher.segment_readers() {
                let mut looked_up = BTreeMap::new();
                let mut scorer = weight.scorer(segment, 1.0).unwrap();
                while scorer.doc() != TERMINATED {
                    looked_up.insert(scorer.doc(), key(scorer.score()));
                    scorer.advance();
                }
                let mut passed = BTreeMap::new();
                let heard = &mut |doc, score| {
                    passed.insert(doc, key(score));
                };
                weight.for_each(segment, heard).unwrap();
                assert_eq!(passed, looked_up, "{text}");
                assert_eq!(passed.is_empty(), text == "mgu");
                for wanted in [1, 10, 500] {
                    assert_eq!(best(&*weight, segment, wanted), of(&passed, wanted), "the best {wanted} for {text}");
                }
            }
        }
    }

    /// Scores of the `wanted` best, found as one does who wants no others.
    fn best(weight: &dyn tantivy::query::Weight, segment: &tantivy::SegmentReader, wanted: usize) -> Vec<i64> {
        let mut kept: Vec<(Score, DocId)> = Vec::new();
        weight
            .for_each_pruning(Score::NEG_INFINITY, segment, &mut |doc, score| {
                kept.push((score, doc));
                kept.sort_by(|one, other| other.0.total_cmp(&one.0));
                kept.truncate(wanted);
                if kept.len() < wanted { Score::NEG_INFINITY } else { kept[wanted - 1].0 }
            })
            .unwrap();
        kept.into_iter().map(|(score, _)| key(score)).collect()
    }

    fn of(all: &BTreeMap<DocId, i64>, wanted: usize) -> Vec<i64> {
        let mut scores: Vec<i64> = all.values().copied().collect();
        scores.sort_unstable_by(|one, other| other.cmp(one));
        scores.truncate(wanted);
        scores
    }
}
