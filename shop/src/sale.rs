//! Sales: prices that are lower from a time on, and as they were before when it is over.
//!
//! ```text
//! draft ⇄ scheduled ─▶ starting ─▶ running ─▶ ending ─▶ ended
//!             │            └───┬──────┴──▶ cancelling ─▶ cancelled
//!             └────────────────│────────────────────────────▲
//! ```
//!
//! When a sale begins, a worker writes its prices (amount reduced, the former amount struck through) through
//! `catalogue/price.rs`; when it ends, it writes the former ones back. So search, kept pages, the price history, carts and
//! checkouts see one price, and what a shopper has in the cart changes as any price does: shown, and confirmed before paying.
//! Work is done in small transactions, each of which moves the sale on from the step that was read (`step`): a crash leaves
//! a whole number of them, and of two workers one writes.
//!
//! A price is held by one sale at a time (a unique index). A sale that finds it held, or not lower than it is, skips it and
//! lists it. Whoever changes a held price by whatever way releases it (a trigger): it then stays as it was changed.
//! Of converted prices a sale holds only those that it names itself; the others follow what it makes of typed ones
//! ([`crate::currency`]).
//! Products of a price that a sale writes get another version, so that a form from before cannot write an old price back.

mod edit;
mod item;
mod read;
mod work;
mod write;

pub use edit::{cancel, create, delete, update};
pub use item::{Held, Item, held, items};
pub use read::{Example, Preview, Sale, Summary, detail, list, preview};
pub use work::{step, work};

use crate::id::{CategoryId, SaleId};

/// Where a sale stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing happens.
    Draft,
    /// Begins at its time.
    Scheduled,
    /// Its prices are being written.
    Starting,
    Running,
    /// The former prices are being written back, because its time is over.
    Ending,
    Ended,
    /// The same, because somebody wanted it to end.
    Cancelling,
    Cancelled,
}

impl State {
    const ALL: [Self; 8] = [
        Self::Draft,
        Self::Scheduled,
        Self::Starting,
        Self::Running,
        Self::Ending,
        Self::Ended,
        Self::Cancelling,
        Self::Cancelled,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Ending => "ending",
            Self::Ended => "ended",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(code: &str) -> crate::Result<Self> {
        let known = Self::ALL.into_iter().find(|state| state.code() == code);
        known.ok_or_else(|| crate::Error::Internal(format!("a sale is {code:?}")))
    }

    /// Nothing was written yet, so everything about it can be changed.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Scheduled)
    }

    pub fn can_be_cancelled(self) -> bool {
        matches!(self, Self::Scheduled | Self::Starting | Self::Running)
    }
}

/// Which prices a sale is about. Those of withdrawn variants never are; a category has those below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    #[default]
    Everything,
    Brand,
    Categories,
    Products,
    /// Variants with a new price each, instead of a percentage.
    Prices,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Everything, Self::Brand, Self::Categories, Self::Products, Self::Prices];

    pub fn code(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Brand => "brand",
            Self::Categories => "categories",
            Self::Products => "products",
            Self::Prices => "prices",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    /// What holds of variant `v` of the sale `s` ($1) when the sale is about it.
    fn condition(self) -> &'static str {
        match self {
            Self::Everything => "TRUE",
            Self::Brand => "EXISTS (SELECT 1 FROM product b WHERE b.id = v.product_id AND b.brand = s.brand)",
            Self::Categories => {
                "v.product_id IN (SELECT m.product_id FROM product_category m WHERE m.category_id IN (
                   WITH RECURSIVE below(id) AS (SELECT f.category_id FROM sale_category f WHERE f.sale_id = $1
                     UNION SELECT c.id FROM category c JOIN below ON c.parent_id = below.id)
                   SELECT below.id FROM below))"
            }
            Self::Products => "v.product_id IN (SELECT f.product_id FROM sale_product f WHERE f.sale_id = $1)",
            Self::Prices => "v.id IN (SELECT f.variant_id FROM sale_entry f WHERE f.sale_id = $1)",
        }
    }
}

/// A sale as it is written by its form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub title: String,
    /// Unix milliseconds; a time that is over begins it at once.
    pub start_at: i64,
    /// `None`: until it is cancelled.
    pub end_at: Option<i64>,
    pub scope: Scope,
    /// For every scope but [`Scope::Prices`].
    pub percent: Option<i64>,
    pub brand: String,
    pub categories: Vec<CategoryId>,
    /// SKUs, one a line; each names its product.
    pub products: String,
    /// SKU, currency, amount; see [`crate::price_file`].
    pub prices: String,
}

/// The price that a sale makes of `amount`; `None` where it would not be lower.
fn price(amount: i64, percent: Option<i64>, wanted: Option<i64>) -> Option<i64> {
    let price = match percent {
        Some(percent) => crate::pricing::reduced(amount, percent),
        None => wanted?,
    };
    (price < amount).then_some(price)
}

fn moved_on() -> crate::Error {
    crate::Error::conflict("changed", "This sale has moved on. Reload the page and try again.")
}

/// Its name for the audit log.
fn entity(id: SaleId) -> String {
    id.to_string()
}
