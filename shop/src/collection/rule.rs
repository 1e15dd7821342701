//! What a rule asks of a product. Pure: the worker, the live count and the tests ask the same function.

use super::Facts;
use crate::id::CategoryId;
use crate::limits::{CONDITIONS, Check, NAME_CHARS, NEWER_DAYS, PRICE_MAX, TITLE_CHARS};
use crate::money::Currency;
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    #[serde(rename = "match")]
    pub matching: Matching,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    #[default]
    All,
    Any,
}

/// How a text is compared: without case and spaces around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    #[default]
    Is,
    IsNot,
    Contains,
    Begins,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    AtLeast,
    AtMost,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Condition {
    Title {
        is: Words,
        value: String,
    },
    Brand {
        is: Words,
        value: String,
    },
    ProductType {
        is: Words,
        value: String,
    },
    /// One of its tags, or none.
    Tag {
        has: bool,
        value: String,
    },
    /// In the category or one below it.
    Category {
        within: bool,
        id: CategoryId,
    },
    /// Its lowest price, minor units; without a price in the currency neither holds.
    Price {
        is: Bound,
        currency: Currency,
        amount: i64,
    },
    /// A variant is reduced in this currency.
    OnSale {
        currency: Currency,
    },
    /// Something of it can be bought now, or nothing can.
    Available {
        yes: bool,
    },
    /// Made within so many days. The only condition that time alone ends, and it never begins to hold by it.
    Newer {
        days: i64,
    },
    /// A variant has this value of the option: "Colour", "Blue".
    Option {
        name: String,
        value: String,
    },
    /// Tenths of a star on average; what nobody has rated is neither.
    Rating {
        is: Bound,
        tenths: i64,
    },
}

impl Rule {
    /// Whether it takes the product at `now`, Unix milliseconds.
    pub fn takes(&self, product: &Facts, now: i64) -> bool {
        let mut holds = self.conditions.iter().map(|condition| condition.holds(product, now));
        match self.matching {
            Matching::All => holds.all(|one| one),
            Matching::Any => holds.any(|one| one),
        }
    }

    /// Ages, in milliseconds, at which products may leave it.
    pub fn ages(&self) -> impl Iterator<Item = i64> + '_ {
        self.conditions.iter().filter_map(|condition| match condition {
            Condition::Newer { days } => Some(days * DAY_MS),
            _ => None,
        })
    }

    /// Refuses what is out of bounds, by the fields `conditions` and `conditions.2.value`.
    pub fn check(&self, check: &mut Check) {
        check.that(!self.conditions.is_empty(), "conditions", "At least one condition.");
        check.that(self.conditions.len() <= CONDITIONS, "conditions", format!("At most {CONDITIONS} conditions."));
        for (at, condition) in self.conditions.iter().enumerate() {
            condition.check(&format!("conditions.{at}.value"), check);
        }
    }
}

impl Condition {
    fn holds(&self, product: &Facts, now: i64) -> bool {
        match self {
            Self::Title { is, value } => is.fits(&product.title, value),
            Self::Brand { is, value } => is.fits(&product.brand, value),
            Self::ProductType { is, value } => is.fits(&product.product_type, value),
            Self::Tag { has, value } => product.tags.iter().any(|tag| Words::Is.fits(tag, value)) == *has,
            Self::Category { within, id } => product.categories.contains(id) == *within,
            Self::Price { is, currency, amount } => {
                let price = product.prices.iter().find(|(code, _)| code == currency.code());
                price.is_some_and(|(_, price)| is.fits(*price, *amount))
            }
            Self::OnSale { currency } => product.on_sale.iter().any(|code| code == currency.code()),
            Self::Available { yes } => product.can_buy == *yes,
            Self::Newer { days } => product.created_at > now - days * DAY_MS,
            Self::Option { name, value } => {
                let same = |(of, one): &(String, String)| Words::Is.fits(of, name) && Words::Is.fits(one, value);
                product.options.iter().any(same)
            }
            Self::Rating { is, tenths } => product.rating > 0 && is.fits(product.rating, *tenths),
        }
    }

    fn check(&self, field: &str, check: &mut Check) {
        match self {
            Self::Title { value, .. } => check.required(field, value, TITLE_CHARS),
            Self::Brand { value, .. } | Self::ProductType { value, .. } | Self::Tag { value, .. } => {
                check.required(field, value, NAME_CHARS)
            }
            Self::Option { name, value } => check.required(field, name, NAME_CHARS).required(field, value, NAME_CHARS),
            Self::Price { amount, .. } => {
                check.that((0..=PRICE_MAX).contains(amount), field, "Between 0 and a trillion.")
            }
            Self::Newer { days } => check.that(NEWER_DAYS.contains(days), field, "Between 1 and 3650 days."),
            Self::Rating { tenths, .. } => check.that((10..=50).contains(tenths), field, "Between 1 and 5 stars."),
            Self::Category { .. } | Self::OnSale { .. } | Self::Available { .. } => check,
        };
    }
}

impl Words {
    fn fits(self, text: &str, value: &str) -> bool {
        let (text, value) = (folded(text), folded(value));
        match self {
            Self::Is => text == value,
            Self::IsNot => text != value,
            Self::Contains => text.contains(&value),
            Self::Begins => text.starts_with(&value),
        }
    }
}

impl Bound {
    fn fits(self, number: i64, bound: i64) -> bool {
        match self {
            Self::AtLeast => number >= bound,
            Self::AtMost => number <= bound,
        }
    }
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProductId;
    use uuid::Uuid;

    const NOW: i64 = 1_000 * DAY_MS;

    fn mug() -> Facts {
        Facts {
            id: ProductId(Uuid::from_u128(1)),
            published: true,
            title: "Großer Becher".into(),
            brand: "Bergholm".into(),
            product_type: "Mug".into(),
            tags: vec!["Kitchen".into(), "blue".into()],
            categories: vec![CategoryId(Uuid::from_u128(7)), CategoryId(Uuid::from_u128(8))],
            prices: vec![("EUR".into(), 1_250)],
            on_sale: vec!["EUR".into()],
            options: vec![("Colour".into(), "Blue".into()), ("Size".into(), "L".into())],
            can_buy: true,
            rating: 43,
            created_at: NOW - 10 * DAY_MS,
        }
    }

    fn text(is: Words, value: &str) -> (Words, String) {
        (is, value.to_owned())
    }

    #[test]
    fn each_condition_holds_where_it_should_and_nowhere_else() {
        let title = |(is, value)| Condition::Title { is, value };
        let brand = |(is, value)| Condition::Brand { is, value };
        let kind = |(is, value)| Condition::ProductType { is, value };
        let tag = |has, value: &str| Condition::Tag { has, value: value.into() };
        let category = |within, id| Condition::Category { within, id: CategoryId(Uuid::from_u128(id)) };
        let price = |is, currency, amount| Condition::Price { is, currency, amount };
        let option = |name: &str, value: &str| Condition::Option { name: name.into(), value: value.into() };
        let rating = |is, tenths| Condition::Rating { is, tenths };
        let (eur, usd) = (Currency::EUR, Currency::USD);
        for (condition, holds) in [
            (title(text(Words::Is, " GROßER becher ")), true),
            (title(text(Words::Is, "Großer")), false),
            (title(text(Words::IsNot, "Großer")), true),
            (title(text(Words::Contains, "BECH")), true),
            (title(text(Words::Contains, "bowl")), false),
            (title(text(Words::Begins, "groß")), true),
            (title(text(Words::Begins, "becher")), false),
            (brand(text(Words::Is, "bergholm")), true),
            (brand(text(Words::IsNot, "bergholm")), false),
            (kind(text(Words::Begins, "m")), true),
            (kind(text(Words::Is, "Bowl")), false),
            (tag(true, "kitchen"), true),
            (tag(true, "kit"), false),
            (tag(false, "garden"), true),
            (tag(false, "Blue"), false),
            (category(true, 7), true),
            (category(true, 9), false),
            (category(false, 9), true),
            (price(Bound::AtLeast, eur, 1_250), true),
            (price(Bound::AtLeast, eur, 1_251), false),
            (price(Bound::AtMost, eur, 1_250), true),
            (price(Bound::AtMost, eur, 1_249), false),
            (price(Bound::AtMost, usd, 9_999), false),
            (price(Bound::AtLeast, usd, 0), false),
            (Condition::OnSale { currency: eur }, true),
            (Condition::OnSale { currency: usd }, false),
            (Condition::Available { yes: true }, true),
            (Condition::Available { yes: false }, false),
            (Condition::Newer { days: 11 }, true),
            (Condition::Newer { days: 10 }, false),
            (option("colour", "BLUE"), true),
            (option("Colour", "L"), false),
            (rating(Bound::AtLeast, 43), true),
            (rating(Bound::AtLeast, 44), false),
            (rating(Bound::AtMost, 43), true),
        ] {
            let rule = Rule { matching: Matching::All, conditions: vec![condition] };
            assert_eq!(rule.takes(&mug(), NOW), holds, "{rule:?}");
            let stored = serde_json::to_string(&rule).unwrap();
            assert_eq!(serde_json::from_str::<Rule>(&stored).unwrap(), rule, "{stored}");
        }
        let unrated = Facts { rating: 0, ..mug() };
        let rule = |is| Rule { matching: Matching::All, conditions: vec![rating(is, 10)] };
        assert!(!rule(Bound::AtMost).takes(&unrated, NOW) && !rule(Bound::AtLeast).takes(&unrated, NOW));
    }

    #[test]
    fn all_and_any_are_told_apart() {
        let (yes, no) = (Condition::Available { yes: true }, Condition::Available { yes: false });
        for (conditions, all, any) in [
            (vec![yes.clone(), yes.clone()], true, true),
            (vec![yes, no.clone()], false, true),
            (vec![no.clone(), no], false, false),
        ] {
            let takes = |matching| Rule { matching, conditions: conditions.clone() }.takes(&mug(), NOW);
            assert_eq!((takes(Matching::All), takes(Matching::Any)), (all, any));
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_name() {
        let long = "x".repeat(10_000);
        let words = |value: &str| Condition::Title { is: Words::Is, value: value.into() };
        for (condition, field) in [
            (words(""), "conditions.1.value"),
            (words(&long), "conditions.1.value"),
            (words("a\0b"), "conditions.1.value"),
            (Condition::Option { name: String::new(), value: "Blue".into() }, "conditions.1.value"),
            (Condition::Price { is: Bound::AtMost, currency: Currency::EUR, amount: -1 }, "conditions.1.value"),
            (Condition::Newer { days: 0 }, "conditions.1.value"),
            (Condition::Newer { days: i64::MAX }, "conditions.1.value"),
            (Condition::Rating { is: Bound::AtLeast, tenths: 51 }, "conditions.1.value"),
        ] {
            let mut check = Check::default();
            Rule { matching: Matching::All, conditions: vec![words("mug"), condition] }.check(&mut check);
            let fields: Vec<_> = check.into_errors().into_iter().map(|error| error.field).collect();
            assert!(fields.iter().all(|known| known == field) && !fields.is_empty(), "{fields:?}");
        }
        for conditions in [Vec::new(), vec![words("mug"); CONDITIONS + 1]] {
            let mut check = Check::default();
            Rule { matching: Matching::All, conditions }.check(&mut check);
            assert_eq!(check.into_errors()[0].field, "conditions");
        }
    }
}
