//! Customers and visitors: who is asking.
//!
//! `Visitor` and `Customer` are proof types: only the session layer makes them, and the business demands
//! them as arguments. Registering and logging in are in `account/sign_in.rs`, saved addresses in
//! `account/address_book.rs`.

#[cfg(feature = "server")]
mod address_book;
#[cfg(feature = "server")]
mod currency;
pub mod password;
#[cfg(feature = "server")]
mod sign_in;

#[cfg(feature = "server")]
pub use address_book::{SavedAddress, addresses, delete_address, save_address};
#[cfg(feature = "server")]
pub use currency::{choose_currency, chosen_currency};
#[cfg(feature = "server")]
pub use sign_in::{by_id, change_password, log_in, register};

use crate::id::{CartId, CustomerId};
use crate::money::Currency;
use serde::{Deserialize, Serialize};

/// Whoever holds the session: perhaps with a cart, perhaps logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    pub cart_id: Option<CartId>,
    pub customer: Option<Customer>,
    pub currency: Currency,
}

/// A logged-in customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub email: String,
    pub name: String,
}
