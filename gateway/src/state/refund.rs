//! Refunds: never more than was captured, over all refunds of a payment together. A refund that is pending has left
//! the merchant already; when it fails, the money comes back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Aftermath, State, Status, Subject};
use crate::currency;
use crate::error::{Answer, ApiError};
use crate::form::Metadata;
use crate::id;
use crate::ledger::Movement;

/// How long the refunds of the test cards that say so are pending.
const PENDING_MS: i64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub created: i64,
    pub intent: String,
    pub charge: String,
    pub amount: i64,
    pub currency: String,
    pub status: RefundStatus,
    pub reason: Option<String>,
    pub metadata: Metadata,
    /// How it will end, while it is pending.
    #[serde(default)]
    pub settles: Option<RefundSettling>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSettling {
    /// Unix milliseconds.
    pub at_ms: i64,
    pub fails: bool,
}

/// What is asked for.
#[derive(Default)]
pub struct NewRefund {
    pub intent: String,
    /// All that is left when absent.
    pub amount: Option<i64>,
    pub reason: Option<String>,
    pub metadata: Metadata,
    /// Pending for so many milliseconds, and whether it fails then.
    pub pends: Option<(i64, bool)>,
}

impl State {
    pub fn refund(&mut self, new: NewRefund, now: i64) -> Answer<Arc<Refund>> {
        let old = Arc::clone(self.intent(&new.intent)?);
        let Some(charge) = old.charge.as_ref().filter(|_| old.status == Status::Succeeded) else {
            let message = format!("This PaymentIntent ({}) does not have a successful charge to refund.", old.id);
            return Err(ApiError::state("payment_intent_unexpected_state", message));
        };
        if charge.disputed {
            let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
            return Err(ApiError::state("charge_disputed", message));
        }
        let left = old.refundable();
        if left == 0 {
            let message = format!("Charge {} has already been refunded.", charge.id);
            return Err(ApiError::state("charge_already_refunded", message));
        }
        let amount = new.amount.unwrap_or(left);
        if amount < 1 {
            let message = "This value must be greater than or equal to 1.";
            return Err(ApiError::param("parameter_invalid_integer", "amount", message));
        }
        if amount > left {
            let message = format!(
                "Refund amount ({}) is greater than unrefunded amount on charge ({})",
                currency::show(amount, &old.currency),
                currency::show(left, &old.currency)
            );
            return Err(ApiError { begun: true, ..ApiError::param("amount_too_large", "amount", message) });
        }
        let pends = new.pends.or(match charge.aftermath {
            Some(Aftermath::RefundPends) => Some((PENDING_MS, false)),
            Some(Aftermath::RefundFails) => Some((PENDING_MS, true)),
            _ => None,
        });
        let settles = pends.map(|(ms, fails)| RefundSettling { at_ms: self.now_ms.saturating_add(ms.max(0)), fails });
        let charge_id = charge.id.clone();
        let mut changed = (*old).clone();
        if let Some(charge) = &mut changed.charge {
            Arc::make_mut(charge).amount_refunded += amount;
        }
        self.book(&changed, Movement::Refund, amount, now);
        let changed = self.put_intent(changed);
        let refund = self.put_refund(Refund {
            id: id::new("re_"),
            created: now,
            intent: changed.id.clone(),
            charge: charge_id,
            amount,
            currency: changed.currency.clone(),
            status: if settles.is_some() { RefundStatus::Pending } else { RefundStatus::Succeeded },
            reason: new.reason,
            metadata: new.metadata,
            settles,
        });
        self.emit("refund.created", Subject::Refund(Arc::clone(&refund)), now);
        self.emit("charge.refunded", Subject::Charge(changed), now);
        Ok(refund)
    }

    /// A pending refund comes to its end.
    pub(super) fn settle_refund(&mut self, at: usize, now: i64) {
        let mut refund = (*self.refunds[at]).clone();
        let Some(settling) = refund.settles.take() else { return };
        refund.status = if settling.fails { RefundStatus::Failed } else { RefundStatus::Succeeded };
        if settling.fails
            && let Ok(mut intent) = self.intent(&refund.intent).map(|intent| (**intent).clone())
        {
            if let Some(charge) = &mut intent.charge {
                Arc::make_mut(charge).amount_refunded -= refund.amount;
            }
            self.book(&intent, Movement::RefundReturn, refund.amount, now);
            self.put_intent(intent);
        }
        let refund = self.put_refund(refund);
        self.emit("refund.updated", Subject::Refund(Arc::clone(&refund)), now);
        if settling.fails {
            self.emit("refund.failed", Subject::Refund(refund), now);
        }
    }
}
