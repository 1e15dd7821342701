//! What is taxed at which rate: the goods line by line, and the delivery that carries them.
//!
//! Delivery is no supply of its own: what the supplier charges for transport belongs to the taxable amount of the goods
//! (Directive 2006/112/EC, article 78 (b)) and shares their rate; what is ancillary follows the principal supply (Court of
//! Justice, C-349/96, Card Protection Plan). So it is spread over the rates of the goods that it carries, in proportion to
//! what is paid for them, by largest remainder. Where the law taxes delivery by a rule of its own, as some states of the
//! US do, the zone has a rate of the class [`DELIVERY_CLASS`], and that is the rate of all of it.

use super::{Item, PricedLine, Snapshot, allocate, price};
use crate::Result;
use crate::tax::{self, DELIVERY_CLASS, EXEMPT, TaxRate};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// What is taxed at one rate, in minor units. Over an order the parts add up to its total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxPart {
    /// "VAT 19 %"; empty: not taxed.
    pub name: String,
    pub rate_ppm: i64,
    /// Goods without tax, after promotions.
    pub goods: i64,
    pub goods_tax: i64,
    /// Delivery without tax.
    pub delivery: i64,
    pub delivery_tax: i64,
}

impl TaxPart {
    pub fn tax(&self) -> i64 {
        self.goods_tax.saturating_add(self.delivery_tax)
    }
}

/// The goods of one rate while they are counted.
struct Share {
    part: TaxPart,
    /// What is paid for those that are carried, and their units.
    carried: (i64, i64),
}

/// The parts, highest rate first. `shipping` is what is paid for delivery.
pub(super) fn parts(items: &[Item], lines: &[PricedLine], shipping: i64, rates: &[TaxRate]) -> Vec<TaxPart> {
    let inclusive = tax::is_inclusive(rates);
    let mut shares: Vec<Share> = Vec::new();
    for (item, line) in items.iter().zip(lines) {
        let share = share_of(&mut shares, &line.tax_name, line.tax_rate_ppm);
        share.part.goods += line.net();
        share.part.goods_tax += line.tax;
        if !item.facts.intangible {
            let units = share.carried.1.saturating_add(line.quantity);
            share.carried = (share.carried.0 + line.net(), units);
        }
    }
    spread(&mut shares, shipping, rates);
    for Share { part, .. } in &mut shares {
        part.delivery_tax = tax_of(part.delivery, part.rate_ppm, inclusive);
        if inclusive {
            part.goods -= part.goods_tax;
            part.delivery -= part.delivery_tax;
        }
    }
    shares.retain(|Share { part, .. }| part.goods + part.delivery + part.tax() > 0);
    sort(&mut shares);
    shares.into_iter().map(|share| share.part).collect()
}

fn share_of<'s>(shares: &'s mut Vec<Share>, name: &str, rate_ppm: i64) -> &'s mut Share {
    let known = shares.iter().position(|share| share.part.name == name && share.part.rate_ppm == rate_ppm);
    let at = known.unwrap_or_else(|| {
        let part = TaxPart { name: name.to_owned(), rate_ppm, ..TaxPart::default() };
        shares.push(Share { part, carried: (0, 0) });
        shares.len() - 1
    });
    &mut shares[at]
}

/// In an order that does not depend on that of the lines.
fn sort(shares: &mut [Share]) {
    shares.sort_by(|a, b| (Reverse(a.part.rate_ppm), &a.part.name).cmp(&(Reverse(b.part.rate_ppm), &b.part.name)));
}

/// Spreads the delivery over the rates, tax included where it is.
fn spread(shares: &mut Vec<Share>, shipping: i64, rates: &[TaxRate]) {
    if shipping == 0 {
        return;
    }
    if let Some(own) = rates.iter().find(|rate| rate.tax_class == DELIVERY_CLASS) {
        share_of(shares, &own.name, own.rate_ppm).part.delivery = shipping;
        return;
    }
    sort(shares);
    let by = |weight: &dyn Fn(&Share) -> i64| shares.iter().map(weight).collect::<Vec<_>>();
    let mut weights = by(&|share| share.carried.0);
    if weights.iter().all(|weight| *weight == 0) {
        // Goods that cost nothing are carried, too.
        weights = by(&|share| share.carried.1);
    }
    if weights.iter().all(|weight| *weight == 0) {
        let standard = tax::of_class(rates, tax::STANDARD_CLASS);
        let (name, ppm) = standard.map_or(("", 0), |rate| (rate.name.as_str(), rate.rate_ppm));
        share_of(shares, name, ppm).part.delivery = shipping;
        return;
    }
    let places: Vec<_> = (0..shares.len()).collect();
    for (share, amount) in shares.iter_mut().zip(allocate(shipping, &weights, &places)) {
        share.part.delivery = amount;
    }
}

/// "VAT 19 %" with its amount, one row for each name; an exemption is told, too.
pub(super) fn rows(parts: &[TaxPart]) -> Vec<(String, i64)> {
    let mut rows: Vec<(String, i64)> = Vec::new();
    for part in parts.iter().filter(|part| part.tax() > 0 || part.name == EXEMPT) {
        match rows.iter_mut().find(|(name, _)| *name == part.name) {
            Some((_, sum)) => *sum = sum.saturating_add(part.tax()),
            None => rows.push((part.name.clone(), part.tax())),
        }
    }
    rows
}

/// The tax in (inclusive) or on (exclusive) a non-negative amount, rounded half away from zero.
pub(super) fn tax_of(amount: i64, rate_ppm: i64, inclusive: bool) -> i64 {
    const MILLION: i128 = 1_000_000;
    let rate = i128::from(rate_ppm);
    let divisor = if inclusive { MILLION + rate } else { MILLION };
    let tax = (2 * i128::from(amount) * rate + divisor) / (2 * divisor);
    i64::try_from(tax).expect("a tax rate of at most 100 % keeps the tax within the amount")
}

/// The snapshot's prices of one unit, and of delivery, without the tax that they contain: what somebody pays who is exempt.
/// Rounded once for each unit, so that a line is still its unit price times its quantity.
///
/// # Errors
/// As [`price`].
pub fn without_tax(snapshot: &Snapshot<'_>) -> Result<(Vec<Item>, Option<i64>)> {
    if !tax::is_inclusive(snapshot.rates) {
        return Ok((snapshot.items.to_vec(), snapshot.shipping));
    }
    let plain = price(&Snapshot { promotions: &[], ..snapshot.clone() })?;
    let delivery = plain.taxes.iter().map(|part| part.delivery).sum();
    let net = snapshot.items.iter().zip(&plain.lines).map(|(item, line)| Item {
        unit_price: item.unit_price - tax_of(item.unit_price, line.tax_rate_ppm, true),
        ..item.clone()
    });
    Ok((net.collect(), snapshot.shipping.map(|_| delivery)))
}
