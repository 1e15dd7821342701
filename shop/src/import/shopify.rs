//! Shopify's product CSV: one row per variant or picture, rows of one product share the handle.
//!
//! Decisions where the format leaves room:
//! - Stock is counted when a tracker or a quantity is named, unless the policy is "continue".
//! - Type becomes a category; without one, tags that at least two products share do.
//! - Prices are in the shop's default currency.

pub mod columns;
pub mod read;
pub mod write;
