//! The hosted payment page, `/c/pay/<session>`. A plain form; with scripts it is sent in the background, so that
//! nothing typed is lost when a card is declined.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::html::{Page, escape, notice, redirect, sandbox_note};
use super::typed::Typed;
use crate::api::{Operation, keep_method};
use crate::currency;
use crate::gateway::Gateway;
use crate::state::{Confirmation, Session, SessionStatus, Status};
use crate::view::{challenge_url, session_url};

#[derive(Deserialize)]
pub struct Back {
    challenge: Option<String>,
}

pub async fn show(Shared(gateway): Shared<Arc<Gateway>>, Path(id): Path<String>, Query(back): Query<Back>) -> Response {
    let Some(session) = find(&gateway, &id) else { return unknown() };
    if let Some(closed) = closed(&session) {
        return closed;
    }
    let problem = (back.challenge.as_deref() == Some("failed"))
        .then_some("Your bank could not confirm that it is you. Try again or use another card.");
    page(&session, &Typed::default(), &Problem { field: None, message: problem.map(str::to_owned) })
}

/// Pays. Answers a script with JSON and a plain form with a redirect or the page again.
pub async fn pay(
    Shared(gateway): Shared<Arc<Gateway>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let Some(session) = find(&gateway, &id) else { return unknown() };
    let outcome = attempt(&gateway, &session, &typed);
    let scripted = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    match (outcome, scripted) {
        (Ok(to), false) => redirect(&to),
        (Ok(to), true) => Json(json!({"redirect": to})).into_response(),
        (Err(problem), false) => page(&session, &typed, &problem),
        (Err(problem), true) => Json(json!({"field": problem.field, "message": problem.message})).into_response(),
    }
}

/// What to tell the shopper, and at which field.
struct Problem {
    field: Option<&'static str>,
    message: Option<String>,
}

/// The address to go on to.
fn attempt(gateway: &Gateway, session: &Session, typed: &Typed) -> Result<String, Problem> {
    let own_page = session_url(session, &gateway.base);
    if session.status != SessionStatus::Open {
        // Paid already, by a second click, or closed meanwhile: the page itself says which.
        return Ok(if session.status == SessionStatus::Complete { session.success_url() } else { own_page });
    }
    let twist = gateway.twist(Operation::PayPage, &session.metadata);
    gateway.with_state(|state, now| {
        let card = typed
            .read(now)
            .map_err(|fault| Problem { field: Some(fault.field), message: Some(fault.message.to_owned()) })?;
        let method = Some(keep_method(state, card, typed.holder(), now));
        let mut with = Confirmation { method, return_url: Some(own_page.clone()), ..Confirmation::default() };
        if let Some(twist) = twist {
            twist.bend(&mut with, &session.sum());
        }
        match state.pay_session(&session.id, with, now) {
            Ok(intent) if intent.status == Status::RequiresAction => Ok(challenge_url(&intent, &gateway.base)),
            Ok(_) => Ok(session.success_url()),
            Err(error) if error.kind == "card_error" => Err(Problem { field: None, message: Some(error.message) }),
            Err(_) => Ok(own_page),
        }
    })
}

fn find(gateway: &Gateway, id: &str) -> Option<Arc<Session>> {
    gateway.with_state(|state, _| state.session(id).ok().map(Arc::clone))
}

fn closed(session: &Session) -> Option<Response> {
    match session.status {
        SessionStatus::Open => None,
        SessionStatus::Complete => {
            let to = session.success_url();
            let link = Some((to.as_str(), "Back to the shop"));
            Some(notice(
                StatusCode::OK,
                "Payment received",
                "This payment has been made. You will not be charged again.",
                link,
            ))
        }
        SessionStatus::Expired => {
            let link = session.cancel_url.as_deref().map(|to| (to, "Back to the shop"));
            Some(notice(
                StatusCode::OK,
                "This page has expired",
                "Nothing was charged. Start again from the shop.",
                link,
            ))
        }
    }
}

fn unknown() -> Response {
    notice(StatusCode::NOT_FOUND, "No such page", "This payment link is not valid. Start again from the shop.", None)
}

fn page(session: &Session, typed: &Typed, problem: &Problem) -> Response {
    let total = currency::show(session.amount, &session.currency);
    let title = format!("Pay {total}");
    let body = format!("{}\n{}", summary(session, &total), form(session, typed, problem, &total));
    let page = Page { title: &title, script: Some("pay.js"), class: "pay", body, leads_to: Some(&session.success_url) };
    page.respond(StatusCode::OK)
}

fn summary(session: &Session, total: &str) -> String {
    let mut lines = String::new();
    for line in &session.lines {
        let amount = currency::show(line.unit_amount.saturating_mul(line.quantity), &session.currency);
        let detail = match (&line.description, line.quantity) {
            (Some(text), 1) => format!("<small>{}</small>", escape(text)),
            (None, 1) => String::new(),
            (_, quantity) => {
                format!("<small>{quantity} × {}</small>", currency::show(line.unit_amount, &session.currency))
            }
        };
        let _ = writeln!(lines, "<li><span>{}{detail}</span> <span>{amount}</span></li>", escape(&line.name));
    }
    let back = session.cancel_url.as_deref().map(|to| {
        format!("<a class=\"back\" href=\"{}\"><span aria-hidden=\"true\">←</span> Back to shop</a>", escape(to))
    });
    format!(
        "<header class=\"summary\">\n<div class=\"inner\">\n<div class=\"top\">{back}<span class=\"badge\">Sandbox</span></div>\n\
         <h1><span>Pay</span> <strong>{total}</strong></h1>\n\
         <details class=\"lines\" open><summary>Order summary</summary>\n<ul>\n{lines}</ul>\n\
         <p class=\"total\"><span>Total due</span> <span>{total}</span></p>\n</details>\n</div>\n</header>",
        back = back.unwrap_or_default(),
    )
}

fn form(session: &Session, typed: &Typed, problem: &Problem, total: &str) -> String {
    let (general, at) = match problem.field {
        None => (problem.message.as_deref(), None),
        Some(field) => (None, problem.message.as_deref().map(|message| (field, message))),
    };
    let field = |name: &str, label: &str, hints: &str, value: &str| {
        let fault = at.filter(|(field, _)| *field == name).map(|(_, message)| message);
        let invalid = if fault.is_some() { " aria-invalid=\"true\"" } else { "" };
        format!(
            "<div class=\"field {name}\"><label for=\"{name}\">{label}</label>\
             <input id=\"{name}\" name=\"{name}\" {hints} required value=\"{value}\" aria-describedby=\"{name}-fault\"{invalid}>\
             <p class=\"fault\" id=\"{name}-fault\">{fault}</p></div>",
            value = escape(value),
            fault = escape(fault.unwrap_or_default()),
        )
    };
    let email = session
        .customer_email
        .as_deref()
        .map(|email| format!("<p class=\"email\"><span>E-mail</span> <span>{}</span></p>", escape(email)));
    let digits = "inputmode=\"numeric\" spellcheck=\"false\" autocapitalize=\"off\"";
    format!(
        "<main class=\"paying\">\n<div class=\"inner\">\n{note}\n<h2>Pay by card</h2>\n{email}\n\
         <form method=\"post\" action=\"/c/pay/{id}\" data-card-form>\n\
         <p class=\"problem\" role=\"alert\" id=\"problem\">{general}</p>\n{number}\n<div class=\"pair\">\n{expiry}\n{cvc}\n</div>\n{name}\n\
         <button type=\"submit\" class=\"button\">Pay {total}</button>\n</form>\n\
         <p class=\"fine\">Your card details go to the payment gateway only; the shop never sees them.</p>\n</div>\n</main>",
        note = sandbox_note(),
        email = email.unwrap_or_default(),
        id = escape(&session.id),
        general = escape(general.unwrap_or_default()),
        number = field(
            "number",
            "Card number",
            &format!(
                "type=\"text\" {digits} maxlength=\"24\" autocomplete=\"cc-number\" placeholder=\"1234 1234 1234 1234\""
            ),
            ""
        ),
        expiry = field(
            "expiry",
            "Expiry date",
            &format!("type=\"text\" {digits} maxlength=\"9\" autocomplete=\"cc-exp\" placeholder=\"MM / YY\""),
            &typed.expiry
        ),
        cvc = field(
            "cvc",
            "Security code",
            &format!("type=\"text\" {digits} maxlength=\"4\" autocomplete=\"cc-csc\" placeholder=\"CVC\""),
            ""
        ),
        name = field(
            "name",
            "Name on card",
            "type=\"text\" spellcheck=\"false\" maxlength=\"100\" autocomplete=\"cc-name\"",
            &typed.name
        ),
    )
}
