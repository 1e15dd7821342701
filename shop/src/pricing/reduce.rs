//! Promotions over a cart: which apply and why the others do not, in which order they take off what, and from which line.
//!
//! 1. Each is asked by itself, at the prices before promotions, whether its conditions hold.
//! 2. In order of rank (then codes first, then by id) each that may stand beside all before it is taken.
//! 3. Those take effect by class (lines, order, delivery), each on what those before have left.

use super::rule::{Class, Effect, Promotion, Step};
use super::{Item, Reason, Snapshot, allocate};
use crate::id::{PromotionId, VariantId};
use crate::money::Money;

/// What one promotion takes off; all minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    pub promotion: PromotionId,
    pub title: String,
    /// Empty for one that applies by itself.
    pub code: String,
    /// Off the goods: the sum of `lines`.
    pub amount: i64,
    /// For each line, in the order of the snapshot's items.
    pub lines: Vec<i64>,
    /// Off the delivery.
    pub shipping: i64,
}

/// What became of one promotion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub promotion: PromotionId,
    pub title: String,
    pub code: String,
    /// `None`: it applies.
    pub refused: Option<Reason>,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// All reductions, and a verdict for each promotion in the order of rank. `totals` are the lines before promotions.
pub(super) fn reduce(snapshot: &Snapshot<'_>, totals: &[i64]) -> (Vec<Reduction>, Vec<Verdict>) {
    let mut order: Vec<&Promotion> = snapshot.promotions.iter().collect();
    order.sort_by_key(|p| (p.rank, p.code.is_empty(), p.id));
    let mut taken: Vec<&Promotion> = Vec::new();
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(order.len());
    for promotion in order {
        let refused = unfit(snapshot, promotion, totals).or_else(|| {
            let other = taken.iter().find(|other| !go_together(promotion, other))?;
            Some(Reason::NotWith(other.title.clone()))
        });
        if refused.is_none() {
            taken.push(promotion);
        }
        let (title, code) = (promotion.title.clone(), promotion.code.clone());
        verdicts.push(Verdict { promotion: promotion.id, title, code, refused });
    }
    taken.sort_by_key(|p| p.rule.class());
    let mut rest = totals.to_vec();
    let mut shipping = snapshot.shipping.unwrap_or(0);
    let mut reductions = Vec::new();
    for promotion in taken {
        let refused = match effect(snapshot, promotion, &mut rest, &mut shipping) {
            Ok(reduction) => {
                reductions.extend(reduction);
                continue;
            }
            Err(reason) => reason,
        };
        if let Some(verdict) = verdicts.iter_mut().find(|v| v.promotion == promotion.id && v.code == promotion.code) {
            verdict.refused = Some(refused);
        }
    }
    (reductions, verdicts)
}

fn go_together(a: &Promotion, b: &Promotion) -> bool {
    // Two codes of one promotion are one promotion.
    a.id != b.id && a.rule.combines.with(b.rule.class()) && b.rule.combines.with(a.rule.class())
}

/// What one promotion takes from what is left. Delivery whose price is not known yet is promised and takes off nothing.
fn effect(
    snapshot: &Snapshot<'_>,
    promotion: &Promotion,
    rest: &mut [i64],
    shipping: &mut i64,
) -> Result<Option<Reduction>, Reason> {
    let mut lines = vec![0; rest.len()];
    let mut off_delivery = 0;
    if promotion.rule.class() == Class::Delivery {
        if snapshot.shipping.is_none() {
            return Ok(None);
        }
        off_delivery = *shipping;
    } else {
        lines = off_lines(snapshot, promotion, rest);
    }
    let amount: i64 = lines.iter().sum();
    if amount + off_delivery == 0 {
        return Err(if promotion.rule.class() == Class::Delivery { Reason::DeliveryFree } else { Reason::NothingLeft });
    }
    if promotion.budget.is_some_and(|left| amount + off_delivery > left) {
        return Err(Reason::BudgetSpent);
    }
    for (rest, off) in rest.iter_mut().zip(&lines) {
        *rest -= off;
    }
    *shipping -= off_delivery;
    Ok(Some(Reduction {
        promotion: promotion.id,
        title: promotion.title.clone(),
        code: promotion.code.clone(),
        amount,
        lines,
        shipping: off_delivery,
    }))
}

fn off_lines(snapshot: &Snapshot<'_>, promotion: &Promotion, rest: &[i64]) -> Vec<i64> {
    let items = snapshot.items;
    let within: Vec<bool> = items.iter().map(|item| counts(promotion, item)).collect();
    let weights: Vec<i64> = rest.iter().zip(&within).map(|(rest, within)| if *within { *rest } else { 0 }).collect();
    let sum: i64 = weights.iter().sum();
    let spread = |amount: i64| {
        let ties: Vec<VariantId> = items.iter().map(|item| item.variant_id).collect();
        allocate::allocate(amount, &weights, &ties)
    };
    match &promotion.rule.effect {
        Effect::Percent { percent } => spread(share(sum, *percent)),
        Effect::Fixed { amounts } => spread(amounts.get(snapshot.currency.code()).copied().unwrap_or(0).clamp(0, sum)),
        Effect::Tiers { currency, steps } => {
            let reached = reached(items, &within, currency.is_some());
            spread(step(steps, reached).map_or(0, |step| share(sum, step.percent)))
        }
        Effect::BuyGet { buy, get, percent } => {
            let units: i64 = units(items, &within);
            let free = units / (buy + get).max(1) * get;
            cheapest(items, &within, rest, free, *percent)
        }
        Effect::Gift { variants, units } => {
            let is_gift = |item: &Item| variants.contains(&item.variant_id) && !item.facts.gift_card;
            let gifts: Vec<bool> = items.iter().map(is_gift).collect();
            cheapest(items, &gifts, rest, *units, 100)
        }
        Effect::FreeDelivery => vec![0; rest.len()],
    }
}

/// `percent` off the `count` cheapest units of the lines `within`, rounded half up once per line.
fn cheapest(items: &[Item], within: &[bool], rest: &[i64], count: i64, percent: i64) -> Vec<i64> {
    let mut order: Vec<usize> = (0..items.len()).filter(|at| within[*at]).collect();
    order.sort_by_key(|at| (items[*at].unit_price, items[*at].variant_id));
    let (mut off, mut left) = (vec![0; items.len()], count);
    for at in order {
        let units = left.min(items[at].quantity);
        left -= units;
        off[at] = share(items[at].unit_price.saturating_mul(units), percent).min(rest[at]);
    }
    off
}

/// `percent` (0 to 100) of a non-negative amount, rounded half up.
fn share(amount: i64, percent: i64) -> i64 {
    let share = (2 * i128::from(amount) * i128::from(percent.clamp(0, 100)) + 100) / 200;
    i64::try_from(share).expect("a share is within the amount")
}

fn units(items: &[Item], within: &[bool]) -> i64 {
    items.iter().zip(within).filter(|(_, within)| **within).map(|(item, _)| item.quantity).sum()
}

fn reached(items: &[Item], within: &[bool], by_amount: bool) -> i64 {
    if !by_amount {
        return units(items, within);
    }
    let totals = items.iter().zip(within).filter(|(_, within)| **within);
    totals.fold(0_i64, |sum, (item, _)| sum.saturating_add(item.unit_price.saturating_mul(item.quantity)))
}

fn step(steps: &[Step], reached: i64) -> Option<&Step> {
    steps.iter().filter(|step| step.from <= reached).max_by_key(|step| (step.from, step.percent))
}

/// Whether a line is one that the promotion is for.
fn counts(promotion: &Promotion, item: &Item) -> bool {
    let (scope, facts) = (&promotion.rule.scope, &item.facts);
    if facts.gift_card || (scope.skip_reduced && facts.reduced) {
        return false;
    }
    let everything = scope.products.is_empty() && scope.categories.is_empty() && scope.collections.is_empty();
    everything
        || facts.product.is_some_and(|product| scope.products.contains(&product))
        || scope.categories.iter().any(|category| facts.categories.contains(category))
        || scope.collections.iter().any(|collection| facts.collections.contains(collection))
}

/// What stands against a promotion when it is asked by itself.
fn unfit(snapshot: &Snapshot<'_>, promotion: &Promotion, totals: &[i64]) -> Option<Reason> {
    if let Some(reason) = &promotion.refused {
        return Some(reason.clone());
    }
    let (rule, buyer, code) = (&promotion.rule, &snapshot.buyer, snapshot.currency.code());
    let weekday = (snapshot.now.div_euclid(DAY_MS) + 3).rem_euclid(7) + 1;
    let is_elsewhere =
        !buyer.country.is_empty() && !rule.countries.is_empty() && !rule.countries.contains(&buyer.country);
    let of_group = rule.groups.is_empty() || rule.groups.iter().any(|group| buyer.groups.contains(group));
    let other_currency = (!rule.currencies.is_empty() && !rule.currencies.contains(&snapshot.currency))
        || (!rule.minimum.is_empty() && !rule.minimum.contains_key(code))
        || matches!(&rule.effect, Effect::Fixed { amounts } if !amounts.contains_key(code))
        || matches!(&rule.effect, Effect::Tiers { currency: Some(other), .. } if *other != snapshot.currency);
    let reason = if !rule.weekdays.is_empty() && !rule.weekdays.contains(&weekday) {
        Some(Reason::Weekday)
    } else if other_currency {
        Some(Reason::Currency)
    } else if is_elsewhere {
        Some(Reason::Country)
    } else if !of_group {
        Some(Reason::Group)
    } else if rule.first_order && buyer.ordered_before == Some(true) {
        Some(Reason::NotFirstOrder)
    } else {
        None
    };
    reason.or_else(|| lacking(snapshot, promotion, totals))
}

/// What the cart lacks.
fn lacking(snapshot: &Snapshot<'_>, promotion: &Promotion, totals: &[i64]) -> Option<Reason> {
    let (rule, items) = (&promotion.rule, snapshot.items);
    let within: Vec<bool> = items.iter().map(|item| counts(promotion, item)).collect();
    let count = units(items, &within);
    let amount: i64 = totals.iter().zip(&within).filter(|(_, within)| **within).map(|(total, _)| total).sum();
    if count == 0 {
        return Some(Reason::NoLines);
    }
    let minimum = rule.minimum.get(snapshot.currency.code()).copied().unwrap_or(0);
    if amount < minimum {
        return Some(Reason::Minimum(snapshot.currency.money(minimum - amount)));
    }
    let least = match &rule.effect {
        Effect::BuyGet { buy, get, .. } => rule.min_units.max(buy + get),
        _ => rule.min_units,
    };
    if count < least {
        return Some(Reason::Units(least - count));
    }
    match &rule.effect {
        Effect::Gift { variants, .. } if !items.iter().any(|item| variants.contains(&item.variant_id)) => {
            Some(Reason::NoGift)
        }
        Effect::Tiers { currency, steps } => {
            let reached = reached(items, &within, currency.is_some());
            let first = steps.iter().map(|step| step.from).min().unwrap_or(0);
            if reached >= first {
                return None;
            }
            let missing = first - reached;
            Some(currency.map_or(Reason::Units(missing), |c| Reason::Minimum(Money { amount: missing, currency: c })))
        }
        _ => None,
    }
}
