//! An amount to try the rates out on, and what came of it, step by step.

use super::{HERE, Tab, head};
use crate::date;
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::limits::EMAIL_CHARS;
use shop::tax::{Class, Explained};

/// The form as it stands there at first; `now` in Unix milliseconds.
pub fn calculator_form(currency: &str, country: &str, now: i64) -> Form {
    Form::new("tax")
        .with("currency", currency)
        .with("country", country)
        .with("tax_class", "standard")
        .with("at", date::local(now))
}

pub fn calculator(form: &Form, classes: &[Class], currencies: Vec<String>, found: Option<&Explained>) -> AnyView {
    let classes = classes.iter().map(|class| (class.code.clone(), class.name.clone())).collect();
    let currencies = currencies.into_iter().map(|code| (code.clone(), code)).collect();
    let countries = shop::address::countries().iter().map(|rules| (rules.code.to_owned(), rules.name.to_owned()));
    view! {
        {head(Tab::Calculator, None)}
        {form.summary()}
        <section class="card" aria-labelledby="question">
            <h2 id="question">"What is charged"</h2>
            <form method="get" action=format!("{HERE}/try") class="stack">
                {Field::new("price", "Shelf price").keys("decimal").max(15).required().input(form)}
                {Field::new("currency", "Currency").select(form, currencies)}
                {Field::new("tax_class", "Class").select(form, classes)}
                {Field::new("country", "Country").select(form, countries.collect())}
                {Field::new("region", "Region").max(3).hint("The code of a state or province, like CA; perhaps empty.").input(form)}
                {Field::new("postal_code", "Postcode").max(16).input(form)}
                {Field::new("customer", "Customer").max(EMAIL_CHARS).hint("The e-mail address of an account; left empty, a guest.").input(form)}
                {Field::new("at", "When (UTC)").kind("datetime-local").required().input(form)}
                <div><button>"Work it out"</button></div>
            </form>
        </section>
        {found.map(result)}
    }
    .into_any()
}

fn result(found: &Explained) -> AnyView {
    let show = |money: shop::money::Money| money.to_string().into_any();
    let steps = found.steps.iter().map(|step| view! { <li>{step.clone()}</li> }).collect_view();
    let rows = vec![("Without tax", show(found.net)), ("Tax", show(found.tax)), ("Paid", show(found.total))];
    view! {
        <section class="card" aria-labelledby="result">
            <h2 id="result">"Result"</h2>
            <ol>{steps}</ol>
            {part::facts(rows)}
        </section>
    }
    .into_any()
}
