//! One promotion: what it does, when, how often; its codes below.

use super::codes::{Codes, codes};
use super::{HERE, badge, given, uses};
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::limits::TITLE_CHARS;
use shop::promotion::{State, Summary};

/// What can be chosen in the editor: (value, label).
#[derive(Default)]
pub struct Choices {
    pub categories: Vec<(String, String)>,
    pub collections: Vec<(String, String)>,
    pub groups: Vec<(String, String)>,
    pub currencies: Vec<String>,
}

/// `stored` is `None` for one that is not saved yet; `now` in Unix milliseconds.
pub fn show(stored: Option<&Summary>, choices: &Choices, form: &Form, of_codes: Option<Codes>, now: i64) -> AnyView {
    let title = stored.map_or("Add discount".to_owned(), |one| one.draft.title.clone());
    let action = stored.map_or(format!("{HERE}/new"), |one| format!("{HERE}/{}", one.id));
    let active = stored.is_some_and(|one| one.state == State::Active);
    let numbers = stored.map(|one| {
        let rows = vec![("Uses", uses(one).into_any()), ("Taken off", given(one).into_any())];
        view! { <section class="card" aria-labelledby="usage"><h2 id="usage">"So far"</h2>{part::facts(rows)}</section> }
    });
    view! {
        {part::up(HERE, "Discounts")}
        {part::heading(title, stored.map(|one| badge(one, now)))}
        {form.summary()}
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            // Pressing Enter in a field saves as it is.
            <button class="sr-only" name="do" value=if active { "active" } else { "draft" } tabindex="-1" aria-hidden="true">"Save"</button>
            <div class="column">{effect(choices, form)}{scope(choices, form)}</div>
            <div class="column side-column">{limits(form)}{conditions(choices, form)}{stacking(form)}</div>
            <div class="column across">
                <div class="save-bar">
                    <button name="do" value="draft" class="quiet">"Save as draft"</button>
                    <button name="do" value="active">"Save and activate"</button>
                </div>
            </div>
        </form>
        {numbers}
        {of_codes.map(codes)}
        {stored.filter(|one| one.state != State::Archived).map(archive)}
    }
    .into_any()
}

fn effect(choices: &Choices, form: &Form) -> AnyView {
    let effects = [
        ("percent", "A percentage off"),
        ("fixed", "An amount off"),
        ("free_delivery", "Free delivery"),
        ("buy_get", "Buy some, get some"),
        ("gift", "A gift"),
        ("tiers", "More off for more"),
    ];
    let effects = effects.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let ways = [("automatic", "By itself"), ("code", "With a code")];
    let ways = ways.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let steps = choices.currencies.iter().map(|code| (code.clone(), format!("What it costs, in {code}")));
    let steps = std::iter::once((String::new(), "Pieces".to_owned())).chain(steps).collect();
    view! {
        <section class="card" aria-labelledby="what">
            <h2 id="what">"What it does"</h2>
            {Field::new("title", "Title").required().max(TITLE_CHARS).hint("Shoppers read it beside the amount.").input(form)}
            {Field::new("way", "It applies").select(form, ways)}
            {Field::new("effect", "What is taken off").select(form, effects)}
            <div class="effect of-percent of-buy_get">
                {Field::new("percent", "Percent").keys("numeric").max(3).hint("For a percentage; for “buy some, get some” what those cost less, 100 when left empty.").input(form)}
            </div>
            <div class="effect of-fixed">
                {Field::new("amount", "Amount").rows(2).hint("For an amount: one currency on each line, like EUR 10.00.").area(form)}
            </div>
            <div class="effect of-buy_get">
                {Field::new("buy", "Buy").keys("numeric").max(3).input(form)}
                {Field::new("get", "Get").keys("numeric").max(3).hint("3 for 2 is: buy 2, get 1. The cheapest pieces are the ones that cost less.").input(form)}
            </div>
            <div class="effect of-gift">
                {Field::new("gifts", "Gifts, by SKU").rows(2).hint("One on each line. The first that is there comes into the cart by itself and costs nothing.").area(form)}
                {Field::new("gift_units", "Pieces that are free").keys("numeric").max(3).hint("One when left empty.").input(form)}
            </div>
            <div class="effect of-tiers">
                {Field::new("steps_of", "Steps count").select(form, steps)}
                {Field::new("steps", "Steps").rows(3).hint("One on each line: from how much, and how many percent, like 3 10.").area(form)}
            </div>
        </section>
    }
    .into_any()
}

fn scope(choices: &Choices, form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="for">
            <h2 id="for">"What it is for"</h2>
            <p class="hint">"Everything, unless something is named here; then whatever is named in any way."</p>
            {Field::new("products", "Products, by SKU").rows(3).hint("One SKU on each line; each means its product with all variants.").area(form)}
            {boxes("category", "Categories, with those below them", &choices.categories, form)}
            {boxes("collection", "Collections", &choices.collections, form)}
            {Field::new("skip_reduced", "Not what is reduced already, by a sale or a price list").check(form)}
        </section>
    }
    .into_any()
}

fn limits(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="limits">
            <h2 id="limits">"When and how often"</h2>
            {Field::new("start_at", "From (UTC)").kind("datetime-local").hint("Left empty, at once.").input(form)}
            {Field::new("end_at", "Until (UTC)").kind("datetime-local").hint("Left empty, for good.").input(form)}
            {Field::new("max_uses", "Uses in all").keys("numeric").max(10).hint("Left empty, without limit.").input(form)}
            {Field::new("per_buyer", "Uses of each shopper").keys("numeric").max(10).hint("By account and by mailbox.").input(form)}
            {Field::new("budget", "Budget").rows(2).hint("What it may take off all together, one currency on each line. In other currencies it then does not apply.").area(form)}
        </section>
    }
    .into_any()
}

fn conditions(choices: &Choices, form: &Form) -> AnyView {
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let days: Vec<_> = days.iter().zip(1..).map(|(day, number)| (number.to_string(), (*day).to_owned())).collect();
    let currencies: Vec<_> = choices.currencies.iter().map(|code| (code.clone(), code.clone())).collect();
    view! {
        <section class="card" aria-labelledby="conditions">
            <h2 id="conditions">"Conditions"</h2>
            {Field::new("minimum", "For at least").rows(2).hint("What the products it is for cost, before discounts; one currency on each line.").area(form)}
            {Field::new("min_units", "From pieces").keys("numeric").max(5).input(form)}
            {Field::new("first_order", "First order only").check(form)}
            {Field::new("countries", "Delivered to").hint("Two letters each, with commas: DE, FR. Left empty, everywhere.").input(form)}
            {boxes("currency", "In currencies", &currencies, form)}
            {boxes("group", "For customer groups", &choices.groups, form)}
            {boxes("weekday", "On days of the week (UTC)", &days, form)}
        </section>
    }
    .into_any()
}

fn stacking(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="stacking">
            <h2 id="stacking">"Together with others"</h2>
            <p class="hint">"This one goes together with the kinds that are chosen here, if those allow it, too. Else the one of the lower rank applies."</p>
            {Field::new("combines_line", "Discounts on products").check(form)}
            {Field::new("combines_order", "Discounts on the order").check(form)}
            {Field::new("combines_delivery", "Free delivery").check(form)}
            {Field::new("rank", "Rank").max(5).hint("Lower comes first; 0 is usual.").input(form)}
        </section>
    }
    .into_any()
}

/// Check boxes under one name; nothing when there is nothing to choose.
fn boxes(name: &'static str, legend: &'static str, choices: &[(String, String)], form: &Form) -> Option<AnyView> {
    if choices.is_empty() {
        return None;
    }
    let chosen: Vec<&str> = form.all(name).collect();
    let items = choices
        .iter()
        .map(|(value, label)| {
            let (checked, id) = (chosen.contains(&value.as_str()), format!("{name}-{value}"));
            view! {
                <li class="check">
                    <input type="checkbox" id=id.clone() name=name value=value.clone() checked=checked />
                    <label for=id>{label.clone()}</label>
                </li>
            }
        })
        .collect_view();
    let refused = form.error(name).map(|text| view! { <p class="error">{text.to_owned()}</p> });
    Some(
        view! {
            <fieldset id=form.field_id(name)>
                <legend>{legend}</legend>
                <ul class="choices">{items}</ul>
                {refused}
            </fieldset>
        }
        .into_any(),
    )
}

fn archive(one: &Summary) -> AnyView {
    view! {
        <form method="post" action=format!("{HERE}/{}/archive", one.id)>
            <input type="hidden" name="version" value=one.version.to_string() />
            <button class="link" data-confirm="Archive this discount? Nobody gets it any more.">"Archive the discount"</button>
        </form>
    }
    .into_any()
}
