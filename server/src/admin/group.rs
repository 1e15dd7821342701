//! Groups of customers and who is in them.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::group as view;
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::Error;
use shop::customer_group;
use shop::id::{CustomerId, GroupId};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/price-lists/groups";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    at: String,
}

pub async fn list(desk: Desk) -> Answer {
    draw_all(&desk, StatusCode::OK, Form::new("group")).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("group", pairs);
    match customer_group::create(&desk.shop, &desk.staff, form.value("name")).await {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), "The group is saved. Now add members.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw_all(&desk, status, form.refused(fields)).await
        }
    }
}

pub async fn show(desk: Desk, Path(id): Path<GroupId>, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, id, None, &sought.at).await
}

pub async fn rename(desk: Desk, Path(id): Path<GroupId>, Body(pairs): Pairs) -> Answer {
    let form = form("group", pairs);
    match customer_group::rename(&desk.shop, &desk.staff, id, form.value("name")).await {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The group has its new name.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, id, Some(form.refused(fields)), "").await
        }
    }
}

pub async fn add(desk: Desk, Path(id): Path<GroupId>, Body(pairs): Pairs) -> Answer {
    let form = form("group", pairs);
    match customer_group::add(&desk.shop, &desk.staff, id, form.value("email")).await {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The customer is in the group.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let name = customer_group::detail(&desk.shop, &desk.staff, id).await?.name;
            draw(&desk, status, id, Some(form.with("name", name).refused(fields)), "").await
        }
    }
}

#[derive(Deserialize)]
pub struct Named {
    customer: CustomerId,
}

pub async fn remove(desk: Desk, Path(id): Path<GroupId>, Body(named): Body<Named>) -> Answer {
    customer_group::remove(&desk.shop, &desk.staff, id, named.customer).await?;
    Ok(desk.done(&format!("{HERE}/{id}"), "The customer is in the group no longer.").await?)
}

pub async fn delete(desk: Desk, Path(id): Path<GroupId>) -> Answer {
    match customer_group::delete(&desk.shop, &desk.staff, id).await {
        Ok(()) => Ok(desk.done(HERE, "The group is deleted.").await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&format!("{HERE}/{id}"), message).await?),
        Err(error) => Err(error.into()),
    }
}

async fn draw_all(desk: &Desk, status: StatusCode, form: Form) -> Answer {
    let groups = customer_group::list(&desk.shop, &desk.staff).await?;
    Ok(desk.page_with(status, "price-lists", "Customer groups", || view::list(groups, &form)).await)
}

async fn draw(desk: &Desk, status: StatusCode, id: GroupId, form: Option<Form>, at: &str) -> Answer {
    let group = customer_group::detail(&desk.shop, &desk.staff, id).await?;
    let found = customer_group::members(&desk.shop, &desk.staff, id, Place::cursor(at), ROWS).await?;
    let place = Place::new(format!("{HERE}/{id}"), at, found.next);
    let form = form.unwrap_or_else(|| Form::new("group").with("name", &group.name));
    let title = group.name.clone();
    Ok(desk.page_with(status, "price-lists", &title, || view::show(&group, found.items, &place, &form)).await)
}
