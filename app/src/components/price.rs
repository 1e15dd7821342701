//! Prices, stock and what changed about a line, in words.

use leptos::prelude::*;
use shop::cart::LineProblem;
use shop::catalogue::Availability;
use shop::money::Money;

/// Fewer units than this are worth a word.
const LOW_STOCK: i64 = 5;

/// A price, with the earlier one struck through when it was higher.
#[component]
pub fn Price(price: Money, compare_at: Option<Money>, #[prop(optional)] from: bool) -> impl IntoView {
    let earlier = compare_at.filter(|earlier| earlier.amount > price.amount).map(|earlier| {
        view! {
            <s class="price-before">
                <span class="visually-hidden">"Before: "</span>
                {earlier.to_string()}
            </s>
        }
    });
    let reduced = earlier.is_some();
    view! {
        <p class="price" class:price-reduced=reduced>
            {from.then(|| view! { <span class="price-from">"from "</span> })}
            <span class="price-now">{price.to_string()}</span>
            {earlier}
        </p>
    }
}

/// What the law wants to be said beside a reduced price (directive 98/6/EC, Article 6a); empty for others. The island
/// writes the same into the same place.
pub fn lowest_text(lowest_before: Option<Money>) -> String {
    lowest_before.map(|lowest| format!("Lowest price in the last 30 days: {lowest}")).unwrap_or_default()
}

/// "in", "low" or "out", for colour and for the island.
pub fn stock_level(availability: Availability) -> &'static str {
    match availability {
        Availability::Units(units) if units <= 0 => "out",
        Availability::Units(units) if units < LOW_STOCK => "low",
        Availability::Units(_) | Availability::Untracked => "in",
    }
}

pub fn stock_text(availability: Availability) -> String {
    match (stock_level(availability), availability) {
        ("low", Availability::Units(units)) => format!("Only {units} left"),
        ("out", _) => "Sold out".into(),
        _ => "In stock".into(),
    }
}

/// What happened to a cart line since the shopper last saw it.
pub fn problem_text(problem: &LineProblem) -> String {
    match problem {
        LineProblem::PriceChanged { from, to } if to.amount < from.amount => {
            format!("The price has fallen from {from} to {to}.")
        }
        LineProblem::PriceChanged { from, to } => format!("The price has risen from {from} to {to}."),
        LineProblem::StockReduced { available: 0, .. } => "This is sold out now.".into(),
        LineProblem::StockReduced { wanted, available } => {
            format!("Only {available} left; you wanted {wanted}.")
        }
        LineProblem::LimitReached { why, .. } => why.clone(),
        LineProblem::Unavailable => "This is no longer sold.".into(),
    }
}
