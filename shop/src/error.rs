//! What can go wrong, as the caller can act on it, and how it looks on the wire (RFC 9457).

use crate::id::OrderId;
use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One field of a form or a request body and why it was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// A line that asks for more than can be bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    pub sku: String,
    pub title: String,
    /// Units that can still be bought, 0 when sold out.
    pub available: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent, or not the caller's: both look the same. Names the noun.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Input out of bounds; nothing was changed.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// Less is left than was asked for.
    #[error("not enough stock")]
    SoldOut(Vec<Shortage>),
    /// The state has moved on: `code` is stable for programs, `message` is for people.
    #[error("{message}")]
    Conflict { code: &'static str, message: String },
    /// This cart was ordered before, in another tab or under another key: nothing is charged again.
    #[error("ordered already")]
    Ordered { order_id: OrderId, number: String, access_token: String },
    /// The provider proved that no money moves. `code` is the provider's decline code.
    #[error("{message}")]
    Declined { code: String, message: String },
    #[error("log in first")]
    Unauthenticated,
    #[error("not allowed")]
    Forbidden,
    #[error("too many attempts")]
    TooMany { retry_after_s: u64 },
    /// Try again later; nothing is lost.
    #[error("{message}")]
    Unavailable { message: String, retry_after_s: u64 },
    /// A bug or a broken dependency. The text is for the log, never for a user.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound(_) => 404,
            Self::Invalid(_) => 422,
            Self::SoldOut(_) | Self::Conflict { .. } | Self::Ordered { .. } => 409,
            Self::Declined { .. } => 402,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::TooMany { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Internal(_) => 500,
        }
    }

    /// The body of an `application/problem+json` answer (RFC 9457).
    pub fn problem(&self) -> Problem {
        let (code, detail) = match self {
            Self::NotFound(noun) => ("not_found", format!("This {noun} does not exist.")),
            Self::Invalid(fields) => (
                "invalid",
                fields
                    .first()
                    .map_or_else(|| "The input is invalid.".to_owned(), |f| format!("{}: {}", f.field, f.message)),
            ),
            Self::SoldOut(lines) => (
                "sold_out",
                lines
                    .iter()
                    .map(|l| match l.available {
                        0 => format!("{} is sold out.", l.title),
                        n => format!("Only {n} of {} left.", l.title),
                    })
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            Self::Conflict { code, message } => (*code, message.clone()),
            Self::Ordered { number, .. } => ("already_ordered", format!("This cart was ordered already: {number}.")),
            Self::Declined { code, message } => (code.as_str(), message.clone()),
            Self::Unauthenticated => ("unauthenticated", "Log in first.".to_owned()),
            Self::Forbidden => ("forbidden", "You may not do this.".to_owned()),
            Self::TooMany { .. } => ("too_many", "Too many attempts. Wait a little and try again.".to_owned()),
            Self::Unavailable { message, .. } => ("unavailable", message.clone()),
            Self::Internal(_) => ("internal", "Something went wrong on our side.".to_owned()),
        };
        let (errors, shortages) = match self {
            Self::Invalid(fields) => (fields.clone(), Vec::new()),
            Self::SoldOut(lines) => (Vec::new(), lines.clone()),
            _ => (Vec::new(), Vec::new()),
        };
        Problem {
            kind: "about:blank".into(),
            title: code.replace('_', " "),
            status: self.status(),
            code: code.into(),
            detail,
            errors,
            shortages,
            order_url: None,
        }
    }
}

/// An error as programs and islands read it: RFC 9457 with the members `code`, `errors`, `shortages`,
/// `order_url`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shortages: Vec<Shortage>,
    /// Where the order is that was meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_url: Option<String>,
}

#[cfg(feature = "server")]
impl From<crate::db::DbError> for Error {
    fn from(error: crate::db::DbError) -> Self {
        // Nothing was changed, and nobody did anything wrong: a lock or a connection took too long to get.
        if error.is_transient() {
            tracing::warn!(%error, "the database is busy");
            return Self::Unavailable { message: "The shop is busy. Please try again.".into(), retry_after_s: 1 };
        }
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON does not parse: {error}"))
    }
}
