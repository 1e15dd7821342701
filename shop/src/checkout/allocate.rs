//! Which warehouse serves what: as few as possible, the nearest first, split only when no single one can.

use super::Demand;
use crate::db::Read;
use crate::id::{CartId, OrderId, StockId, VariantId, WarehouseId};
use crate::{Result, args};
use std::collections::BTreeMap;

/// What one warehouse has of one variant.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Shelf {
    pub stock_id: StockId,
    pub variant_id: VariantId,
    pub warehouse_id: WarehouseId,
    pub country: String,
    /// Lower comes first.
    pub priority: i64,
    pub available: i64,
}

/// What cannot be served at all: units that are there over all warehouses.
pub(super) type Missing = Vec<(VariantId, i64)>;

/// With more warehouses than this, the smallest set is approximated greedily.
const EXACT_UP_TO: usize = 10;

/// Units per stock row for all of `demands`; demand for one variant is summed first. `destination` is the country
/// to deliver to.
pub(super) fn allocate(
    demands: &[Demand],
    shelves: &[Shelf],
    destination: &str,
) -> std::result::Result<Vec<(StockId, i64)>, Missing> {
    let mut wanted: BTreeMap<VariantId, i64> = BTreeMap::new();
    for demand in demands {
        *wanted.entry(demand.variant_id).or_default() += demand.quantity;
    }
    let units = |variant: VariantId, houses: &[WarehouseId]| -> i64 {
        let here = shelves.iter().filter(|s| s.variant_id == variant && houses.contains(&s.warehouse_id));
        here.map(|s| s.available.max(0)).sum()
    };
    let mut houses: Vec<_> = shelves.iter().map(|s| (s.country != destination, s.priority, s.warehouse_id)).collect();
    houses.sort();
    houses.dedup();
    let houses: Vec<WarehouseId> = houses.into_iter().map(|(_, _, id)| id).collect();
    let missing: Missing = wanted
        .iter()
        .map(|(variant, quantity)| (*variant, *quantity, units(*variant, &houses)))
        .filter(|(_, quantity, there)| there < quantity)
        .map(|(variant, _, there)| (variant, there))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let serves = |set: &[WarehouseId]| wanted.iter().all(|(variant, quantity)| units(*variant, set) >= *quantity);
    let chosen = smallest_set(&houses, serves);
    let mut taken = Vec::new();
    for (variant, quantity) in wanted {
        let there: Vec<_> = chosen
            .iter()
            .filter_map(|house| shelves.iter().find(|s| s.variant_id == variant && s.warehouse_id == *house))
            .collect();
        // One parcel for the whole line where a chosen warehouse has it all.
        if let Some(shelf) = there.iter().find(|shelf| shelf.available >= quantity) {
            taken.push((shelf.stock_id, quantity));
            continue;
        }
        let mut open = quantity;
        for shelf in there {
            let part = open.min(shelf.available.max(0));
            if part > 0 {
                taken.push((shelf.stock_id, part));
                open -= part;
            }
        }
    }
    Ok(taken)
}

/// The first of the smallest sets, in order of preference, that serves everything.
fn smallest_set(houses: &[WarehouseId], serves: impl Fn(&[WarehouseId]) -> bool) -> Vec<WarehouseId> {
    if houses.len() <= EXACT_UP_TO {
        let mut sets: Vec<u32> = (0..1_u32 << houses.len()).collect();
        // Fewest first; among equals the one with the more preferred warehouses.
        sets.sort_by_key(|set| (set.count_ones(), set.reverse_bits().wrapping_neg()));
        for set in sets {
            let chosen: Vec<_> =
                houses.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, house)| *house).collect();
            if serves(&chosen) {
                return chosen;
            }
        }
    }
    if let Some(one) = houses.iter().find(|house| serves(&[**house])) {
        return vec![*one];
    }
    let mut chosen = houses.to_vec();
    // Drop from the far end whatever is not needed.
    for house in houses.iter().rev() {
        let fewer: Vec<_> = chosen.iter().filter(|other| *other != house).copied().collect();
        if serves(&fewer) {
            chosen = fewer;
        }
    }
    chosen
}

/// The shelves of everything in the cart.
pub(super) async fn shelves_of_cart(db: &mut impl Read, cart: CartId) -> Result<Vec<Shelf>> {
    let sql = "SELECT s.id AS stock_id, s.variant_id, s.warehouse_id, w.country, w.priority,
          s.free AS available
        FROM cart_line l
        JOIN stock s ON s.variant_id = l.variant_id
        JOIN warehouse w ON w.id = s.warehouse_id
        WHERE l.cart_id = $1 AND l.saved_for_later = FALSE";
    Ok(db.fetch_all(sql, args![cart]).await?)
}

/// The shelves of everything in the order.
pub(super) async fn shelves_of_order(db: &mut impl Read, order: OrderId) -> Result<Vec<Shelf>> {
    let sql = "SELECT s.id AS stock_id, s.variant_id, s.warehouse_id, w.country, w.priority,
          s.free AS available
        FROM (SELECT DISTINCT variant_id FROM order_line WHERE order_id = $1) l
        JOIN stock s ON s.variant_id = l.variant_id
        JOIN warehouse w ON w.id = s.warehouse_id";
    Ok(db.fetch_all(sql, args![order]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn shelf(house: u128, variant: u128, country: &str, priority: i64, available: i64) -> Shelf {
        Shelf {
            stock_id: StockId(Uuid::from_u128(house * 1000 + variant)),
            variant_id: VariantId(Uuid::from_u128(variant)),
            warehouse_id: WarehouseId(Uuid::from_u128(house)),
            country: country.into(),
            priority,
            available,
        }
    }

    fn demand(variant: u128, quantity: i64) -> Demand {
        Demand { variant_id: VariantId(Uuid::from_u128(variant)), quantity }
    }

    fn houses(taken: &[(StockId, i64)]) -> Vec<u128> {
        let mut houses: Vec<_> = taken.iter().map(|(id, _)| id.0.as_u128() / 1000).collect();
        houses.dedup();
        houses
    }

    #[test]
    fn the_nearest_warehouse_serves_when_it_can() {
        let shelves = [shelf(1, 1, "FR", 0, 5), shelf(2, 1, "DE", 9, 5)];
        assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, "DE").unwrap()), [2]);
        assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, "ES").unwrap()), [1]);
    }

    #[test]
    fn one_far_warehouse_is_better_than_two_near_ones() {
        let shelves =
            [shelf(1, 1, "DE", 0, 1), shelf(2, 2, "DE", 0, 1), shelf(3, 1, "US", 5, 1), shelf(3, 2, "US", 5, 1)];
        assert_eq!(houses(&allocate(&[demand(1, 1), demand(2, 1)], &shelves, "DE").unwrap()), [3]);
    }

    #[test]
    fn an_order_is_split_when_no_single_warehouse_can() {
        let shelves = [shelf(1, 1, "DE", 0, 2), shelf(2, 1, "DE", 1, 2)];
        let taken = allocate(&[demand(1, 1), demand(1, 2)], &shelves, "DE").unwrap();
        assert_eq!(taken.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(allocate(&[demand(1, 5)], &shelves, "DE").unwrap_err(), [(VariantId(Uuid::from_u128(1)), 4)]);
    }

    proptest! {
        #[test]
        fn everything_is_served_from_what_is_there_or_refused(
            stock in proptest::collection::vec((1..5_u128, 1..4_u128, 0..6_i64), 0..14),
            wanted in proptest::collection::vec((1..4_u128, 1..6_i64), 1..5),
        ) {
            let mut shelves: Vec<Shelf> = Vec::new();
            for (house, variant, available) in stock {
                let shelf = shelf(house, variant, "DE", 0, available);
                if shelves.iter().all(|known| known.stock_id != shelf.stock_id) {
                    shelves.push(shelf);
                }
            }
            let demands: Vec<_> = wanted.iter().map(|(variant, quantity)| demand(*variant, *quantity)).collect();
            let there = |v: u128| shelves.iter().filter(|s| s.variant_id.0.as_u128() == v).map(|s| s.available).sum::<i64>();
            let asked = |v: u128| wanted.iter().filter(|(w, _)| *w == v).map(|(_, n)| n).sum::<i64>();
            match allocate(&demands, &shelves, "DE") {
                Ok(taken) => {
                    for shelf in &shelves {
                        let of_row: i64 = taken.iter().filter(|(id, _)| *id == shelf.stock_id).map(|(_, n)| n).sum();
                        prop_assert!(of_row <= shelf.available);
                    }
                    prop_assert_eq!(taken.iter().map(|(_, n)| n).sum::<i64>(), wanted.iter().map(|(_, n)| n).sum::<i64>());
                }
                Err(missing) => {
                    prop_assert!(!missing.is_empty());
                    for (variant, left) in missing {
                        let variant = variant.0.as_u128();
                        prop_assert!(there(variant) == left && left < asked(variant));
                    }
                }
            }
        }
    }
}
