//! Delivery: zones, their methods, and what a cart to an address would come to.

mod method;
mod try_out;

pub use method::{
    create as create_method, edit_page as edit_method, new_page as new_method, remove as remove_method,
    save as save_method,
};
pub use try_out::try_out;

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::shipping as view;
use axum::extract::{Form as Body, Path};
use axum::response::Response;
use http::StatusCode;
use shop::Error;
use shop::id::ShippingZoneId;
use shop::shipping::{self, Zone, ZoneDraft};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const HERE: &str = "/admin/shipping";

pub async fn list(desk: Desk) -> Answer {
    let zones = shipping::zones(&desk.shop, &desk.staff).await?;
    Ok(desk.page("shipping", "Shipping", || view::list(&zones)).await)
}

pub async fn new_zone(desk: Desk) -> Answer {
    Ok(draw(&desk, StatusCode::OK, None, &view::zone_form(&ZoneDraft::default(), 0)).await)
}

pub async fn create_zone(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("zone", pairs);
    let made = match view::areas(&form) {
        Ok(draft) => shipping::create_zone(&desk.shop, &desk.staff, draft).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}/zones/{id}"), "The zone is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            Ok(draw(&desk, status, None, &form.refused(fields)).await)
        }
    }
}

pub async fn edit_zone(desk: Desk, Path(id): Path<ShippingZoneId>) -> Answer {
    let zone = shipping::zone(&desk.shop, &desk.staff, id).await?;
    let form = view::zone_form(&zone.draft, zone.version);
    Ok(draw(&desk, StatusCode::OK, Some(&zone), &form).await)
}

pub async fn save_zone(desk: Desk, Path(id): Path<ShippingZoneId>, Body(pairs): Pairs) -> Answer {
    let form = form("zone", pairs);
    let version = form.value("version").parse().unwrap_or_default();
    let saved = match view::areas(&form) {
        Ok(draft) => shipping::update_zone(&desk.shop, &desk.staff, id, draft, version).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/zones/{id}"), "The zone is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let zone = shipping::zone(&desk.shop, &desk.staff, id).await?;
            Ok(draw(&desk, status, Some(&zone), &form.refused(fields)).await)
        }
    }
}

pub async fn remove_zone(desk: Desk, Path(id): Path<ShippingZoneId>) -> Answer {
    shipping::remove_zone(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(HERE, "The zone is deleted.").await?)
}

async fn draw(desk: &Desk, status: StatusCode, zone: Option<&Zone>, form: &Form) -> Response {
    let title = zone.map_or("Add zone", |zone| zone.draft.name.as_str());
    desk.page_with(status, "shipping", title, || view::zone_editor(zone, form)).await
}
