//! Filling a shop: the demo range with its pictures ([`demo`]), and catalogues of any size for tests of scale.

mod delivery;
mod demo;
mod illustration;

pub use demo::demo;

/// Told how far long work has come: done, of how many.
pub type Progress<'a> = &'a mut (dyn FnMut(usize, usize) + Send);
