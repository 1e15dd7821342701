//! The list itself: how many there are, what was chosen, the cards, and the way to more of them.

use super::Choices;
use crate::components::CardGrid;
use crate::islands::MoreProducts;
use leptos::prelude::*;
use shop::catalogue::Card;
use shop::search::Found;

/// A way out of a list that is empty: without this filter, there are so many products.
pub struct WayOut {
    pub title: String,
    pub href: String,
    pub total: usize,
}

/// `note` stands above the cards; `ways_out` and `instead` below the words that nothing was found.
pub fn results(
    choices: &Choices,
    found: Found,
    note: AnyView,
    ways_out: Vec<WayOut>,
    instead: Option<AnyView>,
) -> AnyView {
    let count = match found.total {
        1 => "1 product".to_owned(),
        total => format!("{total} products"),
    };
    let chips = chips(choices, &found);
    let pager = pager(choices, found.pages);
    let list = if found.items.is_empty() {
        view! {{nothing(choices, ways_out)}{instead}}.into_any()
    } else {
        view! { <h2 class="visually-hidden">"Products"</h2>{cards(found.items)} }.into_any()
    };
    view! {
        <p class="found-count" role="status">{count}</p>
        {note}
        {chips}
        {list}
        {pager}
    }
    .into_any()
}

pub fn cards(cards: Vec<Card>) -> AnyView {
    view! { <CardGrid cards=cards /> }.into_any()
}

/// One link for each choice that takes it back.
fn chips(choices: &Choices, found: &Found) -> impl IntoView + use<> {
    let chips = choices.filters(found);
    (!chips.is_empty()).then(|| {
        let all = choices.all().address();
        let links = chips
            .into_iter()
            .map(|(title, without)| {
                let label = format!("Remove filter: {title}");
                let href = without.address();
                view! { <li><a class="chip" href=href aria-label=label>{title}" "<span aria-hidden="true">"×"</span></a></li> }
            })
            .collect_view();
        view! {
            <nav aria-label="Filters in use">
                <ul class="chips">{links}<li><a class="text-link" href=all>"Clear all"</a></li></ul>
            </nav>
        }
    })
}

fn pager(choices: &Choices, pages: usize) -> impl IntoView + use<> {
    (pages > 1 && choices.page <= pages).then(|| {
        let link = |page: usize, rel: &'static str, label: &'static str| {
            (1..=pages).contains(&page).then(|| {
                view! { <a class="button button-quiet" rel=rel href=choices.page_address(page)>{label}</a> }
            })
        };
        let next = (choices.page < pages).then(|| choices.page_address(choices.page + 1));
        view! {
            {next.map(|next| view! { <MoreProducts next=next /> })}
            <nav class="pager" aria-label="Pages">
                {link(choices.page.wrapping_sub(1), "prev", "Previous page")}
                <span>{format!("Page {} of {pages}", choices.page)}</span>
                {link(choices.page.saturating_add(1), "next", "Next page")}
            </nav>
        }
    })
}

fn nothing(choices: &Choices, ways_out: Vec<WayOut>) -> impl IntoView + use<> {
    let (title, text, href, label) = if choices.page > 1 {
        ("There is no such page", "The list is shorter than that.", choices.address(), "To the first page")
    } else if choices.is_narrowed() {
        (
            "Nothing fits all of your filters",
            "Take one of them away, or all.",
            choices.all().address(),
            "Clear all filters",
        )
    } else {
        (
            "Nothing found",
            "Check the spelling, try a more general word, or look around in the categories.",
            "/".to_owned(),
            "To the front page",
        )
    };
    let ways_out = (!ways_out.is_empty()).then(|| {
        let links = ways_out
            .into_iter()
            .map(|WayOut { title, href, total }| {
                let label = if total == 1 { "1 product".to_owned() } else { format!("{total} products") };
                view! { <li><a class="text-link" href=href>{format!("Without “{title}”: {label}")}</a></li> }
            })
            .collect_view();
        view! { <ul class="ways-out">{links}</ul> }
    });
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{text}</p>
            {ways_out}
            <a class="button" href=href>{label}</a>
        </div>
    }
}
