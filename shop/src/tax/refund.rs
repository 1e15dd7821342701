//! What a refund takes back of each tax: money goes back in proportion to what is left of every part of the order, by
//! largest remainder, so that refunds of everything take everything back.

use crate::pricing::{TaxPart, allocate};

/// What is left of an order's parts.
pub struct Remaining(Vec<TaxPart>);

impl Remaining {
    pub fn of(parts: Vec<TaxPart>) -> Self {
        Self(parts)
    }

    /// Takes `amount` (minor units, tax included) off, at most what is left; what it was made of, part for part.
    pub fn take(&mut self, amount: i64) -> Vec<TaxPart> {
        let left: Vec<i64> = self.0.iter().flat_map(amounts).collect();
        let sum = left.iter().fold(0_i64, |sum, one| sum.saturating_add(*one));
        let places: Vec<_> = (0..left.len()).collect();
        let taken = allocate(amount.clamp(0, sum), &left, &places);
        let parts = self.0.iter_mut().zip(taken.chunks(4)).map(|(part, taken)| {
            let back = TaxPart {
                name: part.name.clone(),
                rate_ppm: part.rate_ppm,
                goods: taken[0],
                goods_tax: taken[1],
                delivery: taken[2],
                delivery_tax: taken[3],
            };
            part.goods -= back.goods;
            part.goods_tax -= back.goods_tax;
            part.delivery -= back.delivery;
            part.delivery_tax -= back.delivery_tax;
            back
        });
        parts.collect()
    }
}

fn amounts(part: &TaxPart) -> [i64; 4] {
    [part.goods, part.goods_tax, part.delivery, part.delivery_tax]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(goods: i64, goods_tax: i64, delivery: i64, delivery_tax: i64) -> TaxPart {
        TaxPart { goods, goods_tax, delivery, delivery_tax, ..TaxPart::default() }
    }

    #[test]
    fn half_of_an_order_takes_back_half_of_each_tax() {
        let mut left = Remaining::of(vec![part(10_000, 1_900, 500, 95), part(1_000, 70, 0, 0)]);
        let back = left.take(6_782);
        assert_eq!(back, [part(5_000, 950, 250, 47), part(500, 35, 0, 0)]);
        assert_eq!(left.take(i64::MAX), [part(5_000, 950, 250, 48), part(500, 35, 0, 0)]);
        assert_eq!(left.take(100).iter().flat_map(amounts).sum::<i64>(), 0);
    }

    proptest! {
        #[test]
        fn refunds_add_up_to_what_was_paid_and_take_no_part_twice(
            parts in proptest::collection::vec(proptest::array::uniform4(0..10_000_000_i64), 0..6),
            refunds in proptest::collection::vec(0..20_000_000_i64, 0..8),
        ) {
            let parts: Vec<_> = parts.into_iter().map(|[a, b, c, d]| part(a, b, c, d)).collect();
            let paid: i64 = parts.iter().flat_map(amounts).sum();
            let mut left = Remaining::of(parts.clone());
            let mut given = 0;
            for refund in refunds {
                let back: i64 = left.take(refund).iter().flat_map(amounts).sum();
                prop_assert_eq!(back, refund.min(paid - given));
                given += back;
                prop_assert!(left.0.iter().flat_map(amounts).all(|amount| amount >= 0));
            }
            let rest: i64 = left.take(paid).iter().flat_map(amounts).sum();
            prop_assert_eq!(given + rest, paid);
            prop_assert!(left.0.iter().flat_map(amounts).all(|amount| amount == 0));
        }
    }
}
