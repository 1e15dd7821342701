//! Pages of text.

use super::frame::{kept, page, site};
use crate::error::PageError;
use crate::page_cache::Keep;
use crate::state::AppState;
use app::pages;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::Uri;
use shop::Error;
use shop::account::Visitor;

pub const PATHS: [&str; 6] = ["/about", "/shipping", "/returns", "/privacy", "/imprint", "/contact"];

pub fn router() -> Router<AppState> {
    PATHS.iter().fold(Router::new(), |router, path| router.route(path, get(show)))
}

async fn show(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    if !PATHS.contains(&uri.path()) {
        return Err(Error::NotFound("page").into());
    }
    let site = site(&state, &visitor, &uri).await?;
    let page = page(200, || pages::content::content(&site, uri.path(), &state.shop.settings.mail_from));
    Ok(kept(page, &visitor, Keep::default()))
}
