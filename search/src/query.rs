//! From what somebody typed to what tantivy looks for.
//!
//! Nothing typed is an operator: a query is words, all of which a product has to have somewhere, each counting most
//! where it says most. The last word may be the beginning of one. Words that a line of synonyms names may be replaced by
//! what else stands in that line.

mod best;
mod bits;
mod correct;
mod pass;
mod place;
mod words;

pub use best::Best;
pub use place::{Care, Place, places};
pub use words::Words;
