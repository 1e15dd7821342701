//! Links to carts: one that is shared, one that was left, and the end of reminders.

use super::cart::Change;
use super::frame::{page, site};
use crate::client_address::From;
use crate::error::PageError;
use crate::session;
use crate::state::AppState;
use app::pages::cart::linked;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use shop::Result;
use shop::account::Visitor;
use shop::cart::{Filled, recovery, share};
use shop::recent::{self, Viewer};
use tower_sessions::Session;

/// Makes a link; the page behind it tells its maker what it is.
pub async fn make(change: Change) -> Result<Response, PageError> {
    match share::share(&change.state.shop, &change.visitor).await {
        Ok(token) => Ok(Redirect::to(&format!("/cart/shared/{token}")).into_response()),
        Err(error) => change.answer(Err(error)).await,
    }
}

pub async fn stop(State(state): State<AppState>, visitor: Visitor) -> Result<Response, PageError> {
    share::stop_sharing(&state.shop, &visitor).await?;
    Ok(Redirect::to("/cart#share").into_response())
}

pub async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    draw_shared(&state, &visitor, &uri, &token, &[]).await
}

async fn draw_shared(
    state: &AppState,
    visitor: &Visitor,
    uri: &Uri,
    token: &str,
    filled: &[Filled],
) -> Result<Response, PageError> {
    let found = share::shared(&state.shop, token, visitor).await?;
    let site = site(state, visitor, uri).await?;
    let status = if filled.is_empty() { 200 } else { 409 };
    Ok(page(status, || linked::shared(&site, found.lines, filled, token, found.own, found.expires_at)))
}

/// Everything behind the link into the visitor's cart.
pub async fn take_over(
    State(state): State<AppState>,
    session: Session,
    Path(token): Path<String>,
    mut visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let before = Viewer::of(&visitor);
    let filled = share::take_over(&state.shop, &token, &mut visitor).await?;
    remember(&state, &session, &visitor, before).await?;
    if is_whole(&filled) {
        return Ok(Redirect::to("/cart").into_response());
    }
    draw_shared(&state, &visitor, &uri, &token, &filled).await
}

fn is_whole(filled: &[Filled]) -> bool {
    filled.iter().all(|one| one.problem.is_none())
}

/// Keeps a cart that was just begun with the session.
async fn remember(state: &AppState, session: &Session, visitor: &Visitor, before: Option<Viewer>) -> Result<()> {
    session::set_cart(session, visitor).await?;
    if let (Some(before), Some(after)) = (before, Viewer::of(visitor)) {
        recent::merge(&state.shop, &state.viewed, before, after).await?;
    }
    Ok(())
}

/// The link of a reminder. It changes nothing, because mail programs look behind links by themselves.
pub async fn left(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let found = recovery::behind(&state.shop, &token, &visitor).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || linked::left(&site, found.lines, &[], &token)))
}

pub async fn restore(
    State(state): State<AppState>,
    session: Session,
    Path(token): Path<String>,
    From(address): From,
    mut visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let before = Viewer::of(&visitor);
    let filled = recovery::restore(&state.shop, &token, &mut visitor, &address).await?;
    remember(&state, &session, &visitor, before).await?;
    if is_whole(&filled) {
        return Ok(Redirect::to("/cart").into_response());
    }
    let found = recovery::behind(&state.shop, &token, &visitor).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(409, || linked::left(&site, found.lines, &filled, &token)))
}

pub async fn reminders(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    recovery::check_stop(&state.shop, &token).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || linked::reminders(&site, &token)))
}

/// The button there, or a mail program's own (RFC 8058), which sends no cookie.
pub async fn end_reminders(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    recovery::stop(&state.shop, &token).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || linked::reminders_ended(&site)))
}
