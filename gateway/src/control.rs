//! The tests' back door, `/_sandbox`, open only when asked for: set moods, move the clock, read the books.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Gateway;
use crate::ledger::{Provider, Totals};
use crate::mood::Rule;

/// The ledger, its balances, and every payment of every provider with what became of its money.
pub async fn ledger(Shared(gateway): Shared<Arc<Gateway>>) -> Json<Value> {
    let dump = gateway.with_state(|state, _| {
        let totals = state.ledger.totals();
        let stripe = state.intents.iter().map(|intent| {
            let what = json!({
                "provider": Provider::Stripe, "id": intent.id, "status": intent.status, "amount": intent.amount,
                "currency": intent.currency, "created": intent.created, "metadata": *intent.metadata,
                "session": intent.session,
            });
            (intent.id.as_str(), what)
        });
        let others = state.paypal.dump().chain(state.razorpay.dump());
        let intents: Vec<Value> = stripe
            .chain(others)
            .map(|(id, mut what)| {
                let total = totals.get(id).copied().unwrap_or(Totals::default());
                what["authorised"] = total.authorised.into();
                what["captured"] = total.captured.into();
                what["voided"] = total.voided.into();
                what["refunded"] = total.refunded.into();
                what
            })
            .collect();
        let entries: Vec<Value> = state.ledger.entries.iter().map(|entry| json!(**entry)).collect();
        json!({"balances": state.ledger.balances(), "intents": intents, "entries": entries})
    });
    Json(dump)
}

pub async fn set_mood(Shared(gateway): Shared<Arc<Gateway>>, Json(rule): Json<Rule>) -> StatusCode {
    gateway.moods.set(rule);
    StatusCode::NO_CONTENT
}

pub async fn clear_moods(Shared(gateway): Shared<Arc<Gateway>>) -> StatusCode {
    gateway.moods.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub struct ClockChange {
    #[serde(default)]
    advance_ms: i64,
    signature_skew_s: Option<i64>,
}

/// Moves the clock and lets happen what is due.
pub async fn set_clock(Shared(gateway): Shared<Arc<Gateway>>, Json(change): Json<ClockChange>) -> Json<Value> {
    gateway.clock.advance(change.advance_ms);
    if let Some(skew_s) = change.signature_skew_s {
        gateway.clock.skew_signatures(skew_s);
    }
    gateway.with_state(crate::state::State::tick);
    Json(json!({"now": gateway.clock.now_s()}))
}
