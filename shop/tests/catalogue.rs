//! The catalogue: what shoppers read, what merchants write.

mod demo;
pub mod edit;
mod history;
mod import;
mod read;
mod sales;
mod schedule;
mod tree;

pub use edit::anna;
