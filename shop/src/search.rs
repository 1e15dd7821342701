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
mod ask;
#[cfg(feature = "server")]
mod attribute;
#[cfg(feature = "server")]
pub(crate) mod document;
#[cfg(feature = "server")]
mod explain;
#[cfg(feature = "server")]
mod feed;
#[cfg(feature = "server")]
mod find;
#[cfg(feature = "server")]
mod index;
#[cfg(feature = "server")]
mod pin;
#[cfg(feature = "server")]
mod query;
#[cfg(feature = "server")]
mod suggest;
#[cfg(feature = "server")]
mod synonym;
#[cfg(feature = "server")]
mod term;

#[cfg(feature = "server")]
pub(crate) use ask::not_yet;
#[cfg(feature = "server")]
pub use explain::explain;
#[cfg(feature = "server")]
pub use feed::{Asked, ask_for_reindex, catch_up, follow, is_filled, lag, reindex};
#[cfg(feature = "server")]
pub(crate) use feed::{Change, Position, changes_after, forget_old_changes, known};
#[cfg(feature = "server")]
pub use find::find;
#[cfg(feature = "server")]
pub use index::{INDEX_KEPT, Search};
#[cfg(feature = "server")]
pub use pin::{pin, pins, put_first, unpin};
#[cfg(feature = "server")]
pub use query::Query;
#[cfg(feature = "server")]
pub use suggest::suggest;
#[cfg(feature = "server")]
pub use synonym::{add_synonym, remove_synonym, synonyms};
#[cfg(feature = "server")]
pub(crate) use term::forget_old_terms;
#[cfg(feature = "server")]
pub use term::{keep_heard, report};

use crate::catalogue::{Card, CategoryLink};
use crate::id::{ProductId, SynonymId};
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
    Rating,
    BestSelling,
}

/// A value that could be chosen, and how many products would be there if it were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// A category's slug; a brand's name.
    pub value: String,
    pub title: String,
    pub count: usize,
    pub chosen: bool,
    /// The colour that the merchant has given it, "#a04030".
    pub swatch: Option<String>,
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
    pub attributes: Vec<Attribute>,
    /// Products that can be bought now.
    pub in_stock: usize,
    pub on_sale: usize,
    /// Lowest and highest.
    pub prices: Option<(Money, Money)>,
    /// So many stars or more: 4, 3, 2.
    pub ratings: Vec<Facet>,
    /// Nothing has the words as they were written; these have words like them.
    pub is_guess: bool,
    /// What was perhaps meant, when it is a guess.
    pub suggestion: Option<String>,
    /// Words that were looked for, too, because the merchant says that they mean the same.
    pub synonyms: Vec<String>,
}

/// A facet that products bring themselves, "Size" and its values, or that the merchant has defined. A value of a number may
/// be a range, "10..20": from the first to below the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub values: Vec<Facet>,
}

/// What fits the beginning of a search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suggestions {
    pub products: Vec<Card>,
    pub categories: Vec<CategoryLink>,
}

/// How far the index is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Changes of products that cannot be found yet.
    pub changes: i64,
    /// Products in the index.
    pub products: u64,
}

/// Words and phrases that mean the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synonym {
    pub id: SynonymId,
    pub phrases: Vec<String>,
}

/// A product that comes first when exactly `term` is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub term: String,
    pub product_id: ProductId,
    pub title: String,
    /// Drafts and archived products stay pinned, and are not found.
    pub published: bool,
}

/// How often something was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub term: String,
    pub searches: i64,
    /// Of them, those that found nothing.
    pub no_results: i64,
    /// Products opened from the results.
    pub clicks: i64,
}

/// What was looked for in some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub days: i64,
    /// Over all terms; its own `term` is empty.
    pub all: Term,
    /// Most frequent first, as those below.
    pub top: Vec<Term>,
    /// Those that found nothing.
    pub no_results: Vec<Term>,
}

/// Why a product stands where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    pub card: Card,
    /// What its place is decided by; the greatest comes first.
    pub score: f32,
    /// From 1: the place that the merchant gave it.
    pub pinned: Option<usize>,
    /// Sold out: the score was multiplied by this.
    pub sold_out: Option<f32>,
    /// Each word, and what it counts where it stands, most first; the best counts, the others a tenth.
    pub words: Vec<(String, Vec<(String, f32)>)>,
}

/// What somebody typed as it is compared and counted: lower case, single spaces, nothing that cannot be stored, at most
/// `limits::TERM_CHARS`.
pub fn folded_term(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    text.chars().filter(|c| !c.is_control()).take(crate::limits::TERM_CHARS).collect()
}
