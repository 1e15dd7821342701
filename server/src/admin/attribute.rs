//! Attributes of products: the list and its order, and the editor.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::attribute as view;
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::Error;
use shop::attribute::{self, Draft, Edited, Kind, Step};
use shop::id::AttributeId;

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const HERE: &str = "/admin/attributes";
/// Empty rows for values: of a new choice, and each time somebody asks for more.
const BLANK: usize = 4;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
}

pub async fn list(desk: Desk) -> Answer {
    let attributes = attribute::list(&desk.shop, &desk.staff).await?;
    Ok(desk.page("attributes", "Attributes", || view::list(attributes)).await)
}

pub async fn new_page(desk: Desk, Query(asked): Query<Asked>) -> Answer {
    let kind = Kind::parse(&asked.kind).unwrap_or_default();
    let draft = Draft {
        kind,
        shown: true,
        filterable: kind != Kind::Text,
        searchable: kind != Kind::Number,
        ..Draft::default()
    };
    draw(&desk, StatusCode::OK, None, kind, &view::form_of(&draft, 0, BLANK)).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let sent = form("attribute", pairs);
    let kind = Kind::parse(sent.value("kind")).ok_or_else(|| Error::field("kind", "There is no such type."))?;
    let draft = view::read(&sent, kind);
    if let Some(form) = aside(&sent, &draft) {
        return draw(&desk, StatusCode::OK, None, kind, &form).await;
    }
    match attribute::create(&desk.shop, &desk.staff, draft.clone()).await {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), "The attribute is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, kind, &view::form_of(&draft, 0, BLANK).refused(fields)).await
        }
    }
}

pub async fn edit_page(desk: Desk, Path(id): Path<AttributeId>) -> Answer {
    let stored = attribute::load(&desk.shop, &desk.staff, id).await?;
    let form = view::form_of(&stored.draft, stored.version, 1);
    draw(&desk, StatusCode::OK, Some(&stored), stored.draft.kind, &form).await
}

pub async fn save(desk: Desk, Path(id): Path<AttributeId>, Body(pairs): Pairs) -> Answer {
    let sent = form("attribute", pairs);
    let stored = attribute::load(&desk.shop, &desk.staff, id).await?;
    let kind = stored.draft.kind;
    let draft = view::read(&sent, kind);
    if let Some(form) = aside(&sent, &draft) {
        return draw(&desk, StatusCode::OK, Some(&stored), kind, &form).await;
    }
    let version = sent.value("version").parse().unwrap_or_default();
    match attribute::update(&desk.shop, &desk.staff, id, draft.clone(), version).await {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The attribute is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(&stored), kind, &view::form_of(&draft, version, 1).refused(fields)).await
        }
    }
}

/// What buttons beside "Save" ask for: more rows, or another order of the values.
fn aside(sent: &Form, draft: &Draft) -> Option<Form> {
    let version = sent.value("version").parse().unwrap_or_default();
    match sent.value("do") {
        "more" => Some(view::form_of(draft, version, BLANK)),
        asked => view::moved(draft, asked).map(|moved| view::form_of(&moved, version, 1).with("moved", "on")),
    }
}

pub async fn put(desk: Desk, Path(id): Path<AttributeId>, Body(pairs): Pairs) -> Answer {
    let step = match form("attribute", pairs).value("do") {
        "up" => Step::Up,
        "down" => Step::Down,
        _ => return Err(Error::field("do", "Up or down.").into()),
    };
    attribute::put(&desk.shop, &desk.staff, id, step).await?;
    Ok(desk.done(HERE, "The attribute is moved.").await?)
}

pub async fn remove(desk: Desk, Path(id): Path<AttributeId>) -> Answer {
    let text = match attribute::remove(&desk.shop, &desk.staff, id).await? {
        0 => "The attribute is deleted. No product had it.".to_owned(),
        many => format!("The attribute is deleted. {} had it.", view::products(many)),
    };
    Ok(desk.done(HERE, text).await?)
}

async fn draw(desk: &Desk, status: StatusCode, stored: Option<&Edited>, kind: Kind, form: &Form) -> Answer {
    let title = stored.map_or("Add attribute", |stored| stored.draft.name.as_str());
    Ok(desk.page_with(status, "attributes", title, || view::editor(stored, kind, form)).await)
}
