//! WooCommerce's product CSV: one row per simple product, one per variable product and one for each of its variations,
//! which name their parent by SKU or as `id:…`.
//!
//! Decisions where the format leaves room:
//! - Attributes that variations name are options; others have no place here.
//! - Stock is counted when a number is there, or when the product is said to be out of stock, unless backorders are allowed.
//! - The sale price is the price, the regular one what is struck through.

pub mod columns;
pub mod read;
pub mod write;
