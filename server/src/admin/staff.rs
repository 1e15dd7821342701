//! Who may come in; for owners.

use super::desk::{Desk, OwnersDesk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::staff::{Fresh, page};
use axum::extract::{Form as Body, Path};
use axum::response::Response;
use http::StatusCode;
use shop::id::StaffId;
use shop::staff::{self, Role};
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;

pub async fn list(OwnersDesk(desk): OwnersDesk) -> Answer {
    draw(&desk, StatusCode::OK, Form::new("invite"), None).await
}

pub async fn invite(OwnersDesk(desk): OwnersDesk, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("invite", pairs);
    let role = Role::parse(form.value("role")).ok_or_else(|| Error::field("role", "Choose a role."));
    let made = match role {
        Ok(role) => staff::invite(&desk.shop, &desk.staff, role, form.value("email")).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => {
            let url = format!("{}{}", desk.shop.origin, made.path());
            let fresh = Fresh { url, role: made.role, expires_at: made.expires_at };
            draw(&desk, StatusCode::OK, Form::new("invite"), Some(fresh)).await
        }
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, form.refused(fields), None).await
        }
    }
}

pub async fn role(
    OwnersDesk(desk): OwnersDesk,
    Path(id): Path<StaffId>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let role = Role::parse(form("", pairs).value("role")).ok_or_else(|| Error::field("role", "Choose a role."))?;
    back(&desk, staff::change_role(&desk.shop, &desk.staff, id, role).await, "The role is changed.").await
}

pub async fn disable(OwnersDesk(desk): OwnersDesk, Path(id): Path<StaffId>) -> Answer {
    let done = staff::disable(&desk.shop, &desk.staff, id).await;
    back(&desk, done, "The account is disabled and its sessions are ended.").await
}

pub async fn enable(OwnersDesk(desk): OwnersDesk, Path(id): Path<StaffId>) -> Answer {
    back(&desk, staff::enable(&desk.shop, &desk.staff, id).await, "The account is open again.").await
}

async fn back(desk: &Desk, outcome: Result<()>, text: &str) -> Answer {
    match outcome {
        Ok(()) => Ok(desk.done("/admin/staff", text).await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused("/admin/staff", message).await?),
        Err(error) => Err(error.into()),
    }
}

async fn draw(desk: &Desk, status: StatusCode, form: Form, fresh: Option<Fresh>) -> Answer {
    let members = staff::list(&desk.shop, &desk.staff).await?;
    Ok(desk.page_with(status, "staff", "Staff", || page(&desk.staff, members, &form, fresh)).await)
}
