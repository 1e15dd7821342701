//! From a cart to an order.
//!
//! `POST /api/v1/checkout` follows draft-ietf-httpapi-idempotency-key-header: the key is required (400), means one
//! request (422 for another), answers 409 while that one runs, and then always the same. The answer to an order
//! that needs the shopper, or the provider's decision, is 202 and is not final.

use super::auth::CartHolder;
use super::body::Body;
use super::model::{CheckoutOptions, CheckoutStatus, Details, PlaceRequest, PlaceResult, Problem, order_url};
use crate::client_address;
use crate::error::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed};
use shop::limits::IDEMPOTENCY_KEY_CHARS;
use shop::{Error, Shop};
use std::sync::Arc;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What is known, what can be chosen, and what it costs so far.
#[utoipa::path(
    get, path = "/api/v1/checkout/options", tag = "Checkout",
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = CheckoutOptions), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The cart is empty or was ordered.")
    )
)]
pub async fn options(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
) -> Result<Json<CheckoutOptions>, ApiError> {
    Ok(Json(checkout::view(&shop, &visitor).await?.into()))
}

/// Saves contact, recipient of gift cards, address and delivery, whichever are given; the answer offers what follows from them.
#[utoipa::path(
    put, path = "/api/v1/checkout", tag = "Checkout", request_body = Details,
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 200, body = CheckoutOptions), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub async fn save(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Body(details): Body<Details>,
) -> Result<Json<CheckoutOptions>, ApiError> {
    let mut view = checkout::view(&shop, &visitor).await?;
    if let Some(email) = &details.email {
        let note = details.note.as_deref().unwrap_or(&view.details.note);
        view = checkout::save_contact(&shop, &visitor, email, note).await?;
    }
    if let Some(to) = &details.gift_to {
        view = checkout::save_gift_to(&shop, &visitor, &to.email, &to.message).await?;
    }
    if let Some(address) = details.address {
        view = checkout::save_address(&shop, &visitor, address.into()).await?;
    }
    if let Some(message) = &details.gift_note {
        view = checkout::save_gift_note(&shop, &visitor, message).await?;
    }
    if let Some(delivery) = &details.delivery {
        let method = delivery.parse().map_err(|_| Error::field("delivery", "Choose one of the ways to deliver."))?;
        view = checkout::save_delivery(&shop, &visitor, method).await?;
    }
    Ok(Json(view.into()))
}

/// Places the order and charges the payment method.
#[utoipa::path(
    post, path = "/api/v1/checkout", tag = "Checkout", request_body = PlaceRequest,
    params((
        "Idempotency-Key" = String, Header,
        description = "1 to 255 visible ASCII characters of your choice, the same for every repetition of this request"
    )),
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses(
        (status = 201, body = PlaceResult, description = "Ordered. A repetition carries `Idempotent-Replayed: true`."),
        (status = 202, body = PlaceResult, description = "Not decided yet: see `status_url`; do not pay again."),
        (status = 400, body = Problem, description = "`Idempotency-Key` is missing or malformed."),
        (status = 401, body = Problem),
        (status = 402, body = Problem, description = "The payment was declined; `code` is the provider's."),
        (status = 404, body = Problem),
        (
            status = 409, body = Problem,
            description = "Sold out, changed, incomplete, ordered before, or the same key is being worked on."
        ),
        (status = 422, body = Problem, description = "Invalid, or the key was used for another request."),
        (status = 429, body = Problem, description = "This cart has tried too many payments; see `Retry-After`."),
        (status = 503, body = Problem)
    )
)]
pub async fn place(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    client_address::From(network_address): client_address::From,
    headers: HeaderMap,
    Body(request): Body<PlaceRequest>,
) -> Result<Response, ApiError> {
    let order = PlaceOrder {
        idempotency_key: idempotency_key(&headers)?,
        expected_total: request.expected_total,
        expected_due: request.expected_due,
        cart_version: request.cart_version,
        payment: PaymentWay::Token { payment_method: request.payment_method },
        provider: None,
        network_address,
    };
    let answered = checkout::place_or_replay(&shop, &visitor, order).await;
    let mut response = match answered.placed {
        Ok(placed) => answer(placed),
        Err(error @ Error::Ordered { order_id, .. }) => {
            let mut problem = error.problem();
            problem.order_url = Some(order_url(order_id));
            let mut response = StatusCode::CONFLICT.into_response();
            response.extensions_mut().insert(Arc::new(problem));
            response
        }
        Err(error) => ApiError::from(error).into_response(),
    };
    if answered.replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn answer(placed: Placed) -> Response {
    let status = if matches!(placed, Placed::Order { .. }) { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let result = PlaceResult::from(placed);
    let location = result.status_url.clone().or_else(|| result.order_url.clone()).unwrap_or_default();
    let mut response = (status, Json(result)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(http::header::LOCATION, location);
    }
    response
}

/// Where a started checkout stands.
#[utoipa::path(
    get, path = "/api/v1/checkout/{id}", tag = "Checkout",
    params(("id" = uuid::Uuid, Path, description = "The checkout's id")),
    security(("cart_token" = []), ("cart_token_header" = [])),
    responses((status = 200, body = CheckoutStatus), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn status(
    State(shop): State<Shop>,
    CartHolder(visitor): CartHolder,
    Path(id): Path<String>,
) -> Result<Json<CheckoutStatus>, ApiError> {
    let id = id.parse().map_err(|_| Error::NotFound("checkout"))?;
    Ok(Json(status_of(&shop, &visitor, id).await?))
}

async fn status_of(shop: &Shop, visitor: &Visitor, id: shop::id::CheckoutId) -> Result<CheckoutStatus, Error> {
    Ok(checkout::status(shop, visitor, id).await?.into())
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (Some(key), None) = (given.next(), given.next()) else {
        return Err(bad_key("Send exactly one Idempotency-Key."));
    };
    checked_key(key.to_str().unwrap_or_default().to_owned())
}

/// A key as the header or a form brought it: 400 when it cannot be one.
pub fn checked_key(key: String) -> Result<String, ApiError> {
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARS || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(bad_key("An idempotency key has 1 to 255 visible ASCII characters."));
    }
    Ok(key)
}

fn bad_key(detail: &str) -> ApiError {
    ApiError::Refused(StatusCode::BAD_REQUEST, "idempotency_key", detail.to_owned())
}
