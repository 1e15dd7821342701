//! The wishlist: a customer's, or the one that a guest's session names; and lists that others have shared.

use super::frame::{local, page, site};
use crate::error::PageError;
use crate::session::{self, wisher};
use crate::state::AppState;
use app::pages;
use app::pages::wishlist::Around;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use serde::Deserialize;
use shop::account::Visitor;
use shop::wishlist::{self, Owner, Wishlist};
use shop::{Error, alert, cart, catalogue};
use tower_sessions::Session;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Wanted {
    /// Slug of the product.
    product: String,
    sku: String,
    /// Where to go afterwards.
    back: String,
}

pub async fn show(
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    draw(&state, &visitor, wisher(&session, &visitor).await?, &uri, None).await
}

/// The visitor's own list; `refused` is why the last thing was not done.
async fn draw(
    state: &AppState,
    visitor: &Visitor,
    owner: Option<Owner>,
    uri: &Uri,
    refused: Option<Error>,
) -> Result<Response, PageError> {
    let list = match owner {
        Some(owner) => wishlist::list(&state.shop, owner, visitor).await?,
        None => Wishlist::default(),
    };
    let waiting = match &visitor.customer {
        Some(customer) => alert::own(&state.shop, customer).await?,
        None => Vec::new(),
    };
    let mut site = site(state, visitor, uri).await?;
    site.here = "/wishlist".into();
    let status = refused.as_ref().map_or(200, Error::status);
    let problem = refused.map(|error| error.problem().detail);
    let around = Around { is_guest: visitor.customer.is_none(), waiting, problem };
    Ok(page(status, || pages::wishlist::own(&site, list, around)))
}

pub async fn add(
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
    uri: Uri,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let owner = wisher(&session, &visitor).await?;
    let product = catalogue::product_by_slug(&state.shop, &wanted.product, &visitor).await?;
    match wishlist::add(&state.shop, owner, product.id, &visitor).await {
        Ok(list) => {
            if visitor.customer.is_none() {
                session::set_wishlist(&session, list).await?;
            }
            Ok(Redirect::to(local(&wanted.back, "/wishlist")).into_response())
        }
        Err(error @ Error::Conflict { .. }) => draw(&state, &visitor, owner, &uri, Some(error)).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn remove(
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let owner = wisher(&session, &visitor).await?;
    if let (Some(owner), Some(product)) = (owner, catalogue::id_of_slug(&state.shop, &wanted.product).await?) {
        wishlist::remove(&state.shop, owner, product).await?;
    }
    Ok(Redirect::to(local(&wanted.back, "/wishlist")).into_response())
}

/// Into the cart, and off the list once it is there.
pub async fn move_to_cart(
    State(state): State<AppState>,
    session: Session,
    mut visitor: Visitor,
    uri: Uri,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let owner = wisher(&session, &visitor).await?;
    match cart::add(&state.shop, &mut visitor, &wanted.sku, 1).await {
        Ok(_) => session::set_cart(&session, &visitor).await?,
        Err(error @ (Error::SoldOut(_) | Error::Conflict { .. } | Error::Invalid(_))) => {
            return draw(&state, &visitor, owner, &uri, Some(error)).await;
        }
        Err(error) => return Err(error.into()),
    }
    if let (Some(owner), Some(product)) = (owner, catalogue::id_of_slug(&state.shop, &wanted.product).await?) {
        wishlist::remove(&state.shop, owner, product).await?;
    }
    Ok(Redirect::to("/cart").into_response())
}

pub async fn share(State(state): State<AppState>, session: Session, visitor: Visitor) -> Result<Response, PageError> {
    let owner = wisher(&session, &visitor).await?.ok_or(Error::NotFound("wishlist"))?;
    wishlist::share(&state.shop, owner).await?;
    Ok(Redirect::to("/wishlist#share").into_response())
}

pub async fn stop_sharing(
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
) -> Result<Response, PageError> {
    if let Some(owner) = wisher(&session, &visitor).await? {
        wishlist::stop_sharing(&state.shop, owner).await?;
    }
    Ok(Redirect::to("/wishlist#share").into_response())
}

pub async fn shared(
    State(state): State<AppState>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let wishes = wishlist::shared(&state.shop, &token, &visitor).await?;
    let site = site(&state, &visitor, &uri).await?;
    Ok(page(200, || pages::wishlist::shared(&site, wishes)))
}
