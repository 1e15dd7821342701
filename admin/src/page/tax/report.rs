//! What was charged between two days, by country and rate.

use super::{HERE, Tab, head};
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::tax::{Report, ReportRow, percent};

/// The form holds the two days, "from" and "to".
pub fn report(form: &Form, found: Option<&Report>) -> AnyView {
    let file =
        format!("{HERE}/report.csv?from={}&to={}", part::encode(form.value("from")), part::encode(form.value("to")));
    view! {
        {head(Tab::Report, None)}
        {form.summary()}
        <section class="card" aria-labelledby="days">
            <h2 id="days">"Days"</h2>
            <form method="get" action=format!("{HERE}/report") class="stack">
                {Field::new("from", "From (UTC)").kind("date").required().input(form)}
                {Field::new("to", "To, that day included (UTC)").kind("date").required().input(form)}
                <div class="actions">
                    <button>"Show"</button>
                    {found.is_some().then(|| view! { <a class="button quiet" href=file>"Download as CSV"</a> })}
                </div>
            </form>
        </section>
        {found.map(table)}
    }
    .into_any()
}

fn table(report: &Report) -> AnyView {
    let body = if report.rows.is_empty() {
        part::empty("Nothing in these days", "No order was placed, and no money went back.", None)
    } else {
        let columns = [
            Text("Country"),
            Text("Tax"),
            Number("Percent"),
            Number("Orders"),
            Number("Sales"),
            Number("Tax"),
            Number("Refunds"),
            Number("Tax back"),
            Number("Net sales"),
            Number("Net tax"),
        ];
        part::table("Report, table", &columns, report.rows.iter().map(row).collect_view())
    };
    view! {
        <section class="card flush" aria-label="Report">{body}</section>
        <p class="hint">
            "Sales and refunds are without tax. Orders count on the day they were placed, refunds on the day the money went back; they take back what each tax is \
             of the order. Delivery is in the sales of the rate that it was taxed at."
        </p>
    }
    .into_any()
}

fn row(row: &ReportRow) -> AnyView {
    let money = |amount: i64| row.currency.money(amount).to_string();
    let (sales, tax) = row.net();
    let country = shop::address::rules(&row.country).map_or(row.country.clone(), |rules| rules.name.to_owned());
    let name = if row.name.is_empty() { "Not taxed".to_owned() } else { row.name.clone() };
    view! {
        <tr>
            <th scope="row">{country}</th>
            <td>{name}</td>
            <td class="num">{percent(row.rate_ppm)}</td>
            <td class="num">{row.orders}</td>
            <td class="num">{money(row.sales)}</td>
            <td class="num">{money(row.tax)}</td>
            <td class="num">{money(row.refunded)}</td>
            <td class="num">{money(row.refunded_tax)}</td>
            <td class="num">{money(sales)}</td>
            <td class="num">{money(tax)}</td>
        </tr>
    }
    .into_any()
}
