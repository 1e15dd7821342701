//! Collections: products that belong together because somebody says so, or because a rule does.
//!
//! ```text
//! by hand ── the merchant ─────────────────────────────┐
//! by rule ── product_change ── changed products ───────┼──▶ collection_product ── product_change ──▶ search
//!         └─ rule, category or time changes ── all ────┘
//! ```
//!
//! What is in a collection always stands in rows, so lists, counts and the index ask nothing but them. Rules are asked by a
//! worker ([`keep_up`]), never while somebody waits for a page.

#[cfg(feature = "server")]
mod count;
#[cfg(feature = "server")]
mod edit;
#[cfg(feature = "server")]
mod facts;
#[cfg(feature = "server")]
mod follow;
#[cfg(feature = "server")]
mod place;
#[cfg(feature = "server")]
mod read;
#[cfg(feature = "server")]
mod rule;

#[cfg(feature = "server")]
pub use count::{Counted, count};
#[cfg(feature = "server")]
pub(crate) use edit::insert;
#[cfg(feature = "server")]
pub(crate) use place::GAP;

#[cfg(feature = "server")]
pub use edit::{Draft, create, remove, update};
#[cfg(feature = "server")]
pub use facts::Facts;
#[cfg(feature = "server")]
pub use follow::keep_up;
#[cfg(feature = "server")]
pub use place::{Put, add, pin, put, take_out, unpin};
#[cfg(feature = "server")]
pub use read::{Edited, ListRow, Member, by_slug, list, load, members, published};
#[cfg(feature = "server")]
pub use rule::{Bound, Condition, Matching, Rule, Words};

use crate::id::CollectionId;
use crate::search;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Hand,
    Rule,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Rule => "rule",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Hand, Self::Rule].into_iter().find(|kind| kind.code() == code)
    }
}

/// In which order a collection's list begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As the merchant has put the products; what has no place stands behind, as search would order it.
    #[default]
    Place,
    Relevance,
    Newest,
    PriceLow,
    PriceHigh,
    Rating,
    BestSelling,
}

impl Order {
    pub const ALL: [Self; 7] =
        [Self::Place, Self::Relevance, Self::Newest, Self::PriceLow, Self::PriceHigh, Self::Rating, Self::BestSelling];

    pub fn code(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Relevance => "relevance",
            Self::Newest => "newest",
            Self::PriceLow => "price_low",
            Self::PriceHigh => "price_high",
            Self::Rating => "rating",
            Self::BestSelling => "best_selling",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }

    /// How search orders what has no place.
    pub fn sort(self) -> search::Sort {
        match self {
            Self::Place | Self::Relevance => search::Sort::Relevance,
            Self::Newest => search::Sort::Newest,
            Self::PriceLow => search::Sort::PriceLow,
            Self::PriceHigh => search::Sort::PriceHigh,
            Self::Rating => search::Sort::Rating,
            Self::BestSelling => search::Sort::BestSelling,
        }
    }
}

/// A published collection as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    pub id: CollectionId,
    pub slug: String,
    pub title: String,
    pub description: String,
    pub kind: Kind,
    pub order: Order,
    /// What search engines show; empty: title and description.
    pub seo_title: String,
    pub seo_description: String,
}

impl Collection {
    /// Whether its list begins with what has a place: pinned products always do.
    pub fn is_placed(&self) -> bool {
        self.kind == Kind::Rule || self.order == Order::Place
    }
}
