//! Stock: the list over all variants, one variant with its ledger, adjustments.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::inventory as view;
use admin::part::{Place, encode};
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::inventory::{self, Reason, StockFilter, StockRow};
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;

const ROWS: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    stock: String,
    q: String,
    at: String,
}

pub async fn list(desk: Desk, Query(Sought { stock, q, at }): Query<Sought>) -> Answer {
    let text: String = q.trim().chars().take(shop::limits::SKU_CHARS).collect();
    let after = Place::cursor(&at);
    let found = inventory::overview(&desk.shop, &desk.staff, stock_filter(&stock), &text, after, ROWS).await?;
    let place = Place::new(format!("/admin/inventory?stock={}&q={}", encode(&stock), encode(&text)), &at, found.next);
    Ok(desk.page("inventory", "Inventory", || view::list(found.items, &stock, &text, &place)).await)
}

pub async fn detail(desk: Desk, Path(sku): Path<String>, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, &sku, &sought.at, &Form::new("adjust")).await
}

pub async fn adjust(desk: Desk, Path(sku): Path<String>, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("adjust", pairs);
    let done = match asked(&form) {
        Ok((stock, delta, reason)) => {
            let note = form.value("note").trim();
            inventory::adjust(&desk.shop, &desk.staff, stock, delta, reason, note).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(level) => {
            let text = format!("{} on hand in {} now.", level.on_hand, level.warehouse);
            Ok(desk.done(&format!("/admin/inventory/{}", encode(&sku)), text).await?)
        }
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, &sku, "", &form.refused(fields)).await
        }
    }
}

pub async fn unfreeze(desk: Desk, Path(sku): Path<String>) -> Answer {
    match inventory::unfreeze(&desk.shop, &desk.staff, &sku).await {
        Ok(()) => Ok(desk.done(&format!("/admin/inventory/{}", encode(&sku)), "It is sold again.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, &sku, "", &Form::new("adjust").refused(fields)).await
        }
    }
}

fn asked(form: &Form) -> Result<(shop::id::StockId, i64, Reason)> {
    let stock = form.value("stock").parse().map_err(|_| Error::field("stock", "Choose a warehouse."))?;
    let delta = form.value("delta").trim().replace('−', "-").parse();
    let delta = delta.map_err(|_| Error::field("delta", "Enter a whole number like 5 or -3."))?;
    let reason = Reason::parse(form.value("reason")).ok_or_else(|| Error::field("reason", "Choose a reason."))?;
    Ok((stock, delta, reason))
}

async fn draw(desk: &Desk, status: StatusCode, sku: &str, at: &str, form: &Form) -> Answer {
    let row = variant(desk, sku).await?;
    let levels = inventory::levels(&desk.shop, row.variant_id).await?;
    let moves = inventory::ledger(&desk.shop, row.variant_id, Place::cursor(at), ROWS).await?;
    let place = Place::new(format!("/admin/inventory/{}", encode(sku)), at, moves.next);
    let title = format!("Stock of {sku}");
    let page = desk.page_with(status, "inventory", &title, || view::detail(row, levels, moves.items, &place, form));
    Ok(page.await)
}

fn stock_filter(code: &str) -> StockFilter {
    match code {
        "low" => StockFilter::Low,
        "out" => StockFilter::Out,
        _ => StockFilter::All,
    }
}

async fn variant(desk: &Desk, sku: &str) -> Result<StockRow> {
    // The SKU itself sorts first among all that begin with it.
    let found = inventory::overview(&desk.shop, &desk.staff, StockFilter::All, sku, None, 1).await;
    let found = found.map_err(|_| Error::NotFound("SKU"))?;
    found.items.into_iter().find(|row| row.sku == sku).ok_or(Error::NotFound("SKU"))
}
