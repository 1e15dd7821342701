//! The button that keeps a product for later.

use leptos::prelude::*;

/// Puts it on the wishlist, or takes it off. Whoever the shop knows nothing about sees the first.
pub(super) fn button(slug: &str, wished: bool) -> impl IntoView + use<> {
    let (action, label) = if wished {
        ("/wishlist/items/remove", "On your wishlist ✓")
    } else {
        ("/wishlist/items", "Add to wishlist")
    };
    let name = wished.then_some("On your wishlist ✓, take it off");
    let list = wished.then(|| view! { <a class="text-link" href="/wishlist">"See the list"</a> });
    view! {
        <form class="wish-form" id="wish" action=action method="post">
            <input type="hidden" name="product" value=slug.to_owned() />
            <input type="hidden" name="back" value=format!("/p/{slug}#wish") />
            <button class="button button-quiet" type="submit" aria-label=name>{label}</button>
            {list}
        </form>
    }
}
