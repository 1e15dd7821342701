//! A row of products under a heading, below what a page is about.

use super::CardGrid;
use leptos::prelude::*;
use shop::catalogue::Card;

/// The heading of what stands below the cart.
pub const IN_CART: &str = "goes-with-cart";
/// Where the list of what was looked at is cleared.
const CLEAR: &str = "/recently-viewed/clear";

/// Nothing where there are no cards. `id` is the heading's.
pub fn shelf(id: &'static str, title: &'static str, cards: Vec<Card>) -> Option<impl IntoView + use<>> {
    (!cards.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby=id>
                <h2 id=id>{title}</h2>
                <CardGrid cards=cards eager=0 plain=id == IN_CART />
            </section>
        }
    })
}

/// What the visitor has looked at last, with a way to forget it; `back` is the page that they see then.
pub fn recently_viewed(cards: Vec<Card>, back: &str) -> Option<impl IntoView + use<>> {
    let (back, plain) = (back.to_owned(), back == "/cart");
    (!cards.is_empty()).then(|| {
        view! {
            <section class="section shelf-own" aria-labelledby="recently-viewed">
                <h2 id="recently-viewed">"Recently viewed"</h2>
                <form action=CLEAR method="post">
                    <input type="hidden" name="back" value=back />
                    <button class="text-link" type="submit">"Clear this list"</button>
                </form>
                <CardGrid cards=cards eager=0 plain=plain />
            </section>
        }
    })
}
