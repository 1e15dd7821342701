//! Pictures: files of the media folder, and the drawn ones that stand in for what could not be fetched.
//!
//! A file's name is its content, so browsers keep it for ever. A picture opened by itself may style but never script.

use crate::error::ApiError;
use crate::state::AppState;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use shop::Error;
use shop::id::PictureId;
use shop::media::{Kind, placeholder_svg};

pub fn router() -> Router<AppState> {
    Router::new().route("/media/{key}", get(file)).route("/placeholder/{name}", get(placeholder))
}

async fn file(State(state): State<AppState>, Path(key): Path<String>) -> Result<Response, ApiError> {
    let (bytes, kind) = state.shop.media.load(&key).await?;
    Ok(picture(bytes, kind, "public, max-age=31536000, immutable"))
}

/// `<picture id>.svg`, drawn from the product's title.
async fn placeholder(State(state): State<AppState>, Path(name): Path<String>) -> Result<Response, ApiError> {
    let id: PictureId = name.strip_suffix(".svg").and_then(|id| id.parse().ok()).ok_or(Error::NotFound("picture"))?;
    let title = shop::media::title_of(&state.shop, id).await?;
    // Not for ever: the title may change, and so may the picture.
    Ok(picture(placeholder_svg(&title).into_bytes(), Kind::Svg, "public, max-age=3600"))
}

fn picture(bytes: Vec<u8>, kind: Kind, keep: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind.content_type()),
        (CACHE_CONTROL, keep),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    (headers, bytes).into_response()
}
