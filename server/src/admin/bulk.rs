//! Bulk edits: from the ticked rows of the products' list to what was changed, and back.
//!
//! ```text
//! list ─(choose)→ changes ─(plan)→ differences ─(apply)→ result ─(undo)→ result
//! ```

use super::desk::{Desk, form, mendable};
use super::product::{Sought, asked};
use crate::error::PageError;
use crate::state::AppState;
use admin::form::Form;
use admin::page::bulk::{self as view, HERE};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::REFRESH;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use shop::attribute;
use shop::bulk::{self, Chosen};
use shop::catalogue::edit;
use shop::id::BulkEditId;
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct At {
    at: String,
}

pub async fn history(desk: Desk, Query(At { at }): Query<At>) -> Answer {
    let found = bulk::history(&desk.shop, &desk.staff, Place::cursor(&at), ROWS).await?;
    let place = Place::new(HERE.to_owned(), &at, found.next);
    Ok(desk.page("products", "Bulk edits", || view::history(found.items, &place)).await)
}

/// The rows that were ticked, or all that the list would show.
pub async fn choose(State(state): State<AppState>, desk: Desk, Body(pairs): Pairs) -> Answer {
    let sent = form("", pairs);
    let (asked, filter) = asked(Sought::of(&sent));
    let chosen = if sent.is_on("all") {
        Chosen::All(filter)
    } else {
        Chosen::These(sent.all("id").filter_map(|id| id.parse().ok()).collect())
    };
    match bulk::begin(&desk.shop, &state.search, &desk.staff, chosen).await {
        Ok(id) if sent.is_on("sheet") => Ok(Redirect::to(&format!("{HERE}/{id}/sheet")).into_response()),
        Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(error) => {
            let (_, fields) = mendable(error)?;
            let why = fields.into_iter().next().map(|field| field.message).unwrap_or_default();
            Ok(desk.refused(&asked.address(&asked.status), why).await?)
        }
    }
}

pub async fn show(desk: Desk, Path(id): Path<BulkEditId>, Query(At { at }): Query<At>) -> Answer {
    let stored = bulk::load(&desk.shop, &desk.staff, id).await?;
    if stored.state == bulk::State::Choosing {
        return draw(&desk, StatusCode::OK, &stored, &Form::new("")).await;
    }
    let items = bulk::items(&desk.shop, &desk.staff, id, Place::cursor(&at), ROWS).await?;
    let place = Place::new(format!("{HERE}/{id}"), &at, items.next);
    let mut response = desk.page("products", "Bulk edit", || view::progress(&stored, items.items, &place)).await;
    if stored.state.is_active() {
        response.headers_mut().insert(REFRESH, HeaderValue::from_static("2"));
    }
    Ok(response)
}

async fn draw(desk: &Desk, status: StatusCode, stored: &bulk::Edit, form: &Form) -> Answer {
    let categories = edit::categories(&desk.shop, &desk.staff).await?;
    let attributes = attribute::all(&desk.shop, &desk.staff).await?;
    let currencies = &desk.shop.settings.currencies;
    let page = || view::changes(stored, form, &categories, &attributes, currencies);
    Ok(desk.page_with(status, "products", "Bulk edit", page).await)
}

pub async fn plan(desk: Desk, Path(id): Path<BulkEditId>, Body(pairs): Pairs) -> Answer {
    let sent = form("", pairs);
    let (changes, errors) = view::read(&sent, &attribute::all(&desk.shop, &desk.staff).await?);
    let planned = if errors.is_empty() {
        bulk::plan(&desk.shop, &desk.staff, id, &changes).await
    } else {
        Err(Error::Invalid(errors))
    };
    match planned {
        Err(error @ Error::Invalid(_)) => {
            let (status, mut fields) = mendable(error)?;
            for field in fields.iter_mut().filter(|field| field.field == "changes") {
                // Said of the whole form.
                field.field.clear();
            }
            let stored = bulk::load(&desk.shop, &desk.staff, id).await?;
            draw(&desk, status, &stored, &sent.refused(fields)).await
        }
        done => back(&desk, id, done).await,
    }
}

pub async fn again(desk: Desk, Path(id): Path<BulkEditId>) -> Answer {
    back(&desk, id, bulk::again(&desk.shop, &desk.staff, id).await).await
}

pub async fn apply(desk: Desk, Path(id): Path<BulkEditId>) -> Answer {
    back(&desk, id, bulk::apply(&desk.shop, &desk.staff, id).await).await
}

pub async fn stop(desk: Desk, Path(id): Path<BulkEditId>) -> Answer {
    back(&desk, id, bulk::stop(&desk.shop, &desk.staff, id).await).await
}

pub async fn undo(desk: Desk, Path(id): Path<BulkEditId>) -> Answer {
    back(&desk, id, bulk::undo(&desk.shop, &desk.staff, id).await).await
}

/// To the edit's page, which shows where it is by now.
pub(super) async fn back(desk: &Desk, id: BulkEditId, done: Result<()>) -> Answer {
    let here = format!("{HERE}/{id}");
    match done {
        Ok(()) => Ok(Redirect::to(&here).into_response()),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&here, message).await?),
        Err(error) => Err(error.into()),
    }
}
