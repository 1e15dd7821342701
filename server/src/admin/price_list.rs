//! Price lists: made, changed, filled with entries.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::price_list::{self as view, Opened};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use shop::catalogue::Page;
use shop::customer_group;
use shop::id::{PriceListId, VariantId};
use shop::price_list::{self, Draft, Fill};
use shop::{Error, FieldError};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/price-lists";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    at: String,
}

pub async fn list(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    let found = price_list::list(&desk.shop, &desk.staff, Place::cursor(&sought.at), ROWS).await?;
    let place = Place::new(HERE.to_owned(), &sought.at, found.next);
    let now = desk.shop.now_ms();
    Ok(desk.page("price-lists", "Price lists", || view::list(found.items, &place, now)).await)
}

pub async fn new_page(desk: Desk) -> Answer {
    let form = view::form_of(&Draft { active: true, ..Draft::default() }, 0);
    draw(&desk, StatusCode::OK, None, Some(form), Form::new("entries"), "").await
}

pub async fn show(desk: Desk, Path(id): Path<PriceListId>, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, Some(id), None, Form::new("entries"), &sought.at).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("list", pairs);
    let (draft, errors) = view::read(&form);
    let made = if errors.is_empty() {
        price_list::create(&desk.shop, &desk.staff, &draft).await
    } else {
        Err(Error::Invalid(errors))
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), "The list is saved. Now add prices.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, Some(form.refused(fields)), Form::new("entries"), "").await
        }
    }
}

pub async fn save(desk: Desk, Path(id): Path<PriceListId>, Body(pairs): Pairs) -> Answer {
    let form = form("list", pairs);
    let version = form.value("version").parse().unwrap_or_default();
    let (draft, errors) = view::read(&form);
    let saved = if errors.is_empty() {
        price_list::update(&desk.shop, &desk.staff, id, &draft, version).await
    } else {
        Err(Error::Invalid(errors))
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The list is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(id), Some(form.refused(fields)), Form::new("entries"), "").await
        }
    }
}

pub async fn delete(desk: Desk, Path(id): Path<PriceListId>) -> Answer {
    price_list::delete(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(HERE, "The list is deleted.").await?)
}

pub async fn put(desk: Desk, Path(id): Path<PriceListId>, Body(pairs): Pairs) -> Answer {
    let form = form("entries", pairs);
    let done = price_list::put(&desk.shop, &desk.staff, id, form.value("entries"), form.is_on("instead")).await;
    filled(&desk, id, form, done).await
}

pub async fn fill(desk: Desk, Path(id): Path<PriceListId>, Body(pairs): Pairs) -> Answer {
    let form = form("entries", pairs);
    let number = |field: &str| {
        let unread = || FieldError { field: field.to_owned(), message: "A whole number, please.".to_owned() };
        form.value(field).trim().parse::<i64>().map_err(|_| unread())
    };
    let done = match (number("percent"), number("min_quantity")) {
        (Ok(percent), Ok(min_quantity)) => {
            let wanted = Fill { percent, min_quantity, skus: form.value("skus").to_owned() };
            price_list::fill(&desk.shop, &desk.staff, id, &wanted).await
        }
        (percent, quantity) => Err(Error::Invalid([percent.err(), quantity.err()].into_iter().flatten().collect())),
    };
    filled(&desk, id, form, done).await
}

async fn filled(desk: &Desk, id: PriceListId, form: Form, done: shop::Result<usize>) -> Answer {
    match done {
        Ok(1) => Ok(desk.done(&format!("{HERE}/{id}"), "One price is taken over.").await?),
        Ok(many) => Ok(desk.done(&format!("{HERE}/{id}"), format!("{many} prices are taken over.")).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(desk, status, Some(id), None, form.refused(fields), "").await
        }
    }
}

#[derive(Deserialize)]
pub struct Named {
    variant: VariantId,
    currency: String,
    min_quantity: i64,
}

pub async fn remove(desk: Desk, Path(id): Path<PriceListId>, Body(named): Body<Named>) -> Answer {
    let Named { variant, currency, min_quantity } = named;
    price_list::remove(&desk.shop, &desk.staff, id, variant, &currency, min_quantity).await?;
    Ok(desk.done(&format!("{HERE}/{id}"), "The entry is removed.").await?)
}

pub async fn download(desk: Desk, Path(id): Path<PriceListId>) -> Answer {
    price_list::detail(&desk.shop, &desk.staff, id).await?;
    let text = price_list::download(&desk.shop, &desk.staff, id).await?;
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"price-list.csv\"")];
    Ok((headers, text).into_response())
}

/// The page of a list, or of a new one; `form` as it was sent, else as the list is stored.
async fn draw(
    desk: &Desk,
    status: StatusCode,
    id: Option<PriceListId>,
    form: Option<Form>,
    entries: Form,
    at: &str,
) -> Answer {
    let (shop, staff) = (&desk.shop, &desk.staff);
    let groups = customer_group::list(shop, staff).await?;
    let (mut list, mut found) = (None, Page { items: Vec::new(), next: None });
    if let Some(id) = id {
        list = Some(price_list::detail(shop, staff, id).await?);
        found = price_list::entries(shop, staff, id, Place::cursor(at), ROWS).await?;
    }
    let form = form.unwrap_or_else(|| match &list {
        Some(list) => view::form_of(&list.summary.draft, list.version),
        None => view::form_of(&Draft::default(), 0),
    });
    let title = list.as_ref().map_or("Add price list".to_owned(), |list| list.summary.draft.title.clone());
    let place = Place::new(id.map_or(HERE.to_owned(), |id| format!("{HERE}/{id}")), at, found.next);
    let opened = Opened { list: list.as_ref(), groups: &groups, entries: found.items, place: &place };
    Ok(desk.page_with(status, "price-lists", &title, || view::show(opened, &form, &entries)).await)
}
