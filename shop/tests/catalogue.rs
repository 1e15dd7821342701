//! The catalogue: what shoppers read, what merchants write.

mod demo;
mod edit;
mod import;
mod read;
mod schedule;
