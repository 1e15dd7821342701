//! Gift cards as the merchant and their holders see them; what they pay of an order is [`crate::tender`].
//!
//! Whoever knows a card's code may use it. The code is 80 random bits, is shown or mailed once when the card is made, and is
//! kept as SHA-256 only: a stolen backup buys nothing. A lost code is replaced by a new one, which ends the old.
//! A card that was bought is made when its order is paid ([`sale`]); until its mail has gone out, its code waits in the
//! outbox.

mod code;
mod edit;
mod in_cart;
mod issue;
mod list;
mod sale;
mod take_back;

pub(crate) use code::hash;
pub use code::normalised;
pub use edit::{renew, set_expiry, set_frozen};
pub use in_cart::add_to_cart;
pub use issue::{Draft, Issued, issue};
pub use list::{Card, Detail, Filter, State, detail, list};
pub(crate) use sale::issue_due;
pub use take_back::take_back;
