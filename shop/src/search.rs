//! Looking for products: the index that this process keeps, how it follows the database, and what pages show of it.
//!
//! ```text
//! product, variant, price, category, stock ── triggers ──▶ product_change ── each process reads on ──▶ its index
//! ```
//!
//! The index (crate `search`) belongs to the process: it knows itself how far it has read, so it may be lost, be behind or
//! come back from an old disk, and is caught up or built anew from the database. What is for sale, and for how much, is
//! read from the database at the moment it is shown.

#[cfg(feature = "server")]
mod document;
#[cfg(feature = "server")]
mod feed;
#[cfg(feature = "server")]
mod find;
#[cfg(feature = "server")]
mod index;

#[cfg(feature = "server")]
pub(crate) use feed::forget_old_changes;
#[cfg(feature = "server")]
pub use feed::{Asked, Lag, ask_for_reindex, catch_up, follow, lag, reindex};
#[cfg(feature = "server")]
pub use find::{Query, find};
#[cfg(feature = "server")]
pub use index::{INDEX_KEPT, Search};

use crate::catalogue::Card;
use crate::money::Money;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// How well the words fit; what can be bought before what cannot.
    #[default]
    Relevance,
    Newest,
    PriceLow,
    PriceHigh,
}

/// A value that could be chosen, and how many products would be there if it were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// A category's slug; a brand's name.
    pub value: String,
    pub title: String,
    pub count: usize,
    pub chosen: bool,
}

/// One page of what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub total: usize,
    pub items: Vec<Card>,
    /// How many pages can be turned: the index shows the first `search::DEPTH` products.
    pub pages: usize,
    /// Most frequent first, as the facets below it.
    pub categories: Vec<Facet>,
    pub brands: Vec<Facet>,
    /// Products that can be bought now.
    pub in_stock: usize,
    /// Lowest and highest.
    pub prices: Option<(Money, Money)>,
    /// Nothing has the words as they were written; these have words like them.
    pub is_guess: bool,
}
