//! Addresses that have moved, and those that were asked for in vain.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use crate::state::AppState;
use admin::form::Form;
use admin::page::redirect::{self as view, Asked};
use admin::part::{Place, encode};
use axum::extract::{Form as Body, Multipart, Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::import::RowError;
use shop::redirect::{self, Imported};
use shop::{Error, limits};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/redirects";
const MISSING: &str = "/admin/redirects/missing";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    q: String,
    at: String,
    /// Where a new redirect is to begin.
    from: String,
}

pub async fn list(State(state): State<AppState>, desk: Desk, Query(sought): Query<Sought>) -> Answer {
    // What this process has counted; others write within seconds.
    state.visits.write(&desk.shop).await?;
    let form = Form::new("redirect").with("from", &sought.from);
    draw(&desk, StatusCode::OK, &sought, &form, &[]).await
}

pub async fn add(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("redirect", pairs);
    match redirect::add(&desk.shop, &desk.staff, form.value("from"), form.value("to")).await {
        Ok(()) => Ok(desk.done(HERE, "The redirect is in force.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, &Sought::default(), &form.refused(fields), &[]).await
        }
    }
}

pub async fn file(desk: Desk, mut body: Multipart) -> Answer {
    let unreadable = |_| Error::field("file", "The upload cannot be read.");
    while let Some(part) = body.next_field().await.map_err(unreadable)? {
        if part.name() != Some("file") {
            continue;
        }
        let bytes = part.bytes().await.map_err(unreadable)?;
        if bytes.is_empty() {
            break;
        }
        return match redirect::import(&desk.shop, &desk.staff, &bytes).await? {
            Imported::Done(1) => Ok(desk.done(HERE, "One redirect of the file is in force.").await?),
            Imported::Done(rows) => Ok(desk.done(HERE, format!("{rows} redirects of the file are in force.")).await?),
            Imported::Refused(errors) => {
                let form = Form::new("redirect");
                draw(&desk, StatusCode::UNPROCESSABLE_ENTITY, &Sought::default(), &form, &errors).await
            }
        };
    }
    Ok(desk.refused(HERE, "Choose a CSV file first.").await?)
}

pub async fn remove(desk: Desk, Path(id): Path<i64>) -> Answer {
    redirect::remove(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(HERE, "The redirect is deleted.").await?)
}

pub async fn missing(State(state): State<AppState>, desk: Desk) -> Answer {
    state.visits.write(&desk.shop).await?;
    let found = redirect::missing(&desk.shop, &desk.staff).await?;
    Ok(desk.page("redirects", "Addresses not found", || view::missing(found)).await)
}

pub async fn forget(desk: Desk, Body(pairs): Pairs) -> Answer {
    redirect::forget(&desk.shop, &desk.staff, form("missing", pairs).value("path")).await?;
    Ok(desk.done(MISSING, "The address is off the list until somebody asks for it again.").await?)
}

async fn draw(desk: &Desk, status: StatusCode, sought: &Sought, form: &Form, errors: &[RowError]) -> Answer {
    let text: String = sought.q.trim().chars().take(limits::REDIRECT_CHARS).collect();
    let found = redirect::list(&desk.shop, &desk.staff, &text, Place::cursor(&sought.at), ROWS).await?;
    let place = Place::new(format!("{HERE}?q={}", encode(&text)), &sought.at, found.next);
    let asked = Asked { text, file_errors: errors.to_vec() };
    let page = desk.page_with(status, "redirects", "Redirects", || view::list(found.items, &asked, &place, form)).await;
    Ok(page)
}
