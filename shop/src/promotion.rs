//! Promotions and their codes: what is stored of them, who has had them how often, and how a checkout claims one.
//!
//! What a promotion does is a pure rule ([`crate::pricing::Rule`]); here is what needs a database. A cart reads what may
//! apply to it (`read`), a checkout claims it in the transaction that reserves its stock (`claim`), and whatever ends
//! without an order gives it back (`give_back`). Limits are counters with CHECKs; the row of the promotion is locked first,
//! so of many who want the last use one has it.

#[cfg(feature = "server")]
mod claim;
#[cfg(feature = "server")]
mod code;
#[cfg(feature = "server")]
mod codes;
#[cfg(feature = "server")]
mod counts;
#[cfg(feature = "server")]
mod draft;
#[cfg(feature = "server")]
mod edit;
#[cfg(feature = "server")]
mod gift;
#[cfg(feature = "server")]
mod give_back;
#[cfg(feature = "server")]
mod list;
#[cfg(feature = "server")]
mod names;
#[cfg(feature = "server")]
mod of_cart;
#[cfg(feature = "server")]
mod read;
#[cfg(feature = "server")]
mod simulate;

#[cfg(feature = "server")]
pub(crate) use claim::buyers;
#[cfg(feature = "server")]
pub use claim::{Claim, Gone, take, write};
#[cfg(feature = "server")]
pub use code::{normalised, normalised_email};
#[cfg(feature = "server")]
pub use codes::{Code, codes, create_code, export, generate, set_code};
#[cfg(feature = "server")]
pub use draft::Draft;
#[cfg(feature = "server")]
pub use edit::{State, create, set_state, update};
#[cfg(feature = "server")]
pub use gift::with_gifts;
#[cfg(feature = "server")]
pub(crate) use give_back::{reclaim, release};
#[cfg(feature = "server")]
pub use list::{Summary, detail, list};
#[cfg(feature = "server")]
pub use names::{skus, variants};
#[cfg(feature = "server")]
pub use of_cart::{OfCart, add_code, of_cart, remove_code};
#[cfg(feature = "server")]
pub(crate) use of_cart::{price_cart, uses};
#[cfg(feature = "server")]
pub use simulate::{Sample, SampleLine, Simulated, Told, simulate};

use crate::id::{PromotionCodeId, PromotionId};
use serde::{Deserialize, Serialize};

/// What a quote says of one promotion: it is claimed as it was agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedUse {
    pub promotion_id: PromotionId,
    pub code_id: Option<PromotionCodeId>,
    pub title: String,
    /// Empty for one that applies by itself.
    pub code: String,
    /// Off the lines, minor units: the sum of `lines`.
    pub amount: i64,
    /// Off the delivery.
    pub shipping: i64,
    /// For each line of the quote.
    pub lines: Vec<i64>,
}

/// A code in a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeState {
    pub code: String,
    /// The promotion's name.
    pub title: String,
    /// Why it does not apply, in words; `None`: it does.
    pub problem: Option<String>,
}
