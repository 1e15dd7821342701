//! Asking to be told when something can be bought again.

use super::body::Body;
use super::model::Problem;
use crate::client_address::From;
use crate::error::ApiError;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shop::{Shop, alert};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Of a variant that is sold out.
    sku: String,
    /// Gets one mail, with a link that ends this.
    email: String,
}

/// Asks for one mail when a variant that is sold out can be bought again. Asking again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/alerts", tag = "Catalogue", request_body = Alert,
    responses(
        (status = 202, description = "The mail will be sent."),
        (status = 404, body = Problem, description = "Unknown SKU."),
        (status = 409, body = Problem, description = "It can be bought now (`in_stock`)."),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
pub async fn ask(
    State(shop): State<Shop>,
    From(address): From,
    Body(wish): Body<Alert>,
) -> Result<StatusCode, ApiError> {
    alert::ask(&shop, &wish.sku, &wish.email, None, &address).await?;
    Ok(StatusCode::ACCEPTED)
}
