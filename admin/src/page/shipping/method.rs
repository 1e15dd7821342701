//! The editor of one method, new or existing.

use super::{HERE, basis};
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::id::{ShippingMethodId, ShippingZoneId};
use shop::limits::{NAME_CHARS, REASON_CHARS, SLUG_CHARS};
use shop::money::Currency;
use shop::shipping::Basis;

/// `stored` is `None` for a method that is not saved yet; `houses` are the warehouses where buyers may fetch orders.
pub fn editor(
    zone: (ShippingZoneId, &str),
    stored: Option<(ShippingMethodId, &str)>,
    currencies: &[Currency],
    houses: Vec<(String, String)>,
    form: &Form,
) -> AnyView {
    let (title, action) = match stored {
        Some((id, name)) => (name.to_owned(), format!("{HERE}/methods/{id}")),
        None => ("Add method".to_owned(), format!("{HERE}/zones/{}/methods/new", zone.0)),
    };
    let back = format!("{HERE}/zones/{}", zone.0);
    let tables = currencies.iter().map(|currency| table(*currency, form)).collect_view();
    view! {
        <p class="up"><a href=back>"← "{zone.1.to_owned()}</a></p>
        {part::heading(title, None)}
        {form.summary()}
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <div class="column">
                {basics(form)}
                <section class="card" aria-labelledby="prices">
                    <h2 id="prices">"Prices"</h2>
                    <p class="hint" id=form.field_id("rates")>
                        "One step on each line: from where on, and the price, like 2 6.90. By weight that is from 2 kg, by value \
                         from 2 in the same currency, by number from 2 items. What lies below the first step is not delivered. \
                         Values count after discounts. A currency without prices does not have the method."
                    </p>
                    {tables}
                </section>
            </div>
            <div class="column side-column">{way(form, houses)}</div>
            <div class="column across"><div class="save-bar"><button>"Save method"</button></div></div>
        </form>
        {stored.map(removal)}
    }
    .into_any()
}

fn basics(form: &Form) -> AnyView {
    let bases = Basis::ALL.map(|one| (one.code().to_owned(), basis(one).to_owned())).into();
    view! {
        <section class="card" aria-labelledby="basics">
            <h2 id="basics">"Method"</h2>
            {Field::new("name", "Name").required().max(NAME_CHARS).hint("As shoppers read it.").input(form)}
            {Field::new("code", "Key")
                .required()
                .max(SLUG_CHARS)
                .slug_from(form.field_id("name"))
                .hint("For programs: lower-case letters, digits and hyphens.")
                .input(form)}
            {Field::new("description", "In a few words").max(REASON_CHARS).hint("Stands below its name.").input(form)}
            {Field::new("basis", "The price depends on").select(form, bases)}
        </section>
    }
    .into_any()
}

fn table(currency: Currency, form: &Form) -> AnyView {
    view! {
        {Field::new(format!("rates.{currency}"), format!("Price table in {currency}")).rows(4).area(form)}
        {Field::new(format!("free.{currency}"), format!("Free from, in {currency}"))
            .keys("decimal")
            .hint("What the goods come to after discounts; empty: never.")
            .input(form)}
    }
    .into_any()
}

fn way(form: &Form, houses: Vec<(String, String)>) -> AnyView {
    let mut places = vec![(String::new(), "It is carried to the buyer".to_owned())];
    places.extend(houses.into_iter().map(|(id, name)| (id, format!("Fetched at {name}"))));
    view! {
        <section class="card" aria-labelledby="way">
            <h2 id="way">"On its way"</h2>
            {Field::new("days_min", "Fewest working days").keys("numeric").required().input(form)}
            {Field::new("days_max", "Most working days")
                .keys("numeric")
                .required()
                .hint("From the day it leaves the warehouse; of pickup, until it is ready there.")
                .input(form)}
            {Field::new("pickup", "Who carries it")
                .hint("Orders that are fetched come out of that warehouse's stock.")
                .select(form, places)}
            {Field::new("active", "Offered to shoppers").check(form)}
            {Field::new("position", "Place in the list").keys("numeric").required().input(form)}
        </section>
    }
    .into_any()
}

fn removal((id, name): (ShippingMethodId, &str)) -> AnyView {
    view! {
        <section class="card" aria-labelledby="removal">
            <h2 id="removal">"Delete"</h2>
            <p class="hint">"Orders keep its name."</p>
            <form method="post" action=format!("{HERE}/methods/{id}/delete")>
                <button class="danger" data-confirm=format!("Delete the method {name}?")>"Delete method"</button>
            </form>
        </section>
    }
    .into_any()
}
