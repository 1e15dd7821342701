//! Where shop and payment provider differ: the list, a comparison on request, and one decision at a time; for owners.

use super::desk::{OwnersDesk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::reconciliation::{State, page};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use shop::id::BreakId;
use shop::reconcile::{self, Resolution};
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;

const ROWS: i64 = 50;
/// What "Compare now" looks at.
const SPAN_MS: i64 = 35 * 24 * 3_600_000;
const PATH: &str = "/admin/reconciliation";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    show: String,
    at: String,
}

pub async fn list(desk: OwnersDesk, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, sought, Form::default()).await
}

pub async fn compare(desk: OwnersDesk) -> Answer {
    let done = reconcile::start(&desk.0.shop, &desk.0.staff, SPAN_MS).await;
    answer(&desk, done, "The comparison has begun.", Form::default()).await
}

pub async fn resume(desk: OwnersDesk) -> Answer {
    let done = reconcile::resume_payments(&desk.0.shop, &desk.0.staff).await;
    answer(&desk, done, "Payments are taken again.", Form::default()).await
}

pub async fn decide(desk: OwnersDesk, Path(id): Path<BreakId>, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("decide", pairs);
    let (done, text) = match asked(&form) {
        Ok((version, what)) => {
            let OwnersDesk(by) = &desk;
            (reconcile::resolve(&by.shop, &by.staff, id, version, what, form.value("note")).await, what.past())
        }
        Err(error) => (Err(error), ""),
    };
    answer(&desk, done, &format!("{text}."), form).await
}

fn asked(form: &Form) -> Result<(i64, Resolution)> {
    let version = form.value("version").parse().map_err(|_| Error::field("version", "Load the page again."))?;
    let what = Resolution::parse(form.value("do")).ok_or_else(|| Error::field("do", "Choose what to do."))?;
    Ok((version, what))
}

/// Back to the list with a word of success, or the list again with what was refused.
async fn answer(desk: &OwnersDesk, done: Result<()>, text: &str, form: Form) -> Answer {
    match done {
        Ok(()) => Ok(desk.0.done(PATH, text).await?),
        Err(error) => {
            let (status, mut fields) = mendable(error)?;
            for field in &mut fields {
                // Each difference has fields of its own; what was refused is said at the top.
                field.field.clear();
            }
            draw(desk, status, Sought::default(), form.refused(fields)).await
        }
    }
}

async fn draw(OwnersDesk(desk): &OwnersDesk, status: StatusCode, sought: Sought, refused: Form) -> Answer {
    let Sought { show, at } = sought;
    let show = if show.is_empty() { "open".to_owned() } else { show };
    if !matches!(show.as_str(), "open" | "resolved" | "all") {
        return Err(Error::NotFound("list").into());
    }
    let over = reconcile::resolved_breaks(&desk.shop, Place::cursor(&at), ROWS).await?;
    let next = over.next.filter(|_| show != "open");
    let place = Place::new(format!("{PATH}?show={show}"), &at, next);
    let state = State {
        show,
        open: reconcile::open_breaks(&desk.shop).await?,
        resolved: over.items,
        runs: reconcile::runs(&desk.shop).await?,
        stopped: reconcile::payments_stopped(&desk.shop).await?,
        refused,
    };
    let running = state.runs.iter().any(|run| run.name == "now" && run.running);
    let mut response = desk.page_with(status, "reconciliation", "Reconciliation", || page(state, &place)).await;
    if running && status == StatusCode::OK {
        response.headers_mut().insert("refresh", HeaderValue::from_static("2"));
    }
    Ok(response)
}
