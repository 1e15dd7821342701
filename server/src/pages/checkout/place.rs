//! Review, placing the order, and the pages that tell what came of it.

use super::super::frame::{page, site};
use super::AtCheckout;
use crate::api::checkout::checked_key;
use crate::client_address;
use crate::error::{PageError, wants_json};
use crate::state::AppState;
use app::pages::checkout as pages;
use app::wire;
use axum::Json;
use axum::extract::{Form as Body, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Uri};
use serde::Deserialize;
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed, Status, StepName};
use shop::id::CheckoutId;
use shop::{Error, Result};
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;

pub async fn payment(at: AtCheckout) -> Result<Response, PageError> {
    match at.too_early(StepName::Payment) {
        Some(response) => Ok(response),
        None => draw(&at, 200, None).await,
    }
}

async fn draw(at: &AtCheckout, status: u16, problem: Option<String>) -> Result<Response, PageError> {
    let totals = &at.view.totals;
    let payment = wire::Payment {
        publishable_key: at.state.stripe.publishable_key.clone(),
        amount: at.view.due(),
        currency: totals.currency.code().to_lowercase(),
        email: at.view.details.email.clone(),
        offer: format!("place-{}-{}-{}", at.view.cart.id, at.view.cart.version, at.view.due()),
    };
    let (enabled, currency) =
        (at.state.shop.payments.enabled(&at.state.shop.settings.payment_providers), totals.currency);
    let choices: Vec<_> = enabled
        .iter()
        .filter(|provider| provider.offers(&PaymentWay::Hosted) && provider.takes(currency))
        .map(|provider| pages::PaymentChoice {
            name: provider.name().to_owned(),
            label: provider.label().to_owned(),
            in_page: provider.offers(&PaymentWay::Embedded),
        })
        .collect();
    let has_element =
        at.view.due() > 0 && enabled.iter().any(|it| it.offers(&PaymentWay::Embedded) && it.takes(currency));
    let keys = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    let script = has_element.then(|| at.state.stripe.js_url());
    let site = at.site().await?;
    Ok(page(status, || pages::payment(&site, &at.view, payment, keys, script, &choices, problem)))
}

#[derive(Deserialize)]
pub struct Place {
    way: String,
    #[serde(default)]
    idempotency_key: String,
    expected_total: i64,
    /// Without it: all of the total.
    expected_due: Option<i64>,
    cart_version: i64,
    /// Whom the shopper has chosen, when there was a choice.
    #[serde(default)]
    provider: String,
}

pub async fn place(
    State(state): State<AppState>,
    visitor: Visitor,
    client_address::From(network_address): client_address::From,
    headers: HeaderMap,
    uri: Uri,
    Body(form): Body<Place>,
) -> Result<Response, PageError> {
    let payment = match form.way.as_str() {
        "hosted" => PaymentWay::Hosted,
        "embedded" => PaymentWay::Embedded,
        _ => return Err(Error::field("way", "Choose how to pay.").into()),
    };
    let provider = Some(form.provider).filter(|name| !name.is_empty());
    // One page, and so one key, leads to each provider: another choice is another request.
    let key = match &provider {
        Some(name) if !form.idempotency_key.is_empty() => format!("{}-{name}", form.idempotency_key),
        _ => form.idempotency_key,
    };
    let idempotency_key = match checked_key(key) {
        Ok(key) => key,
        Err(refused) => return Ok(refused.into_response()),
    };
    let order = PlaceOrder {
        idempotency_key,
        expected_total: form.expected_total,
        expected_due: form.expected_due,
        cart_version: form.cart_version,
        payment,
        provider,
        network_address,
    };
    let placed = match checkout::place(&state.shop, &visitor, order).await {
        // People are shown the order; nothing is charged again.
        Err(Error::Ordered { order_id, number, access_token }) => Ok(Placed::Order { order_id, number, access_token }),
        other => other,
    };
    match placed {
        Ok(placed) if wants_json(uri.path(), &headers) => Ok(Json(placed).into_response()),
        Ok(placed) => Ok(follow(&placed)),
        Err(error) if wants_json(uri.path(), &headers) => Err(error.into()),
        Err(error @ (Error::Conflict { .. } | Error::Declined { .. } | Error::Unavailable { .. })) => {
            again(state, visitor, uri, &error).await
        }
        Err(Error::SoldOut(_)) => Ok(Redirect::to("/cart").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// The review once more, with what the shopper has to know and the total as it is now.
async fn again(state: AppState, visitor: Visitor, uri: Uri, error: &Error) -> Result<Response, PageError> {
    let view = match checkout::view(&state.shop, &visitor).await {
        Ok(view) if view.reached == StepName::Payment => view,
        Ok(view) => return Ok(super::to(view.reached)),
        Err(_) => return Ok(Redirect::to("/cart").into_response()),
    };
    let at = AtCheckout { state, visitor, uri, view };
    let mut response = draw(&at, error.status(), Some(error.problem().detail)).await?;
    if let Error::Unavailable { retry_after_s, .. } = error {
        response.headers_mut().insert(http::header::RETRY_AFTER, (*retry_after_s).into());
    }
    Ok(response)
}

/// The next page for a plain form.
fn follow(placed: &Placed) -> Response {
    let next = match placed {
        Placed::Redirect { url, .. } => url.clone(),
        Placed::Order { number, access_token, .. } => order_path(number, access_token),
        Placed::Confirm { checkout_id, .. } | Placed::Pending { checkout_id } => {
            format!("/checkout/return/{checkout_id}")
        }
    };
    Redirect::to(&next).into_response()
}

fn order_path(number: &str, access_token: &str) -> String {
    format!("/orders/{number}?token={access_token}&placed=1")
}

pub async fn outcome(
    State(state): State<AppState>,
    Path(checkout_id): Path<CheckoutId>,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let status = match checkout::status(&state.shop, &visitor, checkout_id).await {
        // Another browser than the one that ordered, as banks' apps like to open: nothing about the order, nor whether
        // there is one.
        Err(Error::NotFound(_)) => Status::Pending,
        other => other?,
    };
    if wants_json(uri.path(), &headers) {
        return Ok(Json(status).into_response());
    }
    show(&state, &visitor, &uri, checkout_id, status).await
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    uri: &Uri,
    checkout_id: CheckoutId,
    status: Status,
) -> Result<Response, PageError> {
    let site = site(state, visitor, uri).await?;
    Ok(match status {
        Status::Placed { number, access_token, .. } => {
            Redirect::to(&order_path(&number, &access_token)).into_response()
        }
        Status::Pending => page(200, || pages::pending(&site, checkout_id)),
        Status::PayableAgain { message, expires_at } => {
            let minutes_left = (expires_at - state.shop.now_ms()) / MINUTE_MS;
            page(200, || pages::payable_again(&site, checkout_id, &message, minutes_left))
        }
        Status::Released => page(409, || pages::released(&site)),
    })
}

#[derive(Deserialize)]
pub struct Cancel {
    checkout_id: CheckoutId,
}

pub async fn cancel(
    State(state): State<AppState>,
    visitor: Visitor,
    uri: Uri,
    Body(form): Body<Cancel>,
) -> Result<Response, PageError> {
    match checkout::cancel(&state.shop, &visitor, form.checkout_id).await? {
        Status::Released => Ok(Redirect::to("/cart").into_response()),
        status => show(&state, &visitor, &uri, form.checkout_id, status).await,
    }
}
