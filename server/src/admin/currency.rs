//! Currencies: rates and rules, and what is not sold in one of them. Staff looks, owners change.

use super::desk::{Desk, OwnersDesk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::currency as view;
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::currency::{self, Standing};
use shop::money::Currency;
use shop::setting::{self, Settings};
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/currencies";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    at: String,
}

pub async fn list(desk: Desk) -> Answer {
    let rates = Form::new("rates").with("per", base(&desk)?);
    draw_all(&desk, StatusCode::OK, &rates, &Form::new("add")).await
}

/// Another currency to sell in; its page is next.
pub async fn add(OwnersDesk(desk): OwnersDesk, Body(pairs): Pairs) -> Answer {
    let form = form("add", pairs);
    let added = match Currency::parse(form.value("currency")) {
        Some(currency) => offer_it(&desk, currency, true).await.map(|()| currency),
        None => Err(Error::field("currency", "Choose a currency.")),
    };
    match added {
        Ok(currency) => Ok(desk.done(&format!("{HERE}/{currency}"), format!("The shop sells in {currency}.")).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let rates = Form::new("rates").with("per", base(&desk)?);
            draw_all(&desk, status, &rates, &form.refused(fields)).await
        }
    }
}

pub async fn put_rates(OwnersDesk(desk): OwnersDesk, Body(pairs): Pairs) -> Answer {
    let form = form("rates", pairs);
    let taken = match Currency::parse(form.value("per")) {
        Some(per) => currency::put_rates(&desk.shop, &desk.staff, form.value("rates"), per, form.value("source")).await,
        None => Err(Error::field("per", "Choose a currency.")),
    };
    match taken {
        Ok(taken) => {
            let names = |all: &[Currency]| all.iter().map(|one| one.code()).collect::<Vec<_>>().join(", ");
            let left = match taken.left.as_slice() {
                [] => String::new(),
                left => format!(" Not named, and as before: {}.", names(left)),
            };
            Ok(desk.done(HERE, format!("The rates of {} are in force.{left}", names(&taken.rated))).await?)
        }
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw_all(&desk, status, &form.refused(fields), &Form::new("add")).await
        }
    }
}

pub async fn show(desk: Desk, Path(code): Path<String>) -> Answer {
    draw(&desk, StatusCode::OK, known(&code)?, None).await
}

pub async fn save(OwnersDesk(desk): OwnersDesk, Path(code): Path<String>, Body(pairs): Pairs) -> Answer {
    let (form, currency) = (form("currency", pairs), known(&code)?);
    let saved = match view::read(&form, currency) {
        Ok((draft, version)) => currency::save(&desk.shop, &desk.staff, currency, draft, version).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{currency}"), "Saved. Prices follow within moments.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, currency, Some(form.refused(fields))).await
        }
    }
}

pub async fn offer(OwnersDesk(desk): OwnersDesk, Path(code): Path<String>) -> Answer {
    set_offered(&desk, &code, true).await
}

pub async fn withdraw(OwnersDesk(desk): OwnersDesk, Path(code): Path<String>) -> Answer {
    set_offered(&desk, &code, false).await
}

async fn set_offered(desk: &Desk, code: &str, offered: bool) -> Answer {
    let currency = known(code)?;
    offer_it(desk, currency, offered).await?;
    let text = if offered { "The shop sells in" } else { "The shop no longer sells in" };
    Ok(desk.done(HERE, format!("{text} {currency}.")).await?)
}

/// The default currency stays: everything is priced in it.
async fn offer_it(desk: &Desk, currency: Currency, offered: bool) -> Result<()> {
    let mut settings: Settings = (*desk.shop.settings).clone();
    if settings.currencies.first() == Some(&currency) {
        return Err(Error::conflict("default_currency", "This is the shop's default currency."));
    }
    settings.currencies.retain(|known| *known != currency);
    if offered {
        settings.currencies.push(currency);
    }
    setting::change(&desk.shop, &desk.staff, settings).await
}

pub async fn missing(desk: Desk, Path(code): Path<String>, Query(sought): Query<Sought>) -> Answer {
    let currency = known(&code)?;
    let found = currency::missing(&desk.shop, &desk.staff, currency, Place::cursor(&sought.at), ROWS).await?;
    let place = Place::new(format!("{HERE}/{currency}/missing"), &sought.at, found.next);
    let title = format!("Without a price in {currency}");
    Ok(desk.page("currencies", &title, || view::missing(currency, found.items, &place)).await)
}

fn known(code: &str) -> Result<Currency> {
    Currency::parse(code).ok_or(Error::NotFound("currency"))
}

fn base(desk: &Desk) -> Result<Currency> {
    desk.shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))
}

async fn draw_all(desk: &Desk, status: StatusCode, rates: &Form, add: &Form) -> Answer {
    let all = currency::standing(&desk.shop, &desk.staff).await?;
    let (now, owner) = (desk.shop.now_ms(), desk.staff.is_owner());
    Ok(desk.page_with(status, "currencies", "Currencies", || view::list(&all, now, owner, rates, add)).await)
}

async fn draw(desk: &Desk, status: StatusCode, currency: Currency, typed: Option<Form>) -> Answer {
    let (base, now) = (base(desk)?, desk.shop.now_ms());
    let all = currency::standing(&desk.shop, &desk.staff).await?;
    let one: Standing =
        all.into_iter().find(|one| one.currency == currency && currency != base).ok_or(Error::NotFound("currency"))?;
    let rates = currency::history(&desk.shop, &desk.staff, currency).await?;
    let form = typed.unwrap_or_else(|| match &one.rule {
        Some(rule) => view::form_of(rule),
        None => view::new_form(currency, now),
    });
    let (title, owner) = (format!("Prices in {currency}"), desk.staff.is_owner());
    Ok(desk.page_with(status, "currencies", &title, || view::page(&one, base, &rates, now, owner, &form)).await)
}
