//! Where the link of a "back in stock" mail leads: what is still waited for, and the button that ends it.

use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::alert::Waiting;

/// `token` as it stood in the link.
pub fn waiting(site: &Site, token: &str, open: Vec<Waiting>) -> impl IntoView + use<> {
    if open.is_empty() {
        return ended(site);
    }
    let items = open.iter().map(|one| view! { <li>{name(one)}</li> }).collect_view();
    let body = view! {
        <article class="page-text stack">
            <h1>"What you wait for"</h1>
            <p>"We would write to your address when one of these can be bought again:"</p>
            <ul class="plain-list">{items}</ul>
            <form action=format!("/alerts/{token}") method="post">
                <button class="button" type="submit">"Do not write to me"</button>
            </form>
        </article>
    };
    document(site, Head::private("What you wait for"), body)
}

/// Nothing is waited for any more.
pub fn ended(site: &Site) -> AnyView {
    let body = view! {
        <article class="page-text stack">
            <h1>"No more mails like this"</h1>
            <p>"Your address waits for nothing in this shop. Where something is sold out, you may ask again."</p>
            <p><a class="button button-quiet" href="/">"To the shop"</a></p>
        </article>
    };
    document(site, Head::private("No more mails like this"), body)
}

/// "Travel Mug (Blue)" as a link to it.
pub fn name(one: &Waiting) -> impl IntoView + use<> {
    let variant = (!one.variant_title.is_empty()).then(|| format!(" ({})", one.variant_title));
    view! { <a href=format!("/p/{}", one.slug)>{one.title.clone()}</a>{variant} }
}
