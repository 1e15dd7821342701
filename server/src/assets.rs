//! The files that a page links to: bundles, style sheets, fonts, icons. The binary carries them.
//!
//! Below `/assets/` every name holds the digest of the content, so an answer may be kept forever and needs no ETag;
//! [`url`] gives templates the current name. The icons that browsers ask for by convention are served at
//! the root under their own names. Brotli and gzip variants were made at build time; nothing is
//! compressed while a visitor waits.
//!
//! The loader imports a WebAssembly module, which a content security policy allows by `'wasm-unsafe-eval'`.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The site folder: embedded in a release build, read from disk in a debug build.
#[derive(RustEmbed)]
#[folder = "$MERCER_SITE"]
struct Site;

/// What is served outside `/assets/`.
const ROOT: [&str; 2] = ["favicon.svg", "favicon.ico"];

const FOREVER: &str = "public, max-age=31536000, immutable";
const A_DAY: &str = "public, max-age=86400";

/// Routes of all embedded files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let assets = |Path(path): Path<String>, headers: HeaderMap| async move {
        answer(embedded, &format!("assets/{path}"), &headers, FOREVER)
    };
    let named = |request: Request| async move {
        answer(embedded, &format!("root{}", request.uri().path()), request.headers(), A_DAY)
    };
    ROOT.iter().fold(Router::new().route("/assets/{*path}", get(assets)), |router, name| {
        router.route(&format!("/{name}"), get(named))
    })
}

/// The address of a file by its logical name: `url("shop.css")` is `/assets/shop.<digest>.css`.
///
/// A name that is not in the site gives an address that answers 404, so that pages render without a built site.
pub fn url(name: &str) -> &'static str {
    static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let manifest = embedded("manifest.json").unwrap_or_else(|| Bytes::from_static(b"{}"));
        let names: HashMap<String, String> =
            serde_json::from_slice(&manifest).expect("the build wrote the manifest as a map of names");
        names.into_iter().map(|(name, hashed)| (name, format!("/assets/{hashed}"))).collect()
    });
    URLS.get(name).map_or("/assets/missing", String::as_str)
}

fn embedded(path: &str) -> Option<Bytes> {
    Site::get(path).map(|file| match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    })
}

/// The best variant of a file that the browser understands.
fn answer(find: impl Fn(&str) -> Option<Bytes>, path: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(accepted, encoding))
        .find_map(|(encoding, suffix)| Some((find(&format!("{path}.{suffix}"))?, Some(encoding))));
    let Some((content, encoding)) = packed.or_else(|| Some((find(path)?, None))) else {
        return StatusCode::NOT_FOUND.into_response();
    };

    let mut response = Response::new(Body::from(content));
    let answered = response.headers_mut();
    answered.insert(CONTENT_TYPE, content_type(path));
    answered.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    answered.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answered.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether an `Accept-Encoding` value names `encoding` without refusing it by `q=0` (RFC 9110, section 12.5.3).
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0)));
        named && !refused
    })
}

fn content_type(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let text = guess.type_() == mime_guess::mime::TEXT;
    let value = if text { format!("{guess}; charset=utf-8") } else { guess.to_string() };
    HeaderValue::from_str(&value).expect("a media type is printable ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(path: &str) -> Option<Bytes> {
        let content: &[u8] = match path {
            "assets/shop.0123456789.js" => b"plain",
            "assets/shop.0123456789.js.br" => b"brotli",
            "assets/shop.0123456789.js.gz" => b"gzip",
            "assets/cup.0123456789.webp" => b"picture",
            _ => return None,
        };
        Some(Bytes::from_static(content))
    }

    fn ask(path: &str, accept_encoding: &'static str) -> Response {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accept_encoding))]);
        answer(site, path, &headers, FOREVER)
    }

    fn encoding(response: &Response) -> Option<&str> {
        response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn a_browser_gets_the_smallest_variant_it_understands() {
        let script = "assets/shop.0123456789.js";
        assert_eq!(encoding(&ask(script, "gzip, deflate, br, zstd")), Some("br"));
        assert_eq!(encoding(&ask(script, "gzip;q=1.0, br;q=0")), Some("gzip"));
        assert_eq!(encoding(&ask(script, "identity")), None);
        assert_eq!(encoding(&ask("assets/cup.0123456789.webp", "br, gzip")), None);
    }

    #[test]
    fn an_asset_is_cached_forever_under_its_own_type() {
        let response = ask("assets/shop.0123456789.js", "br");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(response.headers()[CACHE_CONTROL], FOREVER);
        assert_eq!(response.headers()[VARY], "accept-encoding");
        assert_eq!(ask("assets/cup.0123456789.webp", "br").headers()[CONTENT_TYPE], "image/webp");
    }

    #[test]
    fn a_file_that_is_not_in_the_site_is_not_found() {
        assert_eq!(ask("assets/other.js", "br").status(), StatusCode::NOT_FOUND);
        assert_eq!(
            answer(embedded, "assets/../Cargo.toml", &HeaderMap::new(), FOREVER).status(),
            StatusCode::NOT_FOUND
        );
        assert_eq!(url("no such name"), "/assets/missing");
    }
}
