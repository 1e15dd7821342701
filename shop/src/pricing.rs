//! Totals, in integer minor units: what the lines cost, what delivery costs, what of it is tax.
//!
//! Pure functions over a snapshot; the same code prices the cart page, the checkout and the API.
//! Rounding: tax is rounded half away from zero once per line, and once for delivery; rows and totals are sums
//! of the rounded parts, so the parts always add up.

use crate::id::VariantId;
use crate::money::{Currency, Money};
use crate::tax::{self, TaxRate};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Everything a shopper is asked to pay, in minor units of `currency`.
/// Invariant: `total = subtotal - discount + shipping + (tax if not inclusive)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub currency: Currency,
    pub subtotal: i64,
    pub discount: i64,
    pub shipping: i64,
    pub tax: i64,
    pub tax_inclusive: bool,
    pub total: i64,
    /// "VAT 19 %" with its amount, one row per rate, delivery's share included.
    pub tax_rows: Vec<(String, i64)>,
}

/// One line after pricing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricedLine {
    pub variant_id: VariantId,
    pub quantity: i64,
    pub unit_price: i64,
    /// `unit_price * quantity`.
    pub total: i64,
    /// Contained in `total` when prices are inclusive, on top of it otherwise.
    pub tax: i64,
    pub tax_name: String,
    pub tax_rate_ppm: i64,
}

/// One line to be priced.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub variant_id: VariantId,
    pub quantity: i64,
    /// Minor units.
    pub unit_price: i64,
    /// `None`: not taxable.
    pub tax_class: Option<String>,
}

impl Totals {
    pub fn money(&self, amount: i64) -> Money {
        self.currency.money(amount)
    }
}

/// Prices `items` with delivery for `shipping` (`None`: not known yet) under the `rates` of the destination
/// (empty: not known yet, or nothing is taxed there). Delivery carries the rate of class "shipping", else "standard".
/// Sums beyond `i64` are `Error::Invalid`.
pub fn totals(
    currency: Currency,
    items: &[Item],
    shipping: Option<i64>,
    rates: &[TaxRate],
) -> Result<(Vec<PricedLine>, Totals)> {
    let inclusive = tax::is_inclusive(rates);
    let mut tax_rows: Vec<(String, i64)> = Vec::new();
    let mut lines = Vec::with_capacity(items.len());
    let mut subtotal = 0_i64;
    for item in items {
        let total = item.unit_price.checked_mul(item.quantity).ok_or_else(too_much)?;
        let rate = item.tax_class.as_deref().and_then(|class| tax::of_class(rates, class));
        let tax = rate.map_or(0, |rate| tax_of(total, rate.rate_ppm, inclusive));
        add_row(&mut tax_rows, rate, tax);
        subtotal = subtotal.checked_add(total).ok_or_else(too_much)?;
        lines.push(PricedLine {
            variant_id: item.variant_id,
            quantity: item.quantity,
            unit_price: item.unit_price,
            total,
            tax,
            tax_name: rate.map(|rate| rate.name.clone()).unwrap_or_default(),
            tax_rate_ppm: rate.map_or(0, |rate| rate.rate_ppm),
        });
    }
    let shipping = shipping.unwrap_or(0);
    let shipping_rate = tax::of_class(rates, "shipping").or_else(|| tax::of_class(rates, "standard"));
    add_row(&mut tax_rows, shipping_rate, shipping_rate.map_or(0, |r| tax_of(shipping, r.rate_ppm, inclusive)));
    let tax = tax_rows.iter().try_fold(0_i64, |sum, (_, tax)| sum.checked_add(*tax)).ok_or_else(too_much)?;
    let on_top = if inclusive { 0 } else { tax };
    let total = subtotal.checked_add(shipping).and_then(|sum| sum.checked_add(on_top)).ok_or_else(too_much)?;
    let totals = Totals { currency, subtotal, discount: 0, shipping, tax, tax_inclusive: inclusive, total, tax_rows };
    Ok((lines, totals))
}

/// A price for who takes at least so many units of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub min_quantity: i64,
    /// Minor units, for each.
    pub amount: i64,
}

/// What one unit costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice {
    /// Minor units.
    pub amount: i64,
    /// The quantity of the offer it is from, where that is lower than the catalogue's price.
    pub from_quantity: Option<i64>,
}

/// What one of `quantity` units costs: the lowest of the catalogue's price `base` and of all `offers` for so many units.
/// This is the one place that says so, for pages, carts, checkouts and the API alike.
pub fn unit_price(base: i64, quantity: i64, offers: &[Offer]) -> UnitPrice {
    let within = offers.iter().filter(|offer| offer.min_quantity <= quantity && offer.amount < base);
    match within.min_by_key(|offer| (offer.amount, offer.min_quantity)) {
        Some(best) => UnitPrice { amount: best.amount, from_quantity: Some(best.min_quantity) },
        None => UnitPrice { amount: base, from_quantity: None },
    }
}

/// The quantities from two units up at which [`unit_price`] falls, and what it falls to.
pub fn breaks(base: i64, offers: &[Offer]) -> Vec<Offer> {
    let mut quantities: Vec<i64> = offers.iter().map(|offer| offer.min_quantity).filter(|from| *from > 1).collect();
    quantities.sort_unstable();
    quantities.dedup();
    let mut last = unit_price(base, 1, offers).amount;
    let mut steps = Vec::new();
    for min_quantity in quantities {
        let amount = unit_price(base, min_quantity, offers).amount;
        if amount < last {
            steps.push(Offer { min_quantity, amount });
            last = amount;
        }
    }
    steps
}

/// A price less `percent` (0 to 100) of it, in minor units, rounded half up: 1 % off 50 is 49.5, so 50.
pub fn reduced(amount: i64, percent: i64) -> i64 {
    let rest = i128::from(100 - percent.clamp(0, 100));
    let reduced = (2 * i128::from(amount) * rest + 100).div_euclid(200);
    i64::try_from(reduced).unwrap_or(amount)
}

/// The tax in (inclusive) or on (exclusive) a non-negative amount, rounded half away from zero.
fn tax_of(amount: i64, rate_ppm: i64, inclusive: bool) -> i64 {
    const MILLION: i128 = 1_000_000;
    let rate = i128::from(rate_ppm);
    let divisor = if inclusive { MILLION + rate } else { MILLION };
    let tax = (2 * i128::from(amount) * rate + divisor) / (2 * divisor);
    i64::try_from(tax).expect("a tax rate of at most 100 % keeps the tax within the amount")
}

fn add_row(rows: &mut Vec<(String, i64)>, rate: Option<&TaxRate>, tax: i64) {
    let Some(rate) = rate.filter(|_| tax > 0) else { return };
    match rows.iter_mut().find(|(name, _)| *name == rate.name) {
        Some((_, sum)) => *sum = sum.saturating_add(tax),
        None => rows.push((rate.name.clone(), tax)),
    }
}

fn too_much() -> Error {
    Error::field("quantity", "The cart is worth more than can be charged.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn item(unit_price: i64, quantity: i64, class: &str) -> Item {
        Item { variant_id: VariantId(Uuid::nil()), quantity, unit_price, tax_class: Some(class.into()) }
    }

    fn rate(class: &str, rate_ppm: i64, inclusive: bool) -> TaxRate {
        TaxRate { tax_class: class.into(), name: format!("VAT {rate_ppm}"), rate_ppm, inclusive }
    }

    #[test]
    fn inclusive_tax_is_contained_and_delivery_is_taxed() {
        let rates = [rate("standard", 190_000, true), rate("reduced", 70_000, true)];
        let (lines, t) =
            totals(Currency::EUR, &[item(11_900, 1, "standard"), item(107, 2, "reduced")], Some(595), &rates).unwrap();
        assert_eq!(lines.iter().map(|l| l.tax).collect::<Vec<_>>(), [1900, 14]);
        assert_eq!((t.subtotal, t.shipping, t.tax, t.total), (12_114, 595, 1900 + 14 + 95, 12_709));
        assert_eq!(t.tax_rows, [("VAT 190000".to_owned(), 1995), ("VAT 70000".to_owned(), 14)]);
    }

    #[test]
    fn exclusive_tax_comes_on_top_and_rounds_half_up_per_line() {
        let rates = [rate("standard", 50_000, false)];
        let (lines, t) =
            totals(Currency::USD, &[item(10, 1, "standard"), item(10, 1, "standard")], None, &rates).unwrap();
        // 0.5 cents each: rounded per line, not on the sum.
        assert_eq!(lines.iter().map(|l| l.tax).sum::<i64>(), 2);
        assert_eq!(t.total, 22);
    }

    #[test]
    fn a_percentage_off_is_rounded_half_up() {
        let cases =
            [(2000, 20, 1600), (50, 1, 50), (150, 1, 149), (1, 50, 1), (3, 50, 2), (999, 10, 899), (995, 10, 896)];
        for (amount, percent, rest) in cases.into_iter().chain([(0, 30, 0), (1000, 0, 1000), (1000, 100, 0)]) {
            assert_eq!(reduced(amount, percent), rest, "{amount} less {percent} %");
        }
        assert_eq!(reduced(i64::MAX, 0), i64::MAX);
    }

    #[test]
    fn nothing_is_taxed_where_no_rate_is_known() {
        let (_, t) = totals(Currency::EUR, &[item(1000, 3, "standard")], Some(500), &[]).unwrap();
        assert_eq!((t.tax, t.total), (0, 3500));
    }

    #[test]
    fn sums_beyond_the_range_are_refused() {
        assert!(totals(Currency::EUR, &[item(i64::MAX, 2, "standard")], None, &[]).is_err());
    }

    fn offers(pairs: &[(i64, i64)]) -> Vec<Offer> {
        pairs.iter().map(|(min_quantity, amount)| Offer { min_quantity: *min_quantity, amount: *amount }).collect()
    }

    #[test]
    fn the_best_offer_for_the_quantity_wins() {
        let all = offers(&[(10, 800), (1, 950), (5, 900), (20, 850), (5, 2000), (50, 0)]);
        let from = Some;
        for (quantity, amount, why) in [
            (1, 950, from(1)),
            (4, 950, from(1)),
            (5, 900, from(5)),
            (9, 900, from(5)),
            (10, 800, from(10)),
            (20, 800, from(10)),
            (49, 800, from(10)),
            (50, 0, from(50)),
            (999, 0, from(50)),
        ] {
            assert_eq!(unit_price(1000, quantity, &all), UnitPrice { amount, from_quantity: why }, "{quantity}");
        }
        assert_eq!(unit_price(500, 10, &all), UnitPrice { amount: 500, from_quantity: None }, "nothing gets dearer");
        assert_eq!(breaks(1000, &all), offers(&[(5, 900), (10, 800), (50, 0)]));
        assert_eq!((breaks(1000, &[]), breaks(800, &offers(&[(2, 800), (1, 700), (3, 700)]))), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn offers_never_raise_a_price_and_their_order_means_nothing(
            base in 0..1000_i64,
            quantity in 1..1000_i64,
            pairs in proptest::collection::vec((1..1000_i64, 0..2000_i64), 0..20).prop_shuffle(),
        ) {
            let all = offers(&pairs);
            let mut sorted = pairs;
            sorted.sort_unstable();
            let price = unit_price(base, quantity, &all);
            prop_assert!(price.amount <= base && price == unit_price(base, quantity, &offers(&sorted)));
            prop_assert!(unit_price(base, quantity + 1, &all).amount <= price.amount, "more units never cost more each");
            prop_assert_eq!(price.from_quantity.is_some(), price.amount < base);
            // The table on the page says the same for every quantity.
            let steps = breaks(base, &all);
            let step = steps.iter().rev().find(|step| step.min_quantity <= quantity);
            prop_assert_eq!(step.map_or(unit_price(base, 1, &all).amount, |step| step.amount), price.amount);
        }

        #[test]
        fn the_parts_always_add_up(
            items in proptest::collection::vec((0..10_000_000_i64, 1..1000_i64, 0..3_usize), 0..20),
            shipping in proptest::option::of(0..100_000_i64),
            ppm in proptest::array::uniform3(0..=1_000_000_i64),
            inclusive: bool,
        ) {
            let classes = ["standard", "reduced", "shipping"];
            let rates: Vec<_> = classes.iter().zip(ppm).map(|(class, ppm)| rate(class, ppm, inclusive)).collect();
            let items: Vec<_> = items.into_iter().map(|(price, n, class)| item(price, n, classes[class])).collect();
            let (lines, t) = totals(Currency::EUR, &items, shipping, &rates).unwrap();
            prop_assert_eq!(t.subtotal, lines.iter().map(|l| l.unit_price * l.quantity).sum::<i64>());
            prop_assert_eq!(t.total, t.subtotal - t.discount + t.shipping + if inclusive { 0 } else { t.tax });
            prop_assert_eq!(t.tax, t.tax_rows.iter().map(|(_, tax)| tax).sum::<i64>());
            for line in &lines {
                // Within half a minor unit of the exact tax.
                let (amount, ppm) = (i128::from(line.total), i128::from(line.tax_rate_ppm));
                let divisor = if inclusive { 1_000_000 + ppm } else { 1_000_000 };
                prop_assert!((2 * (i128::from(line.tax) * divisor - amount * ppm)).abs() <= divisor);
            }
        }
    }
}
