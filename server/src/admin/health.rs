//! The rules of stock, money and ratings, asked of the live database; for owners.

use super::desk::OwnersDesk;
use crate::error::PageError;
use admin::page::health::page;
use axum::response::Response;
use shop::invariant::{self, Moment};
use shop::{reconcile, review};

pub async fn show(OwnersDesk(desk): OwnersDesk) -> Result<Response, PageError> {
    let now = desk.shop.now_ms();
    let mut verdicts = invariant::check(&mut &desk.shop.db, Moment::Quiet, now).await?;
    verdicts.push(review::check(&mut &desk.shop.db).await?);
    let open = reconcile::open_breaks(&desk.shop).await?.len();
    let stopped = reconcile::payments_stopped(&desk.shop).await?.is_some();
    Ok(desk.page("health", "Health", || page(verdicts, open, stopped, now)).await)
}
