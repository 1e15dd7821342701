//! `/v1/checkout/sessions`.

use super::list::{list as list_of, page};
use super::{Call, json, methods};
use crate::currency;
use crate::error::{Answer, ApiError};
use crate::form::Params;
use crate::id;
use crate::mood::PaymentMood;
use crate::state::{CaptureMethod, Confirmation, Intent, Line, Place, Session, SessionStatus, State};
use crate::view::{self, SessionView};

const CREATE: &[&str] = &[
    "mode",
    "line_items",
    "payment_intent_data",
    "success_url",
    "cancel_url",
    "expires_at",
    "customer",
    "customer_email",
    "client_reference_id",
    "metadata",
    "locale",
    "submit_type",
    "payment_method_types",
    "ui_mode",
    "billing_address_collection",
    "customer_creation",
];
/// Stripe's bounds on the life of a page.
const LIFE_MIN_S: i64 = 30 * 60;
const LIFE_MAX_S: i64 = 24 * 3600;
/// A caller's clock and the time of the call itself may nibble at the lower bound.
const SLACK_S: i64 = 60;

pub fn create(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(CREATE)?;
    if params.required("mode")? != "payment" {
        return Err(ApiError::param("parameter_invalid_enum", "mode", "The sandbox knows the mode payment."));
    }
    let (lines, currency, amount) = read_lines(params)?;
    currency::check(amount, currency, "line_items")?;
    let success_url = address(params, "success_url")?.ok_or_else(|| ApiError::missing_param("success_url"))?;
    let cancel_url = address(params, "cancel_url")?;
    let expires_at = params.integer("expires_at")?.unwrap_or(now + LIFE_MAX_S);
    if !(now + LIFE_MIN_S - SLACK_S..=now + LIFE_MAX_S + SLACK_S).contains(&expires_at) {
        let message =
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.";
        return Err(ApiError::param("parameter_invalid_integer", "expires_at", message));
    }
    let session = Session {
        id: format!("{}{}", id::new("cs_test_"), id::new("")),
        created: now,
        expires_at,
        status: SessionStatus::Open,
        currency: currency.to_owned(),
        amount,
        lines,
        success_url,
        cancel_url,
        customer_email: params.owned("customer_email"),
        reference: params.owned("client_reference_id"),
        metadata: params.metadata("metadata")?,
        capture_method: CaptureMethod::parse(params.text("payment_intent_data[capture_method]"))?,
        intent_metadata: params.metadata("payment_intent_data[metadata]")?,
        intent_description: params.owned("payment_intent_data[description]"),
        intent: None,
        customer: params.text("customer").map(|id| state.customer(id).map(|it| it.id.clone())).transpose()?,
    };
    let session = state.put_session(session);
    Ok(show(state, &session, base))
}

fn read_lines(params: &Params) -> Answer<(Vec<Line>, &'static str, i64)> {
    let mut lines = Vec::new();
    let mut currency = None;
    let mut total: i64 = 0;
    for at in 0..params.count("line_items") {
        let item = format!("line_items[{at}]");
        let price = format!("{item}[price_data]");
        let code = currency::parse(params.required(&format!("{price}[currency]"))?)?;
        if *currency.get_or_insert(code) != code {
            let message = "All line items must be in the same currency.";
            return Err(ApiError::param("checkout_amounts_mismatch", "line_items", message));
        }
        let amount_name = format!("{price}[unit_amount]");
        let unit_amount = params.integer(&amount_name)?.ok_or_else(|| ApiError::missing_param(&amount_name))?;
        let quantity_name = format!("{item}[quantity]");
        let quantity = params.integer(&quantity_name)?.ok_or_else(|| ApiError::missing_param(&quantity_name))?;
        let sum = unit_amount.checked_mul(quantity).and_then(|line| total.checked_add(line));
        let (Some(sum), true) = (sum, unit_amount >= 0 && quantity >= 1) else {
            return Err(ApiError::param("parameter_invalid_integer", &amount_name, "This line has an invalid amount."));
        };
        total = sum;
        lines.push(Line {
            name: params.required(&format!("{price}[product_data][name]"))?.to_owned(),
            description: params.owned(&format!("{price}[product_data][description]")),
            unit_amount,
            quantity,
        });
    }
    match currency {
        Some(currency) if lines.len() <= 100 => Ok((lines, currency, total)),
        Some(_) => Err(ApiError::param("parameter_invalid", "line_items", "There can be up to 100 line items.")),
        None => Err(ApiError::missing_param("line_items")),
    }
}

/// An absolute web address; the page will send its visitor there.
fn address(params: &Params, name: &str) -> Answer<Option<String>> {
    let Some(text) = params.text(name) else { return Ok(None) };
    let probe = text.replace("{CHECKOUT_SESSION_ID}", "x");
    let web = url::Url::parse(&probe).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if web && text.len() <= 5000 {
        return Ok(Some(text.to_owned()));
    }
    Err(ApiError::param("url_invalid", name, "Not a valid URL"))
}

pub fn retrieve(state: &State, call: &Call, base: &str) -> Answer<Vec<u8>> {
    let session = state.session(&call.id)?;
    Ok(show(state, session, base))
}

pub fn expire(state: &mut State, call: &Call, base: &str, now: i64) -> Answer<Vec<u8>> {
    call.params.only(&[])?;
    if matches!(call.twist, Some(PaymentMood::PaidMeanwhile { .. })) && state.session(&call.id).is_ok() {
        let method = Some(methods::find_or_make(state, "pm_card_visa", now)?);
        state.pay_session(&call.id, Confirmation { method, ..Confirmation::default() }, now)?;
    }
    let session = state.expire_session(&call.id, now)?;
    Ok(show(state, &session, base))
}

pub fn lines(state: &State, call: &Call) -> Answer<Vec<u8>> {
    let session = state.session(&call.id)?;
    Ok(json(&view::lines(&session.lines, &session.currency)))
}

pub fn list(state: &State, call: &Call, base: &str) -> Answer<Vec<u8>> {
    let params = &call.params;
    params.only(&["created", "limit", "starting_after", "ending_before", "payment_intent", "status", "customer"])?;
    let (intent, status, customer) = (params.text("payment_intent"), params.text("status"), params.text("customer"));
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Session(at)) => Some(at),
        _ => None,
    };
    let wanted = |session: &Session| {
        intent.is_none_or(|intent| session.intent.as_deref() == Some(intent))
            && customer.is_none_or(|customer| session.customer.as_deref() == Some(customer))
            && status.is_none_or(|status| session.status.name() == status)
    };
    let (found, has_more) = page(params, &state.sessions, cursor, |session| session.created, wanted)?;
    let data =
        found.into_iter().map(|session| SessionView { session, intent: intent_of(state, session), base }).collect();
    Ok(list_of("/v1/checkout/sessions", data, has_more))
}

fn intent_of<'a>(state: &'a State, session: &Session) -> Option<&'a Intent> {
    session.intent.as_deref().and_then(|id| state.intent(id).ok()).map(|intent| &**intent)
}

fn show(state: &State, session: &Session, base: &str) -> Vec<u8> {
    json(&SessionView { session, intent: intent_of(state, session), base })
}
