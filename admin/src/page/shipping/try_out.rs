//! "This cart to this address": from where, which methods, what price, when, and why the others not.

use super::HERE;
use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::address::countries;
use shop::limits::POSTAL_CODE_CHARS;
use shop::shipping::{Candidate, Estimate, Parcel, Simulated, Untaken};

/// The form as it stands there at first; `now` in Unix milliseconds.
pub fn sample_form(currency: &str, country: &str, now: i64) -> Form {
    Form::new("sample").with("currency", currency).with("country", country).with("at", date::local(now))
}

pub fn try_out(form: &Form, currencies: Vec<String>, found: Option<&Simulated>) -> AnyView {
    let currencies = currencies.into_iter().map(|code| (code.clone(), code)).collect();
    let places = countries().iter().map(|rules| (rules.code.to_owned(), rules.name.to_owned())).collect();
    view! {
        {part::up(HERE, "Shipping")}
        {part::heading("Try an address", None)}
        {form.summary()}
        <section class="card" aria-labelledby="sample">
            <h2 id="sample">"This cart to this address"</h2>
            <form method="get" action="/admin/shipping/try" class="stack">
                {Field::new("lines", "Products").required().rows(4).hint("One on each line: a SKU and how many, like MUG 2.").area(form)}
                {Field::new("country", "Country").select(form, places)}
                {Field::new("region", "Region").hint("Its code, like CA, where the country uses one.").input(form)}
                {Field::new("postal_code", "Postcode").max(POSTAL_CODE_CHARS).input(form)}
                {Field::new("currency", "Currency").select(form, currencies)}
                {Field::new("at", "Ordered when (UTC)").kind("datetime-local").required().input(form)}
                <div><button>"Work it out"</button></div>
            </form>
        </section>
        {found.map(result)}
    }
    .into_any()
}

fn result(found: &Simulated) -> AnyView {
    let zone = found.zone.clone().unwrap_or_else(|| "None: nobody delivers there".to_owned());
    let facts = vec![
        ("Zone", zone.into_any()),
        ("Goods after discounts", found.goods.to_string().into_any()),
        ("Weight", format!("{} g", part::thousands(found.grams.unsigned_abs())).into_any()),
        ("Items to carry", found.units.into_any()),
    ];
    let parcels = if found.parcels.is_empty() {
        let why = if found.unserved.is_empty() { "Nothing has to come out of stock." } else { found.unserved.as_str() };
        part::empty("No parcel", why, None)
    } else {
        let columns = [Text("From"), Text("Contents"), Text("Leaves")];
        part::table("Parcels, table", &columns, found.parcels.iter().map(parcel).collect_view())
    };
    let others = (!found.others.is_empty()).then(|| {
        let columns = [Text("Warehouse"), Text("Why not")];
        let rows = found.others.iter().map(untaken).collect_view();
        view! {
            <section class="card" aria-labelledby="others">
                <h2 id="others">"Other warehouses"</h2>
                {part::table("Other warehouses, table", &columns, rows)}
            </section>
        }
    });
    let columns = [Text("Method"), Text("Outcome"), Number("Price"), Text("From"), Text("Arrives")];
    let methods = if found.methods.is_empty() {
        part::empty("No methods", "There is no method in any zone.", None)
    } else {
        part::table("Methods, table", &columns, found.methods.iter().map(candidate).collect_view())
    };
    view! {
        <section class="card" aria-labelledby="order"><h2 id="order">"The order"</h2>{part::facts(facts)}</section>
        <section class="card" aria-labelledby="parcels"><h2 id="parcels">"Parcels"</h2>{parcels}</section>
        {others}
        <section class="card" aria-labelledby="methods"><h2 id="methods">"Methods"</h2>{methods}</section>
    }
    .into_any()
}

fn parcel(parcel: &Parcel) -> AnyView {
    let lines = parcel.lines.iter().map(|(sku, units)| view! { <div>{*units}" × "<code>{sku.clone()}</code></div> });
    view! {
        <tr>
            <th scope="row">{parcel.warehouse.clone()}</th>
            <td>{lines.collect_view()}</td>
            <td>{date::day(parcel.leaves)}</td>
        </tr>
    }
    .into_any()
}

fn untaken(other: &Untaken) -> AnyView {
    view! { <tr><th scope="row">{other.warehouse.clone()}</th><td>{other.why.clone()}</td></tr> }.into_any()
}

fn candidate(one: &Candidate) -> AnyView {
    let (badge, price) = match one.price {
        Some(price) if price.amount == 0 => (part::badge("good", "Offered"), "Free".to_owned()),
        Some(price) => (part::badge("good", "Offered"), price.to_string()),
        None => (part::badge("", "Not offered"), String::new()),
    };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("{HERE}/methods/{}", one.id)>{one.name.clone()}</a>
                <span class="sub">{one.zone.clone()}</span>
            </th>
            <td>{badge}" "{one.why.clone()}</td>
            <td class="num">{price}</td>
            <td>{one.from.clone()}</td>
            <td>{one.estimate.map(arrives)}</td>
        </tr>
    }
    .into_any()
}

fn arrives(estimate: Estimate) -> String {
    let (from, to) = estimate.times();
    if from == to { date::day(from) } else { format!("{} to {}", date::day(from), date::day(to)) }
}
