//! Collections: the list, the editor, and what is put where.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use crate::state::AppState;
use admin::form::Form;
use admin::island::CountedText;
use admin::page::collection::{self as view, Members, Opened};
use axum::Json;
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::catalogue::desk::{self, Filter};
use shop::catalogue::{edit, tree};
use shop::collection::{self, Draft, Edited, Kind, Order, Put};
use shop::id::{CategoryId, CollectionId, ProductId};
use shop::limits::TITLE_CHARS;
use shop::{Error, Result};
use std::collections::HashMap;

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const HERE: &str = "/admin/collections";
/// Members on one page; products found to be put in.
const ROWS: i64 = 100;
const FOUND: i64 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    q: String,
    page: String,
}

pub async fn list(desk: Desk) -> Answer {
    let collections = collection::list(&desk.shop, &desk.staff).await?;
    Ok(desk.page("collections", "Collections", || view::list(collections)).await)
}

pub async fn new_page(desk: Desk, Query(asked): Query<Asked>) -> Answer {
    let kind = Kind::parse(&asked.kind).unwrap_or_default();
    let order = if kind == Kind::Hand { Order::Place } else { Order::Relevance };
    let form = view::form_of(&Draft { kind, order, published: true, ..Draft::default() }, 0, &[]);
    draw(&desk, StatusCode::OK, Shown::new(kind, &form)).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let sent = view::compact(&form("collection", pairs));
    let categories = categories(&desk).await?;
    let (draft, errors) = view::read(&sent, &categories);
    let shown = Shown::new(draft.kind, &sent);
    if let Some(answer) = aside(&desk, &shown, &categories).await? {
        return Ok(answer);
    }
    let made = if errors.is_empty() {
        collection::create(&desk.shop, &desk.staff, draft).await
    } else {
        Err(Error::Invalid(errors))
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), "The collection is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Shown { form: &sent.clone().refused(fields), ..shown }).await
        }
    }
}

pub async fn edit_page(
    desk: Desk,
    State(state): State<AppState>,
    Path(id): Path<CollectionId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let stored = collection::load(&desk.shop, &desk.staff, id).await?;
    let form = view::form_of(&stored.draft, stored.version, &categories(&desk).await?);
    let mut members = members(&desk, &stored, asked.page.parse().unwrap_or(1)).await?;
    members.text = asked.q.trim().chars().take(TITLE_CHARS).collect();
    if !members.text.is_empty() && stored.draft.kind == Kind::Hand {
        let filter = Filter { text: members.text.clone(), ..Filter::default() };
        members.found = desk::list(&desk.shop, &state.search, &desk.staff, &filter, None, FOUND).await?.page.items;
    }
    let kind = stored.draft.kind;
    draw(&desk, StatusCode::OK, Shown { stored: Some(stored), members, ..Shown::new(kind, &form) }).await
}

pub async fn save(desk: Desk, Path(id): Path<CollectionId>, Body(pairs): Pairs) -> Answer {
    let stored = collection::load(&desk.shop, &desk.staff, id).await?;
    let mut sent = form("collection", pairs);
    // A collection stays of its kind.
    sent.values.retain(|(name, _)| name != "kind");
    let sent = view::compact(&sent.with("kind", stored.draft.kind.code()));
    let categories = categories(&desk).await?;
    let (draft, errors) = view::read(&sent, &categories);
    let version = sent.value("version").parse().unwrap_or_default();
    let members = members(&desk, &stored, 1).await?;
    let shown = Shown { members, ..Shown::new(draft.kind, &sent) };
    let shown = Shown { stored: Some(stored), ..shown };
    if let Some(answer) = aside(&desk, &shown, &categories).await? {
        return Ok(answer);
    }
    let saved = if errors.is_empty() {
        collection::update(&desk.shop, &desk.staff, id, draft, version).await
    } else {
        Err(Error::Invalid(errors))
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The collection is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Shown { form: &sent.clone().refused(fields), ..shown }).await
        }
    }
}

/// What buttons beside "Save" ask for: more rows, or how many products the rule would take.
async fn aside(desk: &Desk, shown: &Shown<'_>, categories: &Categories) -> Result<Option<Response>, PageError> {
    match shown.form.value("do") {
        "more" => Ok(Some(draw(desk, StatusCode::OK, shown.clone()).await?)),
        "count" => match counted(desk, shown.form, categories).await {
            Ok(text) => Ok(Some(draw(desk, StatusCode::OK, Shown { counted: Some(text), ..shown.clone() }).await?)),
            Err(error) => {
                let (status, fields) = mendable(error)?;
                let form = shown.form.clone().refused(fields);
                Ok(Some(draw(desk, status, Shown { form: &form, ..shown.clone() }).await?))
            }
        },
        _ => Ok(None),
    }
}

/// The live count, for the editor's island: a rule that is not finished yet is no error there.
pub async fn count(desk: Desk, Body(pairs): Pairs) -> Result<Json<CountedText>, PageError> {
    let sent = view::compact(&form("collection", pairs));
    let text = match counted(&desk, &sent, &categories(&desk).await?).await {
        Ok(text) => text,
        Err(error) => {
            let (_, fields) = mendable(error)?;
            fields.into_iter().next().map_or_else(String::new, |field| field.message)
        }
    };
    Ok(Json(CountedText { text }))
}

async fn counted(desk: &Desk, sent: &Form, categories: &Categories) -> Result<String> {
    let (rule, errors) = view::read_rule(sent, categories);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    Ok(view::counted(collection::count(&desk.shop, &desk.staff, &rule).await?))
}

pub async fn add(desk: Desk, Path(id): Path<CollectionId>, Body(pairs): Pairs) -> Answer {
    let sent = form("item", pairs);
    let items: Vec<ProductId> = sent.all("item").filter_map(|id| id.parse().ok()).collect();
    if items.is_empty() {
        return Ok(desk.refused(&page_of(id), "Choose products first.").await?);
    }
    match collection::add(&desk.shop, &desk.staff, id, &items).await {
        Ok(1) => Ok(desk.done(&page_of(id), "One product is put in.").await?),
        Ok(many) => Ok(desk.done(&page_of(id), format!("{many} products are put in.")).await?),
        Err(error) => say(&desk, id, error).await,
    }
}

/// By a button (`do`), or dropped before another (`before`).
pub async fn put(desk: Desk, Path(id): Path<CollectionId>, Body(pairs): Pairs) -> Answer {
    let sent = form("item", pairs);
    let moved = match wanted(&sent) {
        Ok(to) => collection::put(&desk.shop, &desk.staff, id, item(&sent)?, to).await,
        Err(error) => Err(error),
    };
    done(&desk, id, moved, "The product is moved.").await
}

fn wanted(sent: &Form) -> Result<Put> {
    Ok(match (sent.value("do"), sent.value("before")) {
        ("first", _) => Put::First,
        ("up", _) => Put::Up,
        ("down", _) => Put::Down,
        ("", "") => Put::Before(None),
        ("", before) => {
            let before = before.parse().map_err(|_| Error::field("before", "This product is not in it."))?;
            Put::Before(Some(before))
        }
        _ => return Err(Error::field("do", "First, up or down.")),
    })
}

pub async fn take_out(desk: Desk, Path(id): Path<CollectionId>, Body(pairs): Pairs) -> Answer {
    let product = item(&form("item", pairs))?;
    let done_so = collection::take_out(&desk.shop, &desk.staff, id, product).await;
    done(&desk, id, done_so, "The product is taken out.").await
}

pub async fn pin(desk: Desk, Path(id): Path<CollectionId>, Body(pairs): Pairs) -> Answer {
    let product = item(&form("item", pairs))?;
    let done_so = collection::pin(&desk.shop, &desk.staff, id, product).await;
    done(&desk, id, done_so, "The product is pinned to the top.").await
}

pub async fn unpin(desk: Desk, Path(id): Path<CollectionId>, Body(pairs): Pairs) -> Answer {
    let product = item(&form("item", pairs))?;
    let done_so = collection::unpin(&desk.shop, &desk.staff, id, product).await;
    done(&desk, id, done_so, "The product stands where the order puts it.").await
}

pub async fn remove(desk: Desk, Path(id): Path<CollectionId>) -> Answer {
    collection::remove(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(HERE, "The collection is deleted.").await?)
}

fn item(sent: &Form) -> Result<ProductId> {
    sent.value("item").parse().map_err(|_| Error::field("item", "This product is not in it."))
}

fn page_of(id: CollectionId) -> String {
    format!("{HERE}/{id}#products")
}

async fn done(desk: &Desk, id: CollectionId, done: Result<()>, text: &str) -> Answer {
    match done {
        Ok(()) => Ok(desk.done(&page_of(id), text).await?),
        Err(error) => say(desk, id, error).await,
    }
}

/// What has no field of its own is said above the page.
async fn say(desk: &Desk, id: CollectionId, error: Error) -> Answer {
    let (_, fields) = mendable(error)?;
    let text = fields.into_iter().next().map_or_else(String::new, |field| field.message);
    Ok(desk.refused(&page_of(id), text).await?)
}

type Categories = [(CategoryId, String, String)];

async fn categories(desk: &Desk) -> Result<Vec<(CategoryId, String, String)>> {
    let titles: HashMap<_, _> = edit::categories(&desk.shop, &desk.staff).await?.into_iter().collect();
    let nodes = tree::all(&desk.shop, &desk.staff).await?.into_iter();
    Ok(nodes.map(|node| (node.id, node.slug, titles.get(&node.id).cloned().unwrap_or(node.title))).collect())
}

async fn members(desk: &Desk, stored: &Edited, page: i64) -> Result<Members> {
    let pages = ((stored.products + ROWS - 1) / ROWS).max(1);
    let page = page.clamp(1, pages);
    let behind = |skip, rows| collection::members(&desk.shop, &desk.staff, stored.id, skip, rows);
    let items = behind((page - 1) * ROWS, ROWS).await?;
    let next = behind(page * ROWS, 1).await?.pop();
    Ok(Members { items, next, page, pages, ..Members::default() })
}

/// What the editor is drawn from.
#[derive(Clone)]
struct Shown<'f> {
    stored: Option<Edited>,
    kind: Kind,
    form: &'f Form,
    counted: Option<String>,
    members: Members,
}

impl<'f> Shown<'f> {
    fn new(kind: Kind, form: &'f Form) -> Self {
        Self { stored: None, kind, form, counted: None, members: Members::default() }
    }
}

async fn draw(desk: &Desk, status: StatusCode, shown: Shown<'_>) -> Answer {
    let Shown { stored, kind, form, counted, members } = shown;
    let title = stored.as_ref().map_or("Add collection".to_owned(), |stored| stored.draft.title.clone());
    let (categories, currencies) = (categories(desk).await?, desk.shop.settings.currencies.clone());
    let opened = Opened { stored, kind, categories, currencies, counted, members };
    Ok(desk.page_with(status, "collections", &title, || view::editor(&opened, form)).await)
}
