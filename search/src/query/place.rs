//! Where a word may stand, and how much it counts there.

use crate::fields::{Fields, WORD_BYTES};
use tantivy::Term;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;

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
/// Shorter beginnings fit everything.
const BEGINNING_CHARS: usize = 2;

/// How exactly words have to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    AsWritten,
    /// One letter wrong, missing, too many or exchanged with its neighbour; two in words of eight letters and more.
    WithMistakes,
}

/// Why a product has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Code,
    Title,
    /// Another form of the word.
    TitleStem,
    Brand,
    /// Category, tag, type, option.
    Word,
    Text,
    TitleBeginning,
    BrandBeginning,
    /// Words like it.
    TitleMistaken,
    BrandMistaken,
    WordMistaken,
}

impl Place {
    /// Whether whatever has a word in `other` has it here, too: a title is indexed as it is and by stems, and a word begins
    /// like itself.
    pub fn has_all_of(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::TitleStem | Self::TitleBeginning, Self::Title) | (Self::BrandBeginning, Self::Brand)
        )
    }
}

/// What is looked for in a place, and how much it counts.
#[derive(Clone, Debug)]
pub enum Source {
    /// By how rare it is and how little else stands there.
    Term(Term, f32),
    /// Words that begin like it, all of which count the same.
    Beginning(Term, f32),
    /// Words like it, all of which count the same.
    Like(FuzzyTermQuery, f32),
}

/// Everywhere `word`, with its `stem`, may stand; it counts by the best of them.
pub fn places(fields: &Fields, word: &str, stem: &str, may_go_on: bool, care: Care) -> Vec<(Place, Source)> {
    let mut places = vec![
        code(fields, word),
        (Place::Title, term(fields.title, word, TITLE)),
        (Place::TitleStem, term(fields.title_stem, stem, TITLE_STEM)),
        (Place::Brand, term(fields.brand, word, BRAND)),
        (Place::Word, term(fields.words, stem, WORD)),
        (Place::Text, term(fields.text, stem, TEXT)),
    ];
    if may_go_on && word.chars().count() >= BEGINNING_CHARS {
        for (place, field, weight) in
            [(Place::TitleBeginning, fields.title, TITLE), (Place::BrandBeginning, fields.brand, BRAND)]
        {
            places.push((place, Source::Beginning(Term::from_field_text(field, word), weight * BEGINNING)));
        }
    }
    if care == Care::WithMistakes {
        for (place, field, text, weight) in [
            (Place::TitleMistaken, fields.title, word, TITLE),
            (Place::BrandMistaken, fields.brand, word, BRAND),
            (Place::WordMistaken, fields.words, stem, WORD),
        ] {
            if let Some(near) = near(field, text) {
                places.push((place, Source::Like(near, weight * MISTAKEN)));
            }
        }
    }
    places
}

/// A code as a whole, which may hold what takes words apart: "AB-12/3".
pub fn code(fields: &Fields, whole: &str) -> (Place, Source) {
    (Place::Code, term(fields.code, whole, CODE))
}

/// Words that `word` may be a mistake for; `None` for words of three letters, which are each other's mistakes.
pub fn near(field: Field, word: &str) -> Option<FuzzyTermQuery> {
    let distance = match word.chars().count() {
        4..8 => 1,
        8..=WORD_BYTES => 2,
        _ => return None,
    };
    Some(FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true))
}

fn term(field: Field, text: &str, weight: f32) -> Source {
    Source::Term(Term::from_field_text(field, text), weight)
}
