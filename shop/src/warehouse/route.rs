//! Which warehouse serves what: the nearest that holds the whole order, otherwise as few as possible, then the nearest.
//!
//! A warehouse lists the countries it serves, the nearest first; the place of the destination in that list says how near it
//! is. One without a list serves every country, and is nearest to its own. Between those that are equally near the
//! merchant's order decides. No geography is guessed: what is near is what the merchant's carriers make of it.

use crate::checkout::Demand;
use crate::id::{StockId, VariantId, WarehouseId};
use std::collections::BTreeMap;

/// What one warehouse has of one variant, and what is to be known of the warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow))]
pub struct Shelf {
    pub stock_id: StockId,
    pub variant_id: VariantId,
    pub warehouse_id: WarehouseId,
    pub country: String,
    /// What it serves, nearest first, as "DE AT NL"; empty: everything.
    pub countries: String,
    /// Lower comes first.
    pub priority: i64,
    /// Minute of the UTC day until which orders still leave.
    pub cutoff: i64,
    pub handling_days: i64,
    pub available: i64,
}

/// Where an order goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The warehouse where the buyer fetches it: no other serves it then.
    pub pickup: Option<WarehouseId>,
}

/// What cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    pub variant_id: VariantId,
    /// Units in the warehouses that serve the destination.
    pub available: i64,
    /// Units in those that do not.
    pub elsewhere: i64,
}

/// Units per stock row.
pub type Allocation = Vec<(StockId, i64)>;

/// With more warehouses than this, the smallest set is approximated: what is not needed is dropped from the far end.
pub const EXACT_UP_TO: usize = 10;

/// How near a warehouse is to a country, lower is nearer; `None`: it does not serve it.
pub fn nearness(countries: &str, own: &str, destination: &str) -> Option<usize> {
    if countries.is_empty() {
        return Some(if own == destination { 0 } else { usize::MAX });
    }
    countries.split(' ').position(|country| country == destination)
}

/// Units per stock row for all of `demands`; demand for one variant is summed first.
///
/// # Errors
/// What the warehouses that serve the destination do not have; nothing is allocated then.
pub fn allocate(demands: &[Demand], shelves: &[Shelf], to: &Destination) -> Result<Allocation, Vec<Missing>> {
    let mut wanted: BTreeMap<VariantId, i64> = BTreeMap::new();
    for demand in demands {
        let sum = wanted.entry(demand.variant_id).or_default();
        *sum = sum.saturating_add(demand.quantity);
    }
    let houses = serving(shelves, to);
    let missing: Vec<Missing> = wanted
        .iter()
        .map(|(variant, quantity)| (*quantity, missing(*variant, shelves, &houses)))
        .filter(|(quantity, missing)| missing.available < *quantity)
        .map(|(_, missing)| missing)
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let serves = |set: &[WarehouseId]| wanted.iter().all(|(variant, n)| units(shelves, *variant, set) >= *n);
    let chosen = smallest_set(&houses, serves);
    let taken = wanted.into_iter().flat_map(|(variant, quantity)| take(variant, quantity, shelves, &chosen));
    Ok(taken.collect())
}

/// The warehouses that serve the destination and have something, the nearest first.
fn serving(shelves: &[Shelf], to: &Destination) -> Vec<WarehouseId> {
    let mut houses: Vec<_> = shelves
        .iter()
        .filter(|shelf| shelf.available > 0)
        .filter_map(|shelf| Some((distance(shelf, to)?, shelf.priority, shelf.warehouse_id)))
        .collect();
    houses.sort_unstable();
    houses.dedup();
    houses.into_iter().map(|(_, _, id)| id).collect()
}

fn distance(shelf: &Shelf, to: &Destination) -> Option<usize> {
    match to.pickup {
        Some(house) => (house == shelf.warehouse_id).then_some(0),
        None => nearness(&shelf.countries, &shelf.country, &to.country),
    }
}

fn units(shelves: &[Shelf], variant: VariantId, houses: &[WarehouseId]) -> i64 {
    let here = shelves.iter().filter(|s| s.variant_id == variant && houses.contains(&s.warehouse_id));
    here.map(|shelf| shelf.available.max(0)).sum()
}

fn missing(variant_id: VariantId, shelves: &[Shelf], houses: &[WarehouseId]) -> Missing {
    let available = units(shelves, variant_id, houses);
    let all = shelves.iter().filter(|shelf| shelf.variant_id == variant_id);
    let elsewhere = all.map(|shelf| shelf.available.max(0)).sum::<i64>() - available;
    Missing { variant_id, available, elsewhere }
}

/// One variant's units from the chosen warehouses, in their order.
fn take(variant: VariantId, quantity: i64, shelves: &[Shelf], chosen: &[WarehouseId]) -> Allocation {
    let there: Vec<_> = chosen
        .iter()
        .filter_map(|house| shelves.iter().find(|s| s.variant_id == variant && s.warehouse_id == *house))
        .collect();
    // One parcel for the whole line where a chosen warehouse has it all.
    if let Some(shelf) = there.iter().find(|shelf| shelf.available >= quantity) {
        return vec![(shelf.stock_id, quantity)];
    }
    let (mut taken, mut open) = (Vec::new(), quantity);
    for shelf in there {
        let part = open.min(shelf.available.max(0));
        if part > 0 {
            taken.push((shelf.stock_id, part));
            open -= part;
        }
    }
    taken
}

/// The first of the smallest sets, in order of preference, that serves everything.
fn smallest_set(houses: &[WarehouseId], serves: impl Fn(&[WarehouseId]) -> bool) -> Vec<WarehouseId> {
    if let Some(one) = houses.iter().find(|house| serves(&[**house])) {
        return vec![*one];
    }
    if houses.len() <= EXACT_UP_TO {
        let mut sets: Vec<u32> = (0..1_u32 << houses.len()).collect();
        // Fewest first; among equals the one with the nearer warehouses.
        sets.sort_by_key(|set| (set.count_ones(), set.reverse_bits().wrapping_neg()));
        for set in sets {
            let chosen: Vec<_> =
                houses.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, house)| *house).collect();
            if serves(&chosen) {
                return chosen;
            }
        }
    }
    let mut chosen = houses.to_vec();
    for house in houses.iter().rev() {
        let fewer: Vec<_> = chosen.iter().filter(|other| *other != house).copied().collect();
        if serves(&fewer) {
            chosen = fewer;
        }
    }
    chosen
}

/// What a reservation does when somebody was faster at the rows it had chosen: it chooses again among all rows that could
/// serve it, which it holds locked, so that nobody is faster once more.
#[derive(Clone, Debug)]
pub struct Otherwise {
    wanted: Vec<Demand>,
    shelves: Vec<Shelf>,
    to: Destination,
}

impl Otherwise {
    /// `None` when one warehouse at most could serve anything: there is nothing to choose.
    pub fn of(wanted: &[Demand], shelves: &[Shelf], to: &Destination) -> Option<Self> {
        let serving = || shelves.iter().filter(|shelf| distance(shelf, to).is_some());
        let first = serving().next()?.warehouse_id;
        let several = serving().any(|shelf| shelf.warehouse_id != first);
        several.then(|| Self { wanted: wanted.to_vec(), shelves: serving().cloned().collect(), to: to.clone() })
    }

    /// Every row it may choose.
    pub fn rows(&self) -> impl Iterator<Item = StockId> + '_ {
        self.shelves.iter().map(|shelf| shelf.stock_id)
    }

    /// The choice by what is there now; `None` when it is not enough.
    pub fn choose(&self, available: &BTreeMap<StockId, i64>) -> Option<Allocation> {
        let now =
            |shelf: &Shelf| Shelf { available: available.get(&shelf.stock_id).copied().unwrap_or(0), ..shelf.clone() };
        let shelves: Vec<Shelf> = self.shelves.iter().map(now).collect();
        allocate(&self.wanted, &shelves, &self.to).ok()
    }
}

#[cfg(test)]
mod tests;
