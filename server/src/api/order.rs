//! One order, for whoever has its access token.

use super::auth::bearer;
use super::model::{Order, Problem};
use crate::error::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use shop::{Error, Shop, order};

/// Reads an order. An unknown id and a wrong token look the same.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}", tag = "Orders", security(("order_token" = [])),
    params(("id" = uuid::Uuid, Path, description = "The order's id")),
    responses((status = 200, body = Order), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn show(
    State(shop): State<Shop>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Order>, ApiError> {
    let token = bearer(&headers).ok_or(Error::Unauthenticated)?;
    let id = id.parse().map_err(|_| Error::NotFound("order"))?;
    Ok(Json(order::by_id(&shop, id, token).await?.into()))
}
