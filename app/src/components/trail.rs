//! The way from the front page to here.

use leptos::prelude::*;
use shop::catalogue::CategoryLink;

/// Breadcrumb. `here` is the last, unlinked entry.
#[component]
pub fn Trail(links: Vec<CategoryLink>, #[prop(into)] here: String) -> impl IntoView {
    let links = links
        .into_iter()
        .map(|link| view! { <li><a href=format!("/c/{}", link.slug)>{link.title}</a></li> })
        .collect_view();
    view! {
        <nav class="trail" aria-label="Breadcrumb">
            <ol>
                <li><a href="/">"Home"</a></li>
                {links}
                <li><span aria-current="page">{here}</span></li>
            </ol>
        </nav>
    }
}
