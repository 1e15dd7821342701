//! The few things on the merchant's pages that move.

mod comfort;

pub use comfort::{Comfort, CountedText, Uploaded};
