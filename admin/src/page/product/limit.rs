//! How much one may buy of a product; a form of its own below the editor's.

use crate::form::{Field, Form};
use leptos::prelude::*;
use shop::id::ProductId;
use shop::purchase_limit::Limit;

/// Fields: `per_order`, `per_buyer`, `days`, each empty for no limit.
pub fn form_of(limit: Limit) -> Form {
    let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    Form::new("limit")
        .with("per_order", text(limit.per_order))
        .with("per_buyer", text(limit.per_buyer))
        .with("days", text(limit.days))
}

/// What was sent; what is no number is 0, which is out of bounds and told so.
pub fn read(form: &Form) -> Limit {
    let number = |name: &str| match form.value(name).trim() {
        "" => None,
        text => Some(text.parse().unwrap_or(0)),
    };
    Limit { per_order: number("per_order"), per_buyer: number("per_buyer"), days: number("days") }
}

pub fn section(product: ProductId, form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="limits">
            <h2 id="limits">"How much one may buy"</h2>
            <form method="post" action=format!("/admin/products/{product}/limit") class="stack">
                <div class="pair">
                    {Field::new("per_order", "Units in one order").keys("numeric").hint("Over all variants. Empty: no limit.").input(form)}
                    {Field::new("per_buyer", "Units for each customer").keys("numeric").hint("Over all orders. Empty: no limit.").input(form)}
                </div>
                {Field::new("days", "Of the last so many days")
                    .keys("numeric")
                    .hint(
                        "Over which the orders of a customer are counted. Empty: all. Guests are counted by e-mail address; orders \
                         placed while there was no limit for each customer are not counted.",
                    )
                    .input(form)}
                <div><button class="quiet">"Save limits"</button></div>
            </form>
        </section>
    }
    .into_any()
}
