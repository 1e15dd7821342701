//! Price lists: prices for quantities, for a time, for a group of customers; beside the catalogue's own, never instead.
//!
//! What one unit of a line costs is said in one place, [`crate::pricing::unit_price`]: the lowest of the catalogue's price
//! and of all entries that are in force for this customer, this currency and this quantity of the variant in the cart.
//! The best price wins, so no list makes anything dearer, and the order of lists means nothing. Pages, cards, carts, the
//! checkout's quote and the API read entries through one piece of SQL ([`offers`]), in the statement that reads the price
//! beside them: one snapshot, whoever writes meanwhile. Lists of products are filtered and sorted by the catalogue's price.

mod edit;
mod entry;
mod read;

pub use edit::{Draft, create, delete, update};
pub use entry::{Fill, download, fill, put, remove};
pub use read::{Entry, List, Summary, boundaries, detail, entries, list};

use crate::Result;
use crate::account::Visitor;
use crate::id::CustomerId;
use crate::money::Currency;
use crate::pricing::Offer;

/// Who asks for a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buyer {
    pub currency: Currency,
    /// `None`: somebody whom the shop does not know, who gets everybody's price.
    pub customer: Option<CustomerId>,
}

impl From<Currency> for Buyer {
    fn from(currency: Currency) -> Self {
        Self { currency, customer: None }
    }
}

impl From<&Visitor> for Buyer {
    fn from(visitor: &Visitor) -> Self {
        Self { currency: visitor.currency, customer: visitor.customer.as_ref().map(|customer| customer.id) }
    }
}

/// The entries of variant `v` that are in force, as JSON `[[minimum quantity, amount], …]` for [`read_offers`]: an
/// expression whose parts name the currency, the time in Unix milliseconds and the customer (perhaps NULL).
pub(crate) fn offers(currency: &str, now: &str, customer: &str) -> String {
    format!(
        "(SELECT CAST(json_agg(json_build_array(e.min_quantity, e.amount)) AS TEXT)
          FROM price_list_entry e JOIN price_list l ON l.id = e.list_id
          WHERE e.variant_id = v.id AND e.currency = {currency} AND l.active
            AND (l.start_at IS NULL OR l.start_at <= {now}) AND (l.end_at IS NULL OR l.end_at > {now})
            AND (l.group_id IS NULL OR l.group_id IN (SELECT m.group_id FROM customer_group_member m
              WHERE m.customer_id = {customer})))"
    )
}

/// What [`offers`] has found; nothing for NULL. Within other JSON, SQLite may give the text itself or what it says.
pub(crate) fn read_offers(found: serde_json::Value) -> Result<Vec<Offer>> {
    let pairs: Vec<(i64, i64)> = match found {
        serde_json::Value::Null => return Ok(Vec::new()),
        serde_json::Value::String(text) => serde_json::from_str(&text)?,
        list => serde_json::from_value(list)?,
    };
    Ok(pairs.into_iter().map(|(min_quantity, amount)| Offer { min_quantity, amount }).collect())
}
