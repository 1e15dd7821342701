//! When something went wrong: what happened, and a way on.

use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::Problem;

/// `request_id` is shown when the fault is ours, so that it can be found in the log.
pub fn problem(site: &Site, problem: &Problem, request_id: Option<String>) -> impl IntoView + use<> {
    let title = match (problem.status, problem.code.as_str()) {
        (404, _) => "We could not find that",
        (409, "cart_empty") => "Your cart is empty",
        (409 | 410, "sold_out") => "Not enough left",
        (409 | 410, _) => "Things have moved on",
        (403, _) => "You may not do this",
        (413, _) => "That was too large",
        (429, _) => "One moment, please",
        (503, _) => "We will be right back",
        (500.., _) => "Something went wrong on our side",
        _ => "That did not work",
    };
    let (href, label) = match problem.status {
        409 | 410 => ("/cart", "Go to your cart"),
        _ => ("/", "Back to the front page"),
    };
    let details = problem
        .errors
        .iter()
        .map(|error| view! { <li>{format!("{}: {}", error.field, error.message)}</li> })
        .collect_view();
    let categories = site
        .menu
        .iter()
        .map(|link| view! { <li><a class="chip" href=format!("/c/{}", link.slug)>{link.title.clone()}</a></li> })
        .collect_view();
    let body = view! {
        <div class="outcome">
            <p class="eyebrow">{format!("Error {}", problem.status)}</p>
            <h1>{title}</h1>
            <p class="lead">{problem.detail.clone()}</p>
            {(problem.errors.len() > 1).then(|| view! { <ul>{details}</ul> })}
            {request_id.map(|id| view! { <p class="small">"Reference for our support: " <code>{id}</code></p> })}
            <a class="button" href=href>{label}</a>
            {(problem.status == 404 && !site.menu.is_empty()).then(|| view! {
                <nav aria-label="Categories to go on with"><ul class="chips">{categories}</ul></nav>
            })}
        </div>
    };
    document(site, Head { quiet: true, ..Head::private(title) }, body)
}
