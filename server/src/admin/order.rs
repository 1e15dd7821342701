//! The merchant's orders: list, detail, and one route per thing that can be done.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::order::{self as view, Forms};
use admin::part::{Place, encode};
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::id::OrderLineId;
use shop::money::Money;
use shop::order::{self, Destination, ListFilter, Order};
use shop::reconcile;
use shop::{Error, FieldError, Result};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    q: String,
    at: String,
}

pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Answer {
    let tab = view::TABS.iter().find(|(key, ..)| *key == asked.tab).ok_or(Error::NotFound("list"))?;
    let text: String = asked.q.trim().chars().take(shop::limits::EMAIL_CHARS).collect();
    let after = Place::cursor(&asked.at).map(str::to_owned);
    let filter = ListFilter { state: tab.2, held: tab.0 == view::HELD, text: text.clone(), after, rows: ROWS };
    let found = order::list(&desk.shop, &desk.staff, &filter).await?;
    let place = Place::new(format!("/admin/orders?tab={}&q={}", tab.0, encode(&text)), &asked.at, found.next);
    Ok(desk.page("orders", "Orders", || view::list(found.items, tab.0, &text, &place)).await)
}

pub async fn detail(desk: Desk, Path(number): Path<String>) -> Answer {
    draw(&desk, StatusCode::OK, &number, &Forms::default()).await
}

pub async fn capture(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("plain", pairs);
    let done = match version(&form) {
        Ok(version) => order::capture(&desk.shop, &desk.staff, &number, version).await,
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The payment is captured.", |fields| Forms {
        plain: form.refused(fields),
        ..Forms::default()
    })
    .await
}

pub async fn delivered(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("plain", pairs);
    let done = match version(&form) {
        Ok(version) => order::mark_delivered(&desk.shop, &desk.staff, &number, version).await,
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The order is marked as delivered.", |fields| Forms {
        plain: form.refused(fields),
        ..Forms::default()
    })
    .await
}

pub async fn ship(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("ship", pairs);
    let asked = version(&form).and_then(|version| {
        let lines = units(&form, "units-")?;
        if lines.is_empty() {
            return Err(Error::field("units", "Choose at least one unit to send."));
        }
        Ok((version, lines))
    });
    let done = match asked {
        Ok((version, lines)) => {
            let (carrier, tracking) = (form.value("carrier").trim(), form.value("tracking_number").trim());
            order::ship(&desk.shop, &desk.staff, &number, version, lines, carrier, tracking).await
        }
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The parcel is recorded; the customer is told by mail.", |fields| Forms {
        ship: at_units(form, "units-", fields),
        ..Forms::default()
    })
    .await
}

pub async fn cancel(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("cancel", pairs);
    let (restock, reason) = (form.is_on("restock"), form.value("reason").trim().to_owned());
    let done = match version(&form) {
        Ok(version) => order::cancel(&desk.shop, &desk.staff, &number, version, restock, &reason).await,
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The order is cancelled.", |fields| Forms {
        cancel: form.refused(fields),
        ..Forms::default()
    })
    .await
}

pub async fn hold(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("hold", pairs);
    let done = match version(&form) {
        Ok(version) => order::hold(&desk.shop, &desk.staff, &number, version, form.value("reason")).await,
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The order is on hold.", |fields| Forms {
        hold: form.refused(fields),
        ..Forms::default()
    })
    .await
}

pub async fn release(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("plain", pairs);
    let done = match version(&form) {
        Ok(version) => order::release(&desk.shop, &desk.staff, &number, version).await,
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The order goes on.", |fields| Forms {
        plain: form.refused(fields),
        ..Forms::default()
    })
    .await
}

pub async fn refund(desk: Desk, Path(number): Path<String>, Body(pairs): Pairs) -> Answer {
    let form = form("refund", pairs);
    let order = order::detail(&desk.shop, &desk.staff, &number).await?.order;
    let done = match refund_asked(&form, &order) {
        Ok((version, amount, restock)) => {
            let (shop, by, reason) = (&desk.shop, &desk.staff, form.value("reason").trim());
            match destination(form.value("to")) {
                Ok(None) => order::refund(shop, by, &number, version, amount, restock, reason).await,
                Ok(Some(to)) => order::refund_value(shop, by, &number, version, to, amount, restock, reason).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    answer(&desk, &number, done, "The refund is on its way.", |fields| Forms {
        refund: at_units(form, "restock-", fields),
        ..Forms::default()
    })
    .await
}

/// Where the form sends money back to; `None`: the way it was paid.
fn destination(to: &str) -> Result<Option<Destination>> {
    Ok(match to {
        "" => None,
        "credit" => Some(Destination::Credit),
        id => Some(Destination::Source(id.parse().map_err(|_| Error::field("to", "Choose where it goes back to."))?)),
    })
}

/// Version, minor units, and the units of each line that go back to stock.
type RefundAsked = (i64, i64, Vec<(OrderLineId, i64)>);

fn refund_asked(form: &Form, order: &Order) -> Result<RefundAsked> {
    let currency = order.totals.currency;
    let amount = Money::parse(form.value("amount"), currency)
        .filter(|money| money.amount > 0)
        .ok_or_else(|| Error::field("amount", format!("Enter an amount like {}.", currency.money(1250).decimal())))?;
    Ok((version(form)?, amount.amount, units(form, "restock-")?))
}

/// Units by order line from the fields whose name starts with `prefix`; zeros are left out.
fn units(form: &Form, prefix: &str) -> Result<Vec<(OrderLineId, i64)>> {
    let mut chosen = Vec::new();
    for (name, value) in &form.values {
        let Some(id) = name.strip_prefix(prefix) else { continue };
        let id: OrderLineId = id.parse().map_err(|_| Error::NotFound("line of the order"))?;
        let value = value.trim();
        let count = if value.is_empty() { Some(0) } else { value.parse::<i64>().ok().filter(|n| *n >= 0) };
        let count = count.ok_or_else(|| Error::field(name.clone(), "Enter a whole number, 0 or more."))?;
        if count > 0 {
            chosen.push((id, count));
        }
    }
    Ok(chosen)
}

/// What was said of quantities as a whole stands at the first of their fields.
fn at_units(form: Form, prefix: &str, mut fields: Vec<FieldError>) -> Form {
    let first = form.values.iter().map(|(name, _)| name).find(|name| name.starts_with(prefix)).cloned();
    for field in fields.iter_mut().filter(|error| matches!(error.field.as_str(), "quantity" | "units")) {
        field.field = first.clone().unwrap_or_default();
    }
    form.refused(fields)
}

/// The version of the order that was on the screen.
fn version(form: &Form) -> Result<i64> {
    form.value("version").parse().map_err(|_| Error::field("version", "Load the page again."))
}

/// Back to the order with a word of success, or the order again with what was refused.
async fn answer(
    desk: &Desk,
    number: &str,
    outcome: Result<()>,
    text: &str,
    forms: impl FnOnce(Vec<FieldError>) -> Forms,
) -> Answer {
    match outcome {
        Ok(()) => Ok(desk.done(&format!("/admin/orders/{number}"), text).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(desk, status, number, &forms(fields)).await
        }
    }
}

async fn draw(desk: &Desk, status: StatusCode, number: &str, forms: &Forms) -> Answer {
    let detail = order::detail(&desk.shop, &desk.staff, number).await?;
    let differences = reconcile::of_order(&desk.shop, number).await?;
    let sources = order::sources(&desk.shop, &detail.order).await?;
    Ok(desk.page_with(status, "orders", number, || view::detail(detail, &sources, &differences, forms)).await)
}
