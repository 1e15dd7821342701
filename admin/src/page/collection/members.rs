//! The products of a collection: what is in it, in which places, and more to put in.

use crate::part;
use leptos::prelude::*;
use shop::catalogue::desk::ListRow;
use shop::catalogue::draft::Status;
use shop::collection::{Edited, Kind, Member};

/// One page of them.
#[derive(Clone, Debug, Default)]
pub struct Members {
    pub items: Vec<Member>,
    /// The first of the next page.
    pub next: Option<Member>,
    /// From 1.
    pub page: i64,
    pub pages: i64,
    /// What was looked for to be put in, and what was found.
    pub text: String,
    pub found: Vec<ListRow>,
}

pub fn section(stored: &Edited, members: &Members) -> AnyView {
    let by_hand = stored.draft.kind == Kind::Hand;
    let count = match stored.products {
        1 => "1 product".to_owned(),
        many => format!("{many} products"),
    };
    let filling = stored.filling.map(|(seen, all)| {
        view! {
            <div class="notice" role="status">
                <p>{format!("The rule has been asked about {seen} of {all} products so far.")}</p>
                <p><a href=format!("/admin/collections/{}", stored.id)>"Look again"</a></p>
            </div>
        }
    });
    let body = match (members.items.is_empty(), by_hand) {
        (false, _) => {
            let rows = members.items.iter().enumerate();
            let rows = rows.map(|(at, member)| row(stored, members, at, member)).collect_view();
            view! { <ol class="tree" data-drag="list" aria-label="Products in it">{rows}</ol> }.into_any()
        }
        (true, true) => part::empty("Nothing in it yet", "Look for products below and put them in.", None),
        (true, false) => part::empty("Nothing in it", "No product fits the rule.", None),
    };
    view! {
        <section class="card" aria-labelledby="products">
            <h2 id="products">"Products"</h2>
            <p class="sub">{count}</p>
            {filling}
            {body}
            {pager(stored, members)}
        </section>
        {by_hand.then(|| search(stored, members))}
    }
    .into_any()
}

fn row(stored: &Edited, members: &Members, at: usize, member: &Member) -> AnyView {
    let here = format!("/admin/collections/{}", stored.id);
    let action = format!("{here}/move");
    let next = members
        .items
        .get(at + 1)
        .or(members.next.as_ref())
        .filter(|next| next.placed)
        .map(|next| next.id.to_string())
        .unwrap_or_default();
    let is_first = at == 0 && members.page == 1;
    let is_last = next.is_empty();
    let title = member.title.clone();
    let button = |to: &'static str, sign: &'static str, words: &'static str, off: bool| {
        view! {
            <button class="quiet square" name="do" value=to disabled=off>
                <span aria-hidden="true">{sign}</span>
                <span class="sr-only">{format!("{words}: {title}")}</span>
            </button>
        }
    };
    let moves = member.placed.then(|| {
        view! {
            <form method="post" action=action.clone() class="actions">
                <input type="hidden" name="item" value=member.id.to_string() />
                {button("first", "⤒", "Move to the top", is_first)}
                {button("up", "↑", "Move up", is_first)}
                {button("down", "↓", "Move down", is_last)}
            </form>
        }
    });
    let (verb, label) = match (stored.draft.kind, member.placed) {
        (Kind::Hand, _) => ("take-out", "Take out"),
        (Kind::Rule, true) => ("unpin", "Unpin"),
        (Kind::Rule, false) => ("pin", "Pin to the top"),
    };
    let picture = match member.picture_url.clone() {
        Some(url) => view! { <img class="thumb" src=url alt="" width="40" height="40" loading="lazy" /> }.into_any(),
        None => view! { <span class="thumb"></span> }.into_any(),
    };
    let status = Status::parse(&member.status).filter(|status| *status != Status::Published);
    view! {
        <li
            class="branch"
            data-item=member.placed.then(|| member.id.to_string())
            data-move=action
            data-next=next
        >
            <span class="grip" aria-hidden="true">{member.placed.then_some("⠿")}</span>
            {picture}
            <div class="branch-text">
                <a href=format!("/admin/products/{}", member.id)>{member.title.clone()}</a>
                {status.map(|status| super::super::product::status_badge(status, None))}
            </div>
            {moves}
            <form method="post" action=format!("{here}/{verb}")>
                <input type="hidden" name="item" value=member.id.to_string() />
                <button class="quiet">{label}<span class="sr-only">": "{title.clone()}</span></button>
            </form>
        </li>
    }
    .into_any()
}

fn pager(stored: &Edited, members: &Members) -> Option<AnyView> {
    let link = |page: i64, label: &'static str, rel: &'static str| {
        (1..=members.pages).contains(&page).then(|| {
            let href = format!("/admin/collections/{}?page={page}#products", stored.id);
            view! { <a class="button quiet" href=href rel=rel>{label}</a> }
        })
    };
    (members.pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {link(members.page - 1, "← Previous", "prev")}
                {link(members.page + 1, "Next →", "next")}
            </nav>
        }
        .into_any()
    })
}

fn search(stored: &Edited, members: &Members) -> AnyView {
    let here = format!("/admin/collections/{}", stored.id);
    let found = members
        .found
        .iter()
        .map(|product| {
            let field = format!("found-{}", product.id);
            view! {
                <li class="check">
                    <input type="checkbox" id=field.clone() name="item" value=product.id.to_string() />
                    <label for=field>{product.title.clone()}</label>
                    <span class="hint">"/"{product.slug.clone()}</span>
                </li>
            }
        })
        .collect_view();
    let results = match (members.text.is_empty(), members.found.is_empty()) {
        (true, _) => None,
        (false, true) => {
            Some(part::empty("No product matches", "Nothing has these words, or all of it is in already.", None))
        }
        (false, false) => Some(
            view! {
                <form method="post" action=format!("{here}/add") class="stack">
                    <fieldset>
                        <legend>"Found"</legend>
                        <ul class="choices">{found}</ul>
                    </fieldset>
                    <div><button>"Put the chosen ones in"</button></div>
                </form>
            }
            .into_any(),
        ),
    };
    view! {
        <section class="card" aria-labelledby="more" id="find">
            <h2 id="more">"Put products in"</h2>
            <form method="get" action=format!("{here}#find") class="search" role="search">
                <label for="search" class="sr-only">"Words of title, brand or SKU"</label>
                <input
                    id="search"
                    type="search"
                    name="q"
                    value=members.text.clone()
                    placeholder="Words of title, brand or SKU"
                    maxlength="200"
                />
                <button class="quiet">"Search"</button>
            </form>
            {results}
        </section>
    }
    .into_any()
}
