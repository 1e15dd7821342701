//! The first page: how today goes, what waits, what is still to be set up.

use crate::part;
use leptos::prelude::*;
use shop::money::Money;
use shop::overview::{Overview, Setup};
use shop::staff::Staff;

pub fn page(me: &Staff, overview: &Overview) -> AnyView {
    let first = me.name.split_whitespace().next().unwrap_or_default().to_owned();
    view! {
        {part::heading(format!("Hello, {first}"), None)}
        <div class="cards">
            {figure("Sales today", amounts(&overview.today), Some(format!("Yesterday: {}", amounts(&overview.yesterday))))}
            {figure("Orders today", orders(&overview.today), Some(format!("Yesterday: {}", orders(&overview.yesterday))))}
            {figure("To ship", overview.to_ship.to_string(), None)}
            {figure("Unpaid", overview.unpaid.to_string(), None)}
        </div>
        {setup(me, overview.setup)}
        {todo(overview, me.is_owner())}
    }
    .into_any()
}

fn figure(label: &'static str, value: String, note: Option<String>) -> AnyView {
    view! {
        <section class="card">
            <h2 class="label">{label}</h2>
            <p class="figure">{value}</p>
            {note.map(|note| view! { <p class="hint">{note}</p> })}
        </section>
    }
    .into_any()
}

fn amounts(sales: &[(i64, Money)]) -> String {
    if sales.is_empty() {
        return "–".into();
    }
    sales.iter().map(|(_, money)| money.to_string()).collect::<Vec<_>>().join(" + ")
}

fn orders(sales: &[(i64, Money)]) -> String {
    sales.iter().map(|(count, _)| count).sum::<i64>().to_string()
}

fn todo(overview: &Overview, is_owner: bool) -> AnyView {
    // Only an owner can settle them.
    let differences = if is_owner { overview.differences } else { 0 };
    let rows = [
        (differences, "differences with the payment provider or in the books", "/admin/reconciliation?show=open"),
        (overview.to_ship, "orders to ship", "/admin/orders?tab=confirmed"),
        (overview.unpaid, "orders wait for their payment", "/admin/orders?tab=pending_payment"),
        (overview.failed_mails, "mails could not be sent", "/admin/mail"),
        (overview.reviews, "reviews to look at", "/admin/reviews?state=pending"),
        (overview.sold_out, "variants are sold out", "/admin/inventory?stock=out"),
        (overview.low_stock, "variants run low", "/admin/inventory?stock=low"),
    ];
    let review = (overview.to_review > 0).then(|| {
        view! {
            <li><span><strong>{overview.to_review}</strong>" payments need an owner's decision"</span></li>
        }
    });
    let items = rows
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, text, href)| {
            view! {
                <li>
                    <span><strong>{count}</strong>" "{text}</span>
                    <a href=href>"Show"<span class="sr-only">": "{text}</span></a>
                </li>
            }
        })
        .collect_view();
    let body = if rows.iter().all(|(count, ..)| *count == 0) && overview.to_review == 0 {
        view! { <p class="hint">"Nothing waits. Orders to ship, low stock and failed mail appear here."</p> }.into_any()
    } else {
        view! { <ul class="todo">{review}{items}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="todo">
            <h2 id="todo">"To do"</h2>
            {body}
        </section>
    }
    .into_any()
}

fn setup(me: &Staff, setup: Setup) -> Option<AnyView> {
    let steps = setup.steps();
    let done = steps.iter().filter(|step| **step).count();
    if done == steps.len() {
        return None;
    }
    let texts: [(&str, Option<&str>); 7] = [
        ("Publish a product", Some("/admin/products/new")),
        ("Count its stock", Some("/admin/inventory")),
        ("Have delivery zones and prices", None),
        ("Have tax rates", Some("/admin/taxes")),
        ("Set the sender of mail", me.is_owner().then_some("/admin/settings")),
        ("Invite a colleague", me.is_owner().then_some("/admin/staff")),
        ("Place a test order", Some("/")),
    ];
    let items = texts
        .into_iter()
        .zip(steps)
        .map(|((text, href), done)| {
            let badge = if done { part::badge("good", "Done") } else { part::badge("", "To do") };
            let text = match href.filter(|_| !done) {
                Some(href) => view! { <a href=href>{text}</a> }.into_any(),
                None => text.into_any(),
            };
            view! { <li><span>{badge}</span><span>{text}</span></li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="setup">
                <h2 id="setup">"Getting started"</h2>
                <p class="hint" id="setup-progress">{done}" of "{steps.len()}" done"</p>
                <progress max=steps.len().to_string() value=done.to_string() aria-labelledby="setup setup-progress"></progress>
                <ul class="checklist">{items}</ul>
            </section>
        }
        .into_any(),
    )
}
