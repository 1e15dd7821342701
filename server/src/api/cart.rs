//! Carts held by a token.

use super::auth::CartHolder;
use super::body::Body;
use super::model::{Cart, NewCart, Problem};
use crate::client_address;
use crate::error::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use shop::account::Visitor;
use shop::id::CartLineId;
use shop::{Error, Shop, cart, gift_card, promotion, tender};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartWish {
    /// ISO 4217; the shop's first currency when absent.
    currency: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    sku: String,
    /// 1 to 999, added to what the cart holds.
    quantity: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// 0 to 999; 0 removes the item.
    quantity: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// As a shopper types it: capitals and spaces do not matter.
    code: String,
}

/// Creates an empty cart. Its token is told here and never again.
#[utoipa::path(
    post, path = "/api/v1/cart", tag = "Cart", request_body = CartWish,
    responses((status = 201, body = NewCart), (status = 415, body = Problem), (status = 422, body = Problem))
)]
pub async fn create(
    State(shop): State<Shop>,
    Body(wish): Body<CartWish>,
) -> Result<(StatusCode, Json<NewCart>), ApiError> {
    let currency = super::catalogue::currency(&shop, wish.currency.as_deref())?;
    let (visitor, token) = cart::token::open(&shop, currency).await?;
    Ok((StatusCode::CREATED, Json(NewCart { token, cart: loaded(&shop, &visitor).await? })))
}

/// The cart at today's prices, with what has changed about its items.
#[utoipa::path(
    get, path = "/api/v1/cart", tag = "Cart", security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The cart was ordered.")
    )
)]
pub async fn show(State(shop): State<Shop>, CartHolder(visitor): CartHolder) -> Result<Json<Cart>, ApiError> {
    Ok(Json(loaded(&shop, &visitor).await?))
}

/// Prices the cart in another currency. Items that are not sold in it say so.
#[utoipa::path(
    put, path = "/api/v1/cart/currency", tag = "Cart", request_body = CartWish,
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The cart was ordered."), (status = 422, body = Problem)
    )
)]
pub async fn set_currency(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Body(wish): Body<CartWish>,
) -> Result<Json<Cart>, ApiError> {
    let currency = super::catalogue::currency(&shop, wish.currency.as_deref())?;
    cart::set_currency(&shop, &visitor, currency).await?;
    Ok(Json(loaded(&shop, &visitor).await?))
}

/// Adds an item.
#[utoipa::path(
    post, path = "/api/v1/cart/items", tag = "Cart", request_body = NewItem,
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 201, body = Cart), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "Unknown SKU."),
        (status = 409, body = Problem, description = "Less is left than asked for, `shortages` says how much; or the cart was ordered."),
        (status = 422, body = Problem)
    )
)]
pub async fn add(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Body(item): Body<NewItem>,
) -> Result<(StatusCode, Json<Cart>), ApiError> {
    let added = cart::add_to(&shop, &visitor, &item.sku, item.quantity).await;
    let cart = added.map_err(|error| if matches!(error, Error::NotFound("cart")) { ordered() } else { error })?;
    Ok((StatusCode::CREATED, Json(with_promotions(&shop, &visitor, cart).await?)))
}

/// Sets the quantity of an item.
#[utoipa::path(
    patch, path = "/api/v1/cart/items/{id}", tag = "Cart", request_body = Quantity,
    params(("id" = uuid::Uuid, Path, description = "The item's id")),
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub async fn change(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Path(id): Path<String>,
    Body(wish): Body<Quantity>,
) -> Result<Json<Cart>, ApiError> {
    let cart = cart::set_quantity(&shop, &visitor, item(&id)?, wish.quantity).await?;
    Ok(Json(with_promotions(&shop, &visitor, cart).await?))
}

/// Removes an item.
#[utoipa::path(
    delete, path = "/api/v1/cart/items/{id}", tag = "Cart",
    params(("id" = uuid::Uuid, Path, description = "The item's id")),
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses((status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn remove(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Path(id): Path<String>,
) -> Result<Json<Cart>, ApiError> {
    let cart = cart::remove(&shop, &visitor, item(&id)?).await?;
    Ok(Json(with_promotions(&shop, &visitor, cart).await?))
}

/// Puts a promotion's code into the cart. The same code again, however it is written, changes nothing.
#[utoipa::path(
    post, path = "/api/v1/cart/codes", tag = "Cart", request_body = NewCode,
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem, description = "It does not apply; `errors` says why. Nothing is changed."),
        (status = 429, body = Problem, description = "Too many codes were tried; see `Retry-After`.")
    )
)]
pub async fn add_code(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    client_address::From(address): client_address::From,
    Body(typed): Body<NewCode>,
) -> Result<Json<Cart>, ApiError> {
    let cart = promotion::add_code(&shop, &visitor, &address, &typed.code).await?;
    Ok(Json(with_promotions(&shop, &visitor, cart).await?))
}

/// Takes a code out of the cart.
#[utoipa::path(
    delete, path = "/api/v1/cart/codes/{code}", tag = "Cart",
    params(("code" = String, Path, description = "The code")),
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses((status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn remove_code(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Path(code): Path<String>,
) -> Result<Json<Cart>, ApiError> {
    let cart = promotion::remove_code(&shop, &visitor, &code).await?;
    Ok(Json(with_promotions(&shop, &visitor, cart).await?))
}

/// Puts a gift card into the cart. The same card again, however its code is written, changes nothing.
#[utoipa::path(
    post, path = "/api/v1/cart/gift-cards", tag = "Cart", request_body = NewCode,
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem, description = "It cannot be used; `errors` says why. Nothing is changed."),
        (status = 429, body = Problem, description = "Too many codes were tried; see `Retry-After`.")
    )
)]
pub async fn add_gift_card(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    client_address::From(address): client_address::From,
    Body(typed): Body<NewCode>,
) -> Result<Json<Cart>, ApiError> {
    gift_card::add_to_cart(&shop, &visitor, &address, &typed.code).await?;
    Ok(Json(loaded(&shop, &visitor).await?))
}

/// Takes a gift card out of the cart.
#[utoipa::path(
    delete, path = "/api/v1/cart/gift-cards/{id}", tag = "Cart",
    params(("id" = String, Path, description = "As the cart lists it")),
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses((status = 200, body = Cart), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn remove_gift_card(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Path(id): Path<String>,
) -> Result<Json<Cart>, ApiError> {
    let id = id.parse().map_err(|_| Error::NotFound("gift card"))?;
    tender::remove(&shop, &visitor, id).await?;
    Ok(Json(loaded(&shop, &visitor).await?))
}

async fn with_promotions(shop: &Shop, visitor: &Visitor, cart: cart::Cart) -> Result<Cart, Error> {
    let cart = promotion::with_gifts(shop, visitor, cart).await?;
    let priced = promotion::of_cart(shop, visitor, &cart).await?;
    let shares = tender::of_cart(shop, visitor, &cart, priced.totals.total).await?;
    Ok(Cart::new(cart, priced, shares))
}

fn item(id: &str) -> Result<CartLineId, Error> {
    id.parse().map_err(|_| Error::NotFound("item"))
}

/// The holder's cart; one that was ordered is no cart any more.
async fn loaded(shop: &Shop, visitor: &Visitor) -> Result<Cart, Error> {
    let cart = cart::load(shop, visitor).await?.ok_or_else(ordered)?;
    with_promotions(shop, visitor, cart).await
}

fn ordered() -> Error {
    Error::conflict("cart_ordered", "This cart was ordered. Create a new one.")
}
