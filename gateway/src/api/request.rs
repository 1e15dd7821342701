//! A call as it comes: who is asking, for what, under which key.

use axum::http::{HeaderMap, Method, Uri, header};
use base64::Engine as _;
use subtle::ConstantTimeEq as _;

use super::operation::Operation;
use crate::error::{Answer, ApiError};
use crate::form::Params;
use crate::gateway::Gateway;
use crate::mood::PaymentMood;

use Operation as Op;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The shop's server.
    Secret,
    /// A browser: it may only pay what it holds the client secret of.
    Publishable,
}

/// A call, read and admitted.
pub struct Call {
    pub op: Operation,
    pub id: String,
    pub params: Params,
    pub caller: Caller,
    pub key: Option<String>,
    pub fingerprint: [u8; 32],
    /// Typed in a page or frame that the sandbox itself served.
    pub own_page: bool,
    /// Set by a mood.
    pub twist: Option<PaymentMood>,
}

pub fn read(gateway: &Gateway, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer<Call> {
    let path = uri.path();
    let Some((op, id)) = Operation::find(method, path) else {
        let message = format!("Unrecognized request URL ({method}: {}).", path.chars().take(100).collect::<String>());
        return Err(ApiError::new(404, "invalid_request_error", message));
    };
    let encoded = if *method == Method::POST { body } else { uri.query().unwrap_or_default().as_bytes() };
    let params = Params::parse(encoded)?;
    let caller = caller(gateway, headers)?;
    if caller == Caller::Publishable && !matches!(op, Op::CreateMethod | Op::ConfirmIntent | Op::RetrieveIntent) {
        return Err(ApiError {
            code: Some("secret_key_required".into()),
            ..ApiError::new(401, "invalid_request_error", "This API call cannot be made with a publishable API key.")
        });
    }
    let key = headers.get("idempotency-key").filter(|_| *method == Method::POST);
    let key = key.and_then(|key| key.to_str().ok()).map(str::to_owned);
    let fingerprint = if key.is_some() { params.fingerprint(method.as_str(), path) } else { [0; 32] };
    let own_page = crate::pages::is_own_origin(headers);
    Ok(Call { op, id: id.to_owned(), params, caller, key, fingerprint, own_page, twist: None })
}

fn caller(gateway: &Gateway, headers: &HeaderMap) -> Answer<Caller> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = match given.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(token.trim()).unwrap_or_default();
            String::from_utf8(decoded).unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
        }
        _ => {
            let message = "You did not provide an API key. Provide it in the Authorization header, using Bearer auth.";
            return Err(ApiError::new(401, "invalid_request_error", message));
        }
    };
    if bool::from(key.as_bytes().ct_eq(gateway.config.secret_key.as_bytes())) {
        Ok(Caller::Secret)
    } else if bool::from(key.as_bytes().ct_eq(gateway.config.publishable_key.as_bytes())) {
        Ok(Caller::Publishable)
    } else {
        Err(ApiError::new(401, "invalid_request_error", "Invalid API Key provided."))
    }
}
