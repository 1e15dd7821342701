//! Customers and visitors: who is asking.
//!
//! `Visitor` and `Customer` are proof types: only the session layer makes them, and the business demands
//! them as arguments.

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

#[cfg(feature = "server")]
/// The customer with this id; `NotFound` when there is none or the account is disabled.
pub async fn by_id(shop: &crate::Shop, id: CustomerId) -> crate::Result<Customer> {
    let row: Option<(String, String)> = shop
        .db
        .fetch_optional("SELECT email, name FROM customer WHERE id = $1 AND disabled_at IS NULL", crate::args![id])
        .await?;
    let (email, name) = row.ok_or(crate::Error::NotFound("customer"))?;
    Ok(Customer { id, email, name })
}
// Signatures (feature `server`):
//   register(&Shop, email, name, password) -> Result<Customer>
//   log_in(&Shop, email, password, network_address) -> Result<Customer>   (throttled; unknown mail costs the same time)
//   by_id(&Shop, CustomerId) -> Result<Customer>
//   addresses / save_address / delete_address
