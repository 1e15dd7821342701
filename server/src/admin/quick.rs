//! Prices and stock that were typed over in the products' list.

use super::desk::{Desk, form, mendable};
use super::product::{Sought, Typed, asked, draw_list};
use crate::error::PageError;
use crate::state::AppState;
use admin::form::Form;
use admin::page::product::quick::{Change, read};
use admin::part;
use axum::extract::{Form as Body, State};
use axum::response::Response;
use http::StatusCode;
use shop::catalogue::quick;
use shop::{Error, FieldError, Result};

type Answer = std::result::Result<Response, PageError>;

/// Nothing is written when a cell cannot be read. A cell that moved meanwhile is told, the others are written.
pub async fn save(State(state): State<AppState>, desk: Desk, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let mut sent = form("", pairs);
    let currency = desk.shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    let (changes, mut errors) = read(&sent, currency);
    let mut done = 0;
    if errors.is_empty() {
        for change in &changes {
            match write(&desk, change).await {
                Ok(()) => {
                    done += 1;
                    stands(&mut sent, &change.field());
                }
                Err(error) => {
                    let (_, fields) = mendable(error)?;
                    let message = fields.into_iter().next().map(|field| field.message).unwrap_or_default();
                    errors.push(FieldError { field: change.field(), message });
                }
            }
        }
    }
    if !errors.is_empty() {
        let again = Typed::Sent(sent.clone().refused(errors));
        return draw_list(&state, &desk, StatusCode::UNPROCESSABLE_ENTITY, Sought::of(&sent), again).await;
    }
    let at = part::encode(sent.value("at"));
    let (asked, _) = asked(Sought::of(&sent));
    let told = match done {
        0 => "Nothing was typed over.".to_owned(),
        1 => "1 cell is saved.".to_owned(),
        cells => format!("{cells} cells are saved."),
    };
    Ok(desk.done(&format!("{}&at={at}&edit=on", asked.address(&asked.status)), told).await?)
}

async fn write(desk: &Desk, change: &Change) -> Result<()> {
    match *change {
        Change::Price(id, was, amount) => quick::set_price(&desk.shop, &desk.staff, id, was, amount).await,
        Change::Units(_, stock, was, units) => quick::set_on_hand(&desk.shop, &desk.staff, stock, was, units).await,
    }
}

/// The cell's value is what is stored from now on, so that sending the rest again does not write it twice.
fn stands(form: &mut Form, field: &str) {
    let value = form.value(field).to_owned();
    let was = format!("was.{field}");
    if let Some((_, known)) = form.values.iter_mut().find(|(name, _)| *name == was) {
        *known = value;
    }
}
