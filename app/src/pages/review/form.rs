//! One's own review: what became of it, and the form to write or change it.

use super::Section;
use crate::components::{Errors, Field, Form, Stars};
use crate::variants::query_value;
use leptos::prelude::*;
use shop::limits::{REVIEW_AUTHOR_CHARS, REVIEW_PICTURE_BYTES, REVIEW_PICTURES, REVIEW_TEXT_CHARS, REVIEW_TITLE_CHARS};
use shop::review::{State, Written};

/// What each number of stars says.
const WORDS: [(i64, &str); 5] = [(5, "Excellent"), (4, "Good"), (3, "Fair"), (2, "Poor"), (1, "Bad")];

pub(super) fn own(slug: &str, section: &Section) -> AnyView {
    if !section.signed_in {
        let next = query_value(&format!("/p/{slug}#own-review"));
        return view! {
            <div class="own-review" id="own-review">
                <h3>"Do you have it?"</h3>
                <p class="small">"Log in to write a review or to say which ones helped you, so that everybody counts once."</p>
                <p><a class="button button-quiet" href=format!("/login?next={next}")>"Log in to write a review"</a></p>
            </div>
        }
        .into_any();
    }
    let refused = !section.form.errors.is_empty() || section.form.message.is_some();
    let title = if section.own.is_some() { "Change your review" } else { "Write a review" };
    view! {
        <div class="own-review" id="own-review">
            {section.own.as_ref().map(status)}
            <details open=refused>
                <summary class="button button-quiet">{title}</summary>
                {form(slug, &section.form, section.own.as_ref())}
            </details>
        </div>
    }
    .into_any()
}

/// Where the review stands.
fn status(own: &Written) -> AnyView {
    match own.state {
        State::Pending => view! {
            <div class="notice" role="status">
                <p class="notice-title">"Thank you for your review"</p>
                <p>"It will be shown here once somebody of the shop has looked at it."</p>
                <p class="own-review-head"><Stars tenths=own.draft.rating * 10 />" "{own.draft.title.clone()}</p>
            </div>
        }
        .into_any(),
        State::Approved => view! { <p class="small">"Your review is shown. Thank you."</p> }.into_any(),
        State::Rejected => view! {
            <div class="notice notice-bad">
                <p class="notice-title">"Your review is not shown"</p>
                <p>{own.reason.clone()}</p>
                <p>"You may change it; then it is looked at again."</p>
            </div>
        }
        .into_any(),
    }
}

fn form(slug: &str, form: &Form, own: Option<&Written>) -> impl IntoView + use<> {
    let text_id = form.id("text");
    let text_error = form.error("text");
    let described = match &text_error {
        Some(_) => format!("{text_id}-error {text_id}-hint"),
        None => format!("{text_id}-hint"),
    };
    view! {
        <Errors form=form />
        <form class="stack" action=format!("/p/{slug}/reviews") method="post" enctype="multipart/form-data">
            {stars(form)}
            <Field form=form name="title" label="In a few words" autocomplete="off" max=REVIEW_TITLE_CHARS />
            <div class="field" data-field="text">
                <label for=text_id.clone()>"Your review"</label>
                <textarea
                    id=text_id.clone()
                    name="text"
                    rows="6"
                    required
                    maxlength=REVIEW_TEXT_CHARS
                    aria-invalid=text_error.as_ref().map(|_| "true")
                    aria-describedby=described
                >
                    {form.area_text("text")}
                </textarea>
                <p class="field-hint" id=format!("{text_id}-hint")>"What do you use it for? What should others know?"</p>
                {text_error.map(|text| view! { <p class="field-error" id=format!("{text_id}-error")>{text}</p> })}
            </div>
            {pictures(form, own)}
            <Field
                form=form
                name="author"
                label="Name shown with it"
                autocomplete="nickname"
                hint="Everybody can read it; a first name is enough."
                max=REVIEW_AUTHOR_CHARS
            />
            <button class="button button-wide" type="submit">"Send review"</button>
        </form>
    }
}

/// Those that are there, each to be taken away, and room for more. A browser does not send a file twice by itself: what
/// was chosen has to be chosen again when something was refused.
fn pictures(form: &Form, own: Option<&Written>) -> impl IntoView + use<> {
    let there = own.map(|own| own.pictures.as_slice()).unwrap_or_default();
    let many = there.len();
    let kept = (1..)
        .zip(there)
        .map(|(at, one)| {
            let id = one.id.to_string();
            let checked = form.values.iter().any(|(name, value)| name == "remove" && *value == id);
            view! {
                <li>
                    <label>
                        <img src=one.picture.thumb() alt=format!("Your picture {at} of {many}") width="80" height="80" />
                        <span class="check">
                            <input type="checkbox" name="remove" value=id checked=checked />
                            <span>"Take away"</span>
                        </span>
                    </label>
                </li>
            }
        })
        .collect_view();
    let kept = (many > 0).then(|| view! { <ul class="own-pictures">{kept}</ul> });
    let id = form.id("picture");
    let error = form.error("picture");
    let described = match &error {
        Some(_) => format!("{id}-error {id}-hint"),
        None => format!("{id}-hint"),
    };
    let again = if form.errors.is_empty() && form.message.is_none() { "" } else { " Please choose them again." };
    let hint = format!(
        "Up to {REVIEW_PICTURES} in all: JPEG, PNG or WebP, {} MB each. Place and time are taken out of them.{again}",
        REVIEW_PICTURE_BYTES >> 20
    );
    view! {
        <div class="field" data-field="picture">
            <label for=id.clone()>"Pictures"<span class="optional">" (optional)"</span></label>
            {kept}
            <input
                id=id.clone()
                name="picture"
                type="file"
                accept="image/jpeg,image/png,image/webp"
                multiple
                aria-invalid=error.as_ref().map(|_| "true")
                aria-describedby=described
            />
            <p class="field-hint" id=format!("{id}-hint")>{hint}</p>
            {error.map(|text| view! { <p class="field-error" id=format!("{id}-error")>{text}</p> })}
        </div>
    }
}

/// The first button carries the field's id, so that a link from the list of errors finds the group.
fn stars(form: &Form) -> impl IntoView + use<> {
    let chosen = form.value("rating");
    let id = form.id("rating");
    let error = form.error("rating");
    let described = error.as_ref().map(|_| format!("{id}-error"));
    let choices = WORDS
        .iter()
        .map(|(stars, word)| {
            let value = stars.to_string();
            let own_id = if *stars == 5 { id.clone() } else { format!("{id}-{stars}") };
            let checked = value == chosen;
            view! {
                <label class="star-pick">
                    <input type="radio" id=own_id name="rating" value=value checked=checked required />
                    <span class="stars" data-halves=(stars * 2).to_string() aria-hidden="true"></span>
                    <span><span class="visually-hidden">{*stars}" of 5 stars: "</span>{*word}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="star-picks" aria-describedby=described>
            <legend>"Your rating"</legend>
            {choices}
            {error.map(|text| view! { <p class="field-error" id=format!("{id}-error")>{text}</p> })}
        </fieldset>
    }
}
