//! OAuth 2 with client credentials: the id and the secret buy a token for some hours.

use std::sync::Arc;

use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::Engine as _;
use bytes::Bytes;
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::operation::Operation;
use super::problem::{Answer, Problem};
use crate::api::Reply;
use crate::door::Cut;
use crate::gateway::Gateway;
use crate::id;
use crate::mood::{Called, answer_other};

/// Nine hours, as PayPal gives.
const LIFE_S: i64 = 9 * 3600;

pub async fn issue(
    Shared(gateway): Shared<Arc<Gateway>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let work = {
        let gateway = Arc::clone(&gateway);
        move || grant(&gateway, &headers, &body)
    };
    answer_other(&gateway, Called::Paypal(Operation::IssueToken), cut, work, |status| Problem::of_status(status).into())
        .await
}

fn grant(gateway: &Gateway, headers: &HeaderMap, body: &[u8]) -> Reply {
    let account = &gateway.config.paypal;
    let wanted = format!("{}:{}", account.client_id, account.secret);
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
        .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text.trim()).ok())
        .unwrap_or_default();
    if !bool::from(given.ct_eq(wanted.as_bytes())) {
        let refusal = json!({"error": "invalid_client", "error_description": "Client Authentication failed"});
        return Reply::json(401, &refusal);
    }
    let is_grant = url::form_urlencoded::parse(body).any(|(n, v)| n == "grant_type" && v == "client_credentials");
    if !is_grant {
        let refusal =
            json!({"error": "unsupported_grant_type", "error_description": "Grant Type is NULL or unsupported"});
        return Reply::json(400, &refusal);
    }
    let token = id::new("A21AA");
    gateway.with_state(|state, now| {
        state.paypal.tokens.retain(|_, until| *until > now);
        state.paypal.tokens.insert(token.clone(), now + LIFE_S);
    });
    let grant = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFE_S, "app_id": "APP-MERCER",
        "scope": "https://uri.paypal.com/services/payments/payment/authcapture", "nonce": id::capitals(),
    });
    Reply::json(200, &grant)
}

/// Whether the caller holds a token that has not ended.
pub fn check(gateway: &Gateway, headers: &HeaderMap) -> Answer<()> {
    let token =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Bearer ")).unwrap_or_default();
    let is_known =
        gateway.with_state(|state, now| state.paypal.tokens.get(token.trim()).is_some_and(|until| *until > now));
    if is_known {
        return Ok(());
    }
    Err(Problem::new(401, "AUTHENTICATION_FAILURE", "Authentication failed due to invalid authentication credentials."))
}
