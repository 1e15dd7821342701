//! Products as shoppers look for them: an index over tantivy in a folder of its own, or in memory.
//!
//! It holds nothing that is not in the database, so it may be thrown away at any time. What was last written into it
//! stands in the same commit as the documents ([`Index::position`]): after a crash it says itself where to go on. Prices
//! and stock in here pick and order products; what a page says about them is read from the database.

mod best;
mod columns;
mod desk;
mod document;
mod explain;
mod fields;
mod find;
mod index;
pub mod language;
mod query;
mod reading;
mod tally;

pub use desk::{DeskQuery, DeskSort};
pub use document::Document;
pub use explain::{Counted, Explanation};
pub use fields::SCHEDULED;
pub use find::{Filter, Found, Query, Range, Sort, number};
pub use index::{Batch, Index};
pub use query::Place;
pub use tally::STARS;

/// Matches beyond these are counted, not shown: nobody turns so many pages, and a page costs what stands before it.
pub const DEPTH: usize = 10_000;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process writes into the folder; it can still be read here.
    #[error("another process keeps this search index")]
    Kept,
    /// The folder cannot be read or written; [`Index::open`] makes a new index of it.
    #[error("search index: {0}")]
    Broken(tantivy::TantivyError),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::Kept,
            error => Self::Broken(error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.into())
    }
}
