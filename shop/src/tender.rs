//! Gift cards and store credit as means to pay: how an order's total is shared between them and a payment, and what becomes
//! of their part.
//!
//! Both are accounts of stored value. A checkout holds what it wants of them in the transaction that reserves its stock
//! (`hold`), spends it at the pivot, and gives it back when nothing comes of it (`settle`); what was spent goes back by
//! `refund`. An account's row is locked first, in order of ids and before promotions and shelves, by everybody who needs
//! them; `held` never exceeds `balance` by a CHECK. The order's total stays that of the goods: the payment is over the rest.
//!
//! ```text
//! held ──pivot──→ spent (refunded 0 → amount)
//!   └──→ released ──paid late──→ held
//! ```

#[cfg(feature = "server")]
mod account;
#[cfg(feature = "server")]
mod book;
#[cfg(feature = "server")]
mod hold;
#[cfg(feature = "server")]
mod of_cart;
#[cfg(feature = "server")]
mod of_order;
#[cfg(feature = "server")]
mod refund;
#[cfg(feature = "server")]
mod settle;

#[cfg(feature = "server")]
pub(crate) use account::{lock_all, lock_for};
#[cfg(feature = "server")]
pub(crate) use book::{Booking, book};
#[cfg(feature = "server")]
pub use book::{Entry, entries};
#[cfg(feature = "server")]
pub use hold::{Claim, take, write};
#[cfg(feature = "server")]
pub(crate) use of_cart::{Asking, put, quoted, shares};
#[cfg(feature = "server")]
pub use of_cart::{of_cart, remove};
#[cfg(feature = "server")]
pub(crate) use of_order::of_order;
#[cfg(feature = "server")]
pub(crate) use refund::{Refund, give_back_all, is_spent_up, refund};
#[cfg(feature = "server")]
pub(crate) use settle::{Spender, reclaim, release, spend};

use crate::id::StoredValueId;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// What kind of account pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whoever knows its code may use it.
    GiftCard,
    /// Of one customer.
    StoreCredit,
}

impl Kind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GiftCard => "gift_card",
            Self::StoreCredit => "store_credit",
        }
    }

    /// The account of the money ledger that says what is owed to their holders.
    pub fn ledger_account(self) -> &'static str {
        match self {
            Self::GiftCard => "gift_cards",
            Self::StoreCredit => "store_credit",
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = crate::Error;

    fn try_from(text: String) -> crate::Result<Self> {
        match text.as_str() {
            "gift_card" => Ok(Self::GiftCard),
            "store_credit" => Ok(Self::StoreCredit),
            _ => Err(crate::Error::Internal(format!("unknown kind of stored value {text:?}"))),
        }
    }
}

/// As people read it: "Gift card ····1234", "Store credit".
pub fn label(kind: Kind, last_four: &str) -> String {
    match kind {
        Kind::GiftCard => format!("Gift card ····{last_four}"),
        Kind::StoreCredit => "Store credit".to_owned(),
    }
}

/// What a quote takes of one account: it is held as it was agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedTender {
    pub account_id: StoredValueId,
    pub kind: Kind,
    pub last_four: String,
    /// Minor units of the quote's currency, more than nothing.
    pub amount: i64,
}

/// Why an account does not pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Frozen,
    Expired,
    /// It is of another currency than the cart.
    Currency,
    /// Store credit of another customer, or of one who is not logged in.
    NotYours,
    /// There is less on it than was agreed, or nothing.
    Spent,
}

impl Problem {
    pub fn text(self) -> &'static str {
        match self {
            Self::Frozen => "It is blocked. Please write to us.",
            Self::Expired => "It has expired.",
            Self::Currency => "It is in another currency.",
            Self::NotYours => "It is somebody else’s; log in if it is yours.",
            Self::Spent => "It has been used up.",
        }
    }
}

/// An account that a checkout cannot have as agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub label: String,
    pub problem: Problem,
}

/// A card, or the credit, in a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub account_id: StoredValueId,
    pub kind: Kind,
    pub last_four: String,
    /// What can be used of it now, in its own currency.
    pub balance: Money,
    /// What it pays of this cart; nothing when `problem` says why.
    pub amount: i64,
    pub problem: Option<Problem>,
}

impl Share {
    pub fn label(&self) -> String {
        label(self.kind, &self.last_four)
    }
}

/// What an account has paid of an order, or was to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tender {
    pub account_id: StoredValueId,
    pub kind: Kind,
    pub last_four: String,
    pub amount: Money,
    pub refunded: Money,
    /// Not held any more, and not spent either.
    pub released: bool,
}

impl Tender {
    pub fn label(&self) -> String {
        label(self.kind, &self.last_four)
    }

    /// Minor units that can still go back to it.
    pub fn left(&self) -> i64 {
        if self.released { 0 } else { self.amount.amount - self.refunded.amount }
    }
}
