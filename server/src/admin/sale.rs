//! Sales: made, scheduled, cancelled, looked at.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::sale::{self as view, Opened};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::Error;
use shop::catalogue::{Page, edit};
use shop::id::SaleId;
use shop::sale::{self, Draft, Sale};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/sales";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    state: String,
    at: String,
}

pub async fn list(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    let found = sale::list(&desk.shop, &desk.staff, Place::cursor(&sought.at), ROWS).await?;
    let place = Place::new(HERE.to_owned(), &sought.at, found.next);
    Ok(desk.page("sales", "Sales", || view::list(found.items, &place)).await)
}

pub async fn new_page(desk: Desk) -> Answer {
    draw(&desk, StatusCode::OK, None, &view::form_of(&Draft::default(), 0), &Sought::default()).await
}

pub async fn show(desk: Desk, Path(id): Path<SaleId>, Query(sought): Query<Sought>) -> Answer {
    let stored = sale::detail(&desk.shop, &desk.staff, id).await?;
    let form = view::form_of(&stored.draft, stored.version);
    draw(&desk, StatusCode::OK, Some(stored), &form, &sought).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("sale", pairs);
    let scheduled = form.value("do") == "schedule";
    let (draft, errors) = view::read(&form);
    let made = if errors.is_empty() {
        sale::create(&desk.shop, &desk.staff, &draft, scheduled).await
    } else {
        Err(Error::Invalid(errors))
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), said(scheduled)).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, &form.refused(fields), &Sought::default()).await
        }
    }
}

pub async fn save(desk: Desk, Path(id): Path<SaleId>, Body(pairs): Pairs) -> Answer {
    let form = form("sale", pairs);
    let scheduled = form.value("do") == "schedule";
    let version = form.value("version").parse().unwrap_or_default();
    let (draft, errors) = view::read(&form);
    let saved = if errors.is_empty() {
        sale::update(&desk.shop, &desk.staff, id, &draft, scheduled, version).await
    } else {
        Err(Error::Invalid(errors))
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), said(scheduled)).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let stored = sale::detail(&desk.shop, &desk.staff, id).await?;
            draw(&desk, status, Some(stored), &form.refused(fields), &Sought::default()).await
        }
    }
}

pub async fn cancel(desk: Desk, Path(id): Path<SaleId>) -> Answer {
    let here = format!("{HERE}/{id}");
    match sale::cancel(&desk.shop, &desk.staff, id).await {
        Ok(()) => Ok(desk.done(&here, "The sale is cancelled. Prices that it holds are being put back.").await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&here, message).await?),
        Err(error) => Err(error.into()),
    }
}

pub async fn delete(desk: Desk, Path(id): Path<SaleId>) -> Answer {
    match sale::delete(&desk.shop, &desk.staff, id).await {
        Ok(()) => Ok(desk.done(HERE, "The draft is deleted.").await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&format!("{HERE}/{id}"), message).await?),
        Err(error) => Err(error.into()),
    }
}

fn said(scheduled: bool) -> &'static str {
    if scheduled { "The sale is scheduled." } else { "The draft is saved. Nothing happens until it is scheduled." }
}

async fn draw(desk: &Desk, status: StatusCode, stored: Option<Sale>, form: &Form, sought: &Sought) -> Answer {
    let title = stored.as_ref().map_or("Add sale".to_owned(), |sale| sale.summary.title.clone());
    let (mut preview, mut items, mut categories) = (None, Page { items: Vec::new(), next: None }, Vec::new());
    let begun = stored.as_ref().map(|sale| &sale.summary).filter(|sale| !sale.state.is_open());
    if let Some(sale) = begun {
        let after = Place::cursor(&sought.at);
        items = sale::items(&desk.shop, &desk.staff, sale.id, &sought.state, after, ROWS).await?;
    } else {
        categories = edit::categories(&desk.shop, &desk.staff).await?;
        if let Some(sale) = &stored {
            preview = Some(sale::preview(&desk.shop, &desk.staff, &sale.summary).await?);
        }
    }
    let base = stored.as_ref().map_or(HERE.to_owned(), |sale| format!("{HERE}/{}", sale.summary.id));
    let base =
        if sought.state.is_empty() { base } else { format!("{base}?state={}", admin::part::encode(&sought.state)) };
    let place = Place::new(base, &sought.at, items.next.clone());
    let opened = Opened {
        sale: stored.as_ref(),
        preview: preview.as_ref(),
        categories: &categories,
        items,
        listed: &sought.state,
        place: &place,
    };
    Ok(desk.page_with(status, "sales", &title, || view::show(opened, form)).await)
}
