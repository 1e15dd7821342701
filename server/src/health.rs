//! `/healthz`: the process answers. `/readyz`: it can serve, because the database answers and is migrated, and products
//! can be found.

use crate::error::PageError;
use crate::state::AppState;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use shop::{Error, args, search};
use std::time::Duration;

const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, PageError> {
    // The last table of the newest migration stands for all of them: they run in order, each in a transaction.
    let asked = state.shop.db.fetch_all::<(i64,)>("SELECT CAST(COUNT(*) AS BIGINT) FROM recon_break", args![]);
    match tokio::time::timeout(DATABASE_ANSWERS_WITHIN, asked).await {
        Ok(Ok(_)) if search::is_filled(&state.search).await? => Ok(Json(json!({ "status": "ready" }))),
        Ok(Ok(_)) => Err(Error::Unavailable { message: "The search is being set up.".into(), retry_after_s: 1 }.into()),
        failed => {
            tracing::warn!(?failed, "not ready");
            Err(Error::Unavailable { message: "The database does not answer.".into(), retry_after_s: 1 }.into())
        }
    }
}
