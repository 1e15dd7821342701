//! Where the buyer pays: one button for each answer of the bank, as in Razorpay's test mode, and no script.

use std::sync::Arc;

use axum::extract::{Form, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::link::{Link, LinkStatus};
use super::moves::Bank;
use crate::currency;
use crate::gateway::Gateway;
use crate::pages::html::{Page, escape, notice, redirect};
use crate::webhook::hmac_hex;

#[derive(Deserialize)]
pub struct Answered {
    /// `success`, `late` or `failure`.
    answer: String,
}

pub async fn show(Shared(gateway): Shared<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    let found = gateway.with_state(|state, _| state.razorpay_link(&id));
    found.map_or_else(|_| unknown(), |link| page(&gateway, &link, false))
}

pub async fn answer(
    Shared(gateway): Shared<Arc<Gateway>>,
    Path(id): Path<String>,
    Form(answered): Form<Answered>,
) -> Response {
    let bank = match answered.answer.as_str() {
        "success" => Bank::Pays,
        "late" => Bank::PaysLate,
        _ => Bank::Declines,
    };
    let paid = gateway.with_state(|state, now| state.pay_razorpay(&id, bank, now));
    match paid {
        Err(_) => unknown(),
        Ok(link) => match callback(&gateway, &link) {
            Some(to) => redirect(&to),
            None => page(&gateway, &link, bank == Bank::Declines),
        },
    }
}

/// Back to the shop, with what Razorpay adds; only once the money is there.
fn callback(gateway: &Gateway, link: &Link) -> Option<String> {
    let payment = link.live()?;
    let mut url = url::Url::parse(link.callback_url.as_deref()?).ok()?;
    let status = if link.status == LinkStatus::Paid { "paid" } else { "created" };
    let signed = format!("{}|{}|{status}|{}", link.id, link.reference_id, payment.id);
    url.query_pairs_mut()
        .append_pair("razorpay_payment_id", &payment.id)
        .append_pair("razorpay_payment_link_id", &link.id)
        .append_pair("razorpay_payment_link_reference_id", &link.reference_id)
        .append_pair("razorpay_payment_link_status", status)
        .append_pair("razorpay_signature", &hmac_hex(&gateway.config.razorpay.key_secret, signed.as_bytes()));
    Some(url.into())
}

fn page(gateway: &Gateway, link: &Link, declined: bool) -> Response {
    match link.status {
        LinkStatus::Created => {}
        LinkStatus::Paid => {
            let to = callback(gateway, link);
            let back = to.as_deref().map(|to| (to, "Back to the shop"));
            return notice(StatusCode::OK, "Payment received", "You will not be charged again.", back);
        }
        LinkStatus::Cancelled | LinkStatus::Expired => {
            let text = "Nothing was charged. Start again from the shop.";
            return notice(StatusCode::OK, "This page is closed", text, None);
        }
    }
    let total = currency::show(link.amount, &link.currency.to_ascii_lowercase());
    let problem = if declined { "The bank declined the payment. Try again." } else { "" };
    let body = format!(
        "<main class=\"card\">\n<p class=\"badge\">Sandbox</p>\n<h1>Razorpay: pay {total}</h1>\n<p>{description}</p>\n\
         <p class=\"problem\" role=\"alert\">{problem}</p>\n\
         <form method=\"post\" action=\"/razorpay/pay/{id}\">\n\
         <p><button class=\"button\" name=\"answer\" value=\"success\">Pay {total}</button></p>\n\
         <p><button class=\"button quiet\" name=\"answer\" value=\"late\">Pay, with a bank that answers late</button></p>\n\
         <p><button class=\"button quiet\" name=\"answer\" value=\"failure\">Pay with a bank that declines</button></p>\n\
         </form>\n<p>No real money moves here.</p>\n</main>",
        description = escape(&link.description),
        id = escape(&link.id),
    );
    let title = format!("Pay {total}");
    let leads_to = link.callback_url.as_deref();
    Page { title: &title, script: None, class: "single", body, leads_to }.respond(StatusCode::OK)
}

fn unknown() -> Response {
    notice(StatusCode::NOT_FOUND, "No such payment", "This link is not valid. Start again from the shop.", None)
}
