//! One id for each request, in the log, in the answer's `X-Request-Id`, and on the page of a 500.
//!
//! Made here and never taken from the request: whoever asks must not choose what the log says.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use std::sync::Arc;
use tracing::Instrument;

pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone, Default)]
pub struct RequestId(Arc<str>);

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Middleware: names the request.
pub async fn name(mut request: Request, next: Next) -> Response {
    let text = uuid::Uuid::now_v7().simple().to_string();
    let value = HeaderValue::from_str(&text).expect("hexadecimal digits are a header value");
    let span = tracing::info_span!(
        "request", id = %text, method = %request.method(), path = %request.uri().path()
    );
    request.extensions_mut().insert(RequestId(text.into()));
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(X_REQUEST_ID, value);
    response
}
