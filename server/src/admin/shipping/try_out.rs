//! The simulator, asked by address, so that a sample can be handed to a colleague.

use super::Answer;
use crate::admin::desk::{Desk, form, mendable};
use admin::form::Form;
use admin::page::shipping as view;
use axum::extract::Query;
use http::StatusCode;
use shop::Error;
use shop::address::Address;
use shop::money::Currency;
use shop::shipping::{self, Sample};

pub async fn try_out(desk: Desk, Query(pairs): Query<Vec<(String, String)>>) -> Answer {
    let settings = &desk.shop.settings;
    let currencies: Vec<String> = settings.currencies.iter().map(|currency| currency.code().to_owned()).collect();
    let first = currencies.first().cloned().unwrap_or_default();
    let (mut status, mut found) = (StatusCode::OK, None);
    let mut shown = view::sample_form(&first, &settings.home_country, desk.shop.now_ms());
    if !pairs.is_empty() {
        shown = form("sample", pairs);
        let answer = match sample(&shown) {
            Ok(sample) => shipping::simulate(&desk.shop, &desk.staff, &sample).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(simulated) => found = Some(simulated),
            Err(error) => {
                let (refused, fields) = mendable(error)?;
                (status, shown) = (refused, shown.refused(fields));
            }
        }
    }
    let draw = || view::try_out(&shown, currencies, found.as_ref());
    Ok(desk.page_with(status, "shipping", "Try an address", draw).await)
}

fn sample(form: &Form) -> shop::Result<Sample> {
    let unread = || Error::field("lines", "One on each line: a SKU and how many, like MUG 2.");
    let lines = form.value("lines").lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| match line.rsplit_once(char::is_whitespace) {
        Some((sku, units)) => Ok((sku.trim().to_owned(), units.parse().map_err(|_| unread())?)),
        None => Ok((line.to_owned(), 1)),
    });
    let address = Address {
        country: form.value("country").to_owned(),
        region: form.value("region").to_owned(),
        postal_code: form.value("postal_code").to_owned(),
        ..Address::default()
    };
    Ok(Sample {
        lines: lines.collect::<shop::Result<_>>()?,
        currency: Currency::parse(form.value("currency"))
            .ok_or_else(|| Error::field("currency", "Choose a currency."))?,
        address: address.normalised(),
        at: admin::date::parse_local(form.value("at").trim())
            .ok_or_else(|| Error::field("at", "A day and a time, please."))?,
    })
}
