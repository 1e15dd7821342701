//! The reviews of a product: what they come to, a page of them, and the form for one's own.
//!
//! Everything is links and plain forms. Histogram rows filter, pages are links, and the form stands in a disclosure
//! that opens by itself when something in it is refused. Text is drawn as text.

mod form;

use crate::components::{Form, Stars};
use crate::date;
use crate::variants::query_value;
use leptos::prelude::*;
use shop::catalogue::{Page, Product};
use shop::review::{Rating, Review, ReviewPicture, Written};

/// What the reviews' part of a product page shows.
pub struct Section {
    pub page: Page<Review>,
    /// Only reviews with this many stars are shown.
    pub stars: Option<i64>,
    /// Only reviews with pictures are shown.
    pub pictured: bool,
    /// How many have pictures.
    pub with_pictures: i64,
    /// The page is not the first.
    pub is_later: bool,
    pub signed_in: bool,
    /// The shopper's own review, whatever its state.
    pub own: Option<Written>,
    /// What stands in the form, with what was refused.
    pub form: Form,
}

pub fn section(product: &Product, section: &Section) -> impl IntoView + use<> {
    let slug = &product.slug;
    let rating = product.rating;
    view! {
        <section class="section reviews" id="reviews" aria-labelledby="reviews-title">
            <h2 id="reviews-title">"Reviews"</h2>
            <div class="reviews-columns">
                <div class="reviews-side">
                    {summary(slug, rating, section.stars)}
                    {with_pictures(slug, section)}
                    {form::own(slug, section)}
                </div>
                <div>{list(slug, rating, section)}</div>
            </div>
        </section>
    }
}

fn address(slug: &str, stars: Option<i64>, pictured: bool, after: Option<&str>) -> String {
    let mut query = Vec::new();
    query.extend(stars.map(|stars| format!("stars={stars}")));
    query.extend(pictured.then(|| "pictures=1".to_owned()));
    query.extend(after.map(|after| format!("reviews={}", query_value(after))));
    let join = if query.is_empty() { "" } else { "?" };
    format!("/p/{slug}{join}{}#reviews", query.join("&"))
}

fn summary(slug: &str, rating: Rating, chosen: Option<i64>) -> AnyView {
    let reviews = rating.reviews();
    if reviews == 0 {
        return ().into_any();
    }
    let many = if reviews == 1 { "1 review".to_owned() } else { format!("{reviews} reviews") };
    let rows = (1..=5)
        .rev()
        .map(|stars| {
            let count = rating.with(stars);
            let name = if stars == 1 { "1 star".to_owned() } else { format!("{stars} stars") };
            let bar = view! {
                <span class="histogram-name">{name.clone()}</span>
                <svg class="histogram-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=(count * 100 / reviews).to_string() height="8" />
                </svg>
                <span class="histogram-count">{count}<span class="visually-hidden">" reviews"</span></span>
            };
            let row = if count == 0 {
                view! { <span class="histogram-row">{bar}</span> }.into_any()
            } else {
                let here = (chosen == Some(stars)).then_some("true");
                view! { <a class="histogram-row" href=address(slug, Some(stars), false, None) aria-current=here>{bar}</a> }
                    .into_any()
            };
            view! { <li>{row}</li> }
        })
        .collect_view();
    view! {
        <p class="average">
            <strong>{rating.average()}</strong>
            <Stars tenths=rating.tenths() />
            <span class="small">{many}</span>
        </p>
        <ul class="histogram" aria-label="Reviews by stars">{rows}</ul>
    }
    .into_any()
}

fn list(slug: &str, rating: Rating, section: &Section) -> AnyView {
    if rating.reviews() == 0 {
        return view! { <p class="reviews-none">"No reviews yet. Be the first to say how it is."</p> }.into_any();
    }
    let stars = section.stars.map(|stars| if stars == 1 { "1 star".to_owned() } else { format!("{stars} stars") });
    let named: Vec<_> = stars.into_iter().chain(section.pictured.then(|| "pictures".to_owned())).collect();
    let filter = (!named.is_empty()).then(|| {
        view! {
            <p class="reviews-filter">
                "Reviews with "{named.join(" and ")}" · "
                <a class="text-link" href=address(slug, None, false, None)>"Show all reviews"</a>
            </p>
        }
    });
    let items = section.page.items.iter().map(|review| item(slug, review, section.signed_in)).collect_view();
    let body = if section.page.items.is_empty() {
        view! { <p class="reviews-none">"There is nothing on this page."</p> }.into_any()
    } else {
        view! { <ol class="review-list">{items}</ol> }.into_any()
    };
    let first = section.is_later.then(|| {
        view! { <a class="text-link" href=address(slug, section.stars, section.pictured, None)>"Newest reviews"</a> }
    });
    let next = section.page.next.as_deref().map(|after| {
        let href = address(slug, section.stars, section.pictured, Some(after));
        view! { <a class="button button-quiet" rel="next" href=href>"Older reviews"</a> }
    });
    let pager = (first.is_some() || next.is_some())
        .then(|| view! { <nav class="pager" aria-label="Pages of reviews">{first}{next}</nav> });
    view! { {filter} {body} {pager} }.into_any()
}

fn item(slug: &str, review: &Review, signed_in: bool) -> impl IntoView + use<> {
    let verified = review.verified.then(|| view! { <span class="verified">"Verified purchase"</span> });
    let reply = review.replied_at.map(|at| {
        view! {
            <div class="review-reply">
                <p class="small">
                    <strong>"Reply from the shop"</strong>" · "<time datetime=date::machine(at)>{date::day(at)}</time>
                </p>
                <p class="review-text">{review.reply.clone()}</p>
            </div>
        }
    });
    view! {
        <li class="review" id=format!("review-{}", review.id)>
            <Stars tenths=review.rating * 10 />
            <h3>{review.title.clone()}</h3>
            <p class="review-by">
                <span>{review.author.clone()}</span>
                <time datetime=date::machine(review.created_at)>{date::day(review.created_at)}</time>
                {verified}
            </p>
            <p class="review-text">{review.text.clone()}</p>
            {pictures(&review.pictures, &review.author)}
            {reply}
            {helpful(slug, review, signed_in)}
        </li>
    }
}

/// Leads to the reviews that show something.
fn with_pictures(slug: &str, section: &Section) -> Option<impl IntoView + use<>> {
    (section.with_pictures > 0).then(|| {
        let here = section.pictured.then_some("true");
        let href = address(slug, None, true, None);
        view! { <p><a class="text-link" href=href aria-current=here>{format!("With pictures ({})", section.with_pictures)}</a></p> }
    })
}

/// Small ones that lead to the larger; whose they are is what can be said of them.
pub fn pictures(pictures: &[ReviewPicture], author: &str) -> AnyView {
    if pictures.is_empty() {
        return ().into_any();
    }
    let many = pictures.len();
    let items = (1..)
        .zip(pictures)
        .map(|(at, one)| {
            let alt =
                if many == 1 { format!("Picture by {author}") } else { format!("Picture {at} of {many} by {author}") };
            let picture = &one.picture;
            view! {
                <li>
                    <a href=picture.src()>
                        <img
                            src=picture.thumb()
                            alt=alt
                            width=picture.width.max(1)
                            height=picture.height.max(1)
                            loading="lazy"
                            decoding="async"
                        />
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="review-pictures">{items}</ul> }.into_any()
}

/// The button for whoever may vote; for others how many did.
fn helpful(slug: &str, review: &Review, signed_in: bool) -> AnyView {
    let said = match review.helpful {
        0 => None,
        1 => Some("1 person found this helpful".to_owned()),
        many => Some(format!("{many} people found this helpful")),
    };
    let said = said.map(|text| view! { <span class="small">{text}</span> });
    if !signed_in || review.own {
        let own = review.own.then(|| view! { <span class="small">"Your review"</span> });
        return view! { <p class="review-votes">{said}{own}</p> }.into_any();
    }
    let (sends, label) = if review.voted { ("0", "Helpful, take back") } else { ("1", "Helpful") };
    let whose = format!("{label}: {}", review.title);
    view! {
        <form class="review-votes" action=format!("/p/{slug}/reviews/{}/helpful", review.id) method="post">
            <button class="button button-quiet button-small" type="submit" name="helpful" value=sends aria-label=whose>
                {if review.voted { "Helpful ✓" } else { "Helpful" }}
            </button>
            {said}
        </form>
    }
    .into_any()
}
