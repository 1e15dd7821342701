//! The card element: a form in a frame on the shop's page, which only the origin that asked for it may frame, and
//! the address that its script sends the card to. Refusals come back with status 200, because a browser writes
//! every other status into the console of the shop's page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::html::{escape, origin, sandbox_note, secured};
use super::is_own_origin;
use super::typed::Typed;
use crate::api::{Operation, keep_method};
use crate::error::{Answer, ApiError};
use crate::gateway::Gateway;
use crate::state::{CaptureMethod, Confirmation, Intent, State};
use crate::view::IntentView;

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    key: String,
    /// Who frames it.
    #[serde(default)]
    origin: String,
    #[serde(default)]
    scheme: String,
}

pub async fn show(Shared(gateway): Shared<Arc<Gateway>>, Query(wanted): Query<Wanted>) -> Response {
    let parent = origin(&wanted.origin).filter(|origin| *origin == wanted.origin);
    let scheme = if wanted.scheme == "dark" { "dark" } else { "light" };
    let ok = wanted.key == gateway.config.publishable_key && parent.is_some();
    let parent = parent.unwrap_or_else(|| "'none'".to_owned());
    let body =
        if ok { fields() } else { "<p class=\"problem\">This publishable key is not known here.</p>".to_owned() };
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\" data-scheme=\"{scheme}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Card details</title>\n\
         <link rel=\"stylesheet\" href=\"/assets/element.css\">\n\
         <script type=\"module\" src=\"/assets/element.js\"></script>\n</head>\n\
         <body data-parent=\"{parent}\" data-key=\"{key}\">\n{body}\n</body>\n</html>\n",
        parent = escape(&parent),
        key = escape(&gateway.config.publishable_key),
    );
    secured(text, StatusCode::OK, &format!("form-action 'none'; frame-ancestors {parent}"))
}

fn fields() -> String {
    let field = |name: &str, label: &str, complete: &str, placeholder: &str, length: u8| {
        format!(
            "<div class=\"field {name}\"><label for=\"{name}\">{label}</label>\
             <input id=\"{name}\" name=\"{name}\" type=\"text\" inputmode=\"numeric\" spellcheck=\"false\" \
             autocomplete=\"{complete}\" placeholder=\"{placeholder}\" maxlength=\"{length}\" aria-required=\"true\" \
             aria-describedby=\"{name}-fault\"><p class=\"fault\" id=\"{name}-fault\" role=\"status\"></p></div>"
        )
    };
    format!(
        "<main id=\"element\" aria-label=\"Card details\">\n<h1 class=\"hidden\">Card details</h1>\n<form data-card-form>\n{}\n<div class=\"pair\">\n{}\n{}\n</div>\n</form>\n{}\n</main>",
        field("number", "Card number", "cc-number", "1234 1234 1234 1234", 24),
        field("expiry", "Expiry date", "cc-exp", "MM / YY", 9),
        field("cvc", "Security code", "cc-csc", "CVC", 4),
        sandbox_note(),
    )
}

/// What the frame's script sends: the card, whose payment it is for, and what the shop's page said about it.
#[derive(Deserialize)]
pub struct Order {
    #[serde(flatten)]
    card: Typed,
    key: String,
    client_secret: String,
    return_url: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
    capture_method: Option<String>,
}

pub async fn confirm(
    Shared(gateway): Shared<Arc<Gateway>>,
    headers: HeaderMap,
    Form(order): Form<Order>,
) -> Json<Value> {
    if !is_own_origin(&headers) || order.key != gateway.config.publishable_key {
        return Json(json!({"error": {"type": "invalid_request_error", "message": "Not sent by the card element."}}));
    }
    let outcome = gateway.with_state(|state, now| take(&gateway, state, &order, now));
    Json(match outcome {
        Ok(intent) => json!({"payment_intent": IntentView { intent: &intent, expand: false, base: &gateway.base }}),
        Err(error) => serde_json::from_slice(&error.body()).unwrap_or_default(),
    })
}

fn take(gateway: &Gateway, state: &mut State, order: &Order, now: i64) -> Answer<Arc<Intent>> {
    let id = order.client_secret.split("_secret_").next().unwrap_or_default();
    let intent = state.intent(id).map(Arc::clone)?;
    if intent.client_secret != order.client_secret {
        return Err(ApiError::no_such("payment_intent", "intent", id));
    }
    agree(&intent, order)?;
    let card = order.card.read(now).map_err(|fault| ApiError {
        status: 402,
        kind: "card_error",
        ..ApiError::param(fault.code, fault.field, fault.message)
    })?;
    if !intent.takes_confirmation() {
        let message = "This payment has already been made or canceled.";
        return Err(ApiError::state("payment_intent_unexpected_state", message).with_intent(&intent));
    }
    let method = Some(keep_method(state, card, order.card.holder(), now));
    let return_url = order.return_url.clone().filter(|url| !url.is_empty());
    let mut with = Confirmation { method, return_url, ..Confirmation::default() };
    if let Some(twist) = gateway.twist(Operation::PayElement, &intent.metadata) {
        twist.bend(&mut with, &intent.sum());
    }
    state.confirm(id, with, now)
}

/// A page that showed one amount must not confirm another.
fn agree(intent: &Intent, order: &Order) -> Answer<()> {
    let manual = order.capture_method.as_deref().filter(|text| !text.is_empty()).map(|text| text == "manual");
    let same = order.amount.as_deref().is_none_or(|amount| amount.parse() == Ok(intent.amount))
        && order.currency.as_deref().is_none_or(|code| code.is_empty() || code.eq_ignore_ascii_case(&intent.currency))
        && manual.is_none_or(|manual| manual == (intent.capture_method == CaptureMethod::Manual));
    if same {
        return Ok(());
    }
    let message = "The amount, currency or capture method given to Elements differs from the PaymentIntent's.";
    Err(ApiError::param("payment_intent_invalid_parameter", "amount", message))
}
