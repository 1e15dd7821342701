//! The tests' back door, `/_sandbox`, open only when asked for.
//!
//! ```text
//! mood        POST sets one, GET lists them, DELETE forgets all and ends an outage
//! outage      POST begins one, DELETE ends it
//! clock       POST moves it, or skews the time in signatures
//! ledger      GET: entries, balances, and what became of every payment, with its refunds and disputes
//! webhooks    GET what was not delivered, POST …/deliver, POST …/forge
//! disputes    POST opens one, POST …/{id} closes it; fraud_warnings: POST
//! ```
//! What cannot be done is answered with 400 and the reason in words.

mod sequels;
mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::ledger::{Provider, Totals};
use crate::mood::Rule;
use crate::outage::How;
use crate::view::{self, RefundView};

/// Why something cannot be done, in words.
type Refusal = (StatusCode, String);

pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/_sandbox/ledger", get(ledger))
        .route("/_sandbox/mood", get(moods).post(set_mood).delete(clear_moods))
        .route("/_sandbox/outage", post(begin_outage).delete(end_outage))
        .route("/_sandbox/clock", post(set_clock))
        .route("/_sandbox/webhooks", get(webhooks::undelivered))
        .route("/_sandbox/webhooks/deliver", post(webhooks::deliver))
        .route("/_sandbox/webhooks/forge", post(webhooks::forge))
        .route("/_sandbox/disputes", post(sequels::dispute))
        .route("/_sandbox/disputes/{id}", post(sequels::close))
        .route("/_sandbox/fraud_warnings", post(sequels::warn))
}

fn refuse(why: impl Into<String>) -> Refusal {
    (StatusCode::BAD_REQUEST, why.into())
}

/// The ledger, its balances, and every payment of every provider with its metadata and what became of its money.
async fn ledger(Shared(gateway): Shared<Arc<Gateway>>) -> Json<Value> {
    Json(ledger_of(&gateway))
}

pub fn ledger_of(gateway: &Gateway) -> Value {
    gateway.with_state(|state, _| {
        let totals = state.ledger.totals();
        let mut refunds: HashMap<&str, Vec<Value>> = HashMap::new();
        for refund in &state.refunds {
            refunds.entry(&refund.intent).or_default().push(json!(RefundView(refund)));
        }
        let mut disputes: HashMap<&str, Vec<Value>> = HashMap::new();
        for dispute in &state.disputes {
            disputes.entry(&dispute.intent).or_default().push(view::dispute(dispute));
        }
        let stripe = state.intents.iter().map(|intent| {
            let id = intent.id.as_str();
            let what = json!({
                "provider": Provider::Stripe, "id": id, "status": intent.status, "amount": intent.amount,
                "currency": intent.currency, "created": intent.created, "metadata": *intent.metadata,
                "session": intent.session, "refunds": refunds.remove(id).unwrap_or_default(),
            });
            (id, what)
        });
        let intents: Vec<Value> = stripe
            .chain(state.paypal.dump())
            .chain(state.razorpay.dump())
            .map(|(id, mut what)| {
                let total = totals.get(id).copied().unwrap_or(Totals::default());
                what["authorised"] = total.authorised.into();
                what["captured"] = total.captured.into();
                what["voided"] = total.voided.into();
                what["refunded"] = total.refunded.into();
                what["disputed"] = total.disputed.into();
                what["disputes"] = disputes.remove(id).unwrap_or_default().into();
                what
            })
            .collect();
        let entries: Vec<Value> = state.ledger.entries.iter().map(|entry| json!(**entry)).collect();
        json!({"balances": state.ledger.balances(), "intents": intents, "entries": entries})
    })
}

async fn moods(Shared(gateway): Shared<Arc<Gateway>>) -> Json<Value> {
    let now_ms = gateway.clock.now_ms();
    Json(json!({"moods": gateway.moods.list(now_ms), "outage": gateway.outage.now(now_ms)}))
}

async fn set_mood(Shared(gateway): Shared<Arc<Gateway>>, Json(order): Json<Value>) -> Result<StatusCode, Refusal> {
    let rule = Rule::read(order).map_err(refuse)?;
    gateway.moods.set(rule, gateway.clock.now_ms()).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_moods(Shared(gateway): Shared<Arc<Gateway>>) -> StatusCode {
    gateway.clear_moods();
    StatusCode::NO_CONTENT
}

async fn begin_outage(Shared(gateway): Shared<Arc<Gateway>>, Json(how): Json<How>) -> Result<StatusCode, Refusal> {
    gateway.outage.begin(how, gateway.clock.now_ms()).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_outage(Shared(gateway): Shared<Arc<Gateway>>) -> StatusCode {
    gateway.outage.end();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct ClockChange {
    #[serde(default)]
    advance_ms: i64,
    signature_skew_s: Option<i64>,
}

/// Moves the clock and lets happen what is due.
async fn set_clock(Shared(gateway): Shared<Arc<Gateway>>, Json(change): Json<ClockChange>) -> Json<Value> {
    gateway.clock.advance(change.advance_ms);
    if let Some(skew_s) = change.signature_skew_s {
        gateway.clock.skew_signatures(skew_s);
    }
    Json(json!({"now": gateway.with_state(|_, now| now)}))
}
