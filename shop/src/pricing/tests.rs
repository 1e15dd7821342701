//! What is true of every cart, and examples worked out by hand.

use super::*;
use crate::id::{CategoryId, ProductId, PromotionId};
use proptest::prelude::*;
use uuid::Uuid;

fn item(at: u128, unit_price: i64, quantity: i64, class: &str) -> Item {
    let facts = Facts { product: Some(ProductId(Uuid::from_u128(at))), ..Facts::default() };
    Item { variant_id: VariantId(Uuid::from_u128(at)), quantity, unit_price, tax_class: Some(class.into()), facts }
}

fn rate(class: &str, rate_ppm: i64, inclusive: bool) -> TaxRate {
    TaxRate { tax_class: class.into(), name: format!("VAT {rate_ppm}"), rate_ppm, inclusive }
}

fn snapshot<'a>(items: &'a [Item], promotions: &'a [Promotion], rates: &'a [TaxRate]) -> Snapshot<'a> {
    // 2026-01-01, a Thursday.
    let (shipping, now) = (Some(490), 1_767_225_600_000);
    Snapshot { currency: Currency::EUR, items, shipping, rates, promotions, buyer: Buyer::default(), now }
}

fn promotion(at: u128, effect: Effect) -> Promotion {
    let mut rule = Rule::new(effect);
    rule.combines = Combines { line: true, order: true, delivery: true };
    Promotion {
        id: PromotionId(Uuid::from_u128(at)),
        title: format!("Promotion {at}"),
        rank: 0,
        rule,
        code: String::new(),
        refused: None,
        budget: None,
    }
}

fn euros(amount: i64) -> Amounts {
    [("EUR".to_owned(), amount)].into()
}

fn totals(
    currency: Currency,
    items: &[Item],
    shipping: Option<i64>,
    rates: &[TaxRate],
) -> Result<(Vec<PricedLine>, Totals)> {
    let priced = price(&Snapshot { currency, shipping, ..snapshot(items, &[], rates) })?;
    Ok((priced.lines, priced.totals))
}

#[test]
fn inclusive_tax_is_contained_and_delivery_is_taxed() {
    let rates = [rate("standard", 190_000, true), rate("reduced", 70_000, true)];
    let (lines, t) =
        totals(Currency::EUR, &[item(1, 11_900, 1, "standard"), item(2, 107, 2, "reduced")], Some(595), &rates)
            .unwrap();
    assert_eq!(lines.iter().map(|l| l.tax).collect::<Vec<_>>(), [1900, 14]);
    assert_eq!((t.subtotal, t.shipping, t.tax, t.total), (12_114, 595, 1900 + 14 + 93 + 1, 12_709));
    // 595 by 11,900 and 214: 584 at 19 % and 11 at 7 %.
    assert_eq!(t.tax_rows, [("VAT 190000".to_owned(), 1993), ("VAT 70000".to_owned(), 15)]);
}

/// Parts by rate as (parts per million, goods, their tax, delivery, its tax).
fn parts(items: &[Item], shipping: i64, rates: &[TaxRate]) -> Vec<(i64, i64, i64, i64, i64)> {
    let priced = price(&Snapshot { shipping: Some(shipping), ..snapshot(items, &[], rates) }).unwrap();
    let told = priced.taxes.iter();
    told.map(|part| (part.rate_ppm, part.goods, part.goods_tax, part.delivery, part.delivery_tax)).collect()
}

#[test]
fn delivery_shares_the_rates_of_what_is_carried() {
    let mut items = [item(1, 7500, 1, "standard"), item(2, 2500, 1, "reduced")];
    let rates = [rate("standard", 200_000, false), rate("reduced", 100_000, false)];
    assert_eq!(parts(&items, 401, &rates), [(200_000, 7500, 1500, 301, 60), (100_000, 2500, 250, 100, 10)]);
    // An e-book is not carried.
    items[1].facts.intangible = true;
    assert_eq!(parts(&items, 401, &rates), [(200_000, 7500, 1500, 401, 80), (100_000, 2500, 250, 0, 0)]);
    // Where delivery has a rate of its own, that is it.
    let own = [rates[0].clone(), rates[1].clone(), rate("shipping", 0, false)];
    assert_eq!(parts(&items, 401, &own), [(200_000, 7500, 1500, 0, 0), (100_000, 2500, 250, 0, 0), (0, 0, 0, 401, 0)]);
    // What costs nothing is carried, too; what is not taxed has its share.
    let given = [item(1, 0, 1, "standard"), Item { tax_class: None, ..item(2, 0, 3, "") }];
    assert_eq!(parts(&given, 400, &rates), [(200_000, 0, 0, 100, 20), (0, 0, 0, 300, 0)]);
}

#[test]
fn a_class_without_a_rate_is_taxed_as_standard_goods() {
    let rates = [rate("standard", 190_000, true), rate("zero", 0, true)];
    let items = [item(1, 1190, 1, "unheard-of"), item(2, 1190, 1, "zero")];
    let (lines, _) = totals(Currency::EUR, &items, None, &rates).unwrap();
    assert_eq!(lines.iter().map(|line| line.tax).collect::<Vec<_>>(), [190, 0]);
}

#[test]
fn exclusive_tax_comes_on_top_and_rounds_half_up_per_line() {
    let rates = [rate("standard", 50_000, false)];
    let (lines, t) =
        totals(Currency::USD, &[item(3, 10, 1, "standard"), item(4, 10, 1, "standard")], None, &rates).unwrap();
    // 0.5 cents each: rounded per line, not on the sum.
    assert_eq!(lines.iter().map(|l| l.tax).sum::<i64>(), 2);
    assert_eq!(t.total, 22);
}

#[test]
fn nothing_is_taxed_where_no_rate_is_known() {
    let (_, t) = totals(Currency::EUR, &[item(5, 1000, 3, "standard")], Some(500), &[]).unwrap();
    assert_eq!((t.tax, t.total), (0, 3500));
}

#[test]
fn sums_beyond_the_range_are_refused() {
    assert!(totals(Currency::EUR, &[item(6, i64::MAX, 2, "standard")], None, &[]).is_err());
}

/// What one promotion takes off each line of three: 3 at 10.00, 2 at 5.00, 1 at 0.99.
fn off(effect: Effect) -> Vec<i64> {
    let items = [item(1, 1000, 3, "standard"), item(2, 500, 2, "standard"), item(3, 99, 1, "standard")];
    let all = [promotion(9, effect)];
    let priced = price(&snapshot(&items, &all, &[])).unwrap();
    assert_eq!(priced.totals.total, 4099 - priced.totals.discount + 490 - priced.totals.shipping_discount);
    priced.lines.iter().map(|line| line.discount).collect()
}

#[test]
fn each_effect_takes_off_what_it_says() {
    // 10 % of 40.99 is 4.099: 4.10, spread 3.0007, 1.0002 and 0.0990.
    assert_eq!(off(Effect::Percent { percent: 10 }), [300, 100, 10]);
    assert_eq!(off(Effect::Percent { percent: 100 }), [3000, 1000, 99]);
    assert_eq!(off(Effect::Fixed { amounts: euros(1000) }), [732, 244, 24]);
    assert_eq!(off(Effect::Fixed { amounts: euros(1_000_000) }), [3000, 1000, 99]);
    // Six units: two groups of three, so the two cheapest.
    assert_eq!(off(Effect::BuyGet { buy: 2, get: 1, percent: 100 }), [0, 500, 99]);
    assert_eq!(off(Effect::BuyGet { buy: 2, get: 1, percent: 50 }), [0, 250, 50]);
    let gift = VariantId(Uuid::from_u128(1));
    assert_eq!(off(Effect::Gift { variants: vec![gift], units: 2 }), [2000, 0, 0]);
    let steps = vec![Step { from: 2, percent: 5 }, Step { from: 6, percent: 20 }, Step { from: 7, percent: 90 }];
    assert_eq!(off(Effect::Tiers { currency: None, steps }), [600, 200, 20]);
    let steps = vec![Step { from: 4000, percent: 50 }, Step { from: 4100, percent: 90 }];
    assert_eq!(off(Effect::Tiers { currency: Some(Currency::EUR), steps }), [1500, 500, 50]);
    assert_eq!(off(Effect::FreeDelivery), [0, 0, 0]);
}

#[test]
fn promotions_take_turns_on_what_is_left() {
    let items = [item(1, 1000, 3, "standard")];
    let lines = promotion(1, Effect::BuyGet { buy: 2, get: 1, percent: 100 });
    let order = promotion(2, Effect::Percent { percent: 10 });
    let delivery = promotion(3, Effect::FreeDelivery);
    let all = [order, delivery, lines];
    let priced = price(&snapshot(&items, &all, &[rate("standard", 190_000, true)])).unwrap();
    // 30.00, one for nothing, 10 % of 20.00, and delivery.
    assert_eq!((priced.totals.discount, priced.totals.shipping, priced.totals.total), (1200, 0, 1800));
    assert_eq!((priced.totals.shipping_discount, priced.totals.tax), (490, 287));
    assert!(priced.verdicts.iter().all(|verdict| verdict.refused.is_none()));
    let told: Vec<_> = priced.totals.discounts.iter().map(|d| (d.title.as_str(), d.amount, d.shipping)).collect();
    assert_eq!(told, [("Promotion 1", 1000, 0), ("Promotion 2", 200, 0), ("Promotion 3", 0, 490)]);
}

fn why(promotion: Promotion, change: impl FnOnce(&mut Snapshot<'_>)) -> Option<Reason> {
    let items = [item(1, 1000, 2, "standard")];
    let all = [promotion];
    let mut snapshot = snapshot(&items, &all, &[]);
    change(&mut snapshot);
    price(&snapshot).unwrap().verdicts.remove(0).refused
}

#[test]
fn what_stands_against_a_promotion_is_told() {
    let ten = || promotion(1, Effect::Percent { percent: 10 });
    let with = |change: &dyn Fn(&mut Rule)| {
        let mut promotion = ten();
        change(&mut promotion.rule);
        promotion
    };
    assert_eq!(why(ten(), |_| ()), None);
    let missing = Reason::Minimum(Currency::EUR.money(1));
    assert_eq!(why(with(&|rule| rule.minimum = euros(2001)), |_| ()), Some(missing));
    assert_eq!(why(with(&|rule| rule.minimum = euros(2000)), |_| ()), None);
    assert_eq!(why(with(&|rule| rule.minimum = euros(1)), |s| s.currency = Currency::USD), Some(Reason::Currency));
    assert_eq!(why(with(&|rule| rule.min_units = 5), |_| ()), Some(Reason::Units(3)));
    assert_eq!(why(with(&|rule| rule.weekdays = vec![4]), |_| ()), None);
    assert_eq!(why(with(&|rule| rule.weekdays = vec![1, 2, 3, 5, 6, 7]), |_| ()), Some(Reason::Weekday));
    assert_eq!(why(with(&|rule| rule.countries = vec!["FR".into()]), |_| ()), None, "not known yet");
    let to = |country: &'static str| move |s: &mut Snapshot<'_>| s.buyer.country = country.into();
    assert_eq!(why(with(&|rule| rule.countries = vec!["FR".into()]), to("DE")), Some(Reason::Country));
    assert_eq!(
        why(with(&|rule| rule.first_order = true), |s| s.buyer.ordered_before = Some(true)),
        Some(Reason::NotFirstOrder)
    );
    let elsewhere = CategoryId(Uuid::from_u128(5));
    assert_eq!(why(with(&|rule| rule.scope.categories = vec![elsewhere]), |_| ()), Some(Reason::NoLines));
    let used_up = Promotion { refused: Some(Reason::UsedUp), ..ten() };
    assert_eq!(why(used_up, |_| ()), Some(Reason::UsedUp));
    assert_eq!(why(Promotion { budget: Some(199), ..ten() }, |_| ()), Some(Reason::BudgetSpent));
    assert_eq!(why(Promotion { budget: Some(200), ..ten() }, |_| ()), None);
    assert_eq!(why(promotion(1, Effect::FreeDelivery), |s| s.shipping = Some(0)), Some(Reason::DeliveryFree));
    assert_eq!(why(promotion(1, Effect::FreeDelivery), |s| s.shipping = None), None);
}

#[test]
fn what_does_not_go_together_is_decided_by_rank() {
    let items = [item(1, 1000, 2, "standard")];
    let mut alone = promotion(1, Effect::Percent { percent: 10 });
    alone.rule.combines = Combines::default();
    for (rank, discount) in [(-1, 200), (1, 1000)] {
        let all = [Promotion { rank, ..alone.clone() }, promotion(2, Effect::Percent { percent: 50 })];
        let priced = price(&snapshot(&items, &all, &[])).unwrap();
        assert_eq!(priced.totals.discount, discount);
        assert!(matches!(&priced.verdicts[1].refused, Some(Reason::NotWith(_))), "{:?}", priced.verdicts);
    }
}

#[test]
fn what_is_reduced_already_can_be_left_out() {
    let mut items = [item(1, 1000, 1, "standard"), item(2, 1000, 1, "standard")];
    items[0].facts.reduced = true;
    let mut half = promotion(1, Effect::Percent { percent: 50 });
    half.rule.scope.skip_reduced = true;
    let all = [half];
    let priced = price(&snapshot(&items, &all, &[])).unwrap();
    assert_eq!(priced.lines.iter().map(|line| line.discount).collect::<Vec<_>>(), [0, 500]);
}

#[test]
fn currencies_without_and_with_three_decimals_are_whole_minor_units_too() {
    for code in ["JPY", "KWD"] {
        let currency = Currency::parse(code).unwrap();
        let items = [item(1, 333, 1, "standard"), item(2, 333, 1, "standard"), item(3, 333, 1, "standard")];
        let all = [promotion(1, Effect::Fixed { amounts: [(code.to_owned(), 100)].into() })];
        let priced = price(&Snapshot { currency, ..snapshot(&items, &all, &[]) }).unwrap();
        assert_eq!(priced.lines.iter().map(|line| line.discount).collect::<Vec<_>>(), [34, 33, 33]);
    }
}

fn an_effect() -> impl Strategy<Value = Effect> {
    let steps = proptest::collection::vec((0..200_i64, 1..=100_i64), 1..4);
    let gifts = proptest::collection::vec(0..12_u128, 1..3);
    prop_oneof![
        (1..=100_i64).prop_map(|percent| Effect::Percent { percent }),
        (1..5_000_000_i64).prop_map(|amount| Effect::Fixed { amounts: euros(amount) }),
        Just(Effect::FreeDelivery),
        (1..4_i64, 1..3_i64, 1..=100_i64).prop_map(|(buy, get, percent)| Effect::BuyGet { buy, get, percent }),
        (gifts, 1..5_i64).prop_map(|(ids, units)| Effect::Gift {
            variants: ids.into_iter().map(|id| VariantId(Uuid::from_u128(id))).collect(),
            units
        }),
        (steps, any::<bool>()).prop_map(|(steps, by_amount)| Effect::Tiers {
            currency: by_amount.then_some(Currency::EUR),
            steps: steps.into_iter().map(|(from, percent)| Step { from, percent }).collect(),
        }),
    ]
}

fn some_promotions() -> impl Strategy<Value = Vec<Promotion>> {
    let one = (an_effect(), -2..3_i64, any::<[bool; 3]>(), proptest::collection::vec(0..12_u128, 0..4), any::<bool>());
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        numbered
            .map(|(at, (effect, rank, [line, order, delivery], products, typed))| {
                let mut one = promotion(at as u128, effect);
                one.rank = rank;
                one.rule.combines = Combines { line, order, delivery };
                one.rule.scope.products = products.into_iter().map(|id| ProductId(Uuid::from_u128(id))).collect();
                one.code = if typed { format!("CODE{at}") } else { String::new() };
                one
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn no_promotion_breaks_the_sums_and_no_order_of_input_matters(
        goods in proptest::collection::vec((0..10_000_000_i64, 1..100_i64), 0..12),
        promotions in some_promotions(),
        shipping in proptest::option::of(0..100_000_i64),
        ppm in 0..=1_000_000_i64,
        inclusive: bool,
        turn in 0..12_usize,
    ) {
        let rates = [rate("standard", ppm, inclusive)];
        let numbered = goods.iter().enumerate();
        let mut items: Vec<_> = numbered.map(|(at, (price, n))| item(at as u128, *price, *n, "standard")).collect();
        let first = price(&Snapshot { shipping, ..snapshot(&items, &promotions, &rates) }).unwrap();
        let t = &first.totals;
        // Never negative, and the parts add up.
        prop_assert!(t.total >= 0 && t.discount >= 0 && t.shipping >= 0 && t.shipping_discount >= 0);
        prop_assert_eq!(t.subtotal, first.lines.iter().map(|l| l.total).sum::<i64>());
        prop_assert_eq!(t.discount, first.lines.iter().map(|l| l.discount).sum::<i64>());
        prop_assert_eq!(t.total, t.subtotal - t.discount + t.shipping + if inclusive { 0 } else { t.tax });
        prop_assert_eq!(t.shipping + t.shipping_discount, shipping.unwrap_or(0));
        prop_assert_eq!((t.discount, t.shipping_discount), (
            t.discounts.iter().map(|d| d.amount).sum::<i64>(),
            t.discounts.iter().map(|d| d.shipping).sum::<i64>(),
        ));
        for (at, line) in first.lines.iter().enumerate() {
            prop_assert!((0..=line.total).contains(&line.discount));
            prop_assert_eq!(line.discount, first.reductions.iter().map(|r| r.lines[at]).sum::<i64>());
            prop_assert!(line.tax <= line.net());
        }
        for reduction in &first.reductions {
            prop_assert!(reduction.amount + reduction.shipping > 0);
            prop_assert_eq!(reduction.amount, reduction.lines.iter().sum::<i64>());
        }
        // A refund of all lines and of the delivery is what was paid.
        let tax_of_delivery = t.tax - first.lines.iter().map(|l| l.tax).sum::<i64>();
        let on_top = |tax: i64| if inclusive { 0 } else { tax };
        let back = first.lines.iter().map(|l| l.net() + on_top(l.tax)).sum::<i64>() + t.shipping + on_top(tax_of_delivery);
        prop_assert_eq!(back, t.total);
        prop_assert_eq!(first.verdicts.len(), promotions.len());
        // Whatever the order of lines and promotions.
        let mut lines = first.lines.clone();
        if !items.is_empty() {
            let by = turn % items.len();
            items.rotate_left(by);
            lines.rotate_left(by);
        }
        let mut promotions = promotions;
        promotions.reverse();
        let second = price(&Snapshot { shipping, ..snapshot(&items, &promotions, &rates) }).unwrap();
        prop_assert_eq!(second.lines, lines);
        prop_assert_eq!(second.totals, first.totals);
        prop_assert_eq!(second.verdicts, first.verdicts);
    }

        #[test]
        fn the_parts_always_add_up(
            items in proptest::collection::vec((0..10_000_000_i64, 1..1000_i64, 0..3_usize), 0..20),
            shipping in proptest::option::of(0..100_000_i64),
            ppm in proptest::array::uniform3(0..=1_000_000_i64),
            inclusive: bool,
            turn: bool,
        ) {
            let classes = ["standard", "reduced", "shipping"];
            let rates: Vec<_> = classes.iter().zip(ppm).map(|(class, ppm)| rate(class, ppm, inclusive)).collect();
            let numbered = items.into_iter().zip(1..);
            let items: Vec<_> = numbered.map(|((price, n, class), at)| item(at, price, n, classes[class])).collect();
            let known = if turn { &rates[..2] } else { &rates[..] };
            let priced = price(&Snapshot { shipping, ..snapshot(&items, &[], known) }).unwrap();
            let (lines, t) = (&priced.lines, &priced.totals);
            let parts = &priced.taxes;
            prop_assert_eq!(t.total, parts.iter().map(|p| p.goods + p.delivery + p.tax()).sum::<i64>());
            prop_assert_eq!(t.tax, parts.iter().map(TaxPart::tax).sum::<i64>());
            prop_assert_eq!(
                t.shipping,
                parts.iter().map(|p| p.delivery + if inclusive { p.delivery_tax } else { 0 }).sum::<i64>()
            );
            // Without tax nobody pays more, and where prices contain it, as much as is left of them.
            let (net, delivery) =
                without_tax(&Snapshot { shipping, ..snapshot(&items, &[], known) }).unwrap();
            for (item, line) in net.iter().zip(lines) {
                let exact = i128::from(line.unit_price) * 1_000_000;
                let divisor = if inclusive { 1_000_000 + i128::from(line.tax_rate_ppm) } else { 1_000_000 };
                prop_assert!((2 * (i128::from(item.unit_price) * divisor - exact)).abs() <= divisor);
            }
            prop_assert!(delivery.unwrap_or(0) <= shipping.unwrap_or(0));
            prop_assert_eq!(t.subtotal, lines.iter().map(|l| l.unit_price * l.quantity).sum::<i64>());
            prop_assert_eq!(t.total, t.subtotal - t.discount + t.shipping + if inclusive { 0 } else { t.tax });
            prop_assert_eq!(t.tax, t.tax_rows.iter().map(|(_, tax)| tax).sum::<i64>());
            for line in lines {
                // Within half a minor unit of the exact tax.
                let (amount, ppm) = (i128::from(line.total), i128::from(line.tax_rate_ppm));
                let divisor = if inclusive { 1_000_000 + ppm } else { 1_000_000 };
                prop_assert!((2 * (i128::from(line.tax) * divisor - amount * ppm)).abs() <= divisor);
            }
        }
}
