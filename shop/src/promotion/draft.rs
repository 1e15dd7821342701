//! A promotion as its form has it, and what cannot be one.

use crate::Result;
use crate::limits::{self, Check, PRICE_MAX};
use crate::money::Currency;
use crate::pricing::{Amounts, Effect, Rule};

/// What a merchant says of a promotion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As shoppers read it.
    pub title: String,
    /// Needs a code; else it applies by itself.
    pub by_code: bool,
    /// Lower comes first when promotions do not go together.
    pub rank: i64,
    pub rule: Rule,
    /// Unix milliseconds.
    pub start_at: Option<i64>,
    pub end_at: Option<i64>,
    /// Uses in all, and of each customer or e-mail address.
    pub max_uses: Option<i64>,
    pub per_buyer: Option<i64>,
    /// What may be taken off all together; with one, other currencies have none of it.
    pub budgets: Amounts,
}

impl Draft {
    pub fn new(title: &str, by_code: bool, rule: Rule) -> Self {
        Self {
            title: title.to_owned(),
            by_code,
            rank: 0,
            rule,
            start_at: None,
            end_at: None,
            max_uses: None,
            per_buyer: None,
            budgets: Amounts::new(),
        }
    }

    /// A first order is had once.
    pub(super) fn limit_of_buyer(&self) -> Option<i64> {
        if self.rule.first_order { Some(1) } else { self.per_buyer }
    }

    pub(super) fn check(&self, now: i64) -> Result<()> {
        let mut check = Check::default();
        check.required("title", &self.title, limits::TITLE_CHARS);
        check.that((-1000..=1000).contains(&self.rank), "rank", "Between -1000 and 1000.");
        let ahead = now + limits::PUBLISH_AHEAD_MS;
        for (field, time) in [("start_at", self.start_at), ("end_at", self.end_at)] {
            check.that(time.is_none_or(|time| (0..=ahead).contains(&time)), field, "At most ten years ahead.");
        }
        if let (Some(start), Some(end)) = (self.start_at, self.end_at) {
            check.that(end > start, "end_at", "The end must lie after the start.");
        }
        for (field, number) in [("max_uses", self.max_uses), ("per_buyer", self.per_buyer)] {
            let within = number.is_none_or(|number| (1..=1_000_000_000).contains(&number));
            check.that(within, field, "A whole number above zero.");
        }
        amounts(&mut check, "budget", &self.budgets);
        self.rule_within(&mut check);
        check.done()
    }

    fn rule_within(&self, check: &mut Check) {
        let rule = &self.rule;
        amounts(check, "minimum", &rule.minimum);
        check.that((0..=10_000).contains(&rule.min_units), "min_units", "Between 0 and 10,000.");
        check.that(rule.weekdays.iter().all(|day| (1..=7).contains(day)), "weekdays", "Choose days of the week.");
        let known = |country: &String| crate::address::rules(country).is_some();
        check.that(rule.countries.iter().all(known), "countries", "Two letters each, like DE, FR.");
        let scope = &rule.scope;
        for (field, length) in [
            ("products", scope.products.len()),
            ("categories", scope.categories.len()),
            ("collections", scope.collections.len()),
            ("groups", rule.groups.len()),
            ("countries", rule.countries.len()),
        ] {
            let most = limits::PROMOTION_NAMES;
            check.that(length <= most, field, format!("At most {most}."));
        }
        let percent = |percent: i64| (1..=100).contains(&percent);
        match &rule.effect {
            Effect::Percent { percent: off } => {
                check.that(percent(*off), "percent", "A whole number between 1 and 100.");
            }
            Effect::Fixed { amounts: off } => {
                check.that(!off.is_empty(), "amount", "An amount in at least one currency.");
                amounts(check, "amount", off);
            }
            Effect::FreeDelivery => {}
            Effect::BuyGet { buy, get, percent: off } => {
                check.that((1..=100).contains(buy), "buy", "Between 1 and 100.");
                check.that((1..=100).contains(get), "get", "Between 1 and 100.");
                check.that(percent(*off), "percent", "A whole number between 1 and 100.");
            }
            Effect::Gift { variants, units } => {
                check.that((1..=50).contains(&variants.len()), "gifts", "Between one and 50 SKUs.");
                check.that((1..=100).contains(units), "gift_units", "Between 1 and 100.");
            }
            Effect::Tiers { steps, .. } => {
                let most = limits::PROMOTION_STEPS;
                check.that((1..=most).contains(&steps.len()), "steps", format!("Between one and {most} steps."));
                let within = steps.iter().all(|step| (1..=PRICE_MAX).contains(&step.from) && percent(step.percent));
                check.that(within, "steps", "Each from above zero, between 1 and 100 percent.");
                let rising = steps.windows(2).all(|pair| pair[0].from < pair[1].from);
                check.that(rising, "steps", "Each step from more than the one before.");
            }
        }
    }
}

fn amounts(check: &mut Check, field: &str, amounts: &Amounts) {
    let within = amounts.iter().all(|(code, amount)| {
        Currency::parse(code).is_some_and(|currency| currency.code() == code) && (1..=PRICE_MAX).contains(amount)
    });
    check.that(within, field, "An amount above zero in a known currency.");
}
