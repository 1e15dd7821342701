//! Pictures: stored files, and the drawn ones that stand in for what could not be fetched.
//!
//! A file's name is its content, so browsers keep it for ever, and its name is its tag. A picture opened by itself may
//! style but never script: it stands in a sandbox, whoever made it.

use crate::error::ApiError;
use crate::state::AppState;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use shop::Error;
use shop::id::PictureId;
use shop::media::{Kind, placeholder_svg};

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The title may change, and so may the picture.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

pub fn router() -> Router<AppState> {
    Router::new().route("/media/{key}", get(file)).route("/placeholder/{name}", get(placeholder))
}

async fn file(State(state): State<AppState>, Path(key): Path<String>, asked: HeaderMap) -> Result<Response, ApiError> {
    // Asked for first: the store says which names are names.
    let blob = state.shop.media.open(&key).await?;
    let tag = HeaderValue::from_str(&format!("\"{key}\"")).map_err(|_| Error::NotFound("picture"))?;
    let mut headers = headers(blob.kind, FOR_EVER);
    let known = has_tag(&asked, &tag);
    headers.insert(ETAG, tag);
    if known {
        headers.remove(CONTENT_TYPE);
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(CONTENT_LENGTH, blob.length.into());
    Ok((headers, Body::from_stream(blob.pieces)).into_response())
}

/// Whether the browser has this very file (RFC 9110 section 13.1.2).
fn has_tag(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let lists = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one).as_bytes() == tag.as_bytes())
}

/// `<picture id>.svg`, drawn from the product's title.
async fn placeholder(State(state): State<AppState>, Path(name): Path<String>) -> Result<Response, ApiError> {
    let id: PictureId = name.strip_suffix(".svg").and_then(|id| id.parse().ok()).ok_or(Error::NotFound("picture"))?;
    let title = shop::media::title_of(&state.shop, id).await?;
    Ok((headers(Kind::Svg, AN_HOUR), placeholder_svg(&title)).into_response())
}

fn headers(kind: Kind, keep: HeaderValue) -> HeaderMap {
    [
        (CONTENT_TYPE, HeaderValue::from_static(kind.content_type())),
        (CACHE_CONTROL, keep),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox")),
    ]
    .into_iter()
    .collect()
}
