//! JSON bodies and query strings, refused with the field that is wrong.

use crate::error::ApiError;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::response::IntoResponse;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;
use shop::Error;

/// A JSON body: 415 for another type, 413 when too large, 400 when it is no JSON, 422 with the field otherwise.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => Err(field_error(&error.body_text())),
            Err(other) => Err(refused(&other)),
        }
    }
}

fn refused(rejection: &JsonRejection) -> ApiError {
    let status = match rejection {
        JsonRejection::MissingJsonContentType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        other => other.status(),
    };
    let (code, detail) = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "Send application/json."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is too large."),
        _ => ("bad_json", "The body is not JSON."),
    };
    ApiError::Refused(status, code, detail.into())
}

/// A query string, 422 with the reason when it does not fit.
pub struct Search<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Search<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => Err(field_error(&error.body_text())),
            Err(other) => Err(ApiError::Refused(other.into_response().status(), "bad_query", "Unreadable.".into())),
        }
    }
}

/// "Failed to …: lines[0].quantity: invalid type …" names the field before the reason.
fn field_error(text: &str) -> ApiError {
    let text = text.split_once(": ").map_or(text, |(_, rest)| rest);
    let reason_only =
        text.starts_with("missing field") || text.starts_with("unknown field") || text.starts_with("invalid");
    let (field, reason) = match text.split_once(": ") {
        Some((field, reason)) if !reason_only => (field, reason),
        _ => (text.split('`').nth(1).unwrap_or("body"), text),
    };
    // What serde says of the position helps nobody who does not see the bytes.
    let reason = reason.split(" at line ").next().unwrap_or(reason);
    Error::field(field, reason).into()
}
