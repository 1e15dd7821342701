//! Delivery: zones of countries, methods with price tables, free above a threshold.

#[cfg(feature = "server")]
mod sql;

#[cfg(feature = "server")]
pub use sql::methods_for;

use crate::id::ShippingMethodId;
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
    pub days_min: i64,
    pub days_max: i64,
    /// Cart value from which this method is free.
    pub free_above: Option<Money>,
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
    /// (from grams or minor units, price in minor units), ascending.
    pub rates: Vec<(i64, i64)>,
    pub free_above: Option<i64>,
}

/// What a price table is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Grams.
    Weight,
    /// Minor units of the goods.
    Value,
}

/// What the `methods` of a zone cost for goods of this weight and value. The row with the largest start not above
/// the measure applies; a method whose table starts above it does not serve the cart.
pub fn options(methods: &[Method], weight_grams: i64, value: i64, currency: Currency) -> Vec<DeliveryOption> {
    methods
        .iter()
        .filter_map(|method| {
            let measure = match method.basis {
                Basis::Weight => weight_grams,
                Basis::Value => value,
            };
            let (_, rate) = method.rates.iter().filter(|(from, _)| *from <= measure).max_by_key(|(from, _)| *from)?;
            let free = method.free_above.is_some_and(|threshold| value >= threshold);
            Some(DeliveryOption {
                id: method.id,
                code: method.code.clone(),
                name: method.name.clone(),
                description: method.description.clone(),
                price: currency.money(if free { 0 } else { *rate }),
                days_min: method.days_min,
                days_max: method.days_max,
                free_above: method.free_above.map(|threshold| currency.money(threshold)),
            })
        })
        .collect()
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
        }
    }

    fn price(method: Method, weight: i64, value: i64) -> Option<i64> {
        options(&[method], weight, value, Currency::EUR).first().map(|o| o.price.amount)
    }

    #[test]
    fn the_row_reached_by_weight_applies() {
        let by_weight = || method(Basis::Weight, &[(0, 490), (2000, 690), (10_000, 1490)], None);
        assert_eq!(price(by_weight(), 1999, 0), Some(490));
        assert_eq!(price(by_weight(), 2000, 0), Some(690));
        assert_eq!(price(by_weight(), 50_000, 0), Some(1490));
    }

    #[test]
    fn delivery_is_free_from_the_threshold_on() {
        let method = || method(Basis::Value, &[(0, 490)], Some(5000));
        assert_eq!(price(method(), 0, 4999), Some(490));
        assert_eq!(price(method(), 0, 5000), Some(0));
    }

    #[test]
    fn a_method_whose_table_starts_higher_does_not_serve() {
        assert_eq!(price(method(Basis::Value, &[(1000, 0)], None), 0, 999), None);
        assert_eq!(price(method(Basis::Weight, &[], None), 1, 1), None);
    }
}
