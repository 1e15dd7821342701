//! From what somebody typed to what tantivy looks for.
//!
//! Nothing typed is an operator: a query is words, all of which a product has to have somewhere, each counting most
//! where it says most. The last word may be the beginning of one.

use crate::Result;
use crate::fields::{self, Fields, PLAIN, STEMMED, WORD_BYTES};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Index, Term};

/// What is typed beyond this is not read.
const TEXT_CHARS: usize = 200;
const WORDS: usize = 10;
/// How much a match counts, by where it is.
const CODE: f32 = 50.0;
const TITLE: f32 = 5.0;
const TITLE_STEM: f32 = 4.0;
const BRAND: f32 = 4.0;
const WORD: f32 = 2.0;
const TEXT: f32 = 1.0;
/// The beginning of a word counts less than the word, and a word with a mistake less than that.
const BEGINNING: f32 = 0.5;
const MISTAKEN: f32 = 0.3;
/// A word counts by the best of the fields that have it, and by this much of the others.
const OTHERS: f32 = 0.1;
/// Shorter beginnings fit everything.
const BEGINNING_CHARS: usize = 2;

/// How exactly words have to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    AsWritten,
    /// One letter wrong, missing, too many or exchanged with its neighbour; two in words of eight letters and more.
    WithMistakes,
}

/// The words of `text`: without case and accents, each with its stem.
pub struct Words {
    whole: String,
    words: Vec<(String, String)>,
}

impl Words {
    pub fn of(index: &Index, text: &str) -> Result<Self> {
        let text: String = text.chars().take(TEXT_CHARS).collect();
        let plain = tokens(index, PLAIN, &text)?;
        let stems = tokens(index, STEMMED, &text)?;
        let words = plain.into_iter().zip(stems).take(WORDS).collect();
        Ok(Self { whole: fields::folded_code(&text), words })
    }

    /// Nothing was asked for; "!?" asks for something that nothing has.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    pub fn query(&self, fields: &Fields, care: Care) -> Box<dyn Query> {
        if self.is_empty() {
            return Box::new(AllQuery);
        }
        // A code may hold what takes words apart, or nothing else: "AB-12/3".
        let code = term(fields.code, &self.whole, CODE);
        let Some(last) = self.words.len().checked_sub(1) else { return code };
        let each = self.words.iter().enumerate().map(|(at, (word, stem))| {
            let mut places = vec![
                term(fields.code, word, CODE),
                term(fields.title, word, TITLE),
                term(fields.title_stem, stem, TITLE_STEM),
                term(fields.brand, word, BRAND),
                term(fields.words, stem, WORD),
                term(fields.text, stem, TEXT),
            ];
            if at == last && word.chars().count() >= BEGINNING_CHARS {
                for (field, weight) in [(fields.title, TITLE), (fields.brand, BRAND)] {
                    let beginning = FuzzyTermQuery::new_prefix(Term::from_field_text(field, word), 0, true);
                    places.push(constant(beginning, weight * BEGINNING));
                }
            }
            if care == Care::WithMistakes {
                for (field, text, weight) in
                    [(fields.title, word, TITLE), (fields.brand, word, BRAND), (fields.words, stem, WORD)]
                {
                    if let Some(distance) = mistakes(text) {
                        let near = FuzzyTermQuery::new(Term::from_field_text(field, text), distance, true);
                        places.push(constant(near, weight * MISTAKEN));
                    }
                }
            }
            let best: Box<dyn Query> = Box::new(DisjunctionMaxQuery::with_tie_breaker(places, OTHERS));
            (Occur::Must, best)
        });
        let all = Box::new(BooleanQuery::new(each.collect()));
        Box::new(BooleanQuery::union(vec![code, all]))
    }
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

fn term(field: Field, text: &str, weight: f32) -> Box<dyn Query> {
    let query = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
    Box::new(BoostQuery::new(Box::new(query), weight))
}

fn constant(query: FuzzyTermQuery, weight: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), weight))
}

/// How many letters of a word may be wrong; words of three letters are each other's mistakes.
fn mistakes(word: &str) -> Option<u8> {
    match word.chars().count() {
        4..8 => Some(1),
        8..=WORD_BYTES => Some(2),
        _ => None,
    }
}
