//! Prices that move together: of all variants, in one currency.

use crate::catalogue::draft::{DraftPrice, DraftVariant};
use crate::limits::Check;
use crate::money::Currency;
use crate::{Error, FieldError, Result};
use serde::{Deserialize, Serialize};

/// Of all variants, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    pub currency: Currency,
    pub step: PriceStep,
    pub compare_at: CompareAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceStep {
    Keep,
    /// Hundredths of a percent, negative to lower; to whole minor units, half up.
    Percent(i64),
    /// Minor units, negative to lower.
    By(i64),
    /// Minor units. Variants without a price in the currency get one.
    To(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareAt {
    Keep,
    /// The price as it was before this change, unless a higher one stands there.
    Former,
    None,
}

/// Hundredths of a percent by which prices can be raised or lowered.
const PERCENT: std::ops::RangeInclusive<i64> = -10_000..=100_000;

impl PriceChange {
    pub(super) fn check(self, check: &mut Check) {
        let in_reach = match self.step {
            PriceStep::Keep => true,
            PriceStep::Percent(hundredths) => PERCENT.contains(&hundredths) && hundredths != 0,
            PriceStep::By(amount) => amount != 0,
            PriceStep::To(amount) => amount >= 0,
        };
        check.that(in_reach, "price_value", "Between 100 % less and 1,000 % more, and not 0.");
        let nothing = self.step == PriceStep::Keep && self.compare_at == CompareAt::Keep;
        check.that(!nothing, "changes", "Choose something to change.");
    }

    /// # Errors
    /// `Invalid` when the price would be below 0 or out of range.
    pub(super) fn change(self, at: usize, variant: &mut DraftVariant) -> Result<()> {
        let place = variant.prices.iter().position(|price| price.currency == self.currency);
        let Some(place) = place else {
            if let PriceStep::To(amount) = self.step {
                variant.prices.push(DraftPrice { currency: self.currency, amount, compare_at: None });
                variant.prices.sort_by_key(|price| price.currency.code());
            }
            return Ok(());
        };
        let price = &mut variant.prices[place];
        let former = price.amount;
        let amount = self.step.from(former).filter(|amount| *amount >= 0);
        price.amount = amount.ok_or_else(|| {
            let message = format!("The price of {} would be below 0 or out of range.", variant.sku);
            Error::Invalid(vec![FieldError { field: format!("variants.{at}.prices.{}", self.currency), message }])
        })?;
        price.compare_at = match self.compare_at {
            CompareAt::Keep => price.compare_at,
            CompareAt::Former => Some(price.compare_at.map_or(former, |known| known.max(former))),
            CompareAt::None => None,
        };
        Ok(())
    }
}

impl PriceStep {
    /// `None` beyond the range of numbers.
    fn from(self, former: i64) -> Option<i64> {
        match self {
            Self::Keep => Some(former),
            Self::Percent(hundredths) => {
                let exact = i128::from(former) * i128::from(10_000 + hundredths);
                i64::try_from((exact + 5_000).div_euclid(10_000)).ok()
            }
            Self::By(amount) => former.checked_add(amount),
            Self::To(amount) => Some(amount),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::change::tests::{priced, product};

    #[test]
    fn prices_move_in_their_currency_alone_and_round_half_up() {
        let before = product(&[(Currency::EUR, 1_999, None), (Currency::USD, 2_500, None)]);
        for (step, want) in [
            (PriceStep::Percent(-2_000), 1_599), // 1599.2
            (PriceStep::Percent(1_250), 2_249),  // 2248.875
            (PriceStep::Percent(-10_000), 0),
            (PriceStep::By(-99), 1_900),
            (PriceStep::To(1_500), 1_500),
        ] {
            let after = priced(step, CompareAt::Keep).made_of(&before).unwrap();
            let amounts: Vec<_> = after.variants[0].prices.iter().map(|price| price.amount).collect();
            assert_eq!(amounts, [want, 2_500], "{step:?}");
        }
        assert!(priced(PriceStep::By(-2_000), CompareAt::Keep).made_of(&before).is_err());
    }

    #[test]
    fn a_price_before_is_the_former_or_a_higher_one_that_stands_there() {
        let of = |before: Option<i64>, compare_at| {
            let product = product(&[(Currency::EUR, 2_000, before)]);
            priced(PriceStep::Percent(-5_000), compare_at).made_of(&product).unwrap().variants[0].prices[0].compare_at
        };
        assert_eq!(of(None, CompareAt::Former), Some(2_000));
        assert_eq!(of(Some(3_000), CompareAt::Former), Some(3_000));
        assert_eq!(of(Some(3_000), CompareAt::Keep), Some(3_000));
        assert_eq!(of(Some(3_000), CompareAt::None), None);
    }
}
