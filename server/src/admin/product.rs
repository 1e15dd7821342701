//! The merchant's products: list and editor.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use crate::state::AppState;
use admin::form::Form;
use admin::page::product::{self as view, Asked, Listed, Opened};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::attribute;
use shop::catalogue::desk::{self, Filter};
use shop::catalogue::draft::{Draft, DraftVariant, Status};
use shop::catalogue::edit;
use shop::catalogue::history;
use shop::catalogue::quick;
use shop::currency;
use shop::id::ProductId;
use shop::purchase_limit;
use shop::sale;
use shop::tax;
use shop::{Error, FieldError};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    status: String,
    stock: String,
    sort: String,
    q: String,
    at: String,
    /// "on": prices and stock can be typed over.
    edit: String,
}

impl Sought {
    /// From the fields that stand beside the list's rows.
    pub fn of(form: &Form) -> Self {
        let value = |name: &str| form.value(name).to_owned();
        Self {
            status: value("status"),
            stock: value("stock"),
            sort: value("sort"),
            q: value("q"),
            at: value("at"),
            edit: String::new(),
        }
    }
}

/// What the list is to show, as the address has it and as the shop is asked.
pub fn asked(Sought { status, stock, sort, q, .. }: Sought) -> (Asked, Filter) {
    let text: String = q.trim().chars().take(shop::limits::TITLE_CHARS).collect();
    let filter = Filter {
        status: Status::parse(&status),
        text: text.clone(),
        sold_out: stock == "out",
        scheduled: status == "scheduled",
        sort: view::sort(&sort),
    };
    (Asked { status, stock, sort, text }, filter)
}

pub async fn list(State(state): State<AppState>, desk: Desk, Query(query): Query<Sought>) -> Answer {
    let typing = query.edit == "on";
    let typed = if typing { Typed::AsStored } else { Typed::Nothing };
    draw_list(&state, &desk, StatusCode::OK, query, typed).await
}

/// Whether prices and stock stand in the list to be typed over.
pub(super) enum Typed {
    Nothing,
    AsStored,
    Sent(Form),
}

pub(super) async fn draw_list(
    state: &AppState,
    desk: &Desk,
    status: StatusCode,
    query: Sought,
    typed: Typed,
) -> Answer {
    let at = query.at.clone();
    let (asked, filter) = asked(query);
    let found = desk::list(&desk.shop, &state.search, &desk.staff, &filter, Place::cursor(&at), ROWS).await?;
    let edit = if matches!(typed, Typed::Nothing) { "" } else { "&edit=on" };
    let place = Place::new(format!("{}{edit}", asked.address(&asked.status)), &at, found.page.next);
    let currency = desk.shop.settings.currencies.first().copied();
    let products = found.page.items;
    let quick = match (typed, currency) {
        (Typed::Nothing, _) | (_, None) => None,
        (typed, Some(currency)) => {
            let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
            let only = quick::quick(&desk.shop, &desk.staff, &ids).await?;
            let form = if let Typed::Sent(form) = typed { form } else { view::quick::form_of(&only, currency) };
            Some((only, form))
        }
    };
    let listed = Listed { products, total: found.total, currency, at, quick };
    Ok(desk.page_with(status, "products", "Products", || view::list(listed, &asked, &place)).await)
}

pub async fn new_page(desk: Desk) -> Answer {
    let form = view::form_of(&blank(), 0);
    draw(&desk, StatusCode::OK, None, &form).await
}

pub async fn edit_page(desk: Desk, Path(id): Path<ProductId>) -> Answer {
    let stored = edit::load(&desk.shop, &desk.staff, &id.to_string()).await?;
    let form = view::form_of(&stored.draft, stored.version);
    draw(&desk, StatusCode::OK, Some(stored), &form).await
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let sent = form("product", pairs);
    let attributes = attribute::all(&desk.shop, &desk.staff).await?;
    let (draft, errors) = view::read(&sent, &blank(), &desk.shop.settings.currencies, &attributes);
    if sent.value("do") == "matrix" {
        return draw(&desk, StatusCode::OK, None, &view::form_of(&view::with_matrix(draft), 0)).await;
    }
    let made = if errors.is_empty() {
        edit::create(&desk.shop, &desk.staff, draft.clone()).await
    } else {
        Err(Error::Invalid(errors))
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("/admin/products/{id}"), "The product is saved. Now add pictures.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, &again(&sent, &draft, 0, fields)).await
        }
    }
}

pub async fn save(desk: Desk, Path(id): Path<ProductId>, Body(pairs): Pairs) -> Answer {
    let sent = form("product", pairs);
    let stored = edit::load(&desk.shop, &desk.staff, &id.to_string()).await?;
    let version = sent.value("version").parse().unwrap_or_default();
    let attributes = attribute::all(&desk.shop, &desk.staff).await?;
    let (draft, errors) = view::read(&sent, &stored.draft, &desk.shop.settings.currencies, &attributes);
    if sent.value("do") == "matrix" {
        let form = view::form_of(&view::with_matrix(draft), version);
        return draw(&desk, StatusCode::OK, Some(stored), &form).await;
    }
    if let Some(moved) = view::with_moved_picture(&draft, sent.value("do")) {
        let form = view::form_of(&moved, version).with("moved", "on").refused(errors);
        return draw(&desk, StatusCode::OK, Some(stored), &form).await;
    }
    let saved = if errors.is_empty() {
        edit::update(&desk.shop, &desk.staff, id, draft.clone(), version).await
    } else {
        Err(Error::Invalid(errors))
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("/admin/products/{id}"), "The product is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(stored), &again(&sent, &draft, version, fields)).await
        }
    }
}

/// A product with one empty variant.
fn blank() -> Draft {
    Draft { variants: vec![DraftVariant::default()], ..Draft::default() }
}

/// What was sent, in rows numbered as the refusals have them. Text that could not be read is shown as it was typed
/// when no row was taken away, which is when the numbers agree.
fn again(sent: &Form, draft: &Draft, version: i64, errors: Vec<FieldError>) -> Form {
    let removed = sent.values.iter().any(|(name, _)| name.starts_with("variants.") && name.ends_with(".remove"));
    let form = if removed { view::form_of(draft, version) } else { sent.clone() };
    form.refused(errors)
}

/// How much one may buy of it.
pub async fn save_limit(desk: Desk, Path(id): Path<ProductId>, Body(pairs): Pairs) -> Answer {
    let sent = form("limit", pairs);
    match purchase_limit::set(&desk.shop, &desk.staff, id, view::limit::read(&sent)).await {
        Ok(()) => Ok(desk.done(&format!("/admin/products/{id}"), "The limits are saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let stored = edit::load(&desk.shop, &desk.staff, &id.to_string()).await?;
            let form = view::form_of(&stored.draft, stored.version);
            draw_with(&desk, status, Some(stored), &form, Some(sent.refused(fields))).await
        }
    }
}

pub(super) async fn draw(desk: &Desk, status: StatusCode, stored: Option<edit::Edited>, form: &Form) -> Answer {
    draw_with(desk, status, stored, form, None).await
}

/// `limit`: what was just sent of it and refused.
async fn draw_with(
    desk: &Desk,
    status: StatusCode,
    stored: Option<edit::Edited>,
    form: &Form,
    limit: Option<Form>,
) -> Answer {
    let title = stored.as_ref().map_or("Add product".to_owned(), |stored| stored.draft.title.clone());
    let categories = edit::categories(&desk.shop, &desk.staff).await?;
    let (prices, held, converted) = match &stored {
        Some(stored) => (
            history::price_changes(&desk.shop, &desk.staff, stored.id).await?,
            sale::held(&desk.shop, &desk.staff, stored.id).await?,
            currency::hints(&desk.shop, &desk.staff, stored.id).await?,
        ),
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    let limit = match (limit, &stored) {
        (Some(sent), _) => sent,
        (None, Some(stored)) => {
            view::limit::form_of(purchase_limit::of_product(&desk.shop, &desk.staff, stored.id).await?)
        }
        (None, None) => Form::default(),
    };
    let attributes = attribute::all(&desk.shop, &desk.staff).await?;
    let currencies = desk.shop.settings.currencies.clone();
    let classes = tax::classes(&desk.shop, &desk.staff).await?;
    // That of the delivery is for no goods.
    let classes = classes.into_iter().filter(|class| class.code != tax::DELIVERY_CLASS);
    let tax_classes = classes.map(|class| (class.code, class.name)).collect();
    let opened = Opened { stored, categories, attributes, currencies, tax_classes, prices, held, converted, limit };
    Ok(desk.page_with(status, "products", &title, || view::editor(&opened, form)).await)
}
