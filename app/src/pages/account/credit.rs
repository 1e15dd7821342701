//! What the shop owes a customer, and where it came from and went.

use super::frame;
use crate::date;
use crate::shell::Site;
use leptos::prelude::*;
use shop::money::Money;

/// The credit in one currency, with the last entries of its book.
pub struct Book {
    pub balance: Money,
    /// Of it, by payments under way.
    pub held: Money,
    pub entries: Vec<Entry>,
}

pub struct Entry {
    /// Unix milliseconds.
    pub at: i64,
    /// `issue`, `adjust`, `spend` or `refund`.
    pub kind: String,
    pub amount: Money,
    /// Number of the order it belongs to.
    pub order: Option<String>,
}

pub fn credit(site: &Site, books: Vec<Book>) -> impl IntoView + use<> {
    let content = if books.is_empty() {
        view! { <p>"You have no store credit. A refund may come as credit, if you agree to that."</p> }.into_any()
    } else {
        books.into_iter().map(book).collect_view().into_any()
    };
    let body = view! {
        <h1>"Gift cards and credit"</h1>
        {content}
        <section class="section-small" aria-labelledby="cards">
            <h2 id="cards">"Gift cards"</h2>
            <p>"Enter the code of a gift card in your cart or at checkout. What is not used stays on the card."</p>
        </section>
    };
    frame(site, "/account/credit", "Gift cards and credit", body.into_any())
}

fn book(book: Book) -> impl IntoView {
    let held = (book.held.amount > 0)
        .then(|| view! { <p class="small">{format!("Of it {} for a payment that is under way.", book.held)}</p> });
    let rows = book
        .entries
        .into_iter()
        .map(|entry| {
            let order = entry.order.map(|number| {
                view! { <a class="text-link" href=format!("/orders/{number}")>{format!("Order {number}")}</a> }
            });
            view! {
                <li class="credit-row">
                    <time datetime=date::machine(entry.at)>{date::day(entry.at)}</time>
                    <span>{what(&entry.kind)} " " {order}</span>
                    <span class="line-total">{entry.amount.to_string()}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section-small" aria-label=format!("Store credit in {}", book.balance.currency)>
            <p class="lead">"Store credit: " <strong>{book.balance.to_string()}</strong></p>
            {held}
            <ul class="plain">{rows}</ul>
        </section>
    }
}

fn what(kind: &str) -> &'static str {
    match kind {
        "spend" => "Paid with it",
        "refund" => "Refund",
        _ => "From us",
    }
}
