//! What the shop has written to people.

use super::desk::Desk;
use crate::error::PageError;
use admin::page::mail;
use admin::part::Place;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use serde::Deserialize;
use shop::id::OutboxId;

const ROWS: i64 = 50;
/// A mail's HTML is shown without scripts, forms or foreign content, in a frame of our own page alone.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'; sandbox";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    at: String,
}

pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let found = shop::mail::list(&desk.shop, &desk.staff, Place::cursor(&asked.at), ROWS).await?;
    let place = Place::new("/admin/mail".into(), &asked.at, found.next);
    Ok(desk.page("mail", "Sent mail", || mail::list(found.items, &place)).await)
}

pub async fn detail(desk: Desk, Path(id): Path<OutboxId>) -> Result<Response, PageError> {
    let stored = shop::mail::by_id(&desk.shop, &desk.staff, id).await?;
    Ok(desk.page("mail", &stored.subject.clone(), || mail::detail(stored)).await)
}

/// The HTML part by itself, for the frame on the mail's page.
pub async fn body(desk: Desk, Path(id): Path<OutboxId>) -> Result<Response, PageError> {
    let stored = shop::mail::by_id(&desk.shop, &desk.staff, id).await?;
    let headers = [(CONTENT_SECURITY_POLICY, MAIL_POLICY), (X_FRAME_OPTIONS, "SAMEORIGIN")];
    Ok((headers, Html(stored.body_html)).into_response())
}
