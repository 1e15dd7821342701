//! A kept page and the answers made of it.

use super::Keep;
use super::known::Known;
use crate::pages::searched_before;
use crate::state::AppState;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

/// Says whether a page was kept (RFC 9211).
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
/// Bytes of the digest that names a page's content.
const TAG_BYTES: usize = 12;

pub struct Page {
    headers: HeaderMap,
    body: Bytes,
    keep: Keep,
    /// What was known when it was drawn.
    at: u64,
    /// Unix milliseconds.
    until: i64,
}

impl Page {
    /// Takes a response apart. As of `at` it is what the database said, and at `until` it is that no longer.
    pub async fn read(response: Response, keep: Keep, at: u64, until: i64, state: &AppState) -> Result<Self, Response> {
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let mut headers = parts.headers;
        headers.remove(CONTENT_LENGTH);
        headers.insert(
            CACHE_CONTROL,
            cache_control(shared_seconds(until - state.shop.now_ms(), state.config.shared_cache_seconds)),
        );
        // Whoever carries a session, or has chosen a currency, gets another page.
        headers.insert(VARY, HeaderValue::from_static("cookie, accept-encoding"));
        let tag = hex::encode(&Sha256::digest(&body)[..TAG_BYTES]);
        // Weak: the same page may come compressed or not.
        headers.insert(
            ETAG,
            HeaderValue::from_str(&format!("W/\"{tag}\"")).expect("hexadecimal digits are a header value"),
        );
        Ok(Self { headers, body, keep, at, until })
    }

    pub fn bytes(&self) -> usize {
        self.body.len() + size_of::<Self>()
    }

    pub fn is_current(&self, known: &Known, found_in: u64, now_ms: i64) -> bool {
        now_ms < self.until
            && self.keep.found_in.is_none_or(|state| state == found_in)
            && known.is_current(self.at, &self.keep)
    }

    /// Counts what drawing the page would have counted.
    pub fn count(&self, state: &AppState, headers: &HeaderMap) {
        if let Some((text, found)) = &self.keep.searched {
            state.search.searched(text, *found);
        } else if let Some(text) = searched_before(headers, &state.shop.origin) {
            state.search.clicked(&text);
        }
    }

    /// 200, or 304 for who has it already.
    pub fn answer(&self, asked: &HeaderMap, hit: bool) -> Response {
        let has_it = self.headers.get(ETAG).is_some_and(|tag| is_named(asked, tag));
        let mut response = if has_it {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Body::from(self.body.clone()).into_response()
        };
        let headers = response.headers_mut();
        if has_it {
            for name in [CACHE_CONTROL, VARY, ETAG] {
                if let Some(value) = self.headers.get(&name) {
                    headers.insert(name, value.clone());
                }
            }
        } else {
            *headers = self.headers.clone();
        }
        let said = if hit { "mercer; hit" } else { "mercer; fwd=miss" };
        headers.insert(CACHE_STATUS, HeaderValue::from_static(said));
        response
    }
}

/// As many as are configured, and none beyond the time that the page is right for.
fn shared_seconds(right_for_ms: i64, configured: u32) -> u32 {
    configured.min(u32::try_from(right_for_ms.max(0) / 1000).unwrap_or(configured))
}

/// A browser asks again each time; a cache in front of the shop may answer for `shared_seconds`.
fn cache_control(shared_seconds: u32) -> HeaderValue {
    let text = match shared_seconds {
        0 => "public, max-age=0, must-revalidate".to_owned(),
        seconds => format!("public, max-age=0, s-maxage={seconds}"),
    };
    HeaderValue::from_str(&text).expect("words and digits are a header value")
}

/// Whether `If-None-Match` has this weak tag (RFC 9110, 13.1.2).
fn is_named(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let of = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(of) else { return false };
    let lists = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|one| one.trim() == "*" || of(one) == tag)
}
