//! Gift cards and customers' store credit.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::date;
use admin::form::Form;
use admin::page::gift_card::{self as view, Holder};
use admin::part::{Place, encode};
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::gift_card::{self, Draft, Filter, Issued};
use shop::id::StoredValueId;
use shop::money::{Currency, Money};
use shop::{Error, Result, credit, tender};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/gift-cards";
const CREDIT: &str = "/admin/gift-cards/credit";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    q: String,
    at: String,
    email: String,
}

pub async fn list(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    draw_all(&desk, StatusCode::OK, &sought, &Form::new("gift-card")).await
}

pub async fn issue(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("gift-card", pairs);
    let made = match draft(&desk, &form) {
        Ok(draft) => gift_card::issue(&desk.shop, &desk.staff, &draft).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(issued) => Ok(told(&desk, &issued).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw_all(&desk, status, &Sought::default(), &form.refused(fields)).await
        }
    }
}

/// The code is shown on the next page, and never again.
async fn told(desk: &Desk, issued: &Issued) -> Result<Response> {
    let text = format!("The code of the card is {}. Write it down: it is not shown again.", issued.code);
    desk.done(&format!("{HERE}/{}", issued.id), text).await
}

fn draft(desk: &Desk, form: &Form) -> Result<Draft> {
    Ok(Draft {
        value: amount(desk, form, "value")?,
        recipient: form.value("recipient").to_owned(),
        expires_at: expiry(form)?,
        reason: form.value("reason").to_owned(),
        mailed: form.is_on("mailed"),
    })
}

fn amount(desk: &Desk, form: &Form, field: &str) -> Result<Money> {
    let known = &desk.shop.settings.currencies;
    let currency = Currency::parse(form.value("currency")).filter(|currency| known.contains(currency));
    let currency = currency.ok_or_else(|| Error::field("currency", "Choose one of the shop's currencies."))?;
    let (text, is_less) = match form.value(field).trim().strip_prefix(['-', '−']) {
        Some(text) => (text, true),
        None => (form.value(field).trim(), false),
    };
    let example = currency.money(1250).decimal();
    let money =
        Money::parse(text, currency).ok_or_else(|| Error::field(field, format!("Enter an amount like {example}.")))?;
    Ok(if is_less { currency.money(-money.amount) } else { money })
}

fn expiry(form: &Form) -> Result<Option<i64>> {
    match form.value("expires_at").trim() {
        "" => Ok(None),
        text => date::parse_local(text).map(Some).ok_or_else(|| Error::field("expires_at", "Enter a date and a time.")),
    }
}

pub async fn show(desk: Desk, Path(id): Path<StoredValueId>, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, id, None, &sought.at).await
}

pub async fn set_expiry(desk: Desk, Path(id): Path<StoredValueId>, Body(pairs): Pairs) -> Answer {
    let form = form("gift-card", pairs);
    let done = match (version(&form), expiry(&form)) {
        (Ok(version), Ok(end)) => gift_card::set_expiry(&desk.shop, &desk.staff, id, version, end).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&desk, id, form, done, "The expiry is saved.").await
}

pub async fn freeze(desk: Desk, Path(id): Path<StoredValueId>, Body(pairs): Pairs) -> Answer {
    set_frozen(&desk, id, pairs, true).await
}

pub async fn unfreeze(desk: Desk, Path(id): Path<StoredValueId>, Body(pairs): Pairs) -> Answer {
    set_frozen(&desk, id, pairs, false).await
}

async fn set_frozen(desk: &Desk, id: StoredValueId, pairs: Vec<(String, String)>, frozen: bool) -> Answer {
    let form = form("gift-card", pairs);
    let done = match version(&form) {
        Ok(version) => gift_card::set_frozen(&desk.shop, &desk.staff, id, version, frozen).await,
        Err(error) => Err(error),
    };
    answer(desk, id, form, done, if frozen { "The card is blocked." } else { "The card can be used again." }).await
}

pub async fn renew(desk: Desk, Path(id): Path<StoredValueId>, Body(pairs): Pairs) -> Answer {
    let form = form("gift-card", pairs);
    let done = match version(&form) {
        Ok(version) => gift_card::renew(&desk.shop, &desk.staff, id, version, form.is_on("mailed")).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(issued) => Ok(told(&desk, &issued).await?),
        Err(error) => answer(&desk, id, form, Err(error), "").await,
    }
}

pub async fn take_back(desk: Desk, Path(id): Path<StoredValueId>, Body(pairs): Pairs) -> Answer {
    let form = form("gift-card", pairs);
    let done = match version(&form) {
        Ok(version) => gift_card::take_back(&desk.shop, &desk.staff, id, version).await,
        Err(error) => Err(error),
    };
    answer(&desk, id, form, done, "The card is taken back. Its order can be refunded by that.").await
}

/// The version of the card that was on the screen.
fn version(form: &Form) -> Result<i64> {
    form.value("version").parse().map_err(|_| Error::field("version", "Load the page again."))
}

async fn answer(desk: &Desk, id: StoredValueId, form: Form, done: Result<()>, text: &str) -> Answer {
    match done {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), text).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(desk, status, id, Some(form.refused(fields)), "").await
        }
    }
}

async fn draw_all(desk: &Desk, status: StatusCode, sought: &Sought, form: &Form) -> Answer {
    let text: String = sought.q.trim().chars().take(shop::limits::EMAIL_CHARS).collect();
    let after = Place::cursor(&sought.at).map(str::to_owned);
    let filter = Filter { text: text.clone(), after, rows: ROWS };
    let found = gift_card::list(&desk.shop, &desk.staff, &filter).await?;
    let place = Place::new(format!("{HERE}?q={}", encode(&text)), &sought.at, found.next);
    let currencies = &desk.shop.settings.currencies;
    let page = || view::list(found.items, &text, currencies, &place, form);
    Ok(desk.page_with(status, "gift-cards", "Gift cards", page).await)
}

async fn draw(desk: &Desk, status: StatusCode, id: StoredValueId, form: Option<Form>, at: &str) -> Answer {
    let detail = gift_card::detail(&desk.shop, &desk.staff, id, Place::cursor(at)).await?;
    let form = form.unwrap_or_else(|| {
        let form = Form::new("gift-card");
        match detail.card.expires_at {
            Some(end) => form.with("expires_at", date::local(end)),
            None => form,
        }
    });
    let title = format!("Gift card ····{}", detail.card.last_four);
    let page = || view::show(&detail.card, detail.entries, at, &form);
    Ok(desk.page_with(status, "gift-cards", &title, page).await)
}

pub async fn credit(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    draw_credit(&desk, StatusCode::OK, &sought.email, &Form::new("credit")).await
}

pub async fn grant(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("credit", pairs);
    let email = form.value("email").trim().to_owned();
    let done = match (credit::customer(&desk.shop, &desk.staff, &email).await?, amount(&desk, &form, "amount")) {
        (Some((customer, _)), Ok(amount)) => {
            credit::grant(&desk.shop, &desk.staff, customer, amount, form.value("reason")).await
        }
        (None, _) => Err(Error::NotFound("customer")),
        (_, Err(error)) => Err(error),
    };
    match done {
        Ok(()) => Ok(desk.done(&format!("{CREDIT}?email={}", encode(&email)), "The credit is booked.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw_credit(&desk, status, &email, &form.refused(fields)).await
        }
    }
}

async fn draw_credit(desk: &Desk, status: StatusCode, email: &str, form: &Form) -> Answer {
    let email: String = email.trim().to_lowercase().chars().take(shop::limits::EMAIL_CHARS).collect();
    let holder = match credit::customer(&desk.shop, &desk.staff, &email).await? {
        None => None,
        Some((customer, name)) => {
            let credit = credit::of_customer(&desk.shop, customer).await?;
            let entries = match credit.first() {
                Some(one) => tender::entries(&desk.shop, one.id, None, ROWS).await?.items,
                None => Vec::new(),
            };
            Some(Holder { email: email.clone(), name, credit, entries })
        }
    };
    let currencies = &desk.shop.settings.currencies;
    let page = || view::credit(&email, holder, currencies, form);
    Ok(desk.page_with(status, "gift-cards", "Store credit", page).await)
}
