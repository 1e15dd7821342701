//! Spreading an amount over parts so that they always add up to it: largest remainder (Hamilton's method).

/// Spreads `amount` over `weights` in proportion: each part is its exact share rounded down, and what is left goes, one
/// minor unit each, to the parts whose shares lost most; of equals, to the one with the lowest of `ties`. No part is above
/// its weight as long as `amount` is not above their sum, and a part without weight gets nothing.
///
/// All of it is non-negative; `ties` has no two equal values, so the order of the parts means nothing.
pub fn allocate<T: Ord>(amount: i64, weights: &[i64], ties: &[T]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let share = |weight: i64| i128::from(amount) * i128::from(weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(share(*weight) / sum).expect("a share is within the amount"))
        .collect();
    let mut left = amount - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).filter(|at| share(weights[*at]) % sum > 0).collect();
    order.sort_by(|a, b| (share(weights[*b]) % sum).cmp(&(share(weights[*a]) % sum)).then(ties[*a].cmp(&ties[*b])));
    for at in order {
        if left == 0 {
            break;
        }
        parts[at] += 1;
        left -= 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        let cases: [(i64, &[i64], &[i64]); 6] = [
            (100, &[1, 1, 1], &[34, 33, 33]),
            (10, &[70, 20, 10], &[7, 2, 1]),
            (5, &[50, 30, 20], &[3, 1, 1]),
            (1, &[1, 2, 2], &[0, 1, 0]),
            (7, &[0, 0], &[0, 0]),
            (3, &[0, 3], &[0, 3]),
        ];
        for (amount, weights, parts) in cases {
            let ties: Vec<_> = (0..weights.len()).collect();
            assert_eq!(allocate(amount, weights, &ties), parts, "{amount} over {weights:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_add_up_within_their_weights_whatever_their_order(
            weights in proptest::collection::vec(0..1_000_000_000_000_i64, 1..60),
            part in 0..=1_000_000_i64,
            turn in 0..60_usize,
        ) {
            let sum: i64 = weights.iter().sum();
            let amount = i64::try_from(i128::from(sum) * i128::from(part) / 1_000_000).unwrap();
            let ties: Vec<_> = (0..weights.len()).collect();
            let parts = allocate(amount, &weights, &ties);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((0..=*weight).contains(part));
                let exact = i128::from(amount) * i128::from(*weight);
                prop_assert!((i128::from(*part) * i128::from(sum.max(1)) - exact).abs() < i128::from(sum.max(1)));
            }
            let turned = |mut list: Vec<i64>| { let by = turn % list.len(); list.rotate_left(by); list };
            let mut turned_ties = ties.clone();
            turned_ties.rotate_left(turn % ties.len());
            prop_assert_eq!(allocate(amount, &turned(weights.clone()), &turned_ties), turned(parts));
        }
    }
}
