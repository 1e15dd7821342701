//! What shoppers look for and find.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use crate::state::AppState;
use admin::form::Form;
use admin::page::search::{DAYS, Shown, page};
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::id::{ProductId, SynonymId};
use shop::money::Currency;
use shop::{Error, Result, audit, search};

type Answer = std::result::Result<Response, PageError>;

const HERE: &str = "/admin/search";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    days: String,
    r#try: String,
}

pub async fn show(desk: Desk, State(state): State<AppState>, Query(asked): Query<Asked>) -> Answer {
    draw(&desk, &state, StatusCode::OK, &asked, &Form::new("synonym"), &Form::new("pin")).await
}

pub async fn reindex(desk: Desk) -> Answer {
    search::ask_for_reindex(&desk.shop, audit::Actor::from(&desk.staff)).await?;
    Ok(desk.done(HERE, "The index is being built anew.").await?)
}

pub async fn add_synonym(desk: Desk, state: State<AppState>, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("synonym", pairs);
    match search::add_synonym(&desk.shop, &desk.staff, form.value("phrases")).await {
        Ok(()) => Ok(desk.done("/admin/search#synonyms", "From now on they mean the same.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, &state, status, &Asked::default(), &form.refused(fields), &Form::new("pin")).await
        }
    }
}

pub async fn remove_synonym(desk: Desk, Path(id): Path<SynonymId>) -> Answer {
    let done = search::remove_synonym(&desk.shop, &desk.staff, id).await;
    back(&desk, done, "/admin/search#synonyms", "The line is removed.").await
}

pub async fn pin(desk: Desk, state: State<AppState>, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("pin", pairs);
    match search::pin(&desk.shop, &desk.staff, form.value("term"), form.value("product")).await {
        Ok(()) => Ok(desk.done("/admin/search#pins", "The product is pinned.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, &state, status, &Asked::default(), &Form::new("synonym"), &form.refused(fields)).await
        }
    }
}

/// One pinned product.
#[derive(Deserialize)]
pub struct Pinned {
    term: String,
    product: ProductId,
}

pub async fn put_first(desk: Desk, Body(pinned): Body<Pinned>) -> Answer {
    let done = search::put_first(&desk.shop, &desk.staff, &pinned.term, pinned.product).await;
    back(&desk, done, "/admin/search#pins", "It comes first now.").await
}

pub async fn unpin(desk: Desk, Body(pinned): Body<Pinned>) -> Answer {
    let done = search::unpin(&desk.shop, &desk.staff, &pinned.term, pinned.product).await;
    back(&desk, done, "/admin/search#pins", "It stands where its words put it.").await
}

/// Two people may remove the same thing: the second is told so.
async fn back(desk: &Desk, done: Result<()>, path: &str, text: &str) -> Answer {
    match done {
        Ok(()) => Ok(desk.done(path, text).await?),
        Err(Error::NotFound(_)) => Ok(desk.refused(path, "It was removed already.").await?),
        Err(error) => Err(error.into()),
    }
}

async fn draw(desk: &Desk, state: &AppState, status: StatusCode, asked: &Asked, synonym: &Form, pin: &Form) -> Answer {
    let (shop, index) = (&desk.shop, &state.search);
    let days = asked.days.parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(DAYS[1]);
    let tried = search::folded_term(&asked.r#try);
    let currency = shop.settings.currencies.first().copied().unwrap_or(Currency::EUR);
    let explained = match tried.as_str() {
        "" => Vec::new(),
        text => search::explain(shop, index, &desk.staff, text, currency).await?,
    };
    let shown = Shown {
        lag: search::lag(shop, index).await?,
        report: search::report(shop, &desk.staff, days).await?,
        synonyms: search::synonyms(shop, &desk.staff).await?,
        pins: search::pins(shop, &desk.staff).await?,
        tried,
        explained,
    };
    Ok(desk.page_with(status, "search", "Search", || page(shown, synonym, pin)).await)
}
