//! What somebody would like to have: products with the price they had when they were put there.
//!
//! A list belongs to a customer, to a session, or to who holds a token (programs). A session's list goes into the
//! customer's at log-in. A list can be shared by a link that nobody can guess; who has it reads, until it is revoked.

#[cfg(feature = "server")]
mod edit;
#[cfg(feature = "server")]
mod read;
#[cfg(feature = "server")]
mod share;

#[cfg(feature = "server")]
pub use edit::{add, forget_old, merge, open, remove};
#[cfg(feature = "server")]
pub use read::{holder, list, wishes};
#[cfg(feature = "server")]
pub use share::{share, shared, stop_sharing};

use crate::catalogue::Card;
use crate::id::{CustomerId, ProductId, WishlistId};
use crate::money::Money;

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Customer(CustomerId),
    /// The list that a session or a token names.
    Holder(WishlistId),
}

/// A product on a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    pub product_id: ProductId,
    pub slug: String,
    pub title: String,
    /// `None`: it is not sold any more, or not in this currency.
    pub card: Option<Card>,
    /// Its lowest price when it was added, in the currency of that time.
    pub price_then: Money,
    /// Unix milliseconds.
    pub added_at: i64,
}

impl Wish {
    /// By how much it has become cheaper, in the same currency.
    pub fn cheaper_by(&self) -> Option<Money> {
        let now = self.card.as_ref()?.price_from;
        let less = self.price_then.amount - now.amount;
        (now.currency == self.price_then.currency && less > 0).then(|| now.currency.money(less))
    }
}

/// A list, what was added last first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishlist {
    pub wishes: Vec<Wish>,
    /// What stands behind `/wishlist/shared/` in its link.
    pub share_token: Option<String>,
}
