//! Changing many products at once: choose them, say what is to change, see each difference, do it, take it back.
//!
//! ```text
//! choosing ─(plan)→ planning → planned ─(apply)→ applying → applied ─(undo)→ undoing → undone
//!     ▲                 │          │                 └─(stop)──▶ applied
//!     └──────(again)────┴──────────┘
//! ```
//!
//! Products are worked on in batches, each one transaction that locks the edit's row first, so one worker at a time does
//! so, however many there are; a process that dies leaves its batch undone and nothing else. A product that somebody has
//! changed since the difference was shown is left alone. Undoing gives back what still is as the edit made it, field by
//! field, so what was changed afterwards stays.

mod back;
mod change;
mod decide;
mod difference;
mod price;
mod sheet;
mod view;
mod work;

pub use change::Changes;
pub use decide::{Chosen, again, apply, begin, plan, stop, undo};
pub use difference::Difference;
pub use price::{CompareAt, PriceChange, PriceStep};
pub use sheet::{Line, Sheet, SheetProduct, sheet};
pub use view::{Counts, Item, forget_old, history, items, load};
pub use work::work;

use crate::id::BulkEditId;
use crate::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The products are known, the changes are not.
    Choosing,
    Planning,
    /// The differences can be seen; nothing is written.
    Planned,
    Applying,
    Applied,
    Undoing,
    Undone,
}

impl State {
    const ALL: [Self; 7] =
        [Self::Choosing, Self::Planning, Self::Planned, Self::Applying, Self::Applied, Self::Undoing, Self::Undone];

    pub fn code(self) -> &'static str {
        match self {
            Self::Choosing => "choosing",
            Self::Planning => "planning",
            Self::Planned => "planned",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    fn parse(code: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::Internal(format!("no state of a bulk edit: {code}")))
    }

    /// Whether a worker has something to do.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Planning | Self::Applying | Self::Undoing)
    }
}

/// A bulk edit as it stands.
#[derive(Clone, Debug)]
pub struct Edit {
    pub id: BulkEditId,
    pub state: State,
    pub changes: Changes,
    /// Name of the member of staff.
    pub actor: String,
    /// It was ended before all products were done.
    pub stopped: bool,
    pub counts: Counts,
    /// Unix milliseconds.
    pub created_at: i64,
    pub ended_at: Option<i64>,
}
