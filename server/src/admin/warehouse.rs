//! Warehouses: the list and the editor.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::warehouse as view;
use axum::extract::{Form as Body, Path};
use axum::response::Response;
use http::StatusCode;
use shop::Error;
use shop::address::Address;
use shop::id::WarehouseId;
use shop::warehouse::{self, Draft, Warehouse};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const HERE: &str = "/admin/warehouses";

pub async fn list(desk: Desk) -> Answer {
    let houses = warehouse::list(&desk.shop, &desk.staff).await?;
    Ok(desk.page("warehouses", "Warehouses", || view::list(&houses)).await)
}

pub async fn new_page(desk: Desk) -> Answer {
    let address = Address { country: desk.shop.settings.home_country.clone(), ..Address::default() };
    let draft = Draft { address, cutoff: 14 * 60, active: true, ..Draft::default() };
    Ok(draw(&desk, StatusCode::OK, None, &view::form_of(&draft, 0)).await)
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("warehouse", pairs);
    let made = match view::read(&form) {
        Ok(draft) => warehouse::create(&desk.shop, &desk.staff, draft).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), "The warehouse is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            Ok(draw(&desk, status, None, &form.refused(fields)).await)
        }
    }
}

pub async fn edit_page(desk: Desk, Path(id): Path<WarehouseId>) -> Answer {
    let stored = warehouse::load(&desk.shop, &desk.staff, id).await?;
    let form = view::form_of(&stored.draft, stored.version);
    Ok(draw(&desk, StatusCode::OK, Some(&stored), &form).await)
}

pub async fn save(desk: Desk, Path(id): Path<WarehouseId>, Body(pairs): Pairs) -> Answer {
    let form = form("warehouse", pairs);
    let version = form.value("version").parse().unwrap_or_default();
    let saved = match view::read(&form) {
        Ok(draft) => warehouse::update(&desk.shop, &desk.staff, id, draft, version).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The warehouse is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let stored = warehouse::load(&desk.shop, &desk.staff, id).await?;
            Ok(draw(&desk, status, Some(&stored), &form.refused(fields)).await)
        }
    }
}

async fn draw(desk: &Desk, status: StatusCode, stored: Option<&Warehouse>, form: &Form) -> Response {
    let title = stored.map_or("Add warehouse", |stored| stored.draft.name.as_str());
    desk.page_with(status, "warehouses", title, || view::editor(stored, form)).await
}
