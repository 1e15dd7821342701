//! What has changed, counted.

use super::Keep;
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
    own_pages: HashMap<ProductId, u64>,
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
        let (products, own_pages) = (changes.products, changes.own_pages);
        let told_apart = self.products.len() + products.len() + self.own_pages.len() + own_pages.len();
        if changes.everything || told_apart > PRODUCTS {
            self.everything = self.at;
            self.products.clear();
            self.own_pages.clear();
            return;
        }
        let at = self.at;
        self.products.extend(products.into_iter().map(|product| (product, at)));
        self.own_pages.extend(own_pages.into_iter().map(|product| (product, at)));
    }

    /// Whether nothing that the page of `keep` shows has changed after `at`.
    pub fn is_current(&self, at: u64, keep: &Keep) -> bool {
        let unchanged = |product: &ProductId| self.products.get(product).is_none_or(|changed| *changed <= at);
        let own = keep.own_page_of.and_then(|product| self.own_pages.get(&product));
        self.everything <= at
            && (!keep.picked || self.lists <= at)
            && own.is_none_or(|changed| *changed <= at)
            && keep.products.iter().all(unchanged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn product(number: u128) -> ProductId {
        ProductId(Uuid::from_u128(number))
    }

    fn shows(products: &[u128], picked: bool) -> Keep {
        Keep { products: products.iter().copied().map(product).collect(), picked, ..Keep::default() }
    }

    #[test]
    fn only_pages_of_what_has_changed_are_out_of_date() {
        let mut known = Known::default();
        let before = known.at();
        known.learn(Changes::default());
        assert_eq!(known.at(), before, "nothing has happened");
        known.learn(Changes { products: vec![product(1)], ..Changes::default() });
        assert!(!known.is_current(before, &shows(&[2, 1], false)));
        assert!(known.is_current(before, &shows(&[2], true)));
        assert!(known.is_current(known.at(), &shows(&[1], true)), "drawn since");
        known.learn(Changes { lists: true, products: vec![product(3)], ..Changes::default() });
        assert!(!known.is_current(before, &shows(&[2], true)) && known.is_current(before, &shows(&[2], false)));
        known.learn(Changes { everything: true, ..Changes::default() });
        assert!(!known.is_current(before, &shows(&[], false)) && known.is_current(known.at(), &shows(&[1], true)));
    }

    #[test]
    fn what_a_product_s_own_page_shows_is_nothing_to_others() {
        let mut known = Known::default();
        let before = known.at();
        known.learn(Changes { own_pages: vec![product(1)], ..Changes::default() });
        let own_page = Keep { own_page_of: Some(product(1)), ..shows(&[1], false) };
        assert!(!known.is_current(before, &own_page) && known.is_current(known.at(), &own_page));
        assert!(known.is_current(before, &shows(&[1, 2], true)), "a page with its card");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut known = Known::default();
        let before = known.at();
        for number in 0..=PRODUCTS as u128 {
            let (products, own_pages) = (vec![product(number)], vec![product(number)]);
            known.learn(Changes { products, own_pages, ..Changes::default() });
        }
        assert!(known.products.len() + known.own_pages.len() <= PRODUCTS);
        assert!(!known.is_current(before, &shows(&[0], false)), "forgotten is not unchanged");
    }
}
