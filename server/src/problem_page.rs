//! The page that tells a person what went wrong.

use crate::request_id::RequestId;
use leptos::prelude::*;
use shop::Problem;

/// A complete document; the request id stands on it when the fault is ours.
pub fn html(problem: &Problem, id: &RequestId) -> String {
    let title = match problem.status {
        404 => "Page not found",
        403 => "Not allowed",
        429 => "Too many attempts",
        503 => "One moment, please",
        status if status >= 500 => "Something went wrong",
        _ => "That did not work",
    };
    let detail = problem.detail.clone();
    let id = (problem.status >= 500).then(|| id.to_string());
    crate::render::render(move || {
        view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <title>{title}</title>
                </head>
                <body>
                    <main>
                        <h1>{title}</h1>
                        <p>{detail}</p>
                        {id.map(|id| view! { <p>"Reference: " <code>{id}</code></p> })}
                        <p><a href="/">"Back to the shop"</a></p>
                    </main>
                </body>
            </html>
        }
    })
}
