//! Products, categories and collections.

use super::body::Search;
use super::model::{Category, Collection, Problem, Product, ProductPage, Recommendations};
use crate::error::ApiError;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use shop::catalogue::{self, ListQuery, Sort};
use shop::collection;
use shop::limits::{COLLECTIONS, PAGE_ROWS, SKU_CHARS, SLUG_CHARS};
use shop::money::Currency;
use shop::{Error, Shop, recommendation};
use utoipa::ToSchema;

/// Products of each kind that are recommended.
const RECOMMENDED: usize = 8;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// ISO 4217; the shop's first currency when absent.
    currency: Option<String>,
    /// Slug of a category; its descendants are included.
    category: Option<String>,
    /// `newest` (default), `price_low`, `price_high` or `title`.
    #[param(value_type = Option<String>)]
    sort: Option<Sort>,
    /// Only what can be bought now.
    in_stock: Option<bool>,
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 100, 24 when absent.
    limit: Option<i64>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CurrencyParameter {
    /// ISO 4217; the shop's first currency when absent.
    currency: Option<String>,
}

impl CurrencyParameter {
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }
}

/// Lists published products, a page at a time.
#[utoipa::path(
    get, path = "/api/v1/products", tag = "Catalogue", params(ListParameters),
    responses((status = 200, body = ProductPage), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn products(
    State(shop): State<Shop>,
    Search(asked): Search<ListParameters>,
) -> Result<Json<ProductPage>, ApiError> {
    let rows = asked.limit.unwrap_or(24);
    if !PAGE_ROWS.contains(&rows) {
        return Err(Error::field("limit", "Between 1 and 100.").into());
    }
    let category = match &asked.category {
        Some(slug) => Some(catalogue::category_by_slug(&shop, slug).await?.id),
        None => None,
    };
    let query = ListQuery {
        category,
        currency: currency(&shop, asked.currency.as_deref())?,
        customer: None,
        sort: asked.sort.unwrap_or_default(),
        in_stock_only: asked.in_stock.unwrap_or_default(),
        after: asked.after,
        rows,
    };
    Ok(Json(catalogue::list(&shop, &query).await?.into()))
}

/// One product by the SKU of any of its variants, or by its slug.
#[utoipa::path(
    get, path = "/api/v1/products/{key}", tag = "Catalogue",
    params(("key" = String, Path, description = "SKU or slug"), CurrencyParameter),
    responses((status = 200, body = Product), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn product(
    State(shop): State<Shop>,
    Path(key): Path<String>,
    Search(asked): Search<CurrencyParameter>,
) -> Result<Json<Product>, ApiError> {
    let currency = currency(&shop, asked.currency.as_deref())?;
    Ok(Json(by_key(&shop, &key, currency).await?.into()))
}

/// What goes with a product: bought together with it, similar to it, or what sells where nothing similar is known.
#[utoipa::path(
    get, path = "/api/v1/products/{key}/recommendations", tag = "Catalogue",
    params(("key" = String, Path, description = "SKU or slug"), CurrencyParameter),
    responses((status = 200, body = Recommendations), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn recommendations(
    State(shop): State<Shop>,
    Path(key): Path<String>,
    Search(asked): Search<CurrencyParameter>,
) -> Result<Json<Recommendations>, ApiError> {
    let currency = currency(&shop, asked.currency.as_deref())?;
    let product = by_key(&shop, &key, currency).await?;
    Ok(Json(recommendation::of_product(&shop, product.id, currency, RECOMMENDED).await?.into()))
}

/// The product that a SKU or a slug names.
pub async fn by_key(shop: &Shop, key: &str, currency: Currency) -> Result<catalogue::Product, Error> {
    if key.chars().count() > SKU_CHARS.max(SLUG_CHARS) {
        return Err(Error::NotFound("product"));
    }
    match catalogue::product_by_sku(shop, key, currency).await {
        Err(Error::NotFound(_)) => catalogue::product_by_slug(shop, key, currency).await,
        other => other,
    }
}

/// A currency that the shop sells in.
#[derive(Serialize, ToSchema)]
pub struct OfferedCurrency {
    /// ISO 4217.
    code: &'static str,
    /// Digits of its minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    digits: u32,
}

/// The currencies that the shop sells in; the first is what it answers in where none is named.
#[utoipa::path(
    get, path = "/api/v1/currencies", tag = "Catalogue", responses((status = 200, body = Vec<OfferedCurrency>))
)]
pub async fn currencies(State(shop): State<Shop>) -> Json<Vec<OfferedCurrency>> {
    let offered = shop.settings.currencies.iter();
    Json(offered.map(|one| OfferedCurrency { code: one.code(), digits: one.exponent() }).collect())
}

/// The top of the category tree with each one's children.
#[utoipa::path(
    get, path = "/api/v1/categories", tag = "Catalogue", responses((status = 200, body = Vec<Category>))
)]
pub async fn categories(State(state): State<AppState>) -> Result<Json<Vec<Category>>, ApiError> {
    let top = catalogue::top_categories(&state.shop).await?;
    Ok(Json(top.into_iter().map(Category::from).collect()))
}

/// Published collections, by title.
#[utoipa::path(
    get, path = "/api/v1/collections", tag = "Catalogue", responses((status = 200, body = Vec<Collection>))
)]
pub async fn collections(State(shop): State<Shop>) -> Result<Json<Vec<Collection>>, ApiError> {
    let published = collection::published(&shop, COLLECTIONS).await?;
    Ok(Json(published.into_iter().map(Collection::from).collect()))
}

/// The currency asked for, if the shop sells in it.
pub fn currency(shop: &Shop, code: Option<&str>) -> Result<Currency, ApiError> {
    let sold = &shop.settings.currencies;
    let wanted = match code {
        None => sold.first().copied(),
        Some(code) => Currency::parse(code).filter(|wanted| sold.contains(wanted)),
    };
    Ok(wanted.ok_or_else(|| Error::field("currency", "The shop does not sell in this currency."))?)
}
