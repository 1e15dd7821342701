//! A customer's own pages: overview, orders, addresses, reviews.

mod credit;
mod review;

pub use credit::{Book, Entry, credit};
pub use review::reviews;

use super::checkout::address_fields;
use crate::components::{AddressBlock, Errors, Form, recently_viewed};
use crate::date;
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::account::Customer;
use shop::address::Address;
use shop::catalogue::{Card, Page};
use shop::order::Summary;

pub fn home(
    site: &Site,
    customer: &Customer,
    recent: Vec<Summary>,
    viewed: Option<Vec<Card>>,
    reminders: bool,
) -> impl IntoView + use<> {
    let orders = if recent.is_empty() {
        view! { <p>"No orders yet. "<a href="/">"Start shopping"</a></p> }.into_any()
    } else {
        view! { {order_list(recent)} <p><a class="text-link" href="/account/orders">"All orders"</a></p> }.into_any()
    };
    let body = view! {
        <h1>{format!("Hello, {}", customer.name)}</h1>
        <p class="lead">{customer.email.clone()}</p>
        <section class="section-small" aria-labelledby="recent">
            <h2 id="recent">"Recent orders"</h2>
            {orders}
        </section>
        <section class="section-small" id="reminders" aria-labelledby="reminders-title">
            <h2 id="reminders-title">"Reminders"</h2>
            <form class="stack" action="/account/reminders" method="post">
                <label class="check">
                    <input type="checkbox" name="remind" value="1" checked=reminders />
                    <span>"Remind me by e-mail if I leave something in my cart without ordering"</span>
                </label>
                <div><button class="button button-quiet button-small" type="submit">"Save"</button></div>
            </form>
        </section>
        {recently_viewed(site, viewed, "")}
    };
    frame(site, "/account", "Your account", body.into_any())
}

pub fn orders(site: &Site, page: Page<Summary>) -> impl IntoView + use<> {
    let next = page.next.map(|after| {
        let href = format!("/account/orders?after={}", crate::variants::query_value(&after));
        view! { <nav class="pager" aria-label="Pages"><a class="button button-quiet" rel="next" href=href>"Earlier orders"</a></nav> }
    });
    let list = if page.items.is_empty() {
        view! { <p>"No orders yet. "<a href="/">"Start shopping"</a></p> }.into_any()
    } else {
        order_list(page.items).into_any()
    };
    frame(site, "/account/orders", "Orders", view! { <h1>"Orders"</h1> {list} {next} }.into_any())
}

/// `saved` with the id under which each can be deleted.
pub fn addresses(site: &Site, saved: Vec<(String, Address)>, form: &Form) -> impl IntoView + use<> {
    let list = saved
        .into_iter()
        .map(|(id, address)| {
            let label = format!("Delete the address of {}", address.name);
            view! {
                <li class="offer-box">
                    <AddressBlock address=address />
                    <form action=format!("/account/addresses/{id}/delete") method="post">
                        <button class="text-link" type="submit" aria-label=label>"Delete"</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    let body = view! {
        <h1>"Addresses"</h1>
        <ul class="address-list">{list}</ul>
        <section class="section-small" aria-labelledby="new-address">
            <h2 id="new-address">"Add an address"</h2>
            <Errors form=form />
            <form class="stack" action="/account/addresses" method="post">
                {address_fields(form)}
                <button class="button" type="submit">"Save address"</button>
            </form>
        </section>
    };
    frame(site, "/account/addresses", "Addresses", body.into_any())
}

fn frame(site: &Site, here: &'static str, title: &'static str, content: AnyView) -> impl IntoView + use<> {
    let links = [
        ("/account", "Overview"),
        ("/account/orders", "Orders"),
        ("/account/addresses", "Addresses"),
        ("/account/credit", "Gift cards and credit"),
        ("/account/reviews", "Reviews"),
        ("/wishlist", "Wishlist"),
    ]
    .into_iter()
    .map(|(href, label)| view! { <li><a href=href aria-current=(href == here).then_some("page")>{label}</a></li> })
    .collect_view();
    let body = view! {
        <div class="account">
            <nav class="account-nav" aria-label="Account">
                <ul>{links}</ul>
                <form action="/logout" method="post"><button class="text-link" type="submit">"Log out"</button></form>
            </nav>
            <div>{content}</div>
        </div>
    };
    document(site, Head::private(title), body)
}

fn order_list(orders: Vec<Summary>) -> impl IntoView {
    let rows = orders
        .into_iter()
        .map(|order| {
            let units = if order.units == 1 { "1 item".to_owned() } else { format!("{} items", order.units) };
            view! {
                <li>
                    <a class="order-row" href=format!("/orders/{}", order.number)>
                        <span><strong>{order.number.clone()}</strong><br />
                            <time class="line-variant" datetime=date::machine(order.created_at)>{date::day(order.created_at)}</time>
                        </span>
                        <span>{order.state.label()}</span>
                        <span>{units}</span>
                        <span class="line-total">{order.total.to_string()}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="order-list">{rows}</ul> }
}
