//! Filling a shop: the demo range with its pictures ([`demo`]), and catalogues of any size for tests of scale.

mod delivery;
mod demo;
mod illustration;
mod scale;

pub use demo::demo;
pub use scale::scale;

/// Told how far long work has come: done, of how many.
pub type Progress<'a> = &'a mut (dyn FnMut(usize, usize) + Send);
