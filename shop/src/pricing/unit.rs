//! What one unit costs: catalogue, sale and price lists, before any promotion.

use serde::{Deserialize, Serialize};

/// A price for who takes at least so many units of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub min_quantity: i64,
    /// Minor units, for each.
    pub amount: i64,
}

/// What one unit costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice {
    /// Minor units.
    pub amount: i64,
    /// The quantity of the offer it is from, where that is lower than the catalogue's price.
    pub from_quantity: Option<i64>,
}

/// What one of `quantity` units costs: the lowest of the catalogue's price `base` and of all `offers` for so many units.
/// This is the one place that says so, for pages, carts, checkouts and the API alike.
pub fn unit_price(base: i64, quantity: i64, offers: &[Offer]) -> UnitPrice {
    let within = offers.iter().filter(|offer| offer.min_quantity <= quantity && offer.amount < base);
    match within.min_by_key(|offer| (offer.amount, offer.min_quantity)) {
        Some(best) => UnitPrice { amount: best.amount, from_quantity: Some(best.min_quantity) },
        None => UnitPrice { amount: base, from_quantity: None },
    }
}

/// The quantities from two units up at which [`unit_price`] falls, and what it falls to.
pub fn breaks(base: i64, offers: &[Offer]) -> Vec<Offer> {
    let mut quantities: Vec<i64> = offers.iter().map(|offer| offer.min_quantity).filter(|from| *from > 1).collect();
    quantities.sort_unstable();
    quantities.dedup();
    let mut last = unit_price(base, 1, offers).amount;
    let mut steps = Vec::new();
    for min_quantity in quantities {
        let amount = unit_price(base, min_quantity, offers).amount;
        if amount < last {
            steps.push(Offer { min_quantity, amount });
            last = amount;
        }
    }
    steps
}

/// A price less `percent` (0 to 100) of it, in minor units, rounded half up: 1 % off 50 is 49.5, so 50.
pub fn reduced(amount: i64, percent: i64) -> i64 {
    let rest = i128::from(100 - percent.clamp(0, 100));
    let reduced = (2 * i128::from(amount) * rest + 100).div_euclid(200);
    i64::try_from(reduced).unwrap_or(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_percentage_off_is_rounded_half_up() {
        let cases =
            [(2000, 20, 1600), (50, 1, 50), (150, 1, 149), (1, 50, 1), (3, 50, 2), (999, 10, 899), (995, 10, 896)];
        for (amount, percent, rest) in cases.into_iter().chain([(0, 30, 0), (1000, 0, 1000), (1000, 100, 0)]) {
            assert_eq!(reduced(amount, percent), rest, "{amount} less {percent} %");
        }
        assert_eq!(reduced(i64::MAX, 0), i64::MAX);
    }

    fn offers(pairs: &[(i64, i64)]) -> Vec<Offer> {
        pairs.iter().map(|(min_quantity, amount)| Offer { min_quantity: *min_quantity, amount: *amount }).collect()
    }

    #[test]
    fn the_best_offer_for_the_quantity_wins() {
        let all = offers(&[(10, 800), (1, 950), (5, 900), (20, 850), (5, 2000), (50, 0)]);
        let from = Some;
        for (quantity, amount, why) in [
            (1, 950, from(1)),
            (4, 950, from(1)),
            (5, 900, from(5)),
            (9, 900, from(5)),
            (10, 800, from(10)),
            (20, 800, from(10)),
            (49, 800, from(10)),
            (50, 0, from(50)),
            (999, 0, from(50)),
        ] {
            assert_eq!(unit_price(1000, quantity, &all), UnitPrice { amount, from_quantity: why }, "{quantity}");
        }
        assert_eq!(unit_price(500, 10, &all), UnitPrice { amount: 500, from_quantity: None }, "nothing gets dearer");
        assert_eq!(breaks(1000, &all), offers(&[(5, 900), (10, 800), (50, 0)]));
        assert_eq!((breaks(1000, &[]), breaks(800, &offers(&[(2, 800), (1, 700), (3, 700)]))), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn offers_never_raise_a_price_and_their_order_means_nothing(
            base in 0..1000_i64,
            quantity in 1..1000_i64,
            pairs in proptest::collection::vec((1..1000_i64, 0..2000_i64), 0..20).prop_shuffle(),
        ) {
            let all = offers(&pairs);
            let mut sorted = pairs;
            sorted.sort_unstable();
            let price = unit_price(base, quantity, &all);
            prop_assert!(price.amount <= base && price == unit_price(base, quantity, &offers(&sorted)));
            prop_assert!(unit_price(base, quantity + 1, &all).amount <= price.amount, "more units never cost more each");
            prop_assert_eq!(price.from_quantity.is_some(), price.amount < base);
            // The table on the page says the same for every quantity.
            let steps = breaks(base, &all);
            let step = steps.iter().rev().find(|step| step.min_quantity <= quantity);
            prop_assert_eq!(step.map_or(unit_price(base, 1, &all).amount, |step| step.amount), price.amount);
        }
    }
}
