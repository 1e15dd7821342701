//! Gift cards and store credit: those that are to pay, each of which can be taken out, the field for another card, and the
//! rows that say what they leave to pay.

use super::Refused;
use super::codes::{CodeField, code_field};
use leptos::prelude::*;
use shop::money::Money;
use shop::pricing::Totals;
use shop::tender::{Problem, Share, Tender};

const GIFT_CARD: CodeField =
    CodeField { summary: "Use a gift card", label: "Gift card code", name: "gift_card", max_chars: 64 };

/// `action` takes the field "gift_card", with "remove" an account to take out, with "credit" lets the credit pay; `from` says
/// on which page. `credit` is what the customer could use and does not.
pub fn gift_cards(
    shares: &[Share],
    credit: Option<Money>,
    action: &'static str,
    from: &str,
    refused: Option<Refused>,
) -> AnyView {
    let shown = || shares.iter().filter(|share| share.is_shown());
    let chips = shown().map(|share| chip(share, action, from)).collect_view();
    let chips = (shown().count() > 0).then(|| view! { <ul class="codes" aria-label="Your gift cards">{chips}</ul> });
    let credit = credit.map(|credit| {
        view! {
            <form class="credit-form" action=action method="post">
                <input type="hidden" name="from" value=from.to_owned() />
                <button class="button button-quiet button-small" type="submit" name="credit" value="1">
                    {format!("Use store credit ({credit})")}
                </button>
            </form>
        }
    });
    view! {
        {chips}
        {credit}
        {code_field(&GIFT_CARD, action, from, refused)}
    }
    .into_any()
}

fn chip(share: &Share, action: &'static str, from: &str) -> impl IntoView + use<> {
    let problem = share.problem.map(Problem::text).map(|text| view! { <p class="code-problem">{text}</p> });
    let left = (share.problem.is_none() && share.amount < share.balance.amount).then(|| {
        let rest = share.balance.currency.money(share.balance.amount - share.amount);
        view! { <p class="code-problem">{format!("{rest} stay on it")}</p> }
    });
    view! {
        <li>
            <form action=action method="post">
                <input type="hidden" name="from" value=from.to_owned() />
                <button
                    class="chip"
                    type="submit"
                    name="remove"
                    value=share.account_id.to_string()
                    aria-label=format!("Do not use {}", share.label())
                >
                    {share.label()}
                    <span aria-hidden="true">" ×"</span>
                </button>
            </form>
            {problem}
            {left}
        </li>
    }
}

/// What each pays of a total, and what is left under the name `rest`; nothing when none pays.
pub fn share_rows(totals: &Totals, shares: &[Share], rest: &'static str) -> AnyView {
    let rows = shares.iter().filter(|share| share.amount > 0).map(|share| (share.label(), share.amount)).collect();
    rows_of(totals, rows, rest)
}

/// The same of an order.
pub fn tender_rows(totals: &Totals, tender: &[Tender], is_paid: bool) -> AnyView {
    let rows = tender.iter().filter(|one| !one.released).map(|one| (one.label(), one.amount.amount)).collect();
    rows_of(totals, rows, if is_paid { "Your payment" } else { "To pay" })
}

fn rows_of(totals: &Totals, rows: Vec<(String, i64)>, rest: &'static str) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let due = totals.total - rows.iter().map(|(_, amount)| amount).sum::<i64>();
    let rows = rows
        .into_iter()
        .map(|(label, amount)| {
            view! { <div><dt>{label}</dt><dd>{totals.money(-amount).to_string()}</dd></div> }
        })
        .collect_view();
    view! {
        <dl class="totals">
            {rows}
            <div class="totals-sum"><dt>{rest}</dt><dd>{totals.money(due).to_string()}</dd></div>
        </dl>
    }
    .into_any()
}
