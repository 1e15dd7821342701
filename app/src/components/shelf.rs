//! A row of products under a heading, below what a page is about.

use super::CardGrid;
use crate::shell::Site;
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

/// What the visitor has looked at last: `Some` for one whom the shop knows; anybody else's list is kept by their browser.
/// `product` is the slug of the product on this page.
pub fn recently_viewed(site: &Site, seen: Option<Vec<Card>>, product: &str) -> impl IntoView + use<> {
    let script = site.assets.recent;
    let path = site.here.split('?').next().unwrap_or("/").to_owned();
    match seen {
        Some(cards) => {
            let plain = path == "/cart";
            view! { {own_list(cards, path, plain)} <script src=script defer data-known=""></script> }.into_any()
        }
        None => view! {
            <div data-recently-viewed="" hidden></div>
            <script src=script defer data-slug=product.to_owned()></script>
        }
        .into_any(),
    }
}

/// The list with a way to forget it; `back` is the page that is shown then. `plain` as in [`CardGrid`].
pub fn own_list(cards: Vec<Card>, back: String, plain: bool) -> Option<impl IntoView + use<>> {
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
