//! The languages whose words the index knows by their stems.

use crate::fields::{self, STEMMED};
use tantivy::tokenizer::{Language, Stemmer};

/// Two letters of ISO 639-1 and the algorithm, of the Snowball project (<https://snowballstem.org>).
const LANGUAGES: [(&str, Language); 18] = [
    ("ar", Language::Arabic),
    ("da", Language::Danish),
    ("de", Language::German),
    ("el", Language::Greek),
    ("en", Language::English),
    ("es", Language::Spanish),
    ("fi", Language::Finnish),
    ("fr", Language::French),
    ("hu", Language::Hungarian),
    ("it", Language::Italian),
    ("nl", Language::Dutch),
    ("no", Language::Norwegian),
    ("pt", Language::Portuguese),
    ("ro", Language::Romanian),
    ("ru", Language::Russian),
    ("sv", Language::Swedish),
    ("ta", Language::Tamil),
    ("tr", Language::Turkish),
];

/// Whether words of the language with this code can be reduced to their stem.
pub fn is_known(code: &str) -> bool {
    LANGUAGES.iter().any(|(known, _)| *known == code)
}

/// Teaches the index these languages, one after the other: a word's stem is what all of them leave of it, in texts and
/// searches alike, so a catalogue may have several. Codes that are not known are passed over.
pub(crate) fn register(index: &tantivy::Index, codes: &[String]) {
    let algorithms = codes.iter().filter_map(|code| LANGUAGES.iter().find(|(known, _)| known == code));
    let words = algorithms
        .fold(fields::words().dynamic(), |words, (_, language)| words.filter_dynamic(Stemmer::new(*language)));
    index.tokenizers().register(STEMMED, words.build());
}
