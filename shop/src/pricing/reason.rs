//! Why a promotion does not apply: one list of reasons for shopper, merchant and program.

use crate::money::Money;

/// Why a promotion does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not active: a draft, archived, or a code that was withdrawn.
    Inactive,
    NotYet,
    Over,
    UsedUp,
    /// This shopper has had it as often as may be.
    HadBefore,
    BudgetSpent,
    /// It needs a code that was not typed.
    NoCode,
    /// A code that was given to somebody else.
    NotYours,
    Currency,
    Country,
    Group,
    NotFirstOrder,
    Weekday,
    /// What is missing from the lines in scope.
    Minimum(Money),
    Units(i64),
    /// Nothing in the cart that it is for.
    NoLines,
    /// Its gift is not in the cart.
    NoGift,
    /// Others have left nothing to take off.
    NothingLeft,
    /// Delivery costs nothing as it is.
    DeliveryFree,
    /// Does not go together with the named one, which comes first.
    NotWith(String),
}

impl Reason {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::NotYet => "not_yet",
            Self::Over => "over",
            Self::UsedUp => "used_up",
            Self::HadBefore => "had_before",
            Self::BudgetSpent => "budget_spent",
            Self::NoCode => "no_code",
            Self::NotYours => "not_yours",
            Self::Currency => "currency",
            Self::Country => "country",
            Self::Group => "group",
            Self::NotFirstOrder => "not_first_order",
            Self::Weekday => "weekday",
            Self::Minimum(_) => "minimum",
            Self::Units(_) => "units",
            Self::NoLines => "no_lines",
            Self::NoGift => "no_gift",
            Self::NothingLeft => "nothing_left",
            Self::DeliveryFree => "delivery_free",
            Self::NotWith(_) => "not_with",
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Inactive => "It is not valid any more.".into(),
            Self::NotYet => "It is not valid yet.".into(),
            Self::Over => "It has expired.".into(),
            Self::UsedUp => "It has been used up.".into(),
            Self::HadBefore => "You have used it before.".into(),
            Self::BudgetSpent => "All that was set aside for it has been given away.".into(),
            Self::NoCode => "It needs a code.".into(),
            Self::NotYours => "It is for somebody else; log in if it is yours.".into(),
            Self::Currency => "It is not for this currency.".into(),
            Self::Country => "It is not for deliveries to this country.".into(),
            Self::Group => "It is for certain customers only; log in if you are one.".into(),
            Self::NotFirstOrder => "It is for a first order only.".into(),
            Self::Weekday => "It is not valid on this day of the week.".into(),
            Self::Minimum(missing) => format!("Add products for {missing} more that it is for."),
            Self::Units(1) => "Add one more piece of what it is for.".into(),
            Self::Units(missing) => format!("Add {missing} more pieces of what it is for."),
            Self::NoLines => "Nothing in the cart is what it is for.".into(),
            Self::NoGift => "Its gift is not in the cart.".into(),
            Self::NothingLeft => "There is nothing left that it could take off.".into(),
            Self::DeliveryFree => "Delivery is free already.".into(),
            Self::NotWith(other) => format!("It does not go together with “{other}”."),
        }
    }
}
