//! The tree of categories: where each stands, and the editor of one.

use super::desk::{Desk, form, mendable};
use super::picture;
use crate::error::PageError;
use admin::form::Form;
use admin::page::category::{self as view, Opened};
use axum::extract::{Form as Body, Multipart, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::catalogue::tree::{self, Draft, Edited, Put};
use shop::id::CategoryId;
use shop::{Error, FieldError, Result};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const HERE: &str = "/admin/categories";

pub async fn list(desk: Desk) -> Answer {
    draw_tree(&desk, StatusCode::OK, &Form::new("move")).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Below {
    parent: String,
}

pub async fn new_page(desk: Desk, Query(below): Query<Below>) -> Answer {
    let draft = Draft { parent: below.parent.parse().ok(), ..Draft::default() };
    draw(&desk, StatusCode::OK, None, &view::form_of(&draft, 0), Vec::new()).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let sent = form("category", pairs);
    let (draft, errors) = view::read(&sent);
    let made = if errors.is_empty() {
        tree::create(&desk.shop, &desk.staff, draft).await
    } else {
        Err(Error::Invalid(errors))
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}#c-{id}"), "The category is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, &sent.refused(fields), Vec::new()).await
        }
    }
}

pub async fn edit_page(desk: Desk, Path(id): Path<CategoryId>) -> Answer {
    let stored = tree::load(&desk.shop, &desk.staff, id).await?;
    let form = view::form_of(&stored.draft, stored.version);
    draw(&desk, StatusCode::OK, Some(stored), &form, Vec::new()).await
}

pub async fn save(desk: Desk, Path(id): Path<CategoryId>, Body(pairs): Pairs) -> Answer {
    let sent = form("category", pairs);
    let (draft, errors) = view::read(&sent);
    let version = sent.value("version").parse().unwrap_or_default();
    let saved = if errors.is_empty() {
        tree::update(&desk.shop, &desk.staff, id, draft, version).await
    } else {
        Err(Error::Invalid(errors))
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The category is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let stored = tree::load(&desk.shop, &desk.staff, id).await?;
            draw(&desk, status, Some(stored), &sent.refused(fields), Vec::new()).await
        }
    }
}

/// By a button (`do`), or dropped somewhere (`parent` and `before`).
pub async fn put(desk: Desk, Path(id): Path<CategoryId>, Body(pairs): Pairs) -> Answer {
    let sent = form("move", pairs);
    let version = sent.value("version").parse().unwrap_or_default();
    let moved = match wanted(&sent) {
        Ok(to) => tree::put(&desk.shop, &desk.staff, id, version, to).await,
        Err(error) => Err(error),
    };
    match moved {
        Ok(()) => Ok(desk.done(&format!("{HERE}#c-{id}"), "The category is moved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            // The tree has no such fields to lead to.
            let fields = fields.into_iter().map(|error| FieldError { field: String::new(), ..error }).collect();
            draw_tree(&desk, status, &Form::new("move").refused(fields)).await
        }
    }
}

fn wanted(sent: &Form) -> Result<Put> {
    let id = |name: &str| -> Result<Option<CategoryId>> {
        match sent.value(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Error::field(name, "This category does not exist any more.")),
        }
    };
    Ok(match sent.value("do") {
        "up" => Put::Up,
        "down" => Put::Down,
        "in" => Put::In,
        "out" => Put::Out,
        "" => Put::At { parent: id("parent")?, before: id("before")? },
        _ => return Err(Error::field("do", "Up, down, in or out.")),
    })
}

pub async fn remove(desk: Desk, Path(id): Path<CategoryId>, Body(pairs): Pairs) -> Answer {
    let sent = form("aside", pairs);
    let version = sent.value("version").parse().unwrap_or_default();
    let gone = match view::heirs(&sent) {
        Ok(heirs) => tree::remove(&desk.shop, &desk.staff, id, version, heirs).await,
        Err(fields) => Err(Error::Invalid(fields)),
    };
    match gone {
        Ok(()) => Ok(desk.done(HERE, "The category is deleted.").await?),
        Err(error) => aside(&desk, id, error).await,
    }
}

pub async fn set_picture(desk: Desk, Path(id): Path<CategoryId>, body: Multipart) -> Answer {
    let set = match picture::only(body).await {
        Ok(bytes) => tree::set_picture(&desk.shop, &desk.staff, id, Some(bytes)).await,
        Err(error) => Err(error),
    };
    match set {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The picture is in use.").await?),
        Err(error) => aside(&desk, id, error).await,
    }
}

pub async fn remove_picture(desk: Desk, Path(id): Path<CategoryId>) -> Answer {
    tree::set_picture(&desk.shop, &desk.staff, id, None).await?;
    Ok(desk.done(&format!("{HERE}/{id}"), "The picture is taken away.").await?)
}

/// The editor again, with what was wrong with a form beside it.
async fn aside(desk: &Desk, id: CategoryId, error: Error) -> Answer {
    let (status, fields) = mendable(error)?;
    let stored = tree::load(&desk.shop, &desk.staff, id).await?;
    let form = view::form_of(&stored.draft, stored.version);
    draw(desk, status, Some(stored), &form, fields).await
}

async fn draw_tree(desk: &Desk, status: StatusCode, form: &Form) -> Answer {
    let nodes = tree::all(&desk.shop, &desk.staff).await?;
    Ok(desk.page_with(status, "categories", "Categories", || view::tree(&nodes, form)).await)
}

async fn draw(desk: &Desk, status: StatusCode, stored: Option<Edited>, form: &Form, aside: Vec<FieldError>) -> Answer {
    let title = stored.as_ref().map_or("Add category".to_owned(), |stored| stored.draft.title.clone());
    let nodes = tree::all(&desk.shop, &desk.staff).await?;
    let opened = Opened { stored, nodes, aside };
    Ok(desk.page_with(status, "categories", &title, || view::editor(&opened, form)).await)
}
