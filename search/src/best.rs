//! The best of many, in memory for a few.

/// The `wanted` greatest that were put in, at a constant cost for each.
pub struct Best<T> {
    wanted: usize,
    /// Up to twice as many as are wanted, in no order; then the lesser half goes.
    kept: Vec<T>,
    /// As many as are wanted are not less than this.
    least: Option<T>,
}

impl<T: Copy + Ord> Best<T> {
    pub fn of(wanted: usize) -> Self {
        Self { wanted, kept: Vec::new(), least: None }
    }

    /// Whether it might still be among the best, judged by what `is_less` says of the least of those there are.
    pub fn may_take(&self, is_less: impl FnOnce(&T) -> bool) -> bool {
        self.wanted > 0 && !self.least.as_ref().is_some_and(is_less)
    }

    /// What is less than this is not among them; `None` while anything may be.
    pub fn least(&self) -> Option<&T> {
        self.least.as_ref()
    }

    pub fn take(&mut self, one: T) {
        if !self.may_take(|least| one <= *least) {
            return;
        }
        self.kept.push(one);
        if self.kept.len() >= 2 * self.wanted {
            self.cut();
            self.least = self.kept.last().copied();
        }
    }

    /// The best in no order.
    pub fn into_vec(mut self) -> Vec<T> {
        if self.kept.len() > self.wanted {
            self.cut();
        }
        self.kept
    }

    /// The last of the rest is the least of them.
    fn cut(&mut self) {
        self.kept.select_nth_unstable_by(self.wanted - 1, |one, other| other.cmp(one));
        self.kept.truncate(self.wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_are_kept_whatever_comes_when() {
        for wanted in [0, 1, 3, 10, 200] {
            let numbers: Vec<u32> = (0..100_u32).map(|n| n * 37 % 101).collect();
            for order in [numbers.clone(), {
                let mut up = numbers.clone();
                up.sort_unstable();
                up
            }] {
                let mut best = Best::of(wanted);
                for n in order {
                    best.take(n);
                }
                let mut kept = best.into_vec();
                kept.sort_unstable();
                let mut all = numbers.clone();
                all.sort_unstable();
                assert_eq!(kept, all[all.len().saturating_sub(wanted)..], "{wanted}");
            }
        }
    }
}
