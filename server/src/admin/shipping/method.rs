//! One method of a zone.

use super::{Answer, HERE, Pairs};
use crate::admin::desk::{Desk, form, mendable};
use admin::form::Form;
use admin::page::shipping as view;
use axum::extract::{Form as Body, Path};
use http::StatusCode;
use shop::id::{ShippingMethodId, ShippingZoneId};
use shop::money::Currency;
use shop::shipping::{self, Basis, MethodDraft};
use shop::{Error, warehouse};

pub async fn new_page(desk: Desk, Path(zone): Path<ShippingZoneId>) -> Answer {
    let draft = MethodDraft {
        name: String::new(),
        code: String::new(),
        description: String::new(),
        basis: Basis::Weight,
        days_min: 2,
        days_max: 4,
        position: 0,
        active: true,
        pickup: None,
        tables: Vec::new(),
    };
    let form = view::method_form(&draft, 0, &currencies(&desk, &draft));
    draw(&desk, StatusCode::OK, zone, None, &form).await
}

/// What the shop sells in, and what a method has a table in.
fn currencies(desk: &Desk, draft: &MethodDraft) -> Vec<Currency> {
    let mut all = desk.shop.settings.currencies.clone();
    for table in &draft.tables {
        if !all.contains(&table.currency) {
            all.push(table.currency);
        }
    }
    all
}

pub async fn create(desk: Desk, Path(zone): Path<ShippingZoneId>, Body(pairs): Pairs) -> Answer {
    let form = form("method", pairs);
    let made = match view::read_method(&form, &desk.shop.settings.currencies) {
        Ok(draft) => shipping::create_method(&desk.shop, &desk.staff, zone, draft).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match made {
        Ok(_) => Ok(desk.done(&format!("{HERE}/zones/{zone}"), "The method is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, zone, None, &form.refused(fields)).await
        }
    }
}

pub async fn edit_page(desk: Desk, Path(id): Path<ShippingMethodId>) -> Answer {
    let (draft, zone, version) = shipping::method(&desk.shop, &desk.staff, id).await?;
    let form = view::method_form(&draft, version, &currencies(&desk, &draft));
    draw(&desk, StatusCode::OK, zone, Some((id, draft)), &form).await
}

pub async fn save(desk: Desk, Path(id): Path<ShippingMethodId>, Body(pairs): Pairs) -> Answer {
    let form = form("method", pairs);
    let (stored, zone, _) = shipping::method(&desk.shop, &desk.staff, id).await?;
    let version = form.value("version").parse().unwrap_or_default();
    let saved = match view::read_method(&form, &currencies(&desk, &stored)) {
        Ok(draft) => shipping::update_method(&desk.shop, &desk.staff, id, draft, version).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/zones/{zone}"), "The method is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, zone, Some((id, stored)), &form.refused(fields)).await
        }
    }
}

pub async fn remove(desk: Desk, Path(id): Path<ShippingMethodId>) -> Answer {
    let (_, zone, _) = shipping::method(&desk.shop, &desk.staff, id).await?;
    shipping::remove_method(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(&format!("{HERE}/zones/{zone}"), "The method is deleted.").await?)
}

async fn draw(
    desk: &Desk,
    status: StatusCode,
    zone: ShippingZoneId,
    stored: Option<(ShippingMethodId, MethodDraft)>,
    form: &Form,
) -> Answer {
    let zone = shipping::zone(&desk.shop, &desk.staff, zone).await?;
    let chosen = stored.as_ref().and_then(|(_, draft)| draft.pickup);
    let houses = warehouse::list(&desk.shop, &desk.staff).await?;
    let houses = houses.into_iter().filter(|house| house.draft.pickup || Some(house.id) == chosen);
    let houses = houses.map(|house| (house.id.to_string(), house.draft.name)).collect();
    let currencies = match &stored {
        Some((_, draft)) => currencies(desk, draft),
        None => desk.shop.settings.currencies.clone(),
    };
    let stored = stored.as_ref().map(|(id, draft)| (*id, draft.name.as_str()));
    let title = stored.map_or("Add method", |(_, name)| name);
    let draw = || view::method_editor((zone.id, &zone.draft.name), stored, &currencies, houses, form);
    Ok(desk.page_with(status, "shipping", title, draw).await)
}
