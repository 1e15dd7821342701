//! Taking over catalogues of other shops.
//!
//! A product is imported whole or not at all; what is wrong is told by line and column; the same file again changes
//! nothing. [`shopify`] reads the CSV export of Shopify.

mod fetch;
mod shopify;

pub use fetch::Fetcher;
pub use shopify::shopify;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Does everything, then takes it back: the report is what an import would say.
    DryRun,
    Apply,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub dry_run: bool,
    /// Data rows read.
    pub rows: usize,
    pub columns: Vec<ColumnUse>,
    pub errors: Vec<RowError>,
    pub products: Vec<ProductOutcome>,
    /// Pictures fetched, and those whose address did not answer and that got a drawn one.
    pub pictures_stored: usize,
    pub pictures_drawn: usize,
}

impl Report {
    pub fn count(&self, outcome: Outcome) -> usize {
        self.products.iter().filter(|p| p.outcome == outcome).count()
    }
}

/// Where a column of the file went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnUse {
    pub column: String,
    /// Field it fills; `None` when it is ignored.
    pub field: Option<String>,
    /// How it is read, or why it is ignored.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Line of the file, the header being line 1.
    pub line: u64,
    pub column: String,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOutcome {
    pub handle: String,
    pub title: String,
    pub outcome: Outcome,
    pub variants: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    /// Nothing of it was taken; the errors say why.
    Refused,
}
