//! Taking over catalogues of other shops, and giving this one's away.
//!
//! ```text
//! file ── text ── table ── Shopify | WooCommerce reader ──▶ Item ──▶ apply ──▶ catalogue
//!                                                                              │
//! file ◀──────────── Shopify | WooCommerce writer ◀── catalogue::many ◀────────┘
//! ```
//!
//! A product is imported whole or not at all; what is wrong is told by line and column; the same file again changes
//! nothing, and neither does what this shop has exported. The work is a [`job`] in the database.

mod apply;
mod attribute;
mod category;
pub(crate) mod cell;
pub mod export;
mod fetch;
mod item;
pub mod job;
mod mapping;
mod own;
mod plan;
mod shopify;
mod table;
pub mod text;
mod woo;

pub use fetch::Fetcher;
pub use mapping::Mapping;

use serde::{Deserialize, Serialize};

/// Whose files are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Shopify,
    WooCommerce,
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Shopify, Self::WooCommerce];

    pub fn code(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// As it writes itself.
    pub fn label(self) -> &'static str {
        match self {
            Self::Shopify => "Shopify",
            Self::WooCommerce => "WooCommerce",
        }
    }

    /// The format whose required columns a header has; Shopify when it has none of either.
    pub fn of_header(names: &[String]) -> Self {
        let known = |format: &Self| names.iter().filter(|name| format.column(name).is_some()).count();
        if known(&Self::WooCommerce) > known(&Self::Shopify) { Self::WooCommerce } else { Self::Shopify }
    }

    /// Columns that can be read, in the order in which they are offered.
    pub fn columns(self) -> Vec<String> {
        match self {
            Self::Shopify => shopify::columns::names(),
            Self::WooCommerce => woo::columns::names(),
        }
    }

    /// A small file that shows how the format is written.
    pub fn sample(self) -> &'static str {
        match self {
            Self::Shopify => include_str!("import/shopify/sample.csv"),
            Self::WooCommerce => include_str!("import/woo/sample.csv"),
        }
    }

    /// The format's own name of a column that the file calls `name`; `None` when it is not read.
    fn column(self, name: &str) -> Option<String> {
        match self {
            Self::Shopify => shopify::columns::known(name),
            Self::WooCommerce => woo::columns::known(name),
        }
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Self::Shopify => &["Handle", "Title"],
            Self::WooCommerce => &["Type", "Name"],
        }
    }

    /// The column that recognises a product.
    fn key(self) -> &'static str {
        match self {
            Self::Shopify => shopify::columns::HANDLE,
            Self::WooCommerce => woo::columns::SKU,
        }
    }

    fn usage(self, name: &str, read_as: &str) -> ColumnUse {
        let (field, note) = match self {
            Self::Shopify => shopify::columns::usage(name, read_as),
            Self::WooCommerce => woo::columns::usage(name, read_as),
        };
        let field = Some(field.to_owned()).filter(|field| !field.is_empty());
        ColumnUse { column: name.to_owned(), field, note: note.to_owned() }
    }
}

/// Reads bytes as a file of products in both formats, down to the drafts, without a shop: what fuzzing asks. How many
/// products were found.
///
/// # Panics
/// Never, whatever the bytes: that is the question.
pub fn probe(bytes: &[u8]) -> usize {
    let Ok((text, _)) = text::decode(bytes) else { return 0 };
    let Ok(names) = table::header(&text) else { return 0 };
    let products = Format::ALL.into_iter().map(|format| {
        let mapping = Mapping::automatic(format, names.clone());
        let plan = plan::Plan::new(text.clone().into_owned(), mapping, crate::money::Currency::EUR);
        plan.items(0..plan.len()).iter().filter(|item| apply::is_fit(item, &plan)).count()
    });
    products.sum()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Does everything, then takes it back: the report is what an import would say.
    DryRun,
    Apply,
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

/// What became of a product of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    /// Nothing of it was taken; the errors say why.
    Refused,
}
