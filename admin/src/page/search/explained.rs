//! Why products stand where they stand.

use crate::part;
use leptos::prelude::*;
use shop::limits::TERM_CHARS;
use shop::search::Explained;

pub fn section(tried: &str, explained: Vec<Explained>, days: i64) -> AnyView {
    let found = (!tried.is_empty()).then(|| {
        if explained.is_empty() {
            part::empty(
                "Nothing found",
                "A synonym may help: add a line with this word and one that your products have.",
                None,
            )
        } else {
            let items = explained.into_iter().map(product).collect_view();
            view! { <ol class="explained">{items}</ol> }.into_any()
        }
    });
    view! {
        <section class="card" aria-labelledby="try">
            <h2 id="try">"Try it"</h2>
            <form method="get" action="/admin/search" class="search" role="search">
                <input type="hidden" name="days" value=days />
                <label for="try-text" class="sr-only">"Words to look for"</label>
                <input
                    id="try-text"
                    type="search"
                    name="try"
                    value=tried.to_owned()
                    placeholder="What would a shopper type?"
                    maxlength=TERM_CHARS
                />
                <button class="quiet">"Explain"</button>
            </form>
            {found}
        </section>
    }
    .into_any()
}

fn product(found: Explained) -> AnyView {
    let words = found
        .words
        .into_iter()
        .filter(|(_, places)| !places.is_empty())
        .map(|(word, places)| {
            let places: Vec<_> = places.into_iter().map(|(place, score)| format!("{place} {score:.1}")).collect();
            view! { <li><strong>{word}</strong>": "{places.join(" · ")}</li> }
        })
        .collect_view();
    let pinned = found.pinned.map(|place| part::badge("info", format!("Pinned, place {place}")));
    let sold_out = found.sold_out.map(|factor| part::badge("warn", format!("Sold out: × {factor}")));
    view! {
        <li>
            <p>
                <a href=format!("/admin/products/{}", found.card.id)>{found.card.title}</a>
                " "<span class="score">{format!("{:.1}", found.score)}</span>" "{pinned}{sold_out}
            </p>
            <ul class="hint">{words}</ul>
        </li>
    }
    .into_any()
}
