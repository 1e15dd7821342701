//! The catalogue: what shoppers read, what merchants write.

mod demo;
mod import;
mod read;
