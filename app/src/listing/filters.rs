//! The form by which a list is narrowed down and sorted.

use super::{Choices, SORTS, field_of};
use crate::components::Stars;
use crate::islands::SearchBox;
use leptos::prelude::*;
use shop::FieldError;
use shop::money::Money;
use shop::search::{Facet, Found, Sort};

/// `problems` are choices that could not be read; `with_text`: whether words can be changed here.
pub fn filters(choices: &Choices, found: &Found, problems: &[FieldError], with_text: bool) -> AnyView {
    let search = with_text.then(|| view! { <SearchBox id="search-again".to_owned() text=choices.text.clone() /> });
    let kept = (!with_text && !choices.text.is_empty())
        .then(|| view! { <input type="hidden" name="q" value=choices.text.clone() /> });
    let attributes = found
        .attributes
        .iter()
        .map(|attribute| facet(attribute.name.clone(), field_of(&attribute.name), attribute.values.clone()))
        .collect_view();
    let (role, label) = if with_text { (Some("search"), "Search and filters") } else { (None, "Filters") };
    view! {
        <form class="filters" action=choices.path.clone() method="get" role=role aria-label=label>
            {search}
            {kept}
            <details class="filter-panel" open=!problems.is_empty()>
                <summary>"Filter and sort"</summary>
                {sort_field(choices)}
                {facet("Category".to_owned(), "category".to_owned(), found.categories.clone())}
                {facet("Brand".to_owned(), "brand".to_owned(), found.brands.clone())}
                {attributes}
                {ratings(found.ratings.clone())}
                {price_fields(choices, found.prices, problems)}
                <div>
                    {switch("in_stock", "In stock only", choices.in_stock_only, found.in_stock)}
                    {(found.on_sale > 0 || choices.on_sale_only)
                        .then(|| switch("on_sale", "Reduced", choices.on_sale_only, found.on_sale))}
                </div>
                <button class="button" type="submit">"Apply"</button>
            </details>
        </form>
    }
    .into_any()
}

fn sort_field(choices: &Choices) -> impl IntoView + use<> {
    let chosen = choices.sort;
    let has_words = !choices.text.is_empty();
    let options = SORTS
        .iter()
        .map(|(sort, code, label)| {
            let label = if *sort == Sort::Relevance && !has_words { "Featured" } else { label };
            view! { <option value=*code selected=*sort == chosen>{label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for="sort">"Sort by"</label>
            <select id="sort" name="sort" data-autosubmit="">{options}</select>
        </div>
    }
}

fn switch(name: &'static str, label: &'static str, checked: bool, count: usize) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" name=name value="1" checked=checked />
            <span>{label}</span>
            <span class="count">{count}</span>
        </label>
    }
}

/// One of them or none: who asks for three stars takes four, too.
fn ratings(ratings: Vec<Facet>) -> impl IntoView {
    (!ratings.is_empty()).then(|| {
        let none_chosen = !ratings.iter().any(|facet| facet.chosen);
        let choices = ratings
            .into_iter()
            .map(|facet| {
                let tenths = 10 * facet.value.parse().unwrap_or(0);
                view! {
                    <li>
                        <label class="check">
                            <input type="radio" name="rated_from" value=facet.value checked=facet.chosen />
                            <span class="rating-choice"><Stars tenths=tenths />"and up"</span>
                            <span class="count">{facet.count}</span>
                        </label>
                    </li>
                }
            })
            .collect_view();
        view! {
            <fieldset class="facet">
                <legend>"Rating"</legend>
                <ul>
                    <li>
                        <label class="check">
                            <input type="radio" name="rated_from" value="" checked=none_chosen />
                            <span>"Any"</span>
                        </label>
                    </li>
                    {choices}
                </ul>
            </fieldset>
        }
    })
}

/// Nothing where there is nothing to choose between.
fn facet(title: String, name: String, values: Vec<Facet>) -> impl IntoView {
    (values.len() > 1 || values.iter().any(|facet| facet.chosen)).then(|| {
        let boxes = values
            .into_iter()
            .map(|facet| {
                view! {
                    <li>
                        <label class="check">
                            <input type="checkbox" name=name.clone() value=facet.value checked=facet.chosen />
                            <span>{facet.swatch.map(swatch)}{facet.title}</span>
                            <span class="count">{facet.count}</span>
                        </label>
                    </li>
                }
            })
            .collect_view();
        view! { <fieldset class="facet"><legend>{title}</legend><ul>{boxes}</ul></fieldset> }
    })
}

/// A spot of a colour.
fn swatch(colour: String) -> impl IntoView {
    view! {
        <svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="7.5" fill=colour />
        </svg>
    }
}

fn price_fields(choices: &Choices, prices: Option<(Money, Money)>, problems: &[FieldError]) -> impl IntoView + use<> {
    let field = |name: &'static str, label: &'static str, value: &str, hint: Option<Money>| {
        let problem = problems.iter().find(|problem| problem.field == name).map(|problem| problem.message.clone());
        let id = format!("{name}-problem");
        let told = problem.is_some().then(|| id.clone());
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    type="text"
                    inputmode="decimal"
                    value=value.to_owned()
                    placeholder=hint.map(Money::decimal).unwrap_or_default()
                    aria-invalid=told.is_some().then_some("true")
                    aria-describedby=told
                />
                {problem.map(|text| view! { <p class="field-error" id=id>{text}</p> })}
            </div>
        }
    };
    view! {
        <fieldset class="facet">
            <legend>"Price"</legend>
            <div class="price-range">
                {field("price_from", "From", &choices.price_from, prices.map(|range| range.0))}
                {field("price_to", "To", &choices.price_to, prices.map(|range| range.1))}
            </div>
        </fieldset>
    }
}
