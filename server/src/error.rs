//! How a failure reaches whoever asked.
//!
//! A handler answers `Result<_, PageError>` and `?` does the rest. The error travels as an extension of the
//! response to [`present`], which knows the request: a program (`Accept: application/json`, or anything below
//! `/api`) gets `application/problem+json`, a person gets a page, and a person who is not logged in gets the
//! log-in page. Answers that axum itself makes (404, 405, 413, 415, 422) pass through the same place.
//!
//! A 500 is logged here, once, with its request id; its text goes to nobody else.

use crate::request_id::RequestId;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use shop::{Error, Problem};
use std::sync::Arc;

/// Where people log in.
pub const LOGIN_PATH: &str = "/login";
pub const ADMIN_LOGIN_PATH: &str = "/admin/login";

/// An error on its way out.
#[derive(Debug)]
pub struct PageError(pub Error);

/// The same for the API, which also refuses what has no place in the shop's own errors.
#[derive(Debug)]
pub enum ApiError {
    Shop(Error),
    /// Status, stable code, sentence.
    Refused(StatusCode, &'static str, String),
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Shop(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Shop(error) => PageError(error).into_response(),
            Self::Refused(status, code, detail) => {
                let mut response = status.into_response();
                response.extensions_mut().insert(Arc::new(problem(status, code, &detail)));
                response
            }
        }
    }
}

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// Middleware: gives failed answers their body.
pub async fn present(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let asked = Asked {
        state,
        wants_json: wants_json(request.uri().path(), request.headers()),
        is_get: matches!(*request.method(), Method::GET | Method::HEAD),
        path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        id: request.extensions().get::<RequestId>().cloned().unwrap_or_default(),
    };
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    if status == StatusCode::NOT_FOUND
        && asked.is_get
        && !asked.wants_json
        && let Some(moved) = crate::moved::answer(&asked.state, &asked.path).await
    {
        return moved;
    }
    if let Some(error) = response.extensions().get::<Arc<Error>>().cloned() {
        return asked.answer(&error, response).await;
    }
    if let Some(problem) = response.extensions().get::<Arc<Problem>>().cloned() {
        return asked.with_body(&problem, response).await;
    }
    if is_bare(&response) { asked.answer_status(response).await } else { response }
}

/// Whether the caller is a program or an island rather than a page load.
pub fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    path.starts_with("/api/v1") || (accept.contains("json") && !accept.contains("text/html"))
}

struct Asked {
    state: AppState,
    wants_json: bool,
    is_get: bool,
    path: String,
    id: RequestId,
}

impl Asked {
    async fn answer(&self, error: &Error, response: Response) -> Response {
        if let Error::Internal(text) = error {
            tracing::error!(request_id = %self.id, path = %self.path, error = %text, "request failed");
        }
        if matches!(error, Error::Unauthenticated) && !self.wants_json {
            return self.to_login();
        }
        let mut answer = self.with_body(&error.problem(), response).await;
        if let Error::TooMany { retry_after_s } | Error::Unavailable { retry_after_s, .. } = error {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
        }
        if matches!(error, Error::Conflict { code: "in_progress", .. }) {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(1));
        }
        answer
    }

    /// For answers that no handler of ours made: the status is all there is to say.
    async fn answer_status(&self, response: Response) -> Response {
        let status = response.status();
        let (code, detail) = match status {
            StatusCode::BAD_REQUEST => ("bad_request", "The request cannot be read."),
            StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
            StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This address does not take that method."),
            StatusCode::REQUEST_TIMEOUT => ("timeout", "The request took too long to arrive."),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "What was sent is too large."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "This address does not take that type."),
            StatusCode::UNPROCESSABLE_ENTITY => ("invalid", "The input is invalid."),
            StatusCode::FORBIDDEN => ("forbidden", "You may not do this."),
            StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "Please try again in a moment."),
            _ if status.is_server_error() => ("internal", "Something went wrong on our side."),
            _ => ("refused", "The request was refused."),
        };
        let problem = problem(status, code, detail);
        self.with_body(&problem, response).await
    }

    /// Keeps status and headers (`Allow`, `Retry-After`, cookies) and replaces the body.
    async fn with_body(&self, problem: &Problem, response: Response) -> Response {
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(http::header::CONTENT_LENGTH);
        let (content_type, body) = if self.wants_json {
            ("application/problem+json", serde_json::to_string(problem).expect("a problem is plain data"))
        } else {
            // Boxed: every request carries room for what it may come to, and a page takes much.
            let page = Box::pin(crate::problem_page::html(&self.state, problem, &self.id));
            ("text/html; charset=utf-8", page.await)
        };
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Response::from_parts(parts, body.into())
    }

    fn to_login(&self) -> Response {
        let login = if self.path.starts_with("/admin") { ADMIN_LOGIN_PATH } else { LOGIN_PATH };
        if !self.is_get {
            return Redirect::to(login).into_response();
        }
        let next: String = url::form_urlencoded::byte_serialize(self.path.as_bytes()).collect();
        Redirect::to(&format!("{login}?next={next}")).into_response()
    }
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Problem {
    Problem {
        kind: "about:blank".into(),
        title: code.replace('_', " "),
        status: status.as_u16(),
        code: code.into(),
        detail: detail.into(),
        errors: Vec::new(),
        shortages: Vec::new(),
        order_url: None,
    }
}

/// Made by axum (plain text or nothing), so that its words can be replaced by ours.
fn is_bare(response: &Response) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.is_empty() || content_type.starts_with("text/plain")
}
