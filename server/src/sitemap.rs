//! `/sitemap.xml`, the parts it names, and `/robots.txt` that names it (sitemaps.org protocol 0.9).
//!
//! Addresses are absolute, below the configured origin, never the one of the request. Nothing here depends on who asks.

use crate::error::PageError;
use crate::pages::CONTENT;
use crate::state::AppState;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use shop::Error;
use shop::redirect::encode;
use shop::sitemap::{self, Address, Kind};
use std::fmt::Write;
use uuid::Uuid;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
/// What is a visitor's own, or nobody's: not for robots.
const NOT_FOR_ROBOTS: [&str; 6] = ["/admin", "/api", "/cart", "/checkout", "/account", "/orders"];

const KINDS: [Kind; 3] = [Kind::Categories, Kind::Collections, Kind::Products];

type Answer = Result<Response, PageError>;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(index))
        .route("/sitemap/{part}", get(part))
}

async fn robots(State(state): State<AppState>) -> Response {
    let closed = NOT_FOR_ROBOTS.map(|path| format!("Disallow: {path}\n")).concat();
    let text = format!("User-agent: *\n{closed}\nSitemap: {}/sitemap.xml\n", state.shop.origin);
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=86400")], text).into_response()
}

/// The list of parts: pages of text, categories, collections, then products by where each part begins.
async fn index(State(state): State<AppState>) -> Answer {
    let mut names = vec!["pages.xml".to_owned()];
    for kind in KINDS {
        let parts = sitemap::parts(&state.shop, kind).await?;
        names.extend(parts.into_iter().map(|after| format!("{}{}.xml", prefix(kind), after.simple())));
    }
    let mut xml = format!("{HEAD}<sitemapindex xmlns=\"{SPACE}\">\n");
    for name in names {
        let place = format!("{}/sitemap/{name}", state.shop.origin);
        writeln!(xml, "<sitemap><loc>{}</loc></sitemap>", escape(&place)).expect("a String takes every text");
    }
    xml.push_str("</sitemapindex>\n");
    Ok(as_xml(xml))
}

async fn part(State(state): State<AppState>, Path(name): Path<String>) -> Answer {
    let name = name.strip_suffix(".xml").ok_or(Error::NotFound("part of the sitemap"))?;
    let mut xml = format!("{HEAD}<urlset xmlns=\"{SPACE}\">\n");
    if name == "pages" {
        for path in std::iter::once("/").chain(CONTENT) {
            write_one(&mut xml, &state.shop.origin, path, None);
        }
    } else {
        let kind = KINDS.into_iter().find(|kind| name.starts_with(prefix(*kind)));
        let kind = kind.ok_or(Error::NotFound("part of the sitemap"))?;
        let after = Uuid::try_parse(&name[prefix(kind).len()..]).map_err(|_| Error::NotFound("part of the sitemap"))?;
        let root = match kind {
            Kind::Products => "/p/",
            Kind::Categories => "/c/",
            Kind::Collections => "/collections/",
        };
        for Address { slug, changed_at } in sitemap::part(&state.shop, kind, after).await? {
            write_one(&mut xml, &state.shop.origin, &format!("{root}{slug}"), changed_at);
        }
    }
    xml.push_str("</urlset>\n");
    Ok(as_xml(xml))
}

fn prefix(kind: Kind) -> &'static str {
    match kind {
        Kind::Products => "products-",
        Kind::Categories => "categories-",
        Kind::Collections => "collections-",
    }
}

/// `changed_at` in Unix milliseconds.
fn write_one(xml: &mut String, origin: &str, path: &str, changed_at: Option<i64>) {
    let place = format!("{origin}{}", encode(path));
    let changed = changed_at.map(|at| format!("<lastmod>{}</lastmod>", admin::date::iso(at))).unwrap_or_default();
    writeln!(xml, "<url><loc>{}</loc>{changed}</url>", escape(&place)).expect("a String takes every text");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;").replace('"', "&quot;")
}

fn as_xml(xml: String) -> Response {
    let headers = [(CONTENT_TYPE, "application/xml; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, xml).into_response()
}
