//! What the merchant does with an order.
use crate::id::OrderLineId;
use crate::staff::Staff;
use crate::{Error, Result, Shop};

/// Takes the authorised money now.
pub async fn capture(_shop: &Shop, _by: &Staff, _number: &str, _version: i64) -> Result<()> {
    Err(Error::NotFound("order"))
}

/// Records a parcel with these lines and units; empty: everything that is still to be sent.
pub async fn ship(
    _shop: &Shop,
    _by: &Staff,
    _number: &str,
    _version: i64,
    _lines: Vec<(OrderLineId, i64)>,
    _carrier: &str,
    _tracking_number: &str,
) -> Result<()> {
    Err(Error::NotFound("order"))
}

pub async fn mark_delivered(_shop: &Shop, _by: &Staff, _number: &str, _version: i64) -> Result<()> {
    Err(Error::NotFound("order"))
}

/// Cancels what was not shipped yet: the money goes back (void or refund), the goods back on the shelf if `restock`.
pub async fn cancel(
    _shop: &Shop,
    _by: &Staff,
    _number: &str,
    _version: i64,
    _restock: bool,
    _reason: &str,
) -> Result<()> {
    Err(Error::NotFound("order"))
}

/// Gives `amount` minor units back and puts the named units on the shelf again.
pub async fn refund(
    _shop: &Shop,
    _by: &Staff,
    _number: &str,
    _version: i64,
    _amount: i64,
    _restock: Vec<(OrderLineId, i64)>,
    _reason: &str,
) -> Result<()> {
    Err(Error::NotFound("order"))
}
