//! Stars: a picture with its words, filled to half a star. The style sheet draws them.

use leptos::prelude::*;
use shop::review::Rating;

/// `tenths` of a star, 0 to 50.
#[component]
pub fn Stars(tenths: i64) -> impl IntoView {
    let label = if tenths % 10 == 0 {
        format!("{} of 5 stars", tenths / 10)
    } else {
        format!("{}.{} of 5 stars", tenths / 10, tenths % 10)
    };
    let halves = (tenths + 2) / 5;
    view! { <span class="stars" role="img" aria-label=label data-halves=halves.to_string()></span> }
}

/// The stars of a product with the number of its reviews; nothing before there is one.
#[component]
pub fn RatingLine(rating: Rating) -> impl IntoView {
    let reviews = rating.reviews();
    (reviews > 0).then(|| {
        let many = if reviews == 1 { "review" } else { "reviews" };
        view! {
            <p class="rating-line">
                <Stars tenths=rating.tenths() />
                <span>{reviews}<span class="visually-hidden">" "{many}</span></span>
            </p>
        }
    })
}
