//! One review: what it says, what is known about it, and the three things that can be done.

use super::{flags, picture, stars, state_badge};
use crate::date;
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::limits::{REASON_CHARS, REVIEW_REPLY_CHARS};
use shop::review::{Entry, State};

/// `form` holds what was typed and refused.
pub fn detail(entry: &Entry, is_owner: bool, form: &Form) -> AnyView {
    let log = is_owner.then(|| {
        let href = format!("/admin/audit?entity=review&id={}", entry.id);
        view! { <p class="hint"><a href=href>"Who decided what about it"</a></p> }
    });
    view! {
        {part::up("/admin/reviews", "Reviews")}
        {part::heading(entry.title.clone(), Some(state_badge(entry.state)))}
        {form.summary()}
        <section class="card" aria-labelledby="words">
            <h2 id="words" class="sr-only">"The review"</h2>
            <p class="review-line">{stars(entry.rating)}{flags(entry)}</p>
            <p class="pre review-words">{entry.text.clone()}</p>
            {pictures(entry)}
            {facts(entry)}
            {log}
        </section>
        {decide(entry, form)}
        {reply(entry, form)}
    }
    .into_any()
}

fn facts(entry: &Entry) -> AnyView {
    let product = view! { <a href=format!("/p/{}", entry.product_slug)>{entry.product.clone()}</a> }.into_any();
    let from = match &entry.email {
        Some(email) => format!("{}, {email}", entry.author),
        None => format!("{}, without an account", entry.author),
    };
    let mut rows = vec![("Product", product), ("From", from.into_any()), ("Written", date::time(entry.created_at))];
    if entry.updated_at != entry.created_at {
        rows.push(("Changed", date::time(entry.updated_at)));
    }
    if entry.state == State::Rejected {
        rows.push(("Not shown because", entry.reason.clone().into_any()));
    }
    part::facts(rows)
}

/// Each with a way to take it away alone.
fn pictures(entry: &Entry) -> AnyView {
    if entry.pictures.is_empty() {
        return ().into_any();
    }
    let many = entry.pictures.len();
    let items = (1..)
        .zip(&entry.pictures)
        .map(|(at, one)| {
            let action = format!("/admin/reviews/{}/pictures/{}/remove", entry.id, one.id);
            view! {
                <li>
                    {picture(one, at, many)}
                    <form method="post" action=action>
                        {version(entry)}
                        <button class="quiet small" aria-label=format!("Remove picture {at}")>"Remove"</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="review-pictures">{items}</ul> }.into_any()
}

fn version(entry: &Entry) -> impl IntoView + use<> {
    view! { <input type="hidden" name="version" value=entry.version.to_string() /> }
}

fn decide(entry: &Entry, form: &Form) -> AnyView {
    let path = |verb: &str| format!("/admin/reviews/{}/{verb}", entry.id);
    let approve = (entry.state != State::Approved).then(|| {
        view! {
            <form method="post" action=path("approve")>
                {version(entry)}
                <button>"Approve and show"</button>
            </form>
        }
    });
    let (label, button) = match entry.state {
        State::Pending => ("Why it is not shown", "Reject"),
        State::Approved => ("Why it is no longer shown", "Take away from view"),
        State::Rejected => ("Another reason", "Change reason"),
    };
    let reject = view! {
        <form method="post" action=path("reject") class="stack">
            {version(entry)}
            {Field::new("reason", label)
                .required()
                .max(REASON_CHARS)
                .hint("The author reads it in their account.")
                .input(form)}
            <div><button class="quiet danger">{button}</button></div>
        </form>
    };
    view! {
        <section class="card" aria-labelledby="decide">
            <h2 id="decide">"Decide"</h2>
            {approve}
            {reject}
        </section>
    }
    .into_any()
}

fn reply(entry: &Entry, form: &Form) -> AnyView {
    // What was typed and refused stands before what is stored.
    let typed = form.values.iter().any(|(name, _)| name == "reply");
    let form = if typed { form.clone() } else { form.clone().with("reply", &entry.reply) };
    let since = entry.replied_at.map(|at| view! { <p class="hint">"Written "{date::time(at)}</p> });
    view! {
        <section class="card" aria-labelledby="reply">
            <h2 id="reply">"Reply"</h2>
            {since}
            <form method="post" action=format!("/admin/reviews/{}/reply", entry.id) class="stack">
                {version(entry)}
                {Field::new("reply", "Your reply")
                    .max(REVIEW_REPLY_CHARS)
                    .rows(5)
                    .hint("Everybody reads it below the review, once that is shown. Leave it empty to take it away.")
                    .area(&form)}
                <div><button>"Save reply"</button></div>
            </form>
        </section>
    }
    .into_any()
}
