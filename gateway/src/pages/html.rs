//! The frame around every page: document, security headers, and the escaping of what others wrote.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::card::HINTS;
use crate::gateway::Gateway;

/// A page of its own.
pub struct Page<'a> {
    pub title: &'a str,
    /// A module under `/assets`.
    pub script: Option<&'a str>,
    pub class: &'a str,
    pub body: String,
    /// Where its form may lead in the end: browsers hold redirects against this too.
    pub leads_to: Option<&'a str>,
}

impl Page<'_> {
    pub fn respond(&self, status: StatusCode) -> Response {
        let script = self.script.map(|name| format!("<script type=\"module\" src=\"/assets/{name}\"></script>\n"));
        let text = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <title>{title}</title>\n<link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\n\
             <link rel=\"stylesheet\" href=\"/assets/gateway.css\">\n{script}</head>\n\
             <body class=\"{class}\">\n{body}\n</body>\n</html>\n",
            title = escape(self.title),
            script = script.unwrap_or_default(),
            class = self.class,
            body = self.body,
        );
        let target = self.leads_to.and_then(origin).map(|origin| format!(" {origin}")).unwrap_or_default();
        secured(text, status, &format!("form-action 'self'{target}; frame-ancestors 'none'"))
    }
}

/// An HTML answer that may load only what the sandbox serves; `policy` adds who may frame it and where it may post.
pub fn secured(text: String, status: StatusCode, policy: &str) -> Response {
    let mut response = (status, Html(text)).into_response();
    let headers = response.headers_mut();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; {policy}"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `scheme://host:port` of a web address.
pub fn origin(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// Text for between tags or inside a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

pub fn redirect(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// The note that no visitor may overlook, with the cards to try.
pub fn sandbox_note() -> String {
    let mut rows = String::new();
    for (number, what) in HINTS {
        let _ = write!(rows, "<li><code>{number}</code> <span>{what}</span></li>");
    }
    format!(
        "<details class=\"note\"><summary><strong>Sandbox: no real money.</strong> <span>Test cards</span></summary>\
         <ul>{rows}</ul><p>Any future date and any three digits will do.</p></details>"
    )
}

/// A page with a sentence and, when there is one, a way on.
pub fn notice(status: StatusCode, title: &str, text: &str, link: Option<(&str, &str)>) -> Response {
    let link =
        link.map(|(to, label)| format!("<p><a class=\"button\" href=\"{}\">{}</a></p>", escape(to), escape(label)));
    let body = format!(
        "<main class=\"card\">\n<p class=\"badge\">Sandbox</p>\n<h1>{}</h1>\n<p>{}</p>\n{}\n</main>",
        escape(title),
        escape(text),
        link.unwrap_or_default()
    );
    Page { title, script: None, class: "single", body, leads_to: None }.respond(status)
}

/// Says what this is to somebody who opens the address in a browser.
pub async fn start(Shared(_): Shared<Arc<Gateway>>) -> Response {
    let text = "This address speaks the Stripe API to the shop beside it. No real money moves here.";
    notice(StatusCode::OK, "Sandbox payment gateway", text, None)
}
