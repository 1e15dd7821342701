//! The catalogue: what shoppers read, what merchants write.

mod read;
