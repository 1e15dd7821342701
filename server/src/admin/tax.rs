//! Taxes: zones, rates and classes, made and changed; presets.

pub mod exempt;
pub mod look;

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::tax::{self as view, HERE};
use axum::extract::{Form as Body, Path};
use axum::response::Response;
use http::StatusCode;
use shop::Error;
use shop::id::{TaxRateId, TaxZoneId};
use shop::tax;

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const SECTION: &str = "taxes";

pub async fn list(desk: Desk) -> Answer {
    let zones = tax::zones(&desk.shop, &desk.staff).await?;
    let now = desk.shop.now_ms();
    Ok(desk.page(SECTION, "Taxes", || view::zones(&zones, now)).await)
}

pub async fn fill(desk: Desk, Path(preset): Path<String>) -> Answer {
    let said = match tax::fill_preset(&desk.shop, &desk.staff, &preset).await? {
        0 => "Nothing was missing.".to_owned(),
        1 => "One zone is added.".to_owned(),
        many => format!("{many} zones are added. Check the rates that you charge."),
    };
    Ok(desk.done(HERE, said).await?)
}

pub async fn new_page(desk: Desk) -> Answer {
    draw(&desk, StatusCode::OK, None, None, None).await
}

pub async fn show(desk: Desk, Path(id): Path<TaxZoneId>) -> Answer {
    draw(&desk, StatusCode::OK, Some(id), None, None).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("zone", pairs);
    match tax::create_zone(&desk.shop, &desk.staff, &view::read_zone(&form)).await {
        Ok(id) => Ok(desk.done(&zone(id), "The zone is saved. Now add rates.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, Some(form.refused(fields)), None).await
        }
    }
}

pub async fn save(desk: Desk, Path(id): Path<TaxZoneId>, Body(pairs): Pairs) -> Answer {
    let form = form("zone", pairs);
    let version = form.value("version").parse().unwrap_or_default();
    match tax::update_zone(&desk.shop, &desk.staff, id, &view::read_zone(&form), version).await {
        Ok(()) => Ok(desk.done(&zone(id), "The zone is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(id), Some(form.refused(fields)), None).await
        }
    }
}

pub async fn delete(desk: Desk, Path(id): Path<TaxZoneId>) -> Answer {
    tax::delete_zone(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(HERE, "The zone is deleted.").await?)
}

pub async fn add_rate(desk: Desk, Path(id): Path<TaxZoneId>, Body(pairs): Pairs) -> Answer {
    let form = form("rate", pairs);
    let (draft, errors) = view::read_rate(&form);
    let added = if errors.is_empty() {
        tax::add_rate(&desk.shop, &desk.staff, id, &draft).await
    } else {
        Err(Error::Invalid(errors))
    };
    match added {
        Ok(_) => Ok(desk.done(&zone(id), "The rate is added.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(id), None, Some(form.refused(fields))).await
        }
    }
}

pub async fn end_rate(desk: Desk, Path((id, rate)): Path<(TaxZoneId, TaxRateId)>, Body(pairs): Pairs) -> Answer {
    let form = form("end", pairs);
    let text = form.value("valid_until").trim();
    let until = admin::date::parse_local(text);
    if until.is_none() && !text.is_empty() {
        return Ok(desk.refused(&zone(id), "The end is a day and a time, or nothing.").await?);
    }
    match tax::end_rate(&desk.shop, &desk.staff, id, rate, until).await {
        Ok(()) => Ok(desk.done(&zone(id), "The rate has its new end.").await?),
        Err(Error::Invalid(fields)) => {
            let why = fields.into_iter().next().map(|field| field.message).unwrap_or_default();
            Ok(desk.refused(&zone(id), format!("A rate ends after it began. {why}")).await?)
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn remove_rate(desk: Desk, Path((id, rate)): Path<(TaxZoneId, TaxRateId)>) -> Answer {
    tax::remove_rate(&desk.shop, &desk.staff, id, rate).await?;
    Ok(desk.done(&zone(id), "The rate is deleted.").await?)
}

pub async fn classes(desk: Desk) -> Answer {
    draw_classes(&desk, StatusCode::OK, Form::new("class")).await
}

pub async fn add_class(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("class", pairs);
    match tax::add_class(&desk.shop, &desk.staff, form.value("code"), form.value("name")).await {
        Ok(()) => Ok(desk.done(&format!("{HERE}/classes"), "The class is added.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw_classes(&desk, status, form.refused(fields)).await
        }
    }
}

pub async fn remove_class(desk: Desk, Body(pairs): Pairs) -> Answer {
    let path = format!("{HERE}/classes");
    match tax::remove_class(&desk.shop, &desk.staff, form("class", pairs).value("code")).await {
        Ok(()) => Ok(desk.done(&path, "The class is deleted.").await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&path, message).await?),
        Err(error) => Err(error.into()),
    }
}

async fn draw_classes(desk: &Desk, status: StatusCode, form: Form) -> Answer {
    let classes = tax::classes(&desk.shop, &desk.staff).await?;
    Ok(desk.page_with(status, SECTION, "Tax classes", || view::classes(classes, &form)).await)
}

fn zone(id: TaxZoneId) -> String {
    format!("{HERE}/zones/{id}")
}

/// The page of a zone, or of a new one; the forms as they were sent, else as the zone is stored.
async fn draw(
    desk: &Desk,
    status: StatusCode,
    id: Option<TaxZoneId>,
    form: Option<Form>,
    rate: Option<Form>,
) -> Answer {
    let (shop, staff) = (&desk.shop, &desk.staff);
    let stored = match id {
        Some(id) => Some(tax::zone(shop, staff, id).await?),
        None => None,
    };
    let classes = tax::classes(shop, staff).await?;
    let form = form.unwrap_or_else(|| view::zone_form(stored.as_ref()));
    let rate = rate.unwrap_or_else(|| Form::new("rate"));
    let title = stored.as_ref().map_or("Add zone".to_owned(), |zone| zone.name.clone());
    let now = shop.now_ms();
    let draw = || view::show(stored.as_ref(), &classes, &form, &rate, now);
    Ok(desk.page_with(status, SECTION, &title, draw).await)
}
