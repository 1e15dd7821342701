//! Looking for products.

use super::catalogue::currency;
use super::model::{Problem, SearchPage};
use crate::error::ApiError;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use http::Uri;
use serde::de::DeserializeOwned;
use shop::Error;
use shop::collection;
use shop::search::{self, Query, Sort};

/// Only to describe the parameters: `category` and `brand` may be repeated, which no derived reader of query strings takes.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by `query`")]
struct SearchParameters {
    /// What to look for; without it, everything.
    q: Option<String>,
    /// Slug of a category; repeated, one of them is enough.
    category: Option<Vec<String>>,
    /// Repeated, one of them is enough.
    brand: Option<Vec<String>>,
    /// `attr.` and an attribute's name, with one of its values, or of a number with a range: `10..20` is from 10 to below 20.
    /// Repeated, one value of each attribute is enough.
    #[param(rename = "attr.{name}")]
    attribute: Option<Vec<String>>,
    /// Minor units.
    price_from: Option<i64>,
    /// Minor units.
    price_to: Option<i64>,
    /// Only what can be bought now.
    in_stock: Option<bool>,
    /// Only what is reduced.
    on_sale: Option<bool>,
    /// Stars on average at least, 1 to 5.
    rated_from: Option<i64>,
    /// `relevance` (default), `newest`, `price_low`, `price_high`, `rating` or `best_selling`.
    #[param(value_type = Option<String>)]
    sort: Option<Sort>,
    /// ISO 4217; the shop's first currency when absent.
    currency: Option<String>,
    /// From 1.
    page: Option<usize>,
    /// 1 to 100, 24 when absent.
    limit: Option<i64>,
}

/// Finds published products by words, codes and filters.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "Catalogue", params(SearchParameters),
    responses((status = 200, body = SearchPage), (status = 422, body = Problem))
)]
pub async fn search(State(state): State<AppState>, uri: Uri) -> Result<Json<SearchPage>, ApiError> {
    let query = query(&state, uri.query().unwrap_or_default())?;
    let found = search::find(&state.shop, &state.search, &query).await.map_err(renamed)?;
    Ok(Json(found.into()))
}

/// The products of a collection, narrowed down like a search; in the collection's own order unless `sort` or `q` says
/// otherwise.
#[utoipa::path(
    get, path = "/api/v1/collections/{slug}/products", tag = "Catalogue",
    params(("slug" = String, Path, description = "Slug of a published collection"), SearchParameters),
    responses((status = 200, body = SearchPage), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn collection(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    uri: Uri,
) -> Result<Json<SearchPage>, ApiError> {
    let mut query = query(&state, uri.query().unwrap_or_default())?;
    let collection = collection::by_slug(&state.shop, &slug).await?;
    query.collection = Some(collection.id);
    if query.sort == Sort::Relevance && query.text.is_empty() {
        query.placed = collection.is_placed();
        query.sort = collection.order.sort();
    }
    let found = search::find(&state.shop, &state.search, &query).await.map_err(renamed)?;
    Ok(Json(found.into()))
}

fn query(state: &AppState, text: &str) -> Result<Query, ApiError> {
    let mut query = Query::everything(currency(&state.shop, None)?);
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()).into_owned() {
        match name.as_str() {
            "q" => query.text = value,
            "category" => query.categories.push(value),
            "brand" => query.brands.push(value),
            "price_from" => query.price_from = Some(read(&name, &value)?),
            "price_to" => query.price_to = Some(read(&name, &value)?),
            "in_stock" => query.in_stock_only = read(&name, &value)?,
            "on_sale" => query.on_sale_only = read(&name, &value)?,
            "rated_from" => query.rated_from = Some(read(&name, &value)?),
            "sort" => query.sort = read(&name, &format!("\"{value}\""))?,
            "currency" => query.currency = currency(&state.shop, Some(&value))?,
            "page" => query.page = read(&name, &value)?,
            "limit" => query.rows = read(&name, &value)?,
            _ => match name.strip_prefix("attr.") {
                Some(attribute) => query.attributes.push((attribute.to_owned(), value)),
                None => return Err(Error::field(&name, "There is no such parameter.").into()),
            },
        }
    }
    Ok(query)
}

fn read<T: DeserializeOwned>(name: &str, value: &str) -> Result<T, Error> {
    serde_json::from_str(value).map_err(|_| Error::field(name, "This parameter does not take that value."))
}

/// The shop counts rows where the API has a limit.
fn renamed(error: Error) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            fields.iter_mut().filter(|field| field.field == "rows").for_each(|field| field.field = "limit".into());
            Error::Invalid(fields)
        }
        other => other,
    }
}
