//! Where the buyer approves: three buttons, no script. Approving moves no money yet.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Form, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::order::{Funding, Order, Status};
use crate::currency;
use crate::gateway::Gateway;
use crate::pages::html::{Page, escape, notice, redirect};

#[derive(Deserialize)]
pub struct Asked {
    token: String,
}

#[derive(Deserialize)]
pub struct Answered {
    token: String,
    /// `approve`, `decline` (approve with a card that will be declined) or `cancel`.
    answer: String,
}

pub async fn show(Shared(gateway): Shared<Arc<Gateway>>, Query(asked): Query<Asked>) -> Response {
    match gateway.with_state(|state, _| state.paypal_order(&asked.token)) {
        Ok(order) => page(&order),
        Err(_) => unknown(),
    }
}

pub async fn answer(Shared(gateway): Shared<Arc<Gateway>>, Form(answered): Form<Answered>) -> Response {
    let funding = match answered.answer.as_str() {
        "approve" => Some(Funding::Good),
        "decline" => Some(Funding::Declined),
        _ => None,
    };
    let outcome = gateway.with_state(|state, now| match funding {
        Some(funding) => state.approve_paypal(&answered.token, funding, now),
        None => state.paypal_order(&answered.token),
    });
    match (outcome, funding) {
        (Ok(order), Some(_)) => redirect(&back(&order.return_url, &order, true)),
        (Ok(order), None) => redirect(&back(&order.cancel_url, &order, false)),
        (Err(_), _) => unknown(),
    }
}

/// Adds what PayPal adds to the merchant's addresses.
fn back(to: &str, order: &Order, approved: bool) -> String {
    let Ok(mut url) = url::Url::parse(to) else { return "/".to_owned() };
    url.query_pairs_mut().append_pair("token", &order.id);
    if approved {
        url.query_pairs_mut().append_pair("PayerID", "SANDBOXBUYER1");
    }
    url.into()
}

fn page(order: &Order) -> Response {
    let total = currency::show(order.amount, &order.currency.to_ascii_lowercase());
    if matches!(order.status, Status::Approved | Status::Completed) {
        let link = back(&order.return_url, order, true);
        let text = "You have agreed to this payment already.";
        return notice(StatusCode::OK, "Payment approved", text, Some((&link, "Back to the shop")));
    }
    let mut lines = String::new();
    for line in &order.lines {
        let amount = currency::show(line.unit_amount * line.quantity, &order.currency.to_ascii_lowercase());
        let _ =
            writeln!(lines, "<li><span>{} × {}</span> <span>{amount}</span></li>", line.quantity, escape(&line.name));
    }
    let body = format!(
        "<main class=\"card\">\n<p class=\"badge\">Sandbox</p>\n<h1>PayPal: pay {total}</h1>\n\
         <p>{description}</p>\n<ul>\n{lines}</ul>\n\
         <form method=\"post\" action=\"/paypal/checkoutnow\">\n<input type=\"hidden\" name=\"token\" value=\"{id}\">\n\
         <p><button class=\"button\" name=\"answer\" value=\"approve\">Agree and pay {total}</button></p>\n\
         <p><button class=\"button quiet\" name=\"answer\" value=\"decline\">Pay with a card that will be declined</button></p>\n\
         <p><button class=\"button quiet\" name=\"answer\" value=\"cancel\">Cancel and return to the shop</button></p>\n\
         </form>\n<p>No real money moves here.</p>\n</main>",
        description = escape(order.description.as_deref().unwrap_or_default()),
        id = escape(&order.id),
    );
    let title = format!("Pay {total} with PayPal");
    Page { title: &title, script: None, class: "single", body, leads_to: Some(&order.return_url) }
        .respond(StatusCode::OK)
}

fn unknown() -> Response {
    notice(StatusCode::NOT_FOUND, "No such payment", "This link is not valid. Start again from the shop.", None)
}
