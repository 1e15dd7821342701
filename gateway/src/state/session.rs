//! Checkout sessions: visits to the hosted payment page. The intent is made when the shopper pays, not before.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CaptureMethod, Confirmation, Intent, State, Status, Subject, Sum};
use crate::error::{Answer, ApiError};
use crate::form::Metadata;
use crate::id;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub description: Option<String>,
    pub unit_amount: i64,
    pub quantity: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    pub created: i64,
    pub expires_at: i64,
    pub status: SessionStatus,
    pub currency: String,
    pub amount: i64,
    pub lines: Vec<Line>,
    pub success_url: String,
    pub cancel_url: Option<String>,
    pub customer_email: Option<String>,
    pub reference: Option<String>,
    pub metadata: Metadata,
    pub capture_method: CaptureMethod,
    pub intent_metadata: Metadata,
    pub intent_description: Option<String>,
    pub intent: Option<String>,
    #[serde(default)]
    pub customer: Option<String>,
}

impl Session {
    pub fn sum(&self) -> Sum {
        Sum { amount: self.amount, currency: self.currency.clone() }
    }

    /// Where the shopper goes after paying.
    pub fn success_url(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }
}

impl State {
    /// The shopper pays on the hosted page. A decline leaves the page open for another card.
    pub fn pay_session(&mut self, id: &str, with: Confirmation, now: i64) -> Answer<Arc<Intent>> {
        let session = Arc::clone(self.session(id)?);
        if session.status != SessionStatus::Open {
            return Err(closed(&session, "paid"));
        }
        let intent_id = if let Some(intent) = &session.intent {
            intent.clone()
        } else {
            let intent = self.intent_for(&session, now);
            self.put_session(Session { intent: Some(intent.id.clone()), ..(*session).clone() });
            intent.id.clone()
        };
        let intent = self.confirm(&intent_id, with, now)?;
        self.follow_up_session(&intent, now);
        Ok(intent)
    }

    /// Closes the page once its payment is authorised, or under way; then its end is told too.
    pub fn follow_up_session(&mut self, intent: &Intent, now: i64) {
        let Some(session) = intent.session.as_deref().and_then(|id| self.session(id).ok()).map(Arc::clone) else {
            return;
        };
        let taken = matches!(intent.status, Status::RequiresCapture | Status::Succeeded);
        let kind = match session.status {
            SessionStatus::Open if taken || intent.status == Status::Processing => "checkout.session.completed",
            SessionStatus::Complete if taken => "checkout.session.async_payment_succeeded",
            SessionStatus::Complete if intent.last_error.is_some() => "checkout.session.async_payment_failed",
            _ => return,
        };
        let session = self.put_session(Session { status: SessionStatus::Complete, ..(*session).clone() });
        self.emit(kind, Subject::Session(session), now);
    }

    /// Closes an open page: after this nobody can pay there, and an attempt under way is cancelled.
    pub fn expire_session(&mut self, id: &str, now: i64) -> Answer<Arc<Session>> {
        let session = Arc::clone(self.session(id)?);
        if session.status != SessionStatus::Open {
            return Err(closed(&session, "expired"));
        }
        if let Some(intent) = &session.intent {
            // It waits for a card or a challenge: an authorised intent would have completed the session.
            self.cancel(intent, None, now)?;
        }
        let session = self.put_session(Session { status: SessionStatus::Expired, ..(*session).clone() });
        self.emit("checkout.session.expired", Subject::Session(Arc::clone(&session)), now);
        Ok(session)
    }

    /// Whether an open hosted page owns this intent; such an intent ends with its page.
    pub fn owned_by_open_session(&self, intent: &Intent) -> bool {
        let session = intent.session.as_deref().and_then(|id| self.session(id).ok());
        session.is_some_and(|session| session.status == SessionStatus::Open)
    }

    fn intent_for(&mut self, session: &Session, now: i64) -> Arc<Intent> {
        let id = id::new("pi_");
        let intent = self.put_intent(Intent {
            client_secret: id::new(&format!("{id}_secret_")),
            id,
            amount: session.amount,
            currency: session.currency.clone(),
            capture_method: session.capture_method,
            status: Status::RequiresPaymentMethod,
            amount_capturable: 0,
            amount_received: 0,
            created: now,
            automatic_methods: true,
            customer: session.customer.clone(),
            description: session.intent_description.clone(),
            receipt_email: session.customer_email.clone(),
            metadata: Arc::new(session.intent_metadata.clone()),
            method: None,
            last_error: None,
            return_url: None,
            canceled_at: None,
            cancellation_reason: None,
            charge: None,
            session: Some(session.id.clone()),
            settles: None,
        });
        self.emit("payment_intent.created", Subject::Intent(Arc::clone(&intent)), now);
        intent
    }
}

fn closed(session: &Session, done: &str) -> ApiError {
    let message = format!(
        "Only Checkout Sessions with a status in [\"open\"] can be {done}. This Checkout Session has a status of `{}`.",
        session.status.name()
    );
    ApiError::state("", message).unnamed()
}
