//! Promotions: the list, the editor with its codes, and a cart to try them out on.

mod codes;
mod edit;
mod sent;
mod simulate;

pub use codes::{Codes, code_form};
pub use edit::{Choices, show};
pub use sent::{Named, form_of, read};
pub use simulate::{sample_form, simulate};

use crate::date;
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::pricing::Effect;
use shop::promotion::{Draft, State, Summary};

const HERE: &str = "/admin/discounts";

/// What a promotion does, in a few words.
pub(super) fn about(draft: &Draft) -> String {
    match &draft.rule.effect {
        Effect::Percent { percent } => format!("{percent} % off"),
        Effect::Fixed { .. } => "An amount off".to_owned(),
        Effect::FreeDelivery => "Free delivery".to_owned(),
        Effect::BuyGet { buy, get, percent: 100 } => format!("Buy {buy}, get {get} free"),
        Effect::BuyGet { buy, get, percent } => format!("Buy {buy}, get {get} for {percent} % less"),
        Effect::Gift { .. } => "A gift".to_owned(),
        Effect::Tiers { .. } => "More off for more".to_owned(),
    }
}

pub(super) fn badge(promotion: &Summary, now: i64) -> AnyView {
    let draft = &promotion.draft;
    match promotion.state {
        State::Draft => part::badge("", "Draft"),
        State::Archived => part::badge("", "Archived"),
        State::Active if draft.end_at.is_some_and(|end| end <= now) => part::badge("", "Over"),
        State::Active if draft.start_at.is_some_and(|start| start > now) => part::badge("info", "Later"),
        State::Active if draft.max_uses.is_some_and(|most| promotion.used >= most) => part::badge("warn", "Used up"),
        State::Active => part::badge("good", "Active"),
    }
}

/// Promotions in one state; `now` in Unix milliseconds.
pub fn list(promotions: Vec<Summary>, state: State, now: i64) -> AnyView {
    let actions = view! {
        <a class="button quiet" href="/admin/discounts/try">"Try out"</a>
        <a class="button" href="/admin/discounts/new">"Add discount"</a>
    };
    let tab = |one: State, label: &str| (format!("{HERE}?state={}", one.code()), label.to_owned(), one == state);
    let tabs = part::tabs(
        "Discounts by state",
        vec![tab(State::Active, "Active"), tab(State::Draft, "Drafts"), tab(State::Archived, "Archived")],
    );
    let body = if promotions.is_empty() {
        part::empty(
            "Nothing here",
            "A discount takes something off carts: by itself, or for whoever types its code.",
            Some(("/admin/discounts/new".to_owned(), "Add a discount")),
        )
    } else {
        let columns = [
            Text("Discount"),
            Text("State"),
            Text("What"),
            Text("How"),
            Text("Until (UTC)"),
            Number("Uses"),
            Text("Taken off"),
        ];
        part::table("Discounts, table", &columns, promotions.into_iter().map(|one| row(&one, now)).collect_view())
    };
    view! {
        {part::heading("Discounts", Some(actions.into_any()))}
        {tabs}
        <section class="card flush" aria-label="Discounts">{body}</section>
    }
    .into_any()
}

fn row(promotion: &Summary, now: i64) -> AnyView {
    let draft = &promotion.draft;
    let until = draft.end_at.map_or_else(|| view! { <span class="hint">"Always"</span> }.into_any(), date::time);
    let how = match (draft.by_code, promotion.codes) {
        (false, _) => "By itself".to_owned(),
        (true, 1) => "One code".to_owned(),
        (true, many) => format!("{many} codes"),
    };
    view! {
        <tr>
            <th scope="row"><a href=format!("{HERE}/{}", promotion.id)>{draft.title.clone()}</a></th>
            <td>{badge(promotion, now)}</td>
            <td>{about(draft)}</td>
            <td>{how}</td>
            <td>{until}</td>
            <td class="num">{uses(promotion)}</td>
            <td>{given(promotion)}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn uses(promotion: &Summary) -> String {
    match promotion.draft.max_uses {
        Some(most) => format!("{} of {most}", promotion.used),
        None => promotion.used.to_string(),
    }
}

/// What was taken off in each currency, with its budget.
pub(super) fn given(promotion: &Summary) -> String {
    let with_budget = |money: &shop::money::Money| match promotion.draft.budgets.get(money.currency.code()) {
        Some(budget) => format!("{money} of {}", money.currency.money(*budget)),
        None => money.to_string(),
    };
    let all: Vec<String> = promotion.given.iter().map(with_budget).collect();
    if all.is_empty() { "Nothing yet".to_owned() } else { all.join(", ") }
}
