//! What changes nothing: the calculator and the report. Asked by address, so that they can be handed to a colleague.

use super::super::desk::{Desk, form, mendable};
use super::{Answer, SECTION};
use admin::form::Form;
use admin::page::tax as view;
use axum::extract::Query;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use shop::money::{Currency, Money};
use shop::tax::{self, Destination, Question};
use shop::{Error, FieldError};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

type Asked = Query<Vec<(String, String)>>;

pub async fn calculator(desk: Desk, Query(pairs): Asked) -> Answer {
    let settings = &desk.shop.settings;
    let currencies: Vec<String> = settings.currencies.iter().map(|currency| currency.code().to_owned()).collect();
    let first = currencies.first().cloned().unwrap_or_default();
    let classes = tax::classes(&desk.shop, &desk.staff).await?;
    let (mut status, mut found) = (StatusCode::OK, None);
    let mut shown = view::calculator_form(&first, &settings.home_country, desk.shop.now_ms());
    if !pairs.is_empty() {
        shown = form("tax", pairs);
        let told = match question(&shown) {
            Ok(question) => tax::try_out(&desk.shop, &desk.staff, &question).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(explained) => found = Some(explained),
            Err(error) => {
                let (refused, fields) = mendable(error)?;
                (status, shown) = (refused, shown.refused(fields));
            }
        }
    }
    let draw = || view::calculator(&shown, &classes, currencies, found.as_ref());
    Ok(desk.page_with(status, SECTION, "Tax calculator", draw).await)
}

fn question(form: &Form) -> shop::Result<Question> {
    let currency =
        Currency::parse(form.value("currency")).ok_or_else(|| Error::field("currency", "Choose a currency."))?;
    let price = Money::parse(form.value("price"), currency);
    Ok(Question {
        price: price.ok_or_else(|| Error::field("price", "An amount like 19.90."))?,
        tax_class: form.value("tax_class").to_owned(),
        to: Destination {
            country: form.value("country").trim().to_uppercase(),
            region: form.value("region").trim().to_uppercase(),
            postal_code: form.value("postal_code").to_owned(),
        },
        customer: form.value("customer").to_owned(),
        at: admin::date::parse_local(form.value("at").trim())
            .ok_or_else(|| Error::field("at", "A day and a time, please."))?,
    })
}

pub async fn report(desk: Desk, Query(pairs): Asked) -> Answer {
    let mut shown = days(&desk, pairs);
    let told = match span(&shown) {
        Ok((from, to)) => tax::report(&desk.shop, &desk.staff, from, to).await,
        Err(error) => Err(error),
    };
    let (mut status, mut found) = (StatusCode::OK, None);
    match told {
        Ok(report) => found = Some(report),
        Err(error) => {
            let (refused, fields) = mendable(error)?;
            (status, shown) = (refused, shown.refused(fields));
        }
    }
    Ok(desk.page_with(status, SECTION, "Tax report", || view::report(&shown, found.as_ref())).await)
}

pub async fn report_file(desk: Desk, Query(pairs): Asked) -> Answer {
    let (from, to) = span(&days(&desk, pairs))?;
    let text = tax::report_csv(&desk.shop, &desk.staff, from, to).await?;
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"tax-report.csv\"")];
    Ok((headers, text).into_response())
}

/// The days that were asked for; at first, this month up to today.
fn days(desk: &Desk, pairs: Vec<(String, String)>) -> Form {
    if !pairs.is_empty() {
        return form("report", pairs);
    }
    let today = admin::date::iso(desk.shop.now_ms());
    Form::new("report").with("from", format!("{}-01", &today[..7])).with("to", &today[..10])
}

/// From the beginning of the first day to the end of the last.
fn span(form: &Form) -> shop::Result<(i64, i64)> {
    let day = |field: &str| {
        let at = admin::date::parse_local(&format!("{}T00:00", form.value(field).trim()));
        at.ok_or_else(|| FieldError { field: field.to_owned(), message: "A day, please.".to_owned() })
    };
    match (day("from"), day("to")) {
        (Ok(from), Ok(to)) => Ok((from, to + DAY_MS)),
        (from, to) => Err(Error::Invalid([from.err(), to.err()].into_iter().flatten().collect())),
    }
}
