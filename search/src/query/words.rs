//! The words of a query, and what may stand for them.

use super::best::{Best, OTHERS};
use super::place::{Care, Place, Source, code, places};
use crate::Result;
use crate::fields::{self, Fields, PLAIN, STEMMED};
use tantivy::Index;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, Query};

/// What is typed beyond this is not read.
const TEXT_CHARS: usize = 200;
const WORDS: usize = 10;
/// What stands in for a word counts less than the word itself.
const SYNONYM: f32 = 0.8;

/// A word without case and accents, and its stem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub plain: String,
    pub stem: String,
}

/// The words of a query in their order; all of them have to be met.
pub struct Words {
    whole: String,
    pub(crate) parts: Vec<Part>,
}

/// Words that stand together, and what may stand there instead.
pub(crate) struct Part {
    pub written: Vec<Word>,
    pub instead: Vec<Vec<Word>>,
}

impl Words {
    /// `synonyms`: words and phrases of one line may stand for each other.
    pub fn of(index: &Index, text: &str, synonyms: &[Vec<String>]) -> Result<Self> {
        let text: String = text.chars().take(TEXT_CHARS).collect();
        let mut written = words(index, &text)?;
        written.truncate(WORDS);
        let lines = synonyms
            .iter()
            .map(|line| line.iter().map(|phrase| words(index, phrase)).collect::<Result<Vec<_>>>())
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { whole: fields::folded_code(&text), parts: parts(&written, &lines) })
    }

    /// Nothing was asked for; "!?" asks for something that nothing has.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// Phrases that stand in for what was written.
    pub fn instead(&self) -> Vec<String> {
        let phrases = self.parts.iter().flat_map(|part| &part.instead);
        phrases.map(|words| words.iter().map(|word| word.plain.as_str()).collect::<Vec<_>>().join(" ")).collect()
    }

    /// The last word may be the beginning of one.
    pub fn is_last(&self, part: usize, word: usize) -> bool {
        part + 1 == self.parts.len() && word + 1 == self.parts[part].written.len()
    }

    pub fn query(&self, fields: &Fields, care: Care) -> Box<dyn Query> {
        if self.is_empty() {
            return Box::new(AllQuery);
        }
        let code = Box::new(Best::of(vec![code(fields, &self.whole)]));
        if self.parts.is_empty() {
            return code;
        }
        let each = self.parts.iter().enumerate().map(|(at, part)| {
            let written = all(part.written.iter().enumerate().map(|(n, word)| {
                let places = places(fields, &word.plain, &word.stem, self.is_last(at, n), care);
                anywhere(places)
            }));
            let instead = part.instead.iter().map(|phrase| -> Box<dyn Query> {
                let phrase = all(phrase
                    .iter()
                    .map(|word| anywhere(places(fields, &word.plain, &word.stem, false, Care::AsWritten))));
                Box::new(BoostQuery::new(phrase, SYNONYM))
            });
            let mut any: Vec<_> = std::iter::once(written).chain(instead).collect();
            if any.len() == 1 { any.remove(0) } else { Box::new(DisjunctionMaxQuery::with_tie_breaker(any, OTHERS)) }
        });
        let all = all(each);
        if self.stands_for_itself() { all } else { Box::new(BooleanQuery::union(vec![code, all])) }
    }

    /// One word, of which nothing was cut off: as a code it is looked for like in any other place.
    fn stands_for_itself(&self) -> bool {
        matches!(&self.parts[..], [Part { written, .. }] if matches!(&written[..], [word] if word.plain == self.whole))
    }
}

/// Cuts the words where a line of synonyms begins or ends; of phrases that begin together the longest counts.
fn parts(words: &[Word], lines: &[Vec<Vec<Word>>]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = words;
    while let Some(first) = rest.first() {
        let stands_here = |phrase: &&Vec<Word>| {
            !phrase.is_empty() && rest.len() >= phrase.len() && same(&rest[..phrase.len()], phrase)
        };
        let longest = lines.iter().flatten().filter(stands_here).map(Vec::len).max();
        let Some(length) = longest else {
            parts.push(Part { written: vec![first.clone()], instead: Vec::new() });
            rest = &rest[1..];
            continue;
        };
        let (written, later) = rest.split_at(length);
        let mut instead: Vec<Vec<Word>> = Vec::new();
        for line in lines.iter().filter(|line| line.iter().any(|phrase| same(written, phrase))) {
            for phrase in line.iter().filter(|phrase| !phrase.is_empty() && !same(written, phrase)) {
                if !instead.contains(phrase) {
                    instead.push(phrase.clone());
                }
            }
        }
        parts.push(Part { written: written.to_vec(), instead });
        rest = later;
    }
    parts
}

/// By their stems: a line for "mug" is one for "mugs".
fn same(one: &[Word], other: &[Word]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.stem == other.stem)
}

fn all(mut queries: impl ExactSizeIterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        1 => queries.next().unwrap_or_else(|| Box::new(AllQuery)),
        _ => Box::new(BooleanQuery::new(queries.map(|query| (Occur::Must, query)).collect())),
    }
}

fn anywhere(places: Vec<(Place, Source)>) -> Box<dyn Query> {
    Box::new(Best::of(places))
}

fn words(index: &Index, text: &str) -> Result<Vec<Word>> {
    let plain = tokens(index, PLAIN, text)?;
    let stems = tokens(index, STEMMED, text)?;
    Ok(plain.into_iter().zip(stems).map(|(plain, stem)| Word { plain, stem }).collect())
}

fn tokens(index: &Index, tokenizer: &str, text: &str) -> Result<Vec<String>> {
    let missing = || tantivy::TantivyError::InternalError(format!("the tokenizer {tokenizer} is not registered"));
    let mut analyzer = index.tokenizers().get(tokenizer).ok_or_else(missing)?;
    let mut stream = analyzer.token_stream(text);
    let mut found = Vec::new();
    while let Some(token) = stream.next() {
        found.push(token.text.clone());
    }
    Ok(found)
}
