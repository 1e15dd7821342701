//! The conditions of a rule: one row each, the same fields for all, so that they work without a script.

use super::Opened;
use super::sent::{rows, subjects};
use crate::form::{Field, Form};
use leptos::prelude::*;
use shop::limits::{CONDITIONS, TITLE_CHARS};

/// Rows that wait for another condition.
const EMPTY: usize = 2;

const HOW: [(&str, &str); 6] = [
    ("is", "is"),
    ("is_not", "is not"),
    ("contains", "contains"),
    ("begins", "begins with"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
];

pub fn section(opened: &Opened, form: &Form) -> AnyView {
    let count = (rows(form) + EMPTY).min(CONDITIONS);
    let list = (0..count).map(|at| row(opened, form, at)).collect_view();
    let matching = [("all", "All conditions hold"), ("any", "Any condition holds")]
        .map(|(value, label)| (value.to_owned(), label.to_owned()))
        .into();
    let categories = opened
        .categories
        .iter()
        .map(|(_, slug, title)| view! { <option value=slug.clone()>{title.clone()}</option> })
        .collect_view();
    let problem = form.error("conditions").map(|text| view! { <p class="error">{text.to_owned()}</p> });
    view! {
        <section class="card" aria-labelledby="rule" id=form.field_id("conditions")>
            <h2 id="rule">"Rule"</h2>
            <p class="hint">
                "Products come and go by themselves. For a category write its address, for an option its name and a value \
                 like \"Colour: Blue\", for \"Made within days\" a number; \"In stock\" and \"Reduced\" need no value."
            </p>
            {Field::new("match", "A product is in it when").select(form, matching)}
            {problem}
            <ol class="conditions">{list}</ol>
            <datalist id="category-addresses">{categories}</datalist>
            <div class="actions">
                <button class="quiet" name="do" value="more">"More conditions"</button>
                <button class="quiet" name="do" value="count">"Count products"</button>
                <output class="counted" data-counted="">{opened.counted.clone()}</output>
            </div>
        </section>
    }
    .into_any()
}

fn row(opened: &Opened, form: &Form, at: usize) -> AnyView {
    let name = |part: &str| format!("conditions.{at}.{part}");
    let label = |what: &str| format!("{what}, condition {}", at + 1);
    let nothing = (String::new(), "Choose …".to_owned());
    let subjects = std::iter::once(nothing).chain(subjects(&opened.currencies)).collect();
    let how = HOW.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    // Only addresses of categories are offered, and other texts may be typed as well.
    let field = form.field_id(&name("value"));
    let error = form.error(&name("value")).map(str::to_owned);
    let told = error.is_some().then(|| format!("{field}-error"));
    view! {
        <li class="condition">
            {Field::new(name("on"), label("What")).quiet().select(form, subjects)}
            {Field::new(name("is"), label("How")).quiet().select(form, how)}
            <div class="field">
                <label for=field.clone() class="sr-only">{label("Value")}</label>
                <input
                    id=field
                    name=name("value")
                    type="text"
                    value=form.value(&name("value")).to_owned()
                    maxlength=TITLE_CHARS
                    autocomplete="off"
                    list=(form.value(&name("on")) == "category").then_some("category-addresses")
                    aria-invalid=error.is_some().then_some("true")
                    aria-describedby=told.clone()
                />
                {error.map(|text| view! { <p class="error" id=told>{text}</p> })}
            </div>
            {Field::new(name("remove"), format!("Remove condition {}", at + 1)).check(form)}
        </li>
    }
    .into_any()
}
