//! "Tell me when it is back": somebody leaves an address with a variant that is sold out and gets one mail when it can be
//! bought again.
//!
//! ```text
//! asked ──→ waiting ──(a unit comes: trigger → stock_return → worker)──→ told, with its mail in the outbox
//!              └──(cancelled, by the customer or by the link of a mail)──→ gone
//! ```
//! An address waits once for a variant; the schema says so. Whoever asks is answered the same whether the address waited
//! already or not.

#[cfg(feature = "server")]
mod ask;
#[cfg(feature = "server")]
mod cancel;
#[cfg(feature = "server")]
mod tell;

#[cfg(feature = "server")]
pub use ask::ask;
#[cfg(feature = "server")]
pub use cancel::{behind, cancel_behind, cancel_own, own};
#[cfg(feature = "server")]
pub(crate) use tell::{Told, forget_old, message, sweep, tell_due};

use crate::id::AlertId;

/// Somebody waits for this.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow))]
pub struct Waiting {
    pub id: AlertId,
    pub slug: String,
    /// The product's.
    pub title: String,
    /// Empty for a product with one variant.
    pub variant_title: String,
}
