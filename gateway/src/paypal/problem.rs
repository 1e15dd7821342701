//! Refusals as PayPal words them: a name, a message and the issue in `details`.

use serde_json::json;

use crate::api::Reply;
use crate::id;

pub type Answer<T> = Result<T, Problem>;

#[derive(Debug)]
pub struct Problem {
    status: u16,
    name: &'static str,
    issue: Option<&'static str>,
    message: &'static str,
    /// Where the buyer has to go.
    payer_action: Option<String>,
}

impl Problem {
    pub fn new(status: u16, name: &'static str, message: &'static str) -> Self {
        Self { status, name, issue: None, message, payer_action: None }
    }

    /// The request is understood and cannot be done.
    pub fn unprocessable(issue: &'static str, message: &'static str) -> Self {
        Self { issue: Some(issue), ..Self::new(422, "UNPROCESSABLE_ENTITY", message) }
    }

    pub fn invalid(issue: &'static str, message: &'static str) -> Self {
        Self { issue: Some(issue), ..Self::new(400, "INVALID_REQUEST", message) }
    }

    pub fn no_such() -> Self {
        Self {
            issue: Some("INVALID_RESOURCE_ID"),
            ..Self::new(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.")
        }
    }

    pub fn with_payer_action(self, url: String) -> Self {
        Self { payer_action: Some(url), ..self }
    }

    /// For moods.
    pub fn of_status(status: u16) -> Self {
        match status {
            409 => Self::new(409, "RESOURCE_CONFLICT", "A previous call for the given resource is in progress."),
            429 => Self::new(429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
            _ => Self::new(500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
        }
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let details: Vec<_> =
            problem.issue.map(|issue| json!({"issue": issue, "description": problem.message})).into_iter().collect();
        let links: Vec<_> = problem
            .payer_action
            .map(|url| json!({"href": url, "rel": "payer-action", "method": "GET"}))
            .into_iter()
            .collect();
        Self::json(
            problem.status,
            &json!({
                "name": problem.name, "message": problem.message, "debug_id": id::capitals(), "details": details,
                "links": links,
            }),
        )
    }
}
