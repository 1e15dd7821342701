//! One's own sessions and password.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::sessions::page as view;
use axum::extract::Form as Body;
use axum::response::Response;
use http::StatusCode;
use shop::{Error, session, staff};

type Answer = Result<Response, PageError>;

pub async fn page(desk: Desk) -> Answer {
    draw(&desk, StatusCode::OK, Form::new("password")).await
}

pub async fn revoke(desk: Desk, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    match staff::revoke(&desk.shop, &desk.staff, form("", pairs).value("id")).await {
        Ok(()) => Ok(desk.done("/admin/sessions", "That browser is logged out.").await?),
        Err(Error::NotFound(_)) => Ok(desk.refused("/admin/sessions", "That session has ended already.").await?),
        Err(error) => Err(error.into()),
    }
}

pub async fn password(desk: Desk, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("password", pairs);
    let (current, new) = (form.value("current"), form.value("password"));
    match staff::change_password(&desk.shop, &desk.staff, current, new, &key(&desk)).await {
        Ok(()) => Ok(desk.done("/admin/sessions", "Your password is changed.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, form.refused(fields)).await
        }
    }
}

/// What names the session in use.
fn key(desk: &Desk) -> String {
    desk.session.id().map(|id| session::key(&id.to_string())).unwrap_or_default()
}

async fn draw(desk: &Desk, status: StatusCode, form: Form) -> Answer {
    let sessions = staff::sessions(&desk.shop, &desk.staff).await?;
    let current = key(desk);
    let page = desk.page_with(status, "sessions", "Your account", || view(&desk.staff, sessions, &current, &form));
    Ok(page.await)
}
