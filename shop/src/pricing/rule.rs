//! What a promotion does, on what and under which conditions: the part of it that is stored as one JSON text and means the
//! same wherever prices are computed.

use crate::id::{CategoryId, CollectionId, CustomerId, GroupId, ProductId, PromotionId, VariantId};
use crate::money::Currency;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Minor units by ISO 4217 code. What is not named does not exist in that currency.
pub type Amounts = BTreeMap<String, i64>;

/// What is taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Percent (1 to 100) of the lines in scope.
    Percent {
        percent: i64,
    },
    /// An amount off the lines in scope, and never more than they cost.
    Fixed {
        amounts: Amounts,
    },
    FreeDelivery,
    /// Of every `buy + get` units in scope, `get` are reduced by `percent`: the cheapest of all.
    BuyGet {
        buy: i64,
        get: i64,
        percent: i64,
    },
    /// Up to `units` of these variants cost nothing. The first that is there comes into the cart by itself
    /// ([`crate::promotion::with_gifts`]).
    Gift {
        variants: Vec<VariantId>,
        units: i64,
    },
    /// The percentage of the highest step that is reached: `from` counts the units in scope, or minor units of
    /// `currency`, and then the promotion is for that currency alone.
    Tiers {
        currency: Option<Currency>,
        steps: Vec<Step>,
    },
}

/// One step of [`Effect::Tiers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub from: i64,
    pub percent: i64,
}

/// Which lines count and are reduced: those named in any way; all, when nothing is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    pub products: Vec<ProductId>,
    /// With what is below them.
    pub categories: Vec<CategoryId>,
    pub collections: Vec<CollectionId>,
    /// Leaves out what is reduced already, by a sale or a price list.
    pub skip_reduced: bool,
}

/// In which order promotions take effect, and what they say about each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Off certain lines.
    Line,
    /// Off the whole of the goods.
    Order,
    Delivery,
}

/// Beside promotions of which class this one may stand; both have to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Combines {
    pub line: bool,
    pub order: bool,
    pub delivery: bool,
}

impl Combines {
    pub fn with(self, class: Class) -> bool {
        match class {
            Class::Line => self.line,
            Class::Order => self.order,
            Class::Delivery => self.delivery,
        }
    }
}

/// What a promotion does and when; empty conditions are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub effect: Effect,
    #[serde(default)]
    pub scope: Scope,
    #[serde(default)]
    pub combines: Combines,
    /// What the lines in scope cost at least, before promotions.
    #[serde(default)]
    pub minimum: Amounts,
    /// Units in scope, at least.
    #[serde(default)]
    pub min_units: i64,
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// For who has ordered nothing before. Such a promotion is had once by each shopper, whatever its limits.
    #[serde(default)]
    pub first_order: bool,
    /// ISO 3166-1 alpha-2, of the delivery.
    #[serde(default)]
    pub countries: Vec<String>,
    #[serde(default)]
    pub currencies: Vec<Currency>,
    /// 1 is Monday, 7 is Sunday; in UTC.
    #[serde(default)]
    pub weekdays: Vec<i64>,
}

impl Rule {
    pub fn new(effect: Effect) -> Self {
        Self {
            effect,
            scope: Scope::default(),
            combines: Combines::default(),
            minimum: Amounts::new(),
            min_units: 0,
            groups: Vec::new(),
            first_order: false,
            countries: Vec::new(),
            currencies: Vec::new(),
            weekdays: Vec::new(),
        }
    }

    pub fn class(&self) -> Class {
        match &self.effect {
            Effect::FreeDelivery => Class::Delivery,
            Effect::Percent { .. } | Effect::Fixed { .. } if self.scope == Scope::default() => Class::Order,
            Effect::BuyGet { .. }
            | Effect::Gift { .. }
            | Effect::Tiers { .. }
            | Effect::Percent { .. }
            | Effect::Fixed { .. } => Class::Line,
        }
    }
}

/// A promotion that may apply to a cart.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    pub id: PromotionId,
    /// As shoppers read it.
    pub title: String,
    /// Lower comes first when promotions do not go together.
    pub rank: i64,
    pub rule: Rule,
    /// The code that was typed for it, as it is shown; empty for one that applies by itself.
    pub code: String,
    /// What has already been found to stand against it: its limits and its time.
    pub refused: Option<super::Reason>,
    /// What may still be taken off in the cart's currency; `None`: as much as it comes to.
    pub budget: Option<i64>,
}

/// What is known of a product beside its price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub product: Option<ProductId>,
    /// With all above them.
    pub categories: Vec<CategoryId>,
    pub collections: Vec<CollectionId>,
    /// Reduced by a sale or a price list.
    pub reduced: bool,
    /// Nothing of it has to be carried, so delivery is not for it.
    pub intangible: bool,
    /// It becomes a gift card over its price: nothing is taken off that, and it counts towards no promotion.
    pub gift_card: bool,
}

/// Who buys, as far as it is known. What is not known yet stands against nothing: it is asked again before paying.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    pub customer: Option<CustomerId>,
    pub groups: Vec<GroupId>,
    pub ordered_before: Option<bool>,
    /// Empty: not known.
    pub country: String,
}
