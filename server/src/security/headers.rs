//! Headers that tell the browser what our pages never do.
//!
//! No inline scripts or styles, no frames around us, no plug-ins. The payment provider's origins are the only
//! foreign ones, and exactly those that its script, frame and redirects need.

use crate::config::Config;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use shop::payment::{CspSources, Provider, Providers};
use std::sync::Arc;

/// Written once at start, copied into each answer.
#[derive(Clone)]
pub struct SecurityHeaders(Arc<[(HeaderName, HeaderValue)]>);

impl SecurityHeaders {
    pub fn new(config: &Config, payments: &Providers) -> Self {
        let fixed = |name: &'static str, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let policy = HeaderValue::from_str(&content_security_policy(payments)).unwrap_or_else(|_| {
            // An origin that is no header value cannot be allowed; without it the policy is only stricter.
            HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'")
        });
        let mut headers = vec![
            (CONTENT_SECURITY_POLICY, policy),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
            fixed("cross-origin-opener-policy", "same-origin"),
            fixed("permissions-policy", "camera=(), geolocation=(), microphone=(), usb=(), browsing-topics=()"),
        ];
        if config.is_https() {
            headers.push((STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")));
        }
        Self(headers.into())
    }

    fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in self.0.iter() {
            // A handler that said something stricter (a picture of foreign origin) keeps its word.
            if !headers.contains_key(name) {
                headers.insert(name, value.clone());
            }
        }
        let is_page = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
        if is_page && !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
    }
}

/// Middleware: adds the headers to every answer.
pub async fn write(State(headers): State<SecurityHeaders>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers.write(response.headers_mut());
    response
}

fn content_security_policy(payments: &Providers) -> String {
    let mut provider = CspSources::default();
    for one in payments.configured().map(Provider::csp_sources) {
        let lists = [
            (&mut provider.script, one.script),
            (&mut provider.frame, one.frame),
            (&mut provider.connect, one.connect),
            (&mut provider.form_action, one.form_action),
        ];
        for (all, more) in lists {
            for source in more {
                if !all.contains(&source) {
                    all.push(source);
                }
            }
        }
    }
    let with = |own: &str, more: &[String]| {
        std::iter::once(own).chain(more.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    };
    [
        "default-src 'self'".to_owned(),
        format!("script-src {}", with("'self' 'wasm-unsafe-eval'", &provider.script)),
        "style-src 'self'".to_owned(),
        "img-src 'self' data:".to_owned(),
        format!("connect-src {}", with("'self'", &provider.connect)),
        format!("frame-src {}", with("'self'", &provider.frame)),
        format!("form-action {}", with("'self'", &provider.form_action)),
        "frame-ancestors 'none'".to_owned(),
        "base-uri 'none'".to_owned(),
        "object-src 'none'".to_owned(),
    ]
    .join("; ")
}
