//! The shop's settings; for owners.

use super::desk::{Desk, OwnersDesk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::setting as view;
use axum::extract::Form as Body;
use axum::response::Response;
use http::StatusCode;
use shop::Shop;
use shop::money::{Currency, Money};
use shop::setting::{self, CapturePolicy, DeclineLimits, HoldRules, Settings, TaxFallback};

type Answer = Result<Response, PageError>;

const MINUTE_MS: i64 = 60_000;

pub async fn page(OwnersDesk(desk): OwnersDesk) -> Answer {
    let form = form_of(&desk.shop);
    draw(&desk, StatusCode::OK, &form).await
}

pub async fn change(OwnersDesk(desk): OwnersDesk, Body(pairs): Body<Vec<(String, String)>>) -> Answer {
    let form = form("settings", pairs);
    match setting::change(&desk.shop, &desk.staff, asked(&form, &desk.shop.settings)).await {
        Ok(()) => Ok(desk.done("/admin/settings", "The settings are saved and in force.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, &form.refused(fields)).await
        }
    }
}

fn form_of(shop: &Shop) -> Form {
    let settings = &shop.settings;
    let capture = match settings.capture {
        CapturePolicy::Automatic => "automatic",
        CapturePolicy::Manual => "manual",
    };
    let first = settings.currencies.first().copied().unwrap_or(Currency::EUR);
    let form = Form::new("settings")
        .with("shop_name", &settings.shop_name)
        .with("mail_from", &settings.mail_from)
        .with("home_country", &settings.home_country)
        .with("default_currency", first)
        .with("capture", capture)
        .with("tax_fallback", if settings.tax_fallback == TaxFallback::Refuse { "refuse" } else { "table" })
        .with("hold_minutes", settings.hold_ms / MINUTE_MS)
        .with("declines_card", or_empty(settings.declines.card))
        .with("declines_buyer", or_empty(settings.declines.buyer))
        .with("declines_place", or_empty(settings.declines.place))
        .with("declines_network", or_empty(settings.declines.network))
        .with("hold_totals", lines(&settings.hold.totals))
        .with("hold_declined", or_empty(settings.hold.declined))
        .with("hold_orders", or_empty(settings.hold.orders_a_day));
    let form = settings.languages.iter().fold(form, |form, language| form.with("language", language));
    let form = settings.currencies.iter().fold(form, |form, currency| form.with("currency", currency));
    let in_force = shop.payments.enabled(&settings.payment_providers);
    in_force.iter().fold(form, |form, provider| form.with("payment_provider", provider.name()))
}

fn lines(totals: &[Money]) -> String {
    totals.iter().map(|least| format!("{} {}", least.currency, least.decimal())).collect::<Vec<_>>().join("\n")
}

fn or_empty(number: i64) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

/// What is no number is out of bounds, and told so.
fn count(text: &str) -> i64 {
    if text.trim().is_empty() { 0 } else { text.trim().parse().ok().filter(|number| *number > 0).unwrap_or(-1) }
}

/// A line that cannot be read is an amount of 0, which is refused.
fn totals(text: &str) -> Vec<Money> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = |line: &str| {
        let (code, amount) = line.split_once(' ')?;
        Money::parse(amount, Currency::parse(code)?)
    };
    lines.map(|line| read(line).unwrap_or(Currency::EUR.money(0))).collect()
}

/// What was asked for; what the form does not have stays as it was.
fn asked(form: &Form, before: &Settings) -> Settings {
    let first = Currency::parse(form.value("default_currency"));
    let chosen = form.all("currency").filter_map(Currency::parse).filter(|currency| Some(*currency) != first);
    Settings {
        shop_name: form.value("shop_name").trim().to_owned(),
        mail_from: form.value("mail_from").trim().to_owned(),
        home_country: form.value("home_country").to_owned(),
        currencies: first.into_iter().chain(chosen).collect(),
        languages: form.all("language").map(str::to_owned).collect(),
        // What is no number is out of bounds, and told so.
        hold_ms: form
            .value("hold_minutes")
            .trim()
            .parse::<i64>()
            .map_or(0, |minutes| minutes.saturating_mul(MINUTE_MS)),
        declines: DeclineLimits {
            card: count(form.value("declines_card")),
            buyer: count(form.value("declines_buyer")),
            place: count(form.value("declines_place")),
            network: count(form.value("declines_network")),
        },
        hold: HoldRules {
            totals: totals(form.value("hold_totals")),
            declined: count(form.value("hold_declined")),
            orders_a_day: count(form.value("hold_orders")),
        },
        payment_providers: form.all("payment_provider").map(str::to_owned).collect(),
        tax_fallback: match form.value("tax_fallback") {
            "table" => TaxFallback::Table,
            "refuse" => TaxFallback::Refuse,
            _ => before.tax_fallback,
        },
        recovery: before.recovery.clone(),
        capture: if form.value("capture") == "manual" { CapturePolicy::Manual } else { CapturePolicy::Automatic },
    }
}

async fn draw(desk: &Desk, status: StatusCode, form: &Form) -> Answer {
    let providers: Vec<_> =
        desk.shop.payments.configured().map(|it| (it.name().to_owned(), it.label().to_owned())).collect();
    Ok(desk.page_with(status, "settings", "Settings", || view::page(form, &providers, desk.shop.taxes.is_some())).await)
}
