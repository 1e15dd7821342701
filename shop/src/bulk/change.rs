//! What is to change, and what that makes of a product. Pure: the same changes make the same of the same product.

use crate::catalogue::draft::{Draft, DraftPrice, DraftVariant, Status};
use crate::id::CategoryId;
use crate::limits::{self, Check};
use crate::money::Currency;
use crate::{Error, FieldError, Result};
use serde::{Deserialize, Serialize};

/// What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    pub status: Option<Status>,
    /// Empty: none from now on.
    pub brand: Option<String>,
    pub product_type: Option<String>,
    pub add_tags: Vec<String>,
    pub remove_tags: Vec<String>,
    pub add_category: Option<CategoryId>,
    pub remove_category: Option<CategoryId>,
    /// Of all variants.
    pub tax_class: Option<String>,
    pub price: Option<PriceChange>,
}

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

impl Changes {
    /// # Errors
    /// `Invalid` names the field; nothing at all to change is refused as "changes".
    pub fn check(&self) -> Result<()> {
        let mut check = Check::default();
        check.that(*self != Self::default(), "changes", "Choose something to change.");
        for (field, text) in [("brand", &self.brand), ("product_type", &self.product_type)] {
            check.text(field, text.as_deref().unwrap_or_default(), limits::NAME_CHARS);
        }
        for (field, tags) in [("add_tags", &self.add_tags), ("remove_tags", &self.remove_tags)] {
            check.that(tags.len() <= limits::TAGS, field, format!("At most {}.", limits::TAGS));
            for tag in tags {
                check.text(field, tag, limits::NAME_CHARS);
            }
        }
        if let Some(class) = &self.tax_class {
            check.required("tax_class", class, limits::NAME_CHARS);
        }
        if let Some(price) = self.price {
            let in_reach = match price.step {
                PriceStep::Keep => true,
                PriceStep::Percent(hundredths) => PERCENT.contains(&hundredths) && hundredths != 0,
                PriceStep::By(amount) => amount != 0,
                PriceStep::To(amount) => amount >= 0,
            };
            check.that(in_reach, "price_value", "Between 100 % less and 1,000 % more, and not 0.");
            let nothing = price.step == PriceStep::Keep && price.compare_at == CompareAt::Keep;
            check.that(!nothing, "changes", "Choose something to change.");
        }
        check.done()
    }

    /// The product as it is to be.
    ///
    /// # Errors
    /// `Invalid` when a rule of products is broken, for example by a price below 0.
    pub fn made_of(&self, before: &Draft) -> Result<Draft> {
        let mut draft = before.clone();
        if let Some(status) = self.status {
            draft.status = status;
            if status != Status::Draft {
                draft.publish_at = None;
            }
        }
        for (wanted, text) in [(&self.brand, &mut draft.brand), (&self.product_type, &mut draft.product_type)] {
            if let Some(wanted) = wanted {
                text.clone_from(wanted);
            }
        }
        draft.tags.retain(|tag| !self.remove_tags.contains(tag));
        for tag in &self.add_tags {
            if !draft.tags.contains(tag) {
                draft.tags.push(tag.clone());
            }
        }
        draft.categories.retain(|category| Some(*category) != self.remove_category);
        if let Some(category) = self.add_category.filter(|category| !draft.categories.contains(category)) {
            draft.categories.push(category);
            draft.categories.sort();
        }
        for (at, variant) in draft.variants.iter_mut().enumerate() {
            if let Some(class) = &self.tax_class {
                variant.tax_class.clone_from(class);
            }
            if let Some(price) = self.price {
                price.change(at, variant)?;
            }
        }
        draft.check()?;
        Ok(draft)
    }
}

impl PriceChange {
    fn change(self, at: usize, variant: &mut DraftVariant) -> Result<()> {
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

/// The product as it is `now`, with what the edit made of it (`after`) as it was `before`. What was changed since stays.
pub(super) fn taken_back(now: &Draft, before: &Draft, after: &Draft) -> Draft {
    let mut draft = now.clone();
    if draft.status == after.status && before.status != after.status {
        draft.status = before.status;
        draft.publish_at = before.publish_at;
    }
    back(&mut draft.brand, &before.brand, &after.brand);
    back(&mut draft.product_type, &before.product_type, &after.product_type);
    back(&mut draft.tags, &before.tags, &after.tags);
    back(&mut draft.categories, &before.categories, &after.categories);
    for variant in &mut draft.variants {
        let same = |other: &&DraftVariant| other.id == variant.id;
        let pair = before.variants.iter().find(same).zip(after.variants.iter().find(same));
        let Some((before, after)) = pair else { continue };
        back(&mut variant.tax_class, &before.tax_class, &after.tax_class);
        for price in &after.prices {
            let of = |prices: &[DraftPrice]| prices.iter().find(|p| p.currency == price.currency).copied();
            let was = of(&before.prices);
            if of(&variant.prices) == Some(*price) && was != Some(*price) {
                variant.prices.retain(|p| p.currency != price.currency);
                variant.prices.extend(was);
                variant.prices.sort_by_key(|price| price.currency.code());
            }
        }
    }
    draft
}

fn back<T: PartialEq + Clone>(now: &mut T, before: &T, after: &T) {
    if *now == *after && before != after {
        now.clone_from(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn product(prices: &[(Currency, i64, Option<i64>)]) -> Draft {
        let prices = prices.iter().map(|(c, a, b)| DraftPrice { currency: *c, amount: *a, compare_at: *b }).collect();
        let variant = DraftVariant { sku: "A-1".into(), prices, ..DraftVariant::default() };
        Draft { title: "Mug".into(), slug: "mug".into(), variants: vec![variant], ..Draft::default() }
    }

    fn priced(step: PriceStep, compare_at: CompareAt) -> Changes {
        Changes { price: Some(PriceChange { currency: Currency::EUR, step, compare_at }), ..Changes::default() }
    }

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

    #[test]
    fn what_was_changed_since_stays_when_the_rest_is_taken_back() {
        let before = Draft { brand: "Old".into(), tags: vec!["a".into()], ..product(&[(Currency::EUR, 1_000, None)]) };
        let changes = Changes {
            brand: Some("New".into()),
            add_tags: vec!["b".into()],
            status: Some(Status::Published),
            ..priced(PriceStep::Percent(1_000), CompareAt::Keep)
        };
        let after = changes.made_of(&before).unwrap();
        assert_eq!(taken_back(&after, &before, &after), before);
        let now = Draft { brand: "Newer".into(), title: "Cup".into(), ..after.clone() };
        let back = taken_back(&now, &before, &after);
        assert_eq!((back.brand.as_str(), back.title.as_str()), ("Newer", "Cup"));
        assert_eq!((back.tags, back.status, back.variants), (before.tags, before.status, before.variants));
    }

    proptest! {
        #[test]
        fn taking_back_at_once_gives_back_everything(
            amount in 0..10_000_000_i64, compare in proptest::option::of(0..10_000_000_i64),
            hundredths in -10_000..100_000_i64, former: bool, tags in proptest::collection::vec("[a-d]", 0..4),
        ) {
            let mut before = product(&[(Currency::EUR, amount, compare)]);
            before.tags = vec!["a".into(), "c".into()];
            let compare_at = if former { CompareAt::Former } else { CompareAt::None };
            let changes = Changes { remove_tags: tags, ..priced(PriceStep::Percent(hundredths), compare_at) };
            if let Ok(after) = changes.made_of(&before) {
                prop_assert_eq!(taken_back(&after, &before, &after), before);
            }
        }
    }
}
