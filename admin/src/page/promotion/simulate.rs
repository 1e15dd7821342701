//! A sample cart to try promotions out on, and what came of each, with the whole calculation.

use super::HERE;
use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::limits::EMAIL_CHARS;
use shop::promotion::{SampleLine, Simulated, Told};

/// The form as it stands there at first; `now` in Unix milliseconds.
pub fn sample_form(currency: &str, country: &str, now: i64) -> Form {
    Form::new("sample").with("currency", currency).with("country", country).with("at", date::local(now))
}

pub fn simulate(form: &Form, currencies: Vec<String>, found: Option<&Simulated>) -> AnyView {
    let currencies = currencies.into_iter().map(|code| (code.clone(), code)).collect();
    view! {
        {part::up(HERE, "Discounts")}
        {part::heading("Try out discounts", None)}
        {form.summary()}
        <section class="card" aria-labelledby="sample">
            <h2 id="sample">"A cart"</h2>
            <form method="get" action="/admin/discounts/try" class="stack">
                {Field::new("lines", "Products").required().rows(4).hint("One on each line: a SKU and how many, like MUG 2.").area(form)}
                {Field::new("code", "Code").input(form)}
                {Field::new("customer", "Customer").max(EMAIL_CHARS).hint("The e-mail address of an account; left empty, a guest who has never ordered.").input(form)}
                {Field::new("country", "Delivered to").max(2).required().input(form)}
                {Field::new("currency", "Currency").select(form, currencies)}
                {Field::new("at", "When (UTC)").kind("datetime-local").required().input(form)}
                <div><button>"Work it out"</button></div>
            </form>
        </section>
        {found.map(result)}
    }
    .into_any()
}

fn result(found: &Simulated) -> AnyView {
    let verdicts = if found.promotions.is_empty() {
        part::empty("No discounts", "There is none that is not archived.", None)
    } else {
        let columns = [Text("Discount"), Text("Outcome"), Number("Taken off")];
        part::table("Outcome of each discount", &columns, found.promotions.iter().map(told).collect_view())
    };
    let columns = [
        Text("Product"),
        Number("Units"),
        Number("Catalogue"),
        Number("Each"),
        Number("Total"),
        Text("Taken off"),
        Number("Paid"),
        Text("Tax"),
    ];
    let lines = part::table("Calculation, table", &columns, found.lines.iter().map(line).collect_view());
    let totals = &found.totals;
    let show = |amount: i64| totals.money(amount).to_string().into_any();
    let mut rows = vec![("Subtotal", show(totals.subtotal)), ("Discounts", show(-totals.discount))];
    let before = format!("{} ({})", totals.money(totals.shipping + totals.shipping_discount), found.delivery);
    rows.push(("Delivery", before.into_any()));
    if totals.shipping_discount > 0 {
        rows.push(("Off the delivery", show(-totals.shipping_discount)));
    }
    rows.push((if totals.tax_inclusive { "Tax, included" } else { "Tax" }, show(totals.tax)));
    rows.push(("Total", view! { <strong>{totals.money(totals.total).to_string()}</strong> }.into_any()));
    view! {
        <section class="card" aria-labelledby="outcome"><h2 id="outcome">"What became of each discount"</h2>{verdicts}</section>
        <section class="card" aria-labelledby="calculation"><h2 id="calculation">"Line by line"</h2>{lines}</section>
        <section class="card money" aria-labelledby="sum"><h2 id="sum">"Sum"</h2>{part::facts(rows)}</section>
    }
    .into_any()
}

fn told(told: &Told) -> AnyView {
    let name = if told.code.is_empty() { told.title.clone() } else { format!("{} ({})", told.title, told.code) };
    let (badge, off) = match &told.off {
        Some(off) => (part::badge("good", "Applies"), off.to_string()),
        None => (part::badge("", "Does not apply"), String::new()),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{badge}" "{told.reason.clone()}</td>
            <td class="num">{off}</td>
        </tr>
    }
    .into_any()
}

fn line(line: &SampleLine) -> AnyView {
    let off = line.off.iter().map(|(title, off)| view! { <div>{format!("{title}: {off}")}</div> }).collect_view();
    let tax = if line.tax.0.is_empty() { String::new() } else { format!("{}: {}", line.tax.0, line.tax.1) };
    view! {
        <tr>
            <th scope="row">{line.title.clone()}<span class="sub"><code>{line.sku.clone()}</code></span></th>
            <td class="num">{line.quantity}</td>
            <td class="num">{line.base.to_string()}</td>
            <td class="num">{line.unit.to_string()}</td>
            <td class="num">{line.total.to_string()}</td>
            <td>{off}</td>
            <td class="num">{line.net.to_string()}</td>
            <td>{tax}</td>
        </tr>
    }
    .into_any()
}
