//! Coming in and leaving: log in, one-time link, log out.

use super::desk::{form, mendable, outside};
use crate::client_address::From;
use crate::error::PageError;
use crate::session;
use crate::session::RequireStaff;
use crate::state::AppState;
use admin::form::Form;
use admin::page::door;
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use shop::{Error, staff};
use tower_sessions::Session;

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

pub async fn log_in_page(
    State(state): State<AppState>,
    staff: Option<RequireStaff>,
    Query(Next { next }): Query<Next>,
) -> Response {
    if staff.is_some() {
        return Redirect::to(own_path(&next)).into_response();
    }
    outside(&state.shop, StatusCode::OK, "Log in", || door::log_in(&Form::new("login"), own_path(&next)))
}

pub async fn log_in(
    State(state): State<AppState>,
    From(address): From,
    session: Session,
    headers: HeaderMap,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let form = form("login", pairs);
    let next = own_path(form.value("next")).to_owned();
    match staff::log_in(&state.shop, form.value("email"), form.value("password"), &address).await {
        Ok(member) => {
            session::log_in_staff(&session, &state.shop, &headers, &member).await?;
            Ok(Redirect::to(&next).into_response())
        }
        Err(error) => {
            let (status, fields) = match error {
                Error::TooMany { retry_after_s } => {
                    let message = format!("Too many attempts. Try again in {} minutes.", retry_after_s.div_ceil(60));
                    (StatusCode::TOO_MANY_REQUESTS, vec![shop::FieldError { field: "email".into(), message }])
                }
                other => mendable(other)?,
            };
            let form = form.refused(fields);
            Ok(outside(&state.shop, status, "Log in", || door::log_in(&form, &next)))
        }
    }
}

pub async fn log_out(session: Session) -> Result<Redirect, PageError> {
    session::log_out(&session).await?;
    Ok(Redirect::to("/admin/login"))
}

pub async fn setup_page(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, PageError> {
    match staff::check(&state.shop, &token).await {
        Ok(invited) => {
            let form = Form::new("setup").with("email", &invited.email);
            Ok(outside(&state.shop, StatusCode::OK, "Set up your account", || door::accept(&form, &token, &invited)))
        }
        Err(Error::NotFound(_)) => Ok(spent(&state)),
        Err(error) => Err(error.into()),
    }
}

pub async fn setup(
    State(state): State<AppState>,
    Path(token): Path<String>,
    From(address): From,
    session: Session,
    headers: HeaderMap,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let form = form("setup", pairs);
    let (name, email, password) = (form.value("name"), form.value("email"), form.value("password"));
    match staff::accept(&state.shop, &token, name, email, password, &address).await {
        Ok(member) => {
            session::log_in_staff(&session, &state.shop, &headers, &member).await?;
            Ok(Redirect::to("/admin").into_response())
        }
        Err(Error::NotFound(_)) => Ok(spent(&state)),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let invited = staff::check(&state.shop, &token).await?;
            let form = form.refused(fields);
            Ok(outside(&state.shop, status, "Set up your account", || door::accept(&form, &token, &invited)))
        }
    }
}

fn spent(state: &AppState) -> Response {
    outside(&state.shop, StatusCode::GONE, "Link used up", door::spent)
}

/// Where to go after the log-in: a page of the admin, never another site.
fn own_path(next: &str) -> &str {
    let inside = next == "/admin" || next.starts_with("/admin/") || next.starts_with("/admin?");
    if inside && !next.contains(['\\', '\r', '\n']) && !next.contains("//") { next } else { "/admin" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn the_way_on_stays_in_the_admin() {
        assert_eq!(own_path("/admin/orders?tab=all"), "/admin/orders?tab=all");
        for elsewhere in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/admin//evil", "/cart"] {
            assert_eq!(own_path(elsewhere), "/admin");
        }
    }
}
