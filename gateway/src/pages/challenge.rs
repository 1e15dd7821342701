//! The 3-D Secure challenge, `/3ds/<intent>`: plays the card holder's bank. Both answers lead back to where the
//! payment said, with the parameters that Stripe adds.

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::html::{Page, escape, notice, redirect};
use super::return_to;
use crate::currency;
use crate::gateway::Gateway;
use crate::state::{Intent, Status};

#[derive(Deserialize)]
pub struct Proof {
    #[serde(default)]
    secret: String,
}

#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    secret: String,
    #[serde(default)]
    answer: String,
}

pub async fn show(
    Shared(gateway): Shared<Arc<Gateway>>,
    Path(id): Path<String>,
    Query(proof): Query<Proof>,
) -> Response {
    match find(&gateway, &id, &proof.secret) {
        None => unknown(),
        Some(intent) if intent.status == Status::RequiresAction => page(&gateway, &intent),
        Some(intent) => onward(&gateway, &intent),
    }
}

pub async fn answer(
    Shared(gateway): Shared<Arc<Gateway>>,
    Path(id): Path<String>,
    Form(form): Form<Answer>,
) -> Response {
    if find(&gateway, &id, &form.secret).is_none() {
        return unknown();
    }
    let answered = gateway.with_state(|state, now| {
        let answered = state.answer_challenge(&id, form.answer == "complete", now);
        if let Ok(intent) = &answered {
            state.follow_up_session(intent, now);
        }
        // A second click finds it answered: it goes the same way as the first.
        answered.or_else(|_| state.intent(&id).map(Arc::clone))
    });
    answered.map_or_else(|_| unknown(), |intent| onward(&gateway, &intent))
}

fn find(gateway: &Gateway, id: &str, secret: &str) -> Option<Arc<Intent>> {
    gateway.with_state(|state, _| state.intent(id).ok().filter(|it| it.client_secret == secret).map(Arc::clone))
}

fn onward(gateway: &Gateway, intent: &Intent) -> Response {
    match destination(gateway, intent) {
        Some(to) => redirect(&to),
        None => notice(StatusCode::OK, "Thank you", "You can close this page and go back to the shop.", None),
    }
}

fn destination(gateway: &Gateway, intent: &Intent) -> Option<String> {
    let succeeded = matches!(intent.status, Status::RequiresCapture | Status::Succeeded | Status::Processing);
    let session = intent.session.as_deref();
    if let Some(session) = session.and_then(|id| gateway.with_state(|state, _| state.session(id).ok().map(Arc::clone)))
    {
        let own_page = crate::view::session_url(&session, "");
        return Some(if succeeded { session.success_url() } else { format!("{own_page}?challenge=failed") });
    }
    intent.return_url.as_deref().map(|return_url| return_to(return_url, intent, succeeded))
}

fn unknown() -> Response {
    notice(StatusCode::NOT_FOUND, "No such page", "This link is not valid. Start again from the shop.", None)
}

fn page(gateway: &Gateway, intent: &Intent) -> Response {
    let amount = currency::show(intent.amount, &intent.currency);
    let card = intent
        .method
        .as_ref()
        .map(|method| format!("<div><dt>Card</dt><dd>•••• {}</dd></div>", escape(&method.card.last4)));
    let body = format!(
        "<main class=\"card bank\">\n<p class=\"badge\">Sandbox bank</p>\n<h1>Confirm it is you</h1>\n\
         <p>This is where your bank would ask for a code or a fingerprint. No real money moves.</p>\n\
         <dl><div><dt>Amount</dt><dd>{amount}</dd></div>{card}</dl>\n\
         <form method=\"post\" action=\"/3ds/{id}\">\n<input type=\"hidden\" name=\"secret\" value=\"{secret}\">\n\
         <button class=\"button\" name=\"answer\" value=\"complete\">Complete authentication</button>\n\
         <button class=\"button quiet\" name=\"answer\" value=\"fail\">Fail authentication</button>\n</form>\n</main>",
        card = card.unwrap_or_default(),
        id = escape(&intent.id),
        secret = escape(&intent.client_secret),
    );
    let session = intent.session.as_deref();
    let session = session.and_then(|id| gateway.with_state(|state, _| state.session(id).ok().map(Arc::clone)));
    let leads_to = session.as_ref().map(|session| session.success_url.as_str()).or(intent.return_url.as_deref());
    Page { title: "Confirm it is you", script: None, class: "single", body, leads_to }.respond(StatusCode::OK)
}
