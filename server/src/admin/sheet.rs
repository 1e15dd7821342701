//! A bulk edit as a table: each variant is a line of its own.

use super::bulk::back;
use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::bulk::HERE;
use admin::page::bulk::sheet as view;
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::bulk::{self, Changes, SheetProduct};
use shop::id::BulkEditId;
use shop::money::Currency;
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct In {
    currency: String,
}

/// The table's products, the currency of its prices, and the default one.
struct Opened {
    edit: bulk::Edit,
    chosen: Vec<SheetProduct>,
    currency: Currency,
    main: Currency,
}

/// `Err`: where to go instead, and why.
async fn open(desk: &Desk, id: BulkEditId, asked: &In) -> Result<std::result::Result<Opened, Response>> {
    let currencies = &desk.shop.settings.currencies;
    let main = currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    let asked = Currency::parse(&asked.currency).filter(|currency| currencies.contains(currency));
    match bulk::sheet(&desk.shop, &desk.staff, id).await {
        Ok(chosen) => {
            let edit = bulk::load(&desk.shop, &desk.staff, id).await?;
            Ok(Ok(Opened { edit, chosen, currency: asked.unwrap_or(main), main }))
        }
        Err(error @ Error::NotFound(_)) => Err(error),
        Err(error) => {
            let (_, fields) = mendable(error)?;
            let why = fields.into_iter().next().map(|field| field.message).unwrap_or_default();
            Ok(Err(desk.refused(&format!("{HERE}/{id}"), why).await?))
        }
    }
}

pub async fn show(desk: Desk, Path(id): Path<BulkEditId>, Query(asked): Query<In>) -> Answer {
    match open(&desk, id, &asked).await? {
        Ok(opened) => {
            let form = view::form_of(&opened.chosen, opened.currency, opened.main);
            Ok(draw(&desk, StatusCode::OK, &opened, &form, None).await)
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

async fn draw(desk: &Desk, status: StatusCode, opened: &Opened, form: &Form, filled: Option<usize>) -> Response {
    let Opened { edit, chosen, currency, .. } = opened;
    let currencies = &desk.shop.settings.currencies;
    let page = || view::sheet(edit, chosen, form, *currency, currencies, filled);
    desk.page_with(status, "products", "Bulk edit as a table", page).await
}

pub async fn plan(
    desk: Desk,
    Path(id): Path<BulkEditId>,
    Query(asked): Query<In>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let opened = match open(&desk, id, &asked).await? {
        Ok(opened) => opened,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let sent = form("", pairs);
    if sent.value("do") == "paste" {
        let (form, filled) = view::pasted(sent, &opened.chosen);
        let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let told = form.errors.is_empty().then_some(filled);
        return Ok(draw(&desk, status, &opened, &form, told).await);
    }
    let (sheet, errors) = view::read(&sent, &opened.chosen, opened.currency, opened.main);
    let changes = Changes { sheet: Some(sheet), ..Changes::default() };
    let planned = if errors.is_empty() {
        bulk::plan(&desk.shop, &desk.staff, id, &changes).await
    } else {
        Err(Error::Invalid(errors))
    };
    match planned {
        Err(error @ Error::Invalid(_)) => {
            let (status, mut fields) = mendable(error)?;
            for field in fields.iter_mut().filter(|field| field.field == "changes") {
                // Said of the whole table.
                field.field.clear();
            }
            Ok(draw(&desk, status, &opened, &now(sent, &opened.chosen).refused(fields), None).await)
        }
        done => back(&desk, id, done).await,
    }
}

/// What was typed, drawn from the products as they are by now.
fn now(mut sent: Form, chosen: &[SheetProduct]) -> Form {
    for product in chosen {
        let field = view::version_field(product);
        sent.values.retain(|(name, _)| *name != field);
        sent = sent.with(&field, product.version);
    }
    sent
}
