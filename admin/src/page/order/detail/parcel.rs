//! What was sent, and sending the rest.

use super::hidden_version;
use crate::date;
use crate::form::{Field, Form};
use crate::page::order::to_send;
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::limits::TRACKING_CHARS;
use shop::order::{Fulfilment, Line, Order, Source};

pub(super) fn ship(order: &Order, form: &Form) -> AnyView {
    let rows = order
        .lines
        .iter()
        .filter(|line| to_send(line) > 0)
        .map(|line| {
            let open = to_send(line);
            let name = format!("units-{}", line.id);
            let form = if form.values.is_empty() { form.clone().with(&name, open) } else { form.clone() };
            let label = format!("{} ({open} to send)", with_variant(line));
            view! { <li>{Field::new(name, label).kind("number").keys("numeric").input(&form)}</li> }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="ship">
            <h2 id="ship">"Ship"</h2>
            <form method="post" action=format!("/admin/orders/{}/ship", order.number) class="stack" data-guard="">
                {hidden_version(order)}
                <ul class="units">{rows}</ul>
                <div class="line">
                    {Field::new("carrier", "Carrier").max(TRACKING_CHARS).hint("Such as DHL or UPS.").input(form)}
                    {Field::new("tracking_number", "Tracking number").max(TRACKING_CHARS).input(form)}
                </div>
                <div><button>"Ship these units"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// What is packed where.
pub(super) fn from_where(sources: &[Source]) -> Option<AnyView> {
    if sources.is_empty() {
        return None;
    }
    let rows = sources.iter().flat_map(|source| {
        source.lines.iter().enumerate().map(|(at, (title, sku, units))| {
            let house = (at == 0).then(|| source.warehouse.clone());
            view! {
                <tr>
                    <th scope="row">{house}</th>
                    <td>{title.clone()}<span class="sub"><code>{sku.clone()}</code></span></td>
                    <td class="num">{*units}</td>
                </tr>
            }
        })
    });
    let columns = [Text("Warehouse"), Text("Item"), Number("Units")];
    let title =
        if sources.len() == 1 { "From where".to_owned() } else { format!("From where: {} parcels", sources.len()) };
    Some(
        view! {
            <section class="card" aria-labelledby="sources">
                <h2 id="sources">{title}</h2>
                {part::table("From where, table", &columns, rows.collect_view())}
            </section>
        }
        .into_any(),
    )
}

pub(super) fn with_variant(line: &Line) -> String {
    if line.variant_title.is_empty() { line.title.clone() } else { format!("{}, {}", line.title, line.variant_title) }
}

pub(super) fn parcels(order: &Order) -> Option<AnyView> {
    if order.fulfilments.is_empty() {
        return None;
    }
    let items = order.fulfilments.iter().map(|parcel| view! { <li>{one_parcel(order, parcel)}</li> }).collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="parcels">
                <h2 id="parcels">"Parcels"</h2>
                <ul class="plain">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

fn one_parcel(order: &Order, parcel: &Fulfilment) -> AnyView {
    let content: Vec<String> = parcel
        .lines
        .iter()
        .filter_map(|(id, units)| {
            let line = order.lines.iter().find(|line| line.id == *id)?;
            Some(format!("{units} × {}", with_variant(line)))
        })
        .collect();
    let tracking = [parcel.carrier.as_str(), parcel.tracking_number.as_str()];
    let tracking: Vec<_> = tracking.into_iter().filter(|text| !text.is_empty()).collect();
    view! {
        <p><strong>{tracking.join(" ")}</strong>" "{content.join(", ")}</p>
        <p class="hint">{date::time(parcel.at)}</p>
    }
    .into_any()
}
