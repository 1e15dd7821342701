//! Reviews: the queue with what is odd about each, and one review with what can be decided about it.

mod one;

pub use one::detail;

use crate::date;
use crate::part::{self, Place};
use leptos::prelude::*;
use shop::limits::REVIEW_SEARCH_CHARS;
use shop::review::{Counts, Entry, Rating, ReviewPicture, State};

/// Which reviews were asked for.
pub struct Sought {
    pub state: Option<State>,
    pub rating: Option<i64>,
    pub text: String,
}

impl Sought {
    /// The list's address with these choices.
    pub fn address(&self) -> String {
        address(self.state, self.rating, &self.text)
    }

    fn is_narrow(&self) -> bool {
        self.rating.is_some() || !self.text.is_empty()
    }
}

fn address(state: Option<State>, rating: Option<i64>, text: &str) -> String {
    let state = state.map_or("", State::as_str);
    let rating = rating.map(|stars| stars.to_string()).unwrap_or_default();
    format!("/admin/reviews?state={state}&rating={rating}&q={}", part::encode(text))
}

pub fn list(entries: Vec<Entry>, counts: Counts, all: Rating, sought: &Sought, place: &Place) -> AnyView {
    let tab = |state: Option<State>, label: &str, count: i64| {
        (address(state, sought.rating, &sought.text), format!("{label} ({count})"), state == sought.state)
    };
    let total = counts.pending + counts.approved + counts.rejected;
    let tabs = vec![
        tab(None, "All", total),
        tab(Some(State::Pending), "To look at", counts.pending),
        tab(Some(State::Approved), "Shown", counts.approved),
        tab(Some(State::Rejected), "Not shown", counts.rejected),
    ];
    let body = if entries.is_empty() {
        nothing(total, sought)
    } else {
        let items = entries.into_iter().map(item).collect_view();
        view! { <ol class="log reviews">{items}</ol> }.into_any()
    };
    view! {
        {part::heading("Reviews", None)}
        {distribution(all, sought)}
        {part::tabs("Reviews by state", tabs)}
        {search(sought)}
        <section class="card flush" aria-label="Reviews">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn nothing(total: i64, sought: &Sought) -> AnyView {
    let all = || Some(("/admin/reviews".to_owned(), "Show all reviews"));
    if total == 0 {
        let why = "Customers write them on a product's page. What they send waits here until somebody has read it.";
        return part::empty("No reviews yet", why, Some(("/".to_owned(), "View shop")));
    }
    if sought.is_narrow() {
        return part::empty("Nothing matches", "No review fits this view and search.", all());
    }
    match sought.state {
        Some(State::Pending) => part::empty("Nothing waits", "Every review that was sent has been looked at.", all()),
        _ => part::empty("Nothing here", "No review is in this state.", all()),
    }
}

/// What customers say of the whole shop, as links that filter.
fn distribution(all: Rating, sought: &Sought) -> Option<AnyView> {
    let reviews = all.reviews();
    if reviews == 0 {
        return None;
    }
    let rows = (1..=5)
        .rev()
        .map(|stars| {
            let count = all.with(stars);
            let here = (sought.rating == Some(stars)).then_some("true");
            view! {
                <li>
                    <a href=address(sought.state, Some(stars), &sought.text) aria-current=here>
                        <span>{stars_text(stars)}</span>
                        <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                            <rect width=(count * 100 / reviews).to_string() height="8" />
                        </svg>
                        <span class="num">{count}<span class="sr-only">" reviews"</span></span>
                    </a>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card distribution" aria-labelledby="distribution">
                <div>
                    <h2 class="label" id="distribution">"Shown in the shop"</h2>
                    <p class="figure">{all.average()}</p>
                    <p class="hint">{format!("{reviews} reviews, average of 5 stars")}</p>
                </div>
                <ul aria-label="Reviews by stars">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn search(sought: &Sought) -> AnyView {
    let ratings = std::iter::once((String::new(), "Any stars".to_owned()))
        .chain((1..=5).rev().map(|stars| (stars.to_string(), stars_text(stars))))
        .map(|(value, label)| {
            let selected = value == sought.rating.map(|stars| stars.to_string()).unwrap_or_default();
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    let clear = sought
        .is_narrow()
        .then(|| view! { <a class="chip" href=address(sought.state, None, "")>"Clear filters ✕"</a> });
    view! {
        <form method="get" action="/admin/reviews" class="search" role="search">
            <input type="hidden" name="state" value=sought.state.map_or("", State::as_str) />
            <label for="search" class="sr-only">"Words in a review"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=sought.text.clone()
                placeholder="Words, author or product"
                maxlength=REVIEW_SEARCH_CHARS
            />
            <label for="rating" class="sr-only">"Stars"</label>
            <select id="rating" name="rating">{ratings}</select>
            <button class="quiet">"Search"</button>
            {clear}
        </form>
    }
    .into_any()
}

fn item(entry: Entry) -> AnyView {
    let href = format!("/admin/reviews/{}", entry.id);
    let approve = (entry.state == State::Pending).then(|| {
        view! {
            <form method="post" action=format!("{href}/approve")>
                <input type="hidden" name="version" value=entry.version.to_string() />
                <button class="small" aria-label=format!("Approve: {}", entry.title)>"Approve"</button>
            </form>
        }
    });
    let label = if entry.state == State::Pending { "Reject or reply" } else { "Open" };
    view! {
        <li>
            <p class="review-line">{stars(entry.rating)}{state_badge(entry.state)}{flags(&entry)}</p>
            <h2><a href=href.clone()>{entry.title.clone()}</a></h2>
            <p class="hint">
                {entry.author.clone()}" about "
                <a href=format!("/p/{}", entry.product_slug)>{entry.product.clone()}</a>", "{date::time(entry.created_at)}
            </p>
            <p class="pre review-words">{entry.text.clone()}</p>
            {pictures(&entry)}
            {(!entry.reply.is_empty()).then(|| view! { <p class="hint">"You replied."</p> })}
            <div class="actions">
                {approve}
                <a class="button quiet small" href=href aria-label=format!("{label}: {}", entry.title)>{label}</a>
            </div>
        </li>
    }
    .into_any()
}

/// What was sent with it, small.
fn pictures(entry: &Entry) -> AnyView {
    if entry.pictures.is_empty() {
        return ().into_any();
    }
    let many = entry.pictures.len();
    let items = (1..).zip(&entry.pictures).map(|(at, one)| view! { <li>{picture(one, at, many)}</li> }).collect_view();
    view! { <ul class="review-pictures">{items}</ul> }.into_any()
}

fn picture(one: &ReviewPicture, at: usize, many: usize) -> AnyView {
    let alt = format!("Picture {at} of {many}, opens larger");
    view! {
        <a href=one.picture.src()>
            <img src=one.picture.thumb() alt=alt width="96" height="96" loading="lazy" />
        </a>
    }
    .into_any()
}

fn state_badge(state: State) -> AnyView {
    match state {
        State::Pending => part::badge("warn", "To look at"),
        State::Approved => part::badge("good", "Shown"),
        State::Rejected => part::badge("", "Not shown"),
    }
}

/// What the database and the words say about it.
fn flags(entry: &Entry) -> AnyView {
    let verified = entry.verified.then(|| part::badge("info", "Verified purchase"));
    let flags = entry.flags.iter().map(|flag| part::badge("bad", flag.label())).collect_view();
    view! { {verified} {flags} }.into_any()
}

/// "★★★★☆", read out as a number.
fn stars(rating: i64) -> AnyView {
    let full = usize::try_from(rating).unwrap_or(0).min(5);
    let drawn = format!("{}{}", "★".repeat(full), "☆".repeat(5 - full));
    view! { <span class="stars" role="img" aria-label=format!("{rating} of 5 stars")>{drawn}</span> }.into_any()
}

fn stars_text(stars: i64) -> String {
    if stars == 1 { "1 star".into() } else { format!("{stars} stars") }
}
