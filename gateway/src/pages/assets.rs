//! Scripts and styles, compiled in.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const FILES: &[(&str, &str, &str)] = &[
    ("gateway.css", "text/css; charset=utf-8", include_str!("../../assets/gateway.css")),
    ("element.css", "text/css; charset=utf-8", include_str!("../../assets/element.css")),
    ("card.js", "text/javascript; charset=utf-8", include_str!("../../assets/card.js")),
    ("pay.js", "text/javascript; charset=utf-8", include_str!("../../assets/pay.js")),
    ("element.js", "text/javascript; charset=utf-8", include_str!("../../assets/element.js")),
    ("icon.svg", "image/svg+xml", include_str!("../../assets/icon.svg")),
];
const STRIPE_JS: &str = include_str!("../../assets/stripe.js");

pub async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => send(kind, text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub async fn stripe_js() -> Response {
    send("text/javascript; charset=utf-8", STRIPE_JS)
}

/// Cached for minutes only: a new version of the program must not meet the scripts of an old one for long.
fn send(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
