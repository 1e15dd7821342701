//! Tokens of API callers.

use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use shop::account::Visitor;
use shop::{Error, cart};

/// Longer ones are nobody's.
const TOKEN_MAX_CHARS: usize = 100;

/// Whoever holds a cart by its token, in `Authorization: Bearer` or `X-Cart-Token`.
pub struct CartHolder(pub Visitor);

impl FromRequestParts<AppState> for CartHolder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let named = parts.headers.get("x-cart-token").and_then(|value| value.to_str().ok());
        let token = named.or_else(|| bearer(&parts.headers)).ok_or(Error::Unauthenticated)?;
        if token.len() > TOKEN_MAX_CHARS {
            return Err(Error::NotFound("cart").into());
        }
        Ok(Self(cart::token::holder(&state.shop, token).await?))
    }
}

/// The token of `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
