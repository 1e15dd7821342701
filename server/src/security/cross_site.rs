//! Refuses writes that another site makes with a visitor's cookies.
//!
//! Asked in this order, the first that is there decides: `Sec-Fetch-Site`, `Origin`, `Referer`; a write with none of
//! them is refused. The guard covers every method but `GET`, `HEAD` and `OPTIONS`, so nothing that writes may be
//! reachable by `GET`. Three doors are outside: the providers' webhooks, which prove themselves by signature, and, when no
//! cookie comes along, the API and the links that end mail, which go by their own tokens.

use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{COOKIE, HOST, HeaderName, ORIGIN, REFERER};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Middleware: 403 for a write from elsewhere.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_outside(request.uri().path(), request.headers()) {
        return next.run(request).await;
    }
    if !is_own(request.headers(), &state.shop.origin) {
        tracing::warn!(path = %request.uri().path(), "refused a cross-site write");
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

fn is_outside(path: &str, headers: &HeaderMap) -> bool {
    let by_token = ["/api/v1/", "/alerts/", "/cart-mails/"].iter().any(|door| path.starts_with(door));
    path.starts_with("/webhooks/") || (by_token && !headers.contains_key(COOKIE))
}

/// Whether the page that made the request is one of ours.
fn is_own(headers: &HeaderMap, own_origin: &str) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text(&SEC_FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    let host = text(&HOST).unwrap_or_default();
    [ORIGIN, REFERER].iter().find_map(text).is_some_and(|from| {
        let Ok(url) = Url::parse(from) else { return false };
        // Old browsers on plain http reach the shop under names that the configuration does not know; a
        // foreign page cannot choose the `Host` that its visitor's browser sends.
        url.origin().ascii_serialization() == own_origin || authority(&url) == Some(host.to_owned())
    })
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(headers: &[(&'static str, &str)]) -> bool {
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect::<HeaderMap>();
        is_own(&map, "https://shop.example")
    }

    #[test]
    fn only_our_own_pages_may_write() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("origin", "https://shop.example")]));
        assert!(own(&[("referer", "https://shop.example/cart?a=1")]));
        assert!(own(&[("origin", "http://10.0.0.7:3000"), ("host", "10.0.0.7:3000")]));
    }

    #[test]
    fn other_sites_and_silence_are_refused() {
        assert!(!own(&[]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("origin", "https://evil.example"), ("referer", "https://shop.example/")]));
        assert!(!own(&[("origin", "null"), ("host", "shop.example")]));
        assert!(!own(&[("origin", "https://shop.example.evil"), ("host", "shop.example")]));
        assert!(!own(&[("referer", "https://evil.example/https://shop.example")]));
    }
}
