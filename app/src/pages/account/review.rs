//! What a customer has written about products, and what they have bought and not yet written about.

use super::frame;
use crate::components::Stars;
use crate::date;
use crate::pages::review::pictures;
use crate::shell::Site;
use leptos::prelude::*;
use shop::catalogue::Page;
use shop::review::{State, ToReview, Written};

pub fn reviews(site: &Site, open: Vec<ToReview>, page: Page<Written>) -> impl IntoView + use<> {
    let next = page.next.map(|after| {
        let href = format!("/account/reviews?after={}", crate::variants::query_value(&after));
        view! { <nav class="pager" aria-label="Pages"><a class="button button-quiet" rel="next" href=href>"Earlier reviews"</a></nav> }
    });
    let written = if page.items.is_empty() {
        view! { <p>"Nothing yet. What you write about a product is listed here."</p> }.into_any()
    } else {
        let items = page.items.into_iter().map(written).collect_view();
        view! { <ul class="review-list">{items}</ul> }.into_any()
    };
    let body = view! {
        <h1>"Reviews"</h1>
        {to_write(open)}
        <section class="section-small" aria-labelledby="written">
            <h2 id="written">"Written"</h2>
            {written}
            {next}
        </section>
    };
    frame(site, "/account/reviews", "Reviews", body.into_any())
}

fn to_write(open: Vec<ToReview>) -> Option<impl IntoView> {
    if open.is_empty() {
        return None;
    }
    let items = open
        .into_iter()
        .map(|product| {
            let href = format!("/p/{}#own-review", product.slug);
            let label = format!("Write a review of {}", product.title);
            let picture = (!product.picture_url.is_empty()).then(|| {
                view! { <img src=product.picture_url.clone() alt="" width="64" height="80" loading="lazy" /> }
            });
            view! {
                <li class="to-review">
                    <span class="to-review-picture">{picture}</span>
                    <span>
                        <strong>{product.title.clone()}</strong><br />
                        <span class="small">"Ordered on "{date::day(product.bought_at)}</span>
                    </span>
                    <a class="button button-quiet button-small" href=href aria-label=label>"Write a review"</a>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class="section-small" aria-labelledby="to-write">
            <h2 id="to-write">"How do you like them?"</h2>
            <ul>{items}</ul>
        </section>
    })
}

fn written(review: Written) -> impl IntoView {
    let state = match review.state {
        State::Pending => "Waits to be looked at",
        State::Approved => "Shown",
        State::Rejected => "Not shown",
    };
    let reason = (review.state == State::Rejected).then(|| {
        view! { <p class="notice notice-bad">{format!("Why it is not shown: {}", review.reason)}</p> }
    });
    let reply = (!review.reply.is_empty()).then(|| {
        view! {
            <div class="review-reply">
                <p class="small"><strong>"Reply from the shop"</strong></p>
                <p class="review-text">{review.reply.clone()}</p>
            </div>
        }
    });
    let href = format!("/p/{}#own-review", review.slug);
    view! {
        <li class="review">
            <Stars tenths=review.draft.rating * 10 />
            <h3><a href=href>{review.product.clone()}</a>": "{review.draft.title.clone()}</h3>
            <p class="review-by">
                <span>{state}</span>
                <time datetime=date::machine(review.created_at)>{date::day(review.created_at)}</time>
            </p>
            <p class="review-text">{review.draft.text.clone()}</p>
            {pictures(&review.pictures, &review.draft.author)}
            {reason}
            {reply}
        </li>
    }
}
