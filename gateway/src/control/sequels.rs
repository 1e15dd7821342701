//! G25: what comes after a payment, from the card holder and the bank.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use serde::Deserialize;
use serde_json::Value;

use super::{Refusal, refuse};
use crate::gateway::Gateway;
use crate::view;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDispute {
    intent: String,
    /// All that was captured and not refunded when absent.
    amount: Option<i64>,
    #[serde(default = "fraudulent")]
    reason: String,
}

fn fraudulent() -> String {
    "fraudulent".to_owned()
}

pub async fn dispute(
    Shared(gateway): Shared<Arc<Gateway>>,
    Json(new): Json<NewDispute>,
) -> Result<Json<Value>, Refusal> {
    let made = gateway.with_state(|state, now| state.dispute(&new.intent, new.amount, &new.reason, now));
    made.map(|dispute| Json(view::dispute(&dispute))).map_err(|error| refuse(error.message))
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Won,
    Lost,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    status: Decision,
}

pub async fn close(
    Shared(gateway): Shared<Arc<Gateway>>,
    Path(id): Path<String>,
    Json(closing): Json<Closing>,
) -> Result<Json<Value>, Refusal> {
    let won = matches!(closing.status, Decision::Won);
    let closed = gateway.with_state(|state, now| state.close_dispute(&id, won, now));
    closed.map(|dispute| Json(view::dispute(&dispute))).map_err(|error| refuse(error.message))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWarning {
    intent: String,
    #[serde(default = "stolen")]
    fraud_type: String,
}

fn stolen() -> String {
    "made_with_stolen_card".to_owned()
}

pub async fn warn(Shared(gateway): Shared<Arc<Gateway>>, Json(new): Json<NewWarning>) -> Result<Json<Value>, Refusal> {
    let made = gateway.with_state(|state, now| state.warn_of_fraud(&new.intent, &new.fraud_type, now));
    made.map(|warning| Json(view::fraud_warning(&warning))).map_err(|error| refuse(error.message))
}
