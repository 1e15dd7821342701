//! What a cart is offered: prices by what is in it, dates by the warehouses that would serve it.

use super::{DeliveryOption, Estimate, Goods, Leaving, Pickup};
use crate::cart::Cart;
use crate::catalogue::Availability;
use crate::checkout::Demand;
use crate::id::StockId;
use crate::warehouse::route::{self, Destination, Shelf};
use crate::{Result, Shop, warehouse};

/// What of the cart decides about prices, when its goods come to `value` minor units after promotions.
pub(crate) fn goods(cart: &Cart, value: i64) -> Goods {
    let carried = cart.lines.iter().filter(|line| line.requires_shipping);
    Goods { grams: cart.weight_grams(), units: carried.map(|line| line.quantity).sum(), value }
}

/// Leaves out what no warehouse can carry to `country` or has where it is to be fetched, and says of the others when they
/// arrive.
pub(crate) async fn look_up(
    shop: &Shop,
    cart: &Cart,
    country: &str,
    mut options: Vec<DeliveryOption>,
) -> Result<Vec<DeliveryOption>> {
    let tracked = cart.lines.iter().filter(|line| line.availability != Availability::Untracked);
    let wanted: Vec<_> = tracked.map(|line| Demand { variant_id: line.variant_id, quantity: line.quantity }).collect();
    if options.is_empty() || wanted.is_empty() {
        return Ok(options);
    }
    let mut db = &shop.db;
    let (shelves, now) = (warehouse::shelves_seen_by_cart(&mut db, cart.id).await?, shop.now_ms());
    options.retain_mut(|option| {
        match route::allocate(&wanted, &shelves, &destination(country, option.pickup.as_ref())) {
            Ok(parts) => {
                option.estimate = estimate(&parts, &shelves, (option.days_min, option.days_max), now);
                true
            }
            // What is nowhere is said of the line.
            Err(missing) => missing.iter().all(|one| one.elsewhere == 0),
        }
    });
    Ok(options)
}

pub(crate) fn destination(country: &str, pickup: Option<&Pickup>) -> Destination {
    Destination { country: country.to_owned(), pickup: pickup.map(|pickup| pickup.warehouse_id) }
}

/// When an order of this moment arrives that leaves from these shelves.
pub(crate) fn estimate(parts: &[(StockId, i64)], shelves: &[Shelf], days: (i64, i64), now: i64) -> Option<Estimate> {
    let chosen = shelves.iter().filter(|shelf| parts.iter().any(|(id, _)| *id == shelf.stock_id));
    let leaving = chosen.map(|shelf| Leaving { cutoff: shelf.cutoff, handling_days: shelf.handling_days });
    Estimate::of(now, leaving, days)
}
