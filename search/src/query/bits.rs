//! A set of products of a segment, one bit each.

use tantivy::{DocId, DocSet, TERMINATED};

const BITS: u32 = u64::BITS;

pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Empty, for products below `docs`.
    pub fn of(docs: DocId) -> Self {
        Self { words: vec![0; docs.div_ceil(BITS) as usize] }
    }

    pub fn insert(&mut self, doc: DocId) {
        if let Some(word) = self.words.get_mut((doc / BITS) as usize) {
            *word |= 1 << (doc % BITS);
        }
    }

    pub fn contains(&self, doc: DocId) -> bool {
        self.word((doc / BITS) as usize) & (1 << (doc % BITS)) != 0
    }

    pub fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, more)| *word |= more);
    }

    /// Products `64 * at` to `64 * at + 63`, the lowest in the lowest bit.
    pub fn word(&self, at: usize) -> u64 {
        self.words.get(at).copied().unwrap_or_default()
    }

    pub fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// The first from `doc` on, or [`TERMINATED`].
    fn next(&self, doc: DocId) -> DocId {
        let at = (doc / BITS) as usize;
        let here = self.word(at) & (u64::MAX << (doc % BITS));
        if here != 0 {
            return doc / BITS * BITS + here.trailing_zeros();
        }
        let later = self.words.iter().enumerate().skip(at + 1).find(|(_, word)| **word != 0);
        later.map_or(TERMINATED, |(at, word)| u32::try_from(at).unwrap_or(u32::MAX) * BITS + word.trailing_zeros())
    }
}

/// Goes through them in order.
pub struct BitDocs {
    bits: Bits,
    doc: DocId,
    count: u32,
}

impl From<Bits> for BitDocs {
    fn from(bits: Bits) -> Self {
        let (doc, count) = (bits.next(0), bits.count());
        Self { bits, doc, count }
    }
}

impl DocSet for BitDocs {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.bits.next(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = if target == TERMINATED { TERMINATED } else { self.bits.next(target) };
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_gone_through_in_order() {
        let docs = [0, 1, 63, 64, 127, 128, 640, 999];
        let mut bits = Bits::of(1000);
        for doc in docs.into_iter().rev() {
            bits.insert(doc);
        }
        assert!(docs.into_iter().all(|doc| bits.contains(doc)) && !bits.contains(2) && !bits.contains(5000));
        let mut all = BitDocs::from(bits);
        assert_eq!(all.size_hint(), 8);
        let mut seen = Vec::new();
        while all.doc() != TERMINATED {
            seen.push(all.doc());
            all.advance();
        }
        assert_eq!((seen, all.advance()), (docs.to_vec(), TERMINATED));
        let mut bits = Bits::of(1000);
        for doc in docs {
            bits.insert(doc);
        }
        let mut some = BitDocs::from(bits);
        for (target, found) in [(1, 1), (2, 63), (63, 63), (65, 127), (129, 640), (641, 999), (1000, TERMINATED)] {
            assert_eq!(some.seek(target), found, "{target}");
        }
        assert_eq!(BitDocs::from(Bits::of(0)).doc(), TERMINATED);
    }
}
