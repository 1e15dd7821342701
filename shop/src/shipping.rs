//! Delivery: zones of places, methods with price tables, free above a threshold, and when it arrives.
//!
//! An address lies in the zone that names the most specific place around it ([`Area`]). Each method of that zone has a table
//! by weight, value or number of units. Values, and the threshold above which it is free, are what the goods come to after
//! promotions. Tables in a currency serve carts in that currency; where the shop
//! converts prices (`crate::currency`), the base currency's table serves where there is none.

mod area;
#[cfg(feature = "server")]
mod cart;
#[cfg(feature = "server")]
mod edit;
mod estimate;
#[cfg(feature = "server")]
pub(crate) mod offer;
#[cfg(feature = "server")]
mod simulate;
#[cfg(feature = "server")]
mod sql;
#[cfg(feature = "server")]
mod zone;

pub use area::Area;
#[cfg(feature = "server")]
pub use cart::{CartDelivery, for_cart};
#[cfg(feature = "server")]
pub use edit::{MethodDraft, Table, create_method, method, remove_method, update_method};
pub use estimate::{DAY_MS, Estimate, Leaving};
#[cfg(feature = "server")]
pub use simulate::{Candidate, Parcel, Sample, Simulated, Untaken, simulate};
#[cfg(feature = "server")]
pub use sql::methods_for;
#[cfg(feature = "server")]
pub use zone::{Zone, ZoneDraft, ZoneMethod, create_zone, remove_zone, update_zone, zone, zones};

use crate::address::Address;
use crate::id::{ShippingMethodId, WarehouseId};
use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// A way to deliver that serves the address, with its price for this cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryOption {
    pub id: ShippingMethodId,
    pub code: String,
    pub name: String,
    pub description: String,
    pub price: Money,
    /// Working days on the way; of pickup, until it is ready.
    pub days_min: i64,
    pub days_max: i64,
    /// What the goods have to come to for this method to be free.
    pub free_above: Option<Money>,
    /// Where the buyer fetches it; `None`: it is carried.
    #[serde(default)]
    pub pickup: Option<Pickup>,
    /// When it arrives if it is ordered now; `None` where nobody has asked the warehouses.
    #[serde(default)]
    pub estimate: Option<Estimate>,
}

/// A warehouse where orders are fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pickup {
    pub warehouse_id: WarehouseId,
    pub address: Address,
}

/// A method of the destination's zone with its price table in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    pub id: ShippingMethodId,
    pub code: String,
    pub name: String,
    pub description: String,
    pub basis: Basis,
    pub days_min: i64,
    pub days_max: i64,
    /// (from grams, minor units or units, price in minor units), ascending.
    pub rates: Vec<(i64, i64)>,
    pub free_above: Option<i64>,
    pub pickup: Option<Pickup>,
}

/// What a price table is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Grams of what has to be carried.
    Weight,
    /// Minor units of the goods after promotions.
    Value,
    /// Units that have to be carried.
    Quantity,
}

impl Basis {
    pub const ALL: [Self; 3] = [Self::Weight, Self::Value, Self::Quantity];

    /// As stored and as a form sends it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Value => "value",
            Self::Quantity => "quantity",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.code() == code)
    }
}

/// What of a cart decides about prices of delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Goods {
    /// Of what has to be carried.
    pub grams: i64,
    pub units: i64,
    /// Minor units of all goods, after promotions.
    pub value: i64,
}

impl Method {
    /// What it costs, in minor units: the row with the largest start not above the measure applies.
    ///
    /// # Errors
    /// The start of the table when that is above the measure: the method does not serve these goods.
    pub fn price(&self, goods: &Goods) -> Result<i64, i64> {
        let measure = match self.basis {
            Basis::Weight => goods.grams,
            Basis::Value => goods.value,
            Basis::Quantity => goods.units,
        };
        let reached = self.rates.iter().filter(|(from, _)| *from <= measure).max_by_key(|(from, _)| *from);
        let start = self.rates.iter().map(|(from, _)| *from).min().unwrap_or(i64::MAX);
        let (_, rate) = reached.ok_or(start)?;
        Ok(if self.free_above.is_some_and(|threshold| goods.value >= threshold) { 0 } else { *rate })
    }
}

/// What the `methods` of a zone cost for these goods. A method whose table starts above them does not serve the cart.
pub fn options(methods: &[Method], goods: &Goods, currency: Currency) -> Vec<DeliveryOption> {
    let option = |method: &Method| {
        Some(DeliveryOption {
            id: method.id,
            code: method.code.clone(),
            name: method.name.clone(),
            description: method.description.clone(),
            price: currency.money(method.price(goods).ok()?),
            days_min: method.days_min,
            days_max: method.days_max,
            free_above: method.free_above.map(|threshold| currency.money(threshold)),
            pickup: method.pickup.clone(),
            estimate: None,
        })
    };
    methods.iter().filter_map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(basis: Basis, rates: &[(i64, i64)], free_above: Option<i64>) -> Method {
        Method {
            id: ShippingMethodId(uuid::Uuid::nil()),
            code: "std".into(),
            name: "Standard".into(),
            description: String::new(),
            basis,
            days_min: 1,
            days_max: 3,
            rates: rates.to_vec(),
            free_above,
            pickup: None,
        }
    }

    fn price(method: Method, grams: i64, value: i64, units: i64) -> Option<i64> {
        options(&[method], &Goods { grams, units, value }, Currency::EUR).first().map(|o| o.price.amount)
    }

    #[test]
    fn the_row_reached_by_weight_or_units_applies() {
        let by_weight = || method(Basis::Weight, &[(0, 490), (2000, 690), (10_000, 1490)], None);
        assert_eq!(price(by_weight(), 1999, 0, 1), Some(490));
        assert_eq!(price(by_weight(), 2000, 0, 1), Some(690));
        assert_eq!(price(by_weight(), 50_000, 0, 1), Some(1490));
        let by_units = || method(Basis::Quantity, &[(1, 490), (3, 690)], None);
        assert_eq!(price(by_units(), 0, 0, 2), Some(490));
        assert_eq!(price(by_units(), 9000, 0, 3), Some(690));
    }

    #[test]
    fn delivery_is_free_from_the_threshold_on() {
        let method = || method(Basis::Value, &[(0, 490)], Some(5000));
        assert_eq!(price(method(), 0, 4999, 1), Some(490));
        assert_eq!(price(method(), 0, 5000, 1), Some(0));
    }

    #[test]
    fn a_method_whose_table_starts_higher_does_not_serve() {
        assert_eq!(price(method(Basis::Value, &[(1000, 0)], None), 0, 999, 1), None);
        assert_eq!(price(method(Basis::Weight, &[], None), 1, 1, 1), None);
        let heavy = method(Basis::Weight, &[(5000, 900)], None);
        assert_eq!(heavy.price(&Goods { grams: 10, units: 1, value: 1 }), Err(5000));
    }
}
