//! Carts that were left, and the owner's rules for reminders.

use super::desk::{Desk, OwnersDesk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::abandoned as view;
use admin::part::Place;
use axum::extract::{Form as Body, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::cart::recovery;
use shop::setting::{self, Settings};
use shop::staff::Role;

type Answer = Result<Response, PageError>;

const ROWS: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    at: String,
}

pub async fn list(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, &sought.at, None).await
}

pub async fn change(OwnersDesk(desk): OwnersDesk, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("recovery", pairs);
    let settings = Settings { recovery: view::read(&form), ..Settings::clone(&desk.shop.settings) };
    match setting::change(&desk.shop, &desk.staff, settings).await {
        Ok(()) => Ok(desk.done(view::HERE, "The rules for reminders are saved and in force.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, "", Some(form.refused(fields))).await
        }
    }
}

/// `sent`: rules that were refused.
async fn draw(desk: &Desk, status: StatusCode, at: &str, sent: Option<Form>) -> Answer {
    let page = recovery::list(&desk.shop, &desk.staff, Place::cursor(at), ROWS).await?;
    let recovered = recovery::recovered(&desk.shop, &desk.staff).await?;
    let place = Place::new(view::HERE.to_owned(), at, page.next);
    let form = sent.or_else(|| (desk.staff.role == Role::Owner).then(|| view::form_of(&desk.shop.settings.recovery)));
    let now = desk.shop.now_ms();
    let carts = page.items;
    Ok(desk
        .page_with(status, "abandoned-carts", "Abandoned carts", || {
            view::list(carts, &recovered, &place, form.as_ref(), now)
        })
        .await)
}
