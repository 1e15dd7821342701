//! Wishlists held by a token.

use super::auth::bearer;
use super::body::{Body, Search};
use super::catalogue::{CurrencyParameter, currency};
use super::model::{NewWishlist, Problem, Wishlist};
use crate::error::ApiError;
use crate::state::AppState;
use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use shop::money::Currency;
use shop::wishlist::{self, Owner};
use shop::{Error, Shop, catalogue};
use utoipa::ToSchema;

/// Longer ones are nobody's.
const TOKEN_MAX_CHARS: usize = 100;

/// Whoever holds a list by its token, in `Authorization: Bearer` or `X-Wishlist-Token`.
pub struct Holder(Owner);

impl FromRequestParts<AppState> for Holder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let named = parts.headers.get("x-wishlist-token").and_then(|value| value.to_str().ok());
        let token = named.or_else(|| bearer(&parts.headers)).ok_or(Error::Unauthenticated)?;
        if token.len() > TOKEN_MAX_CHARS {
            return Err(Error::NotFound("wishlist").into());
        }
        Ok(Self(wishlist::holder(&state.shop, token).await?))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWish {
    /// Slug of a product, or the SKU of one of its variants.
    product: String,
}

/// Creates an empty wishlist. Its token is told here and never again; it is kept for 90 days after its last change.
#[utoipa::path(post, path = "/api/v1/wishlist", tag = "Wishlist", responses((status = 201, body = NewWishlist)))]
pub async fn create(State(shop): State<Shop>) -> Result<(StatusCode, Json<NewWishlist>), ApiError> {
    let (_, token) = wishlist::open(&shop).await?;
    Ok((StatusCode::CREATED, Json(NewWishlist { token })))
}

/// What is on the list, added last first, at today's prices.
#[utoipa::path(
    get, path = "/api/v1/wishlist", tag = "Wishlist", params(CurrencyParameter),
    security(("wishlist_token" = []), ("wishlist_token_header" = [])),
    responses((status = 200, body = Wishlist), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn show(
    State(shop): State<Shop>,
    Holder(owner): Holder,
    Search(asked): Search<CurrencyParameter>,
) -> Result<Json<Wishlist>, ApiError> {
    let currency = currency(&shop, asked.currency())?;
    loaded(&shop, owner, currency).await
}

/// Adds a product. One that is there already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/wishlist/items", tag = "Wishlist", request_body = NewWish, params(CurrencyParameter),
    security(("wishlist_token" = []), ("wishlist_token_header" = [])),
    responses(
        (status = 201, body = Wishlist), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The list is full (`wishlist_full`)."), (status = 422, body = Problem)
    )
)]
pub async fn add(
    State(shop): State<Shop>,
    Holder(owner): Holder,
    Search(asked): Search<CurrencyParameter>,
    Body(wish): Body<NewWish>,
) -> Result<(StatusCode, Json<Wishlist>), ApiError> {
    let currency = currency(&shop, asked.currency())?;
    let product = super::catalogue::by_key(&shop, &wish.product, currency).await?;
    wishlist::add(&shop, Some(owner), product.id, currency).await?;
    Ok((StatusCode::CREATED, loaded(&shop, owner, currency).await?))
}

/// Takes a product off the list; one that is not there is off it, too.
#[utoipa::path(
    delete, path = "/api/v1/wishlist/items/{slug}", tag = "Wishlist",
    params(("slug" = String, Path, description = "Slug of the product"), CurrencyParameter),
    security(("wishlist_token" = []), ("wishlist_token_header" = [])),
    responses((status = 200, body = Wishlist), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn remove(
    State(shop): State<Shop>,
    Holder(owner): Holder,
    Path(slug): Path<String>,
    Search(asked): Search<CurrencyParameter>,
) -> Result<Json<Wishlist>, ApiError> {
    let currency = currency(&shop, asked.currency())?;
    if let Some(product) = catalogue::id_of_slug(&shop, &slug).await? {
        wishlist::remove(&shop, owner, product).await?;
    }
    loaded(&shop, owner, currency).await
}

async fn loaded(shop: &Shop, owner: Owner, currency: Currency) -> Result<Json<Wishlist>, ApiError> {
    Ok(Json(wishlist::list(shop, owner, currency).await?.into()))
}
