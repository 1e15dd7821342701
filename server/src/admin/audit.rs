//! The log of changes; for owners.

use super::desk::OwnersDesk;
use crate::error::PageError;
use admin::page::audit::page;
use admin::part::{Place, encode};
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use shop::audit::{self, Filter};

const ROWS: i64 = 50;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Asked {
    entity: String,
    id: String,
    at: String,
}

pub async fn list(OwnersDesk(desk): OwnersDesk, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let filter = Filter { entity: asked.entity, entity_id: asked.id };
    let found = audit::list(&desk.shop, &desk.staff, &filter, Place::cursor(&asked.at), ROWS).await?;
    let entities = audit::entities(&desk.shop, &desk.staff).await?;
    let base = format!("/admin/audit?entity={}&id={}", encode(&filter.entity), encode(&filter.entity_id));
    let place = Place::new(base, &asked.at, found.next);
    Ok(desk.page("audit", "Audit log", || page(found.items, entities, &filter, &place)).await)
}
