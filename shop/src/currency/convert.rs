//! From an amount in one currency to a price in another: exact, and rounded once.

use super::rate::SCALE;
use crate::limits::PRICE_MAX;
use crate::money::Currency;
use crate::pricing::{Amounts, Effect, Rule};

/// How amounts of `base` become prices of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Conversion {
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    #[sqlx(try_from = "String")]
    pub base: Currency,
    /// Units of `currency` for one unit of `base`, in billionths.
    pub rate: i64,
    /// Minor units of `currency` of which a price is a multiple, …
    pub step: i64,
    /// … less so many: step 100 and less 1 end in .99.
    pub less: i64,
    /// Otherwise to the nearest, halves up.
    pub round_up: bool,
}

impl Conversion {
    /// A price in `currency`, minor units, for one of `amount` minor units of `base`. What costs something never costs
    /// nothing; `None` for what is beyond the bounds of prices.
    pub fn price(&self, amount: i64) -> Option<i64> {
        self.rounded(amount, self.less, self.round_up)
    }

    /// An amount that is compared or taken off rather than asked for, such as a minimum: whole steps, to the nearest.
    pub fn threshold(&self, amount: i64) -> Option<i64> {
        self.rounded(amount, 0, false)
    }

    fn rounded(&self, amount: i64, less: i64, up: bool) -> Option<i64> {
        if amount <= 0 {
            return (amount == 0).then_some(0);
        }
        // The exact value is `value / unit` minor units. Below 10^34 each, so nothing overflows.
        let unit = i128::from(SCALE) * 10_i128.pow(self.base.exponent());
        let value = i128::from(amount) * i128::from(self.rate) * 10_i128.pow(self.currency.exponent());
        let (value, step) = (value + i128::from(less) * unit, i128::from(self.step) * unit);
        let steps = if up { (value + step - 1) / step } else { (2 * value + step) / (2 * step) };
        let price = steps.max(1) * i128::from(self.step) - i128::from(less);
        i64::try_from(price).ok().filter(|price| *price <= PRICE_MAX)
    }

    /// A price and the one that is struck through beside it, which has to stay above it.
    pub(crate) fn both(&self, amount: i64, compare_at: Option<i64>) -> Option<(i64, Option<i64>)> {
        let price = self.price(amount)?;
        let before = compare_at.and_then(|before| self.price(before)).filter(|before| *before > price);
        Some((price, before))
    }

    /// Gives a promotion the amounts in `currency` that nobody has typed.
    pub(crate) fn complete(&self, rule: &mut Rule) {
        self.name(&mut rule.minimum);
        match &mut rule.effect {
            Effect::Fixed { amounts } => self.name(amounts),
            Effect::Tiers { currency: Some(currency), steps } if *currency == self.base => {
                *currency = self.currency;
                for step in steps {
                    step.from = self.threshold(step.from).unwrap_or(i64::MAX);
                }
            }
            _ => {}
        }
    }

    fn name(&self, amounts: &mut Amounts) {
        if amounts.contains_key(self.currency.code()) {
            return;
        }
        if let Some(amount) = amounts.get(self.base.code()).and_then(|amount| self.threshold(*amount)) {
            amounts.insert(self.currency.code().to_owned(), amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn to(code: &str, rate: &str, step: i64, less: i64, round_up: bool) -> Conversion {
        let rate = super::super::parse_rate(rate).unwrap();
        Conversion { currency: Currency::parse(code).unwrap(), base: Currency::EUR, rate, step, less, round_up }
    }

    #[test]
    fn prices_end_as_the_rule_says_in_currencies_of_no_two_and_three_decimals() {
        let cases = [
            // Euro cents, currency, rate, step, less, up; the price.
            (1000, "USD", "1.085", 1, 0, false, 1085),
            (1999, "USD", "1.085", 1, 0, false, 2169),   // 2168.915
            (1999, "USD", "1.085", 100, 1, false, 2199), // 21.69 lies nearer to 21.99 than to 20.99
            (1999, "USD", "1.085", 100, 1, true, 2199),
            (1000, "USD", "1.1", 100, 1, true, 1199), // 11.00 is above 10.99
            (1000, "USD", "1.1", 100, 5, false, 1095),
            (1000, "USD", "1.1", 100, 10, false, 1090),
            (1, "USD", "0.001", 100, 1, false, 99), // never nothing
            (1000, "JPY", "162.5", 1, 0, false, 1625),
            (1000, "JPY", "162.5", 10, 0, true, 1630),
            (1000, "JPY", "162.5", 100, 20, false, 1580), // 1625: 45 to 1580, 55 to 1680
            (1000, "KWD", "0.33345", 10, 0, false, 3330), // 3334.5 fils
            (1000, "KWD", "0.33345", 1000, 10, false, 2990), // 3334.5: 344.5 to 2990, 655.5 to 3990
            (0, "JPY", "162.5", 100, 20, true, 0),
        ];
        for (amount, code, rate, step, less, up, price) in cases {
            assert_eq!(
                to(code, rate, step, less, up).price(amount),
                Some(price),
                "{amount} {code} {rate} {step} {less}"
            );
        }
        assert_eq!(to("JPY", "999999999", 1, 0, false).price(PRICE_MAX), None);
        assert_eq!(to("USD", "1", 1, 0, false).price(-1), None);
        let yen_to_dinar = Conversion { base: Currency::parse("JPY").unwrap(), ..to("KWD", "0.002", 10, 0, false) };
        assert_eq!(yen_to_dinar.price(1625), Some(3250));
    }

    #[test]
    fn halves_go_up_and_a_struck_through_price_stays_above() {
        assert_eq!(to("USD", "1.5", 1, 0, false).price(1), Some(2));
        assert_eq!(to("USD", "1.4", 1, 0, false).price(1), Some(1));
        assert_eq!(to("USD", "1", 100, 1, false).both(1000, Some(1020)), Some((999, None)));
        assert_eq!(to("USD", "1", 100, 1, false).both(1000, Some(1500)), Some((999, Some(1499))));
        assert_eq!(to("USD", "1", 100, 1, false).threshold(5010), Some(5000));
    }

    prop_compose! {
        fn any_rule()(
            code in prop::sample::select(vec!["USD", "JPY", "KWD", "ISK"]),
            rate in 1_i64..=1_000_000_000_000_000_000,
            step in 1_i64..=1_000_000,
            less in 0_i64..1_000_000,
            round_up: bool,
        ) -> Conversion {
            Conversion { currency: Currency::parse(code).unwrap(), base: Currency::EUR, rate, step, less: less % step, round_up }
        }
    }

    proptest! {
        #[test]
        fn what_costs_more_never_becomes_cheaper(rule in any_rule(), a in 0..=PRICE_MAX, b in 0..=PRICE_MAX) {
            let (low, high) = (a.min(b), a.max(b));
            if let (Some(low), Some(high)) = (rule.price(low), rule.price(high)) {
                prop_assert!(low <= high);
            }
        }

        #[test]
        fn a_price_follows_its_rule_and_stays_near_what_is_exact(rule in any_rule(), amount in 1..=PRICE_MAX) {
            let Some(price) = rule.price(amount) else { return Ok(()) };
            prop_assert!((1..=PRICE_MAX).contains(&price));
            prop_assert_eq!((price + rule.less) % rule.step, 0);
            // Twice the distance to the exact value, times its denominator.
            let unit = i128::from(SCALE) * 100;
            let exact = i128::from(amount) * i128::from(rule.rate) * 10_i128.pow(rule.currency.exponent());
            let above = i128::from(price) * unit - exact;
            let step = i128::from(rule.step) * unit;
            // The lowest price there is stands in for everything below it.
            let is_lowest = price == rule.step - rule.less;
            if rule.round_up {
                prop_assert!(above >= 0 && (above < step || is_lowest));
            } else {
                prop_assert!(2 * above >= -step && (2 * above <= step || is_lowest));
            }
        }
    }
}
