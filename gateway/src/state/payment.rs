//! How payments move, and what each state refuses.
//!
//! ```text
//! requires_payment_method ─confirm→ requires_capture ─capture→ succeeded
//!    ↑   │  ↑                 ↑            └─cancel, lapse→ canceled
//!    │   │  └── declined      │
//!    │   ├confirm→ processing ─────┤ (for as long as a mood says)
//!    │   └confirm→ requires_action ─challenge passed
//!    └── challenge failed ─────┘
//! ```

use std::sync::Arc;

use super::intent::{Ending, Settling};
use super::{Aftermath, CaptureMethod, Charge, Confirmation, Intent, State, Status, Subject, Sum};
use crate::card::{self, Behaviour};
use crate::error::{Answer, ApiError, PaymentError};
use crate::id;
use crate::ledger::{Booking, Movement, Provider};

/// How long an authorisation can be captured: seven days, as for online card payments.
const AUTHORISATION_S: i64 = 7 * 86_400;

impl State {
    /// Tries to take the money. A decline changes the intent too and comes back as the error.
    pub fn confirm(&mut self, id: &str, with: Confirmation, now: i64) -> Answer<Arc<Intent>> {
        let old = Arc::clone(self.intent(id)?);
        if !old.takes_confirmation() {
            return Err(unexpected(
                &old,
                "confirmed",
                "requires_payment_method, requires_confirmation, requires_action",
            ));
        }
        let Some(method) = with.method.or_else(|| old.method.clone()) else {
            let message = "You cannot confirm this PaymentIntent because it's missing a payment method. \
                           You can either update the PaymentIntent with a payment method and then confirm it again, \
                           or confirm it again directly with a payment method.";
            return Err(ApiError::state("payment_intent_unexpected_state", message).with_intent(&old));
        };
        if method.customer.is_some() && method.customer != old.customer {
            let message = "The provided PaymentMethod cannot be attached. To reuse a PaymentMethod, you must attach it to \
                           a Customer first.";
            return Err(ApiError::state("", message).unnamed().with_intent(&old));
        }
        let mut intent = Intent { method: Some(Arc::clone(&method)), ..(*old).clone() };
        intent.last_error = None;
        intent.settles = None;
        if let Some(Sum { amount, currency }) = with.instead {
            (intent.amount, intent.currency) = (amount, currency);
        }
        if with.return_url.is_some() {
            intent.return_url = with.return_url;
        }
        let lapses_after_ms = with.lapses_after_ms;
        match with.forced.unwrap_or_else(|| method.card.behaviour.clone()) {
            Behaviour::Succeeds => Ok(self.authorise(intent, Grant { lapses_after_ms, ..Grant::default() }, now)),
            Behaviour::Then(sequel) => {
                Ok(self.authorise(intent, Grant { lapses_after_ms, aftermath: Some(sequel), ..Grant::default() }, now))
            }
            Behaviour::Declines(name) => self.refuse(intent, card::decline(&name), now),
            Behaviour::Challenges if with.off_session => {
                self.refuse(intent, card::decline("authentication_required"), now)
            }
            Behaviour::Challenges => Ok(self.wait(intent, Status::RequiresAction, None, now)),
            Behaviour::Answers { after_ms, passes } => {
                let settles = self.settling(after_ms, Ending::Answered { passed: passes });
                Ok(self.wait(intent, Status::RequiresAction, Some(settles), now))
            }
            Behaviour::Processes { ms, declines } => {
                let settles = self.settling(ms, declines.map_or(Ending::Authorised, Ending::Declined));
                Ok(self.wait(intent, Status::Processing, Some(settles), now))
            }
        }
    }

    fn settling(&self, after_ms: i64, how: Ending) -> Settling {
        Settling { at_ms: self.now_ms.saturating_add(after_ms.max(0)), how }
    }

    /// Neither taken nor refused yet.
    fn wait(&mut self, mut intent: Intent, status: Status, settles: Option<Settling>, now: i64) -> Arc<Intent> {
        intent.status = status;
        intent.settles = settles;
        let intent = self.put_intent(intent);
        self.emit(&format!("payment_intent.{}", status.name()), Subject::Intent(Arc::clone(&intent)), now);
        intent
    }

    /// The time has come that was set when the payment began to wait.
    pub(super) fn settle_intent(&mut self, at: usize, now: i64) {
        let mut intent = (*self.intents[at]).clone();
        // Confirmed anew or cancelled meanwhile: then this is about an earlier wait.
        let Some(settling) = intent.settles.take_if(|it| it.at_ms <= self.now_ms) else { return };
        let id = intent.id.clone();
        match settling.how {
            Ending::Authorised => {
                self.authorise(intent, Grant::default(), now);
            }
            // The refusal is in the intent; nobody waits for it as an answer.
            Ending::Declined(name) => {
                let _ = self.refuse(intent, card::decline(&name), now);
            }
            Ending::Answered { passed } => {
                let _ = self.answer_challenge(&id, passed, now);
            }
        }
        let intent = Arc::clone(&self.intents[at]);
        self.follow_up_session(&intent, now);
    }

    /// The card holder answered the challenge.
    pub fn answer_challenge(&mut self, id: &str, passed: bool, now: i64) -> Answer<Arc<Intent>> {
        let old = Arc::clone(self.intent(id)?);
        if old.status != Status::RequiresAction {
            return Err(unexpected(&old, "authenticated", "requires_action"));
        }
        let mut intent = (*old).clone();
        if passed {
            intent.settles = None;
            return Ok(self.authorise(intent, Grant { authenticated: true, ..Grant::default() }, now));
        }
        intent.settles = None;
        intent.status = Status::RequiresPaymentMethod;
        intent.method = None;
        intent.last_error = Some(Arc::new(PaymentError {
            code: "payment_intent_authentication_failure".to_owned(),
            decline_code: None,
            message: "We are unable to authenticate your payment method. Please choose a different payment method \
                      and try again."
                .to_owned(),
            kind: "invalid_request_error".to_owned(),
        }));
        let intent = self.put_intent(intent);
        self.emit("payment_intent.payment_failed", Subject::Intent(Arc::clone(&intent)), now);
        Ok(intent)
    }

    fn authorise(&mut self, mut intent: Intent, grant: Grant, now: i64) -> Arc<Intent> {
        let manual = intent.capture_method == CaptureMethod::Manual;
        intent.charge = Some(Arc::new(Charge {
            id: id::new("ch_"),
            created: now,
            succeeded: true,
            captured: !manual,
            amount_captured: if manual { 0 } else { intent.amount },
            amount_refunded: 0,
            failure: None,
            // Rounded up: the API counts in seconds.
            capture_before: grant
                .lapses_after_ms
                .map_or(now + AUTHORISATION_S, |ms| self.now_ms.saturating_add(ms + 999) / 1000),
            authenticated: grant.authenticated,
            disputed: false,
            aftermath: grant.aftermath,
        }));
        self.book(&intent, Movement::Authorise, intent.amount, now);
        let kind = if manual {
            intent.status = Status::RequiresCapture;
            intent.amount_capturable = intent.amount;
            "payment_intent.amount_capturable_updated"
        } else {
            self.book(&intent, Movement::Capture, intent.amount, now);
            intent.status = Status::Succeeded;
            intent.amount_received = intent.amount;
            "payment_intent.succeeded"
        };
        let intent = self.put_intent(intent);
        self.emit("charge.succeeded", Subject::Charge(Arc::clone(&intent)), now);
        self.emit(kind, Subject::Intent(Arc::clone(&intent)), now);
        self.follow_capture(&intent, now);
        intent
    }

    /// What a card of that kind does as soon as its money is taken.
    fn follow_capture(&mut self, intent: &Intent, now: i64) {
        if intent.status != Status::Succeeded {
            return;
        }
        // Neither is refused: something was captured and nothing disputed yet.
        match intent.charge.as_ref().and_then(|charge| charge.aftermath) {
            Some(Aftermath::Dispute) => {
                let _ = self.dispute(&intent.id, None, "fraudulent", now);
            }
            Some(Aftermath::FraudWarning) => {
                let _ = self.warn_of_fraud(&intent.id, "made_with_stolen_card", now);
            }
            Some(Aftermath::RefundPends | Aftermath::RefundFails) | None => {}
        }
    }

    fn refuse(&mut self, mut intent: Intent, why: PaymentError, now: i64) -> Answer<Arc<Intent>> {
        let why = Arc::new(why);
        intent.charge = Some(Arc::new(Charge {
            id: id::new("ch_"),
            created: now,
            succeeded: false,
            captured: false,
            amount_captured: 0,
            amount_refunded: 0,
            failure: Some(Arc::clone(&why)),
            capture_before: now,
            authenticated: false,
            disputed: false,
            aftermath: None,
        }));
        intent.status = Status::RequiresPaymentMethod;
        intent.method = None;
        intent.last_error = Some(Arc::clone(&why));
        let intent = self.put_intent(intent);
        self.emit("charge.failed", Subject::Charge(Arc::clone(&intent)), now);
        self.emit("payment_intent.payment_failed", Subject::Intent(Arc::clone(&intent)), now);
        Err(ApiError::declined(&why, intent))
    }

    /// Takes `amount`, or all that is authorised, and lets the rest go.
    pub fn capture(&mut self, id: &str, amount: Option<i64>, now: i64) -> Answer<Arc<Intent>> {
        let old = Arc::clone(self.intent(id)?);
        if old.status != Status::RequiresCapture {
            return Err(unexpected(&old, "captured", "requires_capture"));
        }
        let amount = amount.unwrap_or(old.amount_capturable);
        if amount < 1 {
            return Err(ApiError::param(
                "parameter_invalid_integer",
                "amount_to_capture",
                "This value must be greater than or equal to 1.",
            ));
        }
        if amount > old.amount_capturable {
            return Err(ApiError::param(
                "amount_too_large",
                "amount_to_capture",
                "The amount to capture must be less than or equal to the capturable amount.",
            ));
        }
        let mut intent = (*old).clone();
        self.book(&intent, Movement::Capture, amount, now);
        if amount < old.amount_capturable {
            self.book(&intent, Movement::Void, old.amount_capturable - amount, now);
        }
        intent.status = Status::Succeeded;
        intent.amount_capturable = 0;
        intent.amount_received = amount;
        if let Some(charge) = &mut intent.charge {
            let charge = Arc::make_mut(charge);
            charge.captured = true;
            charge.amount_captured = amount;
        }
        let intent = self.put_intent(intent);
        self.emit("charge.captured", Subject::Charge(Arc::clone(&intent)), now);
        self.emit("payment_intent.succeeded", Subject::Intent(Arc::clone(&intent)), now);
        self.follow_capture(&intent, now);
        Ok(intent)
    }

    /// Lets go of the money, if any is held, for good.
    pub fn cancel(&mut self, id: &str, reason: Option<String>, now: i64) -> Answer<Arc<Intent>> {
        let old = Arc::clone(self.intent(id)?);
        if !old.takes_confirmation() && old.status != Status::RequiresCapture {
            return Err(unexpected(
                &old,
                "canceled",
                "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing",
            ));
        }
        let mut intent = (*old).clone();
        if old.amount_capturable > 0 {
            self.book(&intent, Movement::Void, old.amount_capturable, now);
        }
        intent.status = Status::Canceled;
        intent.amount_capturable = 0;
        intent.settles = None;
        intent.canceled_at = Some(now);
        intent.cancellation_reason = reason;
        let intent = self.put_intent(intent);
        self.emit("payment_intent.canceled", Subject::Intent(Arc::clone(&intent)), now);
        Ok(intent)
    }

    /// Nobody captured in time.
    pub fn lapse(&mut self, id: &str, now: i64) {
        // Refused when it was captured in the same second, which is as good.
        let _ = self.cancel(id, Some("automatic".to_owned()), now);
    }

    pub(super) fn book(&mut self, intent: &Intent, movement: Movement, amount: i64, now: i64) {
        let what = Booking { provider: Provider::Stripe, payment: &intent.id, currency: &intent.currency };
        self.book_for(&what, movement, amount, now);
    }
}

/// How an authorisation differs from an ordinary one.
#[derive(Default)]
struct Grant {
    authenticated: bool,
    lapses_after_ms: Option<i64>,
    aftermath: Option<Aftermath>,
}

fn unexpected(intent: &Arc<Intent>, done: &str, allowed: &str) -> ApiError {
    let message = format!(
        "This PaymentIntent could not be {done} because it has a status of {}. Only a PaymentIntent with one of the \
         following statuses may be {done}: {allowed}.",
        intent.status.name()
    );
    ApiError::state("payment_intent_unexpected_state", message).with_intent(intent)
}
