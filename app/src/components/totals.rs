//! What is owed, row by row, and where it goes.

use leptos::prelude::*;
use shop::address::Address;
use shop::pricing::{Discount, Totals};

/// The sum with its parts. `delivery` is the row's text while the price is not known yet.
#[component]
pub fn TotalsTable(totals: Totals, #[prop(optional, into)] delivery: Option<String>) -> impl IntoView {
    let money = |amount: i64| totals.money(amount).to_string();
    let before = totals.shipping + totals.shipping_discount;
    let delivery = delivery.unwrap_or_else(|| if before == 0 { "Free".into() } else { money(before) });
    let discount = discount_rows(&totals, |discount| discount.amount);
    let off_delivery = discount_rows(&totals, |discount| discount.shipping);
    let inclusive = totals.tax_inclusive;
    let taxes = totals
        .tax_rows
        .iter()
        .map(|(name, amount)| {
            let label = if inclusive { format!("Includes {name}") } else { name.clone() };
            view! { <div class:totals-note=inclusive><dt>{label}</dt><dd>{money(*amount)}</dd></div> }
        })
        .collect_view();
    let sum = view! {
        <div class="totals-sum">
            <dt>"Total"</dt>
            <dd>{money(totals.total)}</dd>
        </div>
    };
    let (before, after) = if inclusive { (None, Some(taxes)) } else { (Some(taxes), None) };
    view! {
        <dl class="totals">
            <div><dt>"Subtotal"</dt><dd>{money(totals.subtotal)}</dd></div>
            {discount}
            <div><dt>"Delivery"</dt><dd>{delivery}</dd></div>
            {off_delivery}
            {before}
            {sum}
            {after}
        </dl>
    }
}

/// A row for each promotion that takes something off.
pub fn discount_rows(totals: &Totals, off: fn(&Discount) -> i64) -> AnyView {
    let with = totals.discounts.iter().filter(|discount| off(discount) > 0);
    with.map(|discount| {
        let amount = totals.money(-off(discount)).to_string();
        view! { <div><dt>{discount.label()}</dt><dd>{amount}</dd></div> }
    })
    .collect_view()
    .into_any()
}

/// An address as its country writes it.
#[component]
pub fn AddressBlock(address: Address) -> impl IntoView {
    let lines = address.lines().into_iter().map(|line| view! { <span>{line}</span> }).collect_view();
    view! { <address class="address">{lines}</address> }
}
