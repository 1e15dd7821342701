//! Delivery: zones of countries, methods with price tables, free above a threshold.

use crate::id::ShippingMethodId;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// A way to deliver that serves the address, with its price for this cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryOption {
    pub id: ShippingMethodId,
    pub code: String,
    pub name: String,
    pub description: String,
    pub price: Money,
    pub days_min: i64,
    pub days_max: i64,
    /// Cart value from which this method is free.
    pub free_above: Option<Money>,
}
