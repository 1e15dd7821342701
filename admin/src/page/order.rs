//! Orders: the list, and one order with everything that happened to it.

mod action;
mod detail;

pub use action::{actions, to_send};
pub use detail::{Forms, detail};

use crate::date;
use crate::part::{self, Place};
use leptos::prelude::*;
use shop::order::{State, Summary};

/// The view of orders that wait for a person.
pub const HELD: &str = "held";

/// Views of the list: address part, label, state.
pub const TABS: [(&str, &str, Option<State>); 9] = [
    ("", "All", None),
    (HELD, "On hold", None),
    ("confirmed", "To ship", Some(State::Confirmed)),
    ("processing", "Partly shipped", Some(State::Processing)),
    ("shipped", "Shipped", Some(State::Shipped)),
    ("delivered", "Delivered", Some(State::Delivered)),
    ("pending_payment", "Unpaid", Some(State::PendingPayment)),
    ("cancelled", "Cancelled", Some(State::Cancelled)),
    ("refunded", "Refunded", Some(State::Refunded)),
];

pub fn list(orders: Vec<Summary>, tab: &str, text: &str, place: &Place) -> AnyView {
    let query = if text.is_empty() { String::new() } else { format!("q={}", part::encode(text)) };
    let tabs = TABS
        .iter()
        .map(|(key, label, _)| {
            let parts: Vec<String> =
                [(!key.is_empty()).then(|| format!("tab={key}")), (!query.is_empty()).then(|| query.clone())]
                    .into_iter()
                    .flatten()
                    .collect();
            let href =
                if parts.is_empty() { "/admin/orders".into() } else { format!("/admin/orders?{}", parts.join("&")) };
            (href, (*label).to_owned(), *key == tab)
        })
        .collect();
    let clear = (!text.is_empty()).then(|| {
        let href = if tab.is_empty() { "/admin/orders".to_owned() } else { format!("/admin/orders?tab={tab}") };
        view! { <a class="chip" href=href title="Remove this filter">"“"{text.to_owned()}"” ✕"</a> }
    });
    let filtered = !text.is_empty() || !tab.is_empty();
    let body = if orders.is_empty() { nothing(filtered) } else { table(orders) };
    view! {
        {part::heading("Orders", None)}
        {part::tabs("Orders by state", tabs)}
        <form method="get" action="/admin/orders" class="search" role="search">
            {(!tab.is_empty()).then(|| view! { <input type="hidden" name="tab" value=tab.to_owned() /> })}
            <label for="search" class="sr-only">"Order number or e-mail"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=text.to_owned()
                placeholder="Order number or e-mail begins with …"
                maxlength="254"
            />
            <button class="quiet">"Search"</button>
            {clear}
        </form>
        <section class="card flush" aria-label="Orders">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn nothing(filtered: bool) -> AnyView {
    if filtered {
        part::empty(
            "No order matches",
            "Nothing fits this view and search.",
            Some(("/admin/orders".into(), "Show all orders")),
        )
    } else {
        part::empty("No orders yet", "An order appears here as soon as somebody checks out.", None)
    }
}

fn table(orders: Vec<Summary>) -> AnyView {
    let rows = orders
        .into_iter()
        .map(|order| {
            view! {
                <tr>
                    <th scope="row" class="key"><a href=format!("/admin/orders/{}", order.number)>{order.number.clone()}</a></th>
                    <td>{date::time(order.created_at)}</td>
                    <td class="clip">{order.email}</td>
                    <td>{part::order_badge(order.state)}</td>
                    <td>{part::payment_badge(order.payment_state)}</td>
                    <td class="num">{order.units}</td>
                    <td class="num">{order.total.to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="group" aria-label="Orders, table" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Order"</th>
                        <th scope="col">"Placed"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Payment"</th>
                        <th scope="col" class="num">"Units"</th>
                        <th scope="col" class="num">"Total"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
