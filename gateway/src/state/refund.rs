//! Refunds: never more than was captured, over all refunds of a payment together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{State, Status, Subject};
use crate::currency;
use crate::error::{Answer, ApiError};
use crate::form::Metadata;
use crate::id;
use crate::ledger::Movement;

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
}

impl State {
    pub fn refund(
        &mut self,
        intent: &str,
        amount: Option<i64>,
        reason: Option<String>,
        metadata: Metadata,
        now: i64,
    ) -> Answer<Arc<Refund>> {
        let old = Arc::clone(self.intent(intent)?);
        let Some(charge) = old.charge.as_ref().filter(|_| old.status == Status::Succeeded) else {
            let message = format!("This PaymentIntent ({}) does not have a successful charge to refund.", old.id);
            return Err(ApiError::state("payment_intent_unexpected_state", message));
        };
        let left = old.refundable();
        if left == 0 {
            let message = format!("Charge {} has already been refunded.", charge.id);
            return Err(ApiError::state("charge_already_refunded", message));
        }
        let amount = amount.unwrap_or(left);
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
            status: RefundStatus::Succeeded,
            reason,
            metadata,
        });
        self.emit("refund.created", Subject::Refund(Arc::clone(&refund)), now);
        self.emit("charge.refunded", Subject::Charge(changed), now);
        Ok(refund)
    }
}
