//! Refusals in Stripe's envelope: `{"error": {"type", "code", "decline_code", "message", "param", …}}`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::state::Intent;
use crate::view::IntentView;

pub type Answer<T> = Result<T, ApiError>;

/// Why a payment failed; also what an intent remembers as its last error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentError {
    pub code: String,
    pub decline_code: Option<String>,
    pub message: String,
    /// `card_error` or `invalid_request_error`.
    pub kind: String,
}

#[derive(Clone, Debug)]
pub struct ApiError {
    pub status: u16,
    pub kind: &'static str,
    pub code: Option<Box<str>>,
    pub decline_code: Option<Box<str>>,
    pub message: String,
    pub param: Option<Box<str>>,
    pub intent: Option<Arc<Intent>>,
    /// Whether the endpoint had begun its work: then the answer is kept under the idempotency key.
    pub begun: bool,
    pub retry_after_s: Option<u64>,
}

impl ApiError {
    pub fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            code: None,
            decline_code: None,
            message: message.into(),
            param: None,
            intent: None,
            begun: false,
            retry_after_s: None,
        }
    }

    /// A parameter that is missing or out of bounds: found before any work is done.
    pub fn param(code: &str, param: &str, message: impl Into<String>) -> Self {
        Self { code: Some(code.into()), param: Some(param.into()), ..Self::new(400, "invalid_request_error", message) }
    }

    pub fn missing_param(param: &str) -> Self {
        Self::param("parameter_missing", param, format!("Missing required param: {param}."))
    }

    pub fn no_such(noun: &str, param: &str, id: &str) -> Self {
        Self { status: 404, ..Self::param("resource_missing", param, format!("No such {noun}: '{}'", printable(id))) }
    }

    /// The object is in a state that does not allow this.
    pub fn state(code: &str, message: impl Into<String>) -> Self {
        Self { code: Some(code.into()), begun: true, ..Self::new(400, "invalid_request_error", message) }
    }

    /// Without the code that most refusals carry.
    pub fn unnamed(mut self) -> Self {
        self.code = None;
        self
    }

    pub fn declined(why: &PaymentError, intent: Arc<Intent>) -> Self {
        Self {
            code: Some(why.code.as_str().into()),
            decline_code: why.decline_code.as_deref().map(Into::into),
            intent: Some(intent),
            begun: true,
            ..Self::new(402, "card_error", why.message.clone())
        }
    }

    pub fn with_intent(mut self, intent: &Arc<Intent>) -> Self {
        self.intent = Some(Arc::clone(intent));
        self
    }

    pub fn body(&self) -> Vec<u8> {
        let envelope = Envelope {
            error: Body {
                code: self.code.as_deref(),
                decline_code: self.decline_code.as_deref(),
                doc_url: self
                    .code
                    .as_ref()
                    .map(|code| format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))),
                message: &self.message,
                param: self.param.as_deref(),
                payment_intent: self.intent.as_deref().map(|intent| IntentView { intent, expand: true, base: "" }),
                kind: self.kind,
            },
        };
        serde_json::to_vec(&envelope).expect("an error envelope has only string keys")
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc_url: Option<String>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_intent: Option<IntentView<'a>>,
    #[serde(rename = "type")]
    kind: &'a str,
}

/// The first characters of something a caller sent, fit to be shown back.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
