//! Links by which others see what is in a cart.

use super::auth::CartHolder;
use super::model::{Item, Problem};
use crate::error::ApiError;
use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shop::account::Visitor;
use shop::cart::share;
use shop::{Error, Shop};
use utoipa::{IntoParams, ToSchema};

/// A link that was just made.
#[derive(Serialize, ToSchema)]
pub struct NewShare {
    /// Opens by itself: told here and never again.
    token: String,
    /// Where people see it.
    url: String,
}

/// What was in somebody's cart when they made a link to it.
#[derive(Serialize, ToSchema)]
pub struct SharedCart {
    items: Vec<Item>,
    /// Unix milliseconds.
    expires_at: i64,
}

#[derive(Deserialize, IntoParams)]
pub struct Prices {
    /// ISO 4217; the shop's first currency when absent.
    currency: Option<String>,
}

/// Makes a link to what is in the cart now. It works for 30 days, or until all links are taken back.
#[utoipa::path(
    post, path = "/api/v1/cart/shares", tag = "Cart",
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 201, body = NewShare), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The cart is empty, or ten links to it work already.")
    )
)]
pub async fn make(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
) -> Result<(StatusCode, Json<NewShare>), ApiError> {
    let token = share::share(&shop, &visitor).await?;
    let url = format!("{}/cart/shared/{token}", shop.origin);
    Ok((StatusCode::CREATED, Json(NewShare { token, url })))
}

/// Takes back all links to the cart.
#[utoipa::path(
    delete, path = "/api/v1/cart/shares", tag = "Cart",
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn stop(State(shop): State<Shop>, CartHolder(visitor): CartHolder) -> Result<StatusCode, ApiError> {
    share::stop_sharing(&shop, &visitor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What stands behind a link, at today's prices.
#[utoipa::path(
    get, path = "/api/v1/shared-carts/{token}", tag = "Cart",
    params(("token" = String, Path, description = "Of the link"), Prices),
    responses((status = 200, body = SharedCart), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn show(
    State(shop): State<Shop>,
    Path(token): Path<String>,
    Query(prices): Query<Prices>,
) -> Result<Json<SharedCart>, ApiError> {
    let currency = super::catalogue::currency(&shop, prices.currency.as_deref())?;
    let visitor = Visitor { cart_id: None, customer: None, currency };
    let shared = share::shared(&shop, &token, &visitor).await.map_err(|error| match error {
        Error::NotFound(_) => Error::NotFound("shared cart"),
        other => other,
    })?;
    Ok(Json(SharedCart { items: shared.lines.into_iter().map(Item::from).collect(), expires_at: shared.expires_at }))
}
