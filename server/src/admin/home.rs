//! The admin's first page.

use super::desk::Desk;
use crate::error::PageError;
use admin::page::home;
use axum::response::Response;
use shop::overview;

pub async fn page(desk: Desk) -> Result<Response, PageError> {
    let overview = overview::read(&desk.shop, &desk.staff).await?;
    Ok(desk.page("", "Home", || home::page(&desk.staff, &overview)).await)
}
