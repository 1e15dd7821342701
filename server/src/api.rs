//! `/api/v1`: the shop for programs. JSON in and out, problem details (RFC 9457) for every error.
//!
//! No cookie is read here. A cart or a wishlist is held by its own token, an order by its access token. The contract is the
//! OpenAPI document at `/api/openapi.json`, made from these handlers; `/api/docs` shows it to people.

mod alert;
mod auth;
mod body;
mod cart;
mod cart_share;
mod catalogue;
pub mod checkout;
mod docs;
mod model;
mod order;
mod search;
mod wishlist;

use crate::state::AppState;
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

pub fn router() -> Router<AppState> {
    let v1 = Router::new()
        .route("/products", get(catalogue::products))
        .route("/products/{key}", get(catalogue::product))
        .route("/products/{key}/recommendations", get(catalogue::recommendations))
        .route("/alerts", post(alert::ask))
        .route("/currencies", get(catalogue::currencies))
        .route("/categories", get(catalogue::categories))
        .route("/collections", get(catalogue::collections))
        .route("/collections/{slug}/products", get(search::collection))
        .route("/search", get(search::search))
        .route("/cart", post(cart::create).get(cart::show))
        .route("/cart/currency", put(cart::set_currency))
        .route("/cart/items", post(cart::add))
        .route("/cart/items/{id}", patch(cart::change).delete(cart::remove))
        .route("/wishlist", post(wishlist::create).get(wishlist::show))
        .route("/wishlist/items", post(wishlist::add))
        .route("/wishlist/items/{slug}", delete(wishlist::remove))
        .route("/cart/codes", post(cart::add_code))
        .route("/cart/codes/{code}", delete(cart::remove_code))
        .route("/cart/gift-cards", post(cart::add_gift_card))
        .route("/cart/gift-cards/{id}", delete(cart::remove_gift_card))
        .route("/cart/shares", post(cart_share::make).delete(cart_share::stop))
        .route("/shared-carts/{token}", get(cart_share::show))
        .route("/checkout", post(checkout::place).put(checkout::save))
        .route("/checkout/options", get(checkout::options))
        .route("/checkout/{id}", get(checkout::status))
        .route("/orders/{id}", get(order::show));
    Router::new()
        .nest("/api/v1", v1)
        .route("/api/openapi.json", get(|| async { Json(document()) }))
        .merge(docs::router())
}

/// The contract.
pub fn document() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mercer",
        description = "Products, carts, checkout and orders of this shop. Amounts are integers in the currency's \
            minor unit (cents). Times are Unix milliseconds. Errors are `application/problem+json`; `code` is stable.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This shop")),
    paths(
        catalogue::products,
        catalogue::product,
        catalogue::recommendations,
        alert::ask,
        catalogue::currencies,
        catalogue::categories,
        catalogue::collections,
        search::search,
        search::collection,
        cart::create,
        cart::show,
        cart::set_currency,
        cart::add,
        cart::change,
        cart::remove,
        wishlist::create,
        wishlist::show,
        wishlist::add,
        wishlist::remove,
        cart::add_code,
        cart::remove_code,
        cart::add_gift_card,
        cart::remove_gift_card,
        cart_share::make,
        cart_share::stop,
        cart_share::show,
        checkout::options,
        checkout::save,
        checkout::place,
        checkout::status,
        order::show,
    ),
    components(schemas(model::Problem)),
    modifiers(&Tokens)
)]
struct Contract;

/// How callers prove what they hold.
struct Tokens;

impl utoipa::Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let Some(components) = &mut openapi.components else { return };
        let bearer = |text| {
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build())
        };
        components.add_security_scheme("cart_token", bearer("The token that creating a cart answered."));
        components.add_security_scheme(
            "cart_token_header",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Cart-Token"))),
        );
        components.add_security_scheme("wishlist_token", bearer("The token that creating a wishlist answered."));
        components.add_security_scheme(
            "wishlist_token_header",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Wishlist-Token"))),
        );
        components.add_security_scheme("order_token", bearer("The access token that placing the order answered."));
    }
}
