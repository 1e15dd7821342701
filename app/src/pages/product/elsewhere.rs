//! A product that is not sold in the currency that was chosen.

use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::money::Currency;

/// Offers to look at it in `currency`, in which it is sold.
pub fn elsewhere(site: &Site, title: &str, slug: &str, currency: Currency) -> impl IntoView + use<> {
    let code = currency.code();
    let body = view! {
        <div class="outcome">
            <h1>{title.to_owned()}</h1>
            <p class="lead">{format!("This is not sold in {}.", site.currency)}</p>
            <form action="/currency" method="post">
                <input type="hidden" name="back" value=format!("/p/{slug}") />
                <button class="button" name="currency" value=code>{format!("See it in {code}")}</button>
            </form>
            <p><a class="text-link" href="/">"Back to the front page"</a></p>
        </div>
    };
    document(site, Head::private(title), body)
}
