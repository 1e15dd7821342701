//! Refusals as Razorpay words them.

use serde_json::json;

use crate::api::Reply;

pub type Answer<T> = Result<T, Fault>;

#[derive(Debug)]
pub struct Fault {
    status: u16,
    code: &'static str,
    description: &'static str,
}

impl Fault {
    pub fn bad_request(description: &'static str) -> Self {
        Self { status: 400, code: "BAD_REQUEST_ERROR", description }
    }

    /// Razorpay answers 400, not 404.
    pub fn no_such() -> Self {
        Self::bad_request("The id provided does not exist")
    }

    pub fn unauthorized() -> Self {
        Self { status: 401, ..Self::bad_request("Authentication failed") }
    }

    /// For moods.
    pub fn of_status(status: u16) -> Self {
        match status {
            409 => Self { status, ..Self::bad_request("Request failed because another request is in progress") },
            429 => Self { status, ..Self::bad_request("Too many requests") },
            _ => Self {
                status: 500,
                code: "SERVER_ERROR",
                description: "We are facing some trouble completing your request at the moment.",
            },
        }
    }
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Self {
        let error = json!({
            "code": fault.code, "description": fault.description, "source": "NA", "step": "NA", "reason": "NA",
            "metadata": {},
        });
        Self::json(fault.status, &json!({"error": error}))
    }
}
