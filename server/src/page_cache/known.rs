//! What has changed, counted.

use shop::change::Changes;
use shop::id::ProductId;
use std::collections::HashMap;

/// More products than this are not told apart: everything has changed then.
const PRODUCTS: usize = 100_000;

/// Each look that has found something raises a counter; what it found is known by that number.
#[derive(Debug, Default)]
pub struct Known {
    at: u64,
    everything: u64,
    lists: u64,
    products: HashMap<ProductId, u64>,
}

impl Known {
    /// A page drawn from now on is right as of this number.
    pub fn at(&self) -> u64 {
        self.at
    }

    pub fn learn(&mut self, changes: Changes) {
        if changes == Changes::default() {
            return;
        }
        self.at += 1;
        if changes.lists {
            self.lists = self.at;
        }
        if changes.everything || self.products.len() + changes.products.len() > PRODUCTS {
            self.everything = self.at;
            self.products.clear();
            return;
        }
        let at = self.at;
        self.products.extend(changes.products.into_iter().map(|product| (product, at)));
    }

    /// Whether nothing of that has changed after `at`; `picked` as in [`super::Keep`].
    pub fn is_current(&self, at: u64, products: &[ProductId], picked: bool) -> bool {
        let unchanged = |product: &ProductId| self.products.get(product).is_none_or(|changed| *changed <= at);
        self.everything <= at && (!picked || self.lists <= at) && products.iter().all(unchanged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn product(number: u128) -> ProductId {
        ProductId(Uuid::from_u128(number))
    }

    #[test]
    fn only_pages_of_what_has_changed_are_out_of_date() {
        let mut known = Known::default();
        let before = known.at();
        known.learn(Changes::default());
        assert_eq!(known.at(), before, "nothing has happened");
        known.learn(Changes { products: vec![product(1)], ..Changes::default() });
        assert!(!known.is_current(before, &[product(2), product(1)], false));
        assert!(known.is_current(before, &[product(2)], true));
        assert!(known.is_current(known.at(), &[product(1)], true), "drawn since");
        known.learn(Changes { lists: true, products: vec![product(3)], ..Changes::default() });
        assert!(!known.is_current(before, &[product(2)], true) && known.is_current(before, &[product(2)], false));
        known.learn(Changes { everything: true, ..Changes::default() });
        assert!(!known.is_current(before, &[], false) && known.is_current(known.at(), &[product(1)], true));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut known = Known::default();
        let before = known.at();
        for number in 0..=PRODUCTS as u128 {
            known.learn(Changes { products: vec![product(number)], ..Changes::default() });
        }
        assert!(known.products.len() <= PRODUCTS);
        assert!(!known.is_current(before, &[product(0)], false), "forgotten is not unchanged");
    }
}
