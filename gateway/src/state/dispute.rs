//! Disputes and early fraud warnings: what becomes of a payment after it was captured, against the shop's will.
//!
//! ```text
//! dispute opened   merchant → disputed     won    disputed → merchant     lost   disputed → cardholder
//! ```

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Intent, Place, State, Status, Subject};
use crate::error::{Answer, ApiError};
use crate::id;
use crate::journal::Record;
use crate::ledger::{Booking, Movement, Provider};
use crate::{paypal, razorpay};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    NeedsResponse,
    Won,
    Lost,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub created: i64,
    /// Whose API tells of it.
    #[serde(default)]
    pub provider: Provider,
    pub intent: String,
    /// What took the money: a charge, at PayPal a capture, at Razorpay a payment.
    pub charge: String,
    pub amount: i64,
    pub currency: String,
    /// For example `fraudulent` or `product_not_received`.
    pub reason: String,
    pub status: DisputeStatus,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FraudWarning {
    pub id: String,
    pub created: i64,
    pub intent: String,
    pub charge: String,
    /// For example `made_with_stolen_card`.
    pub kind: String,
}

fn undisputable() -> ApiError {
    ApiError::state("charge_disputed", "This charge cannot be disputed, or not for so much.")
}

impl State {
    /// The card holder asks for the money back: it is withdrawn at once. `amount` is all that was captured when absent.
    pub fn dispute(&mut self, intent: &str, amount: Option<i64>, reason: &str, now: i64) -> Answer<Arc<Dispute>> {
        if let Some(order) = self.paypal.order(intent).map(Arc::clone) {
            return self.dispute_paypal(&order, amount, reason, now);
        }
        if let Some(link) = self.razorpay.link(intent).map(Arc::clone) {
            return self.dispute_razorpay(&link, amount, reason, now);
        }
        let old = self.captured(intent)?;
        let left = old.refundable();
        let amount = amount.unwrap_or(left);
        if old.charge.as_ref().is_none_or(|charge| charge.disputed) || !(1..=left).contains(&amount) {
            return Err(undisputable());
        }
        let changed = self.mark_disputed(&old, true);
        self.book(&changed, Movement::DisputeWithdraw, amount, now);
        let dispute = self.put_dispute(Dispute {
            id: id::new("dp_"),
            created: now,
            provider: Provider::Stripe,
            intent: changed.id.clone(),
            charge: changed.charge.as_ref().map(|charge| charge.id.clone()).unwrap_or_default(),
            amount,
            currency: changed.currency.clone(),
            reason: reason.to_owned(),
            status: DisputeStatus::NeedsResponse,
        });
        self.emit("charge.dispute.created", Subject::Dispute(Arc::clone(&dispute)), now);
        self.emit("charge.dispute.funds_withdrawn", Subject::Dispute(Arc::clone(&dispute)), now);
        Ok(dispute)
    }

    /// The bank decides: the money comes back, or is gone.
    pub fn close_dispute(&mut self, id: &str, won: bool, now: i64) -> Answer<Arc<Dispute>> {
        let old = Arc::clone(self.find_dispute(id)?);
        if old.status != DisputeStatus::NeedsResponse {
            return Err(ApiError::state("", "This dispute is already closed.").unnamed());
        }
        let (status, movement) = if won {
            (DisputeStatus::Won, Movement::DisputeReinstate)
        } else {
            (DisputeStatus::Lost, Movement::DisputeLose)
        };
        if old.provider != Provider::Stripe {
            return Ok(self.close_elsewhere(&old, status, movement, now));
        }
        let intent = Arc::clone(self.intent(&old.intent)?);
        if won {
            self.mark_disputed(&intent, false);
        }
        self.book(&intent, movement, old.amount, now);
        let dispute = self.put_dispute(Dispute { status, ..(*old).clone() });
        self.emit("charge.dispute.closed", Subject::Dispute(Arc::clone(&dispute)), now);
        if won {
            self.emit("charge.dispute.funds_reinstated", Subject::Dispute(Arc::clone(&dispute)), now);
        }
        Ok(dispute)
    }

    fn dispute_paypal(
        &mut self,
        order: &Arc<paypal::Order>,
        amount: Option<i64>,
        reason: &str,
        now: i64,
    ) -> Answer<Arc<Dispute>> {
        let capture = order.capture.as_ref().ok_or_else(undisputable)?;
        let dispute = Dispute {
            id: format!("PP-D-{}", id::capitals()),
            created: now,
            provider: Provider::Paypal,
            intent: order.id.clone(),
            charge: capture.id.clone(),
            amount: capture.amount - order.refunded(),
            currency: order.currency.clone(),
            reason: reason.to_owned(),
            status: DisputeStatus::NeedsResponse,
        };
        let dispute = self.open_elsewhere(dispute, amount, now)?;
        self.tell_paypal_dispute("CUSTOMER.DISPUTE.CREATED", order, &dispute, now);
        Ok(dispute)
    }

    fn dispute_razorpay(
        &mut self,
        link: &Arc<razorpay::Link>,
        amount: Option<i64>,
        reason: &str,
        now: i64,
    ) -> Answer<Arc<Dispute>> {
        let payment = link.payments.iter().find(|payment| payment.captured).ok_or_else(undisputable)?;
        let dispute = Dispute {
            id: id::short("disp_"),
            created: now,
            provider: Provider::Razorpay,
            intent: link.id.clone(),
            charge: payment.id.clone(),
            amount: link.amount - payment.refunded(),
            currency: link.currency.clone(),
            reason: reason.to_owned(),
            status: DisputeStatus::NeedsResponse,
        };
        let dispute = self.open_elsewhere(dispute, amount, now)?;
        self.tell_razorpay_dispute("payment.dispute.created", link, &dispute, now);
        Ok(dispute)
    }

    /// `dispute` is over all that is left of the payment.
    fn open_elsewhere(&mut self, dispute: Dispute, amount: Option<i64>, now: i64) -> Answer<Arc<Dispute>> {
        let is_open = |it: &Arc<Dispute>| it.charge == dispute.charge && it.status != DisputeStatus::Won;
        let amount = amount.unwrap_or(dispute.amount);
        if self.disputes.iter().any(is_open) || !(1..=dispute.amount).contains(&amount) {
            return Err(undisputable());
        }
        let dispute = self.put_dispute(Dispute { amount, ..dispute });
        self.book_dispute(&dispute, Movement::DisputeWithdraw, now);
        Ok(dispute)
    }

    fn close_elsewhere(&mut self, old: &Dispute, status: DisputeStatus, movement: Movement, now: i64) -> Arc<Dispute> {
        let dispute = self.put_dispute(Dispute { status, ..old.clone() });
        self.book_dispute(&dispute, movement, now);
        if let Some(order) = self.paypal.order(&old.intent).map(Arc::clone) {
            self.tell_paypal_dispute("CUSTOMER.DISPUTE.RESOLVED", &order, &dispute, now);
        } else if let Some(link) = self.razorpay.link(&old.intent).map(Arc::clone) {
            let won = status == DisputeStatus::Won;
            let kind = if won { "payment.dispute.won" } else { "payment.dispute.lost" };
            self.tell_razorpay_dispute(kind, &link, &dispute, now);
        }
        dispute
    }

    fn book_dispute(&mut self, dispute: &Dispute, movement: Movement, now: i64) {
        let what = Booking { provider: dispute.provider, payment: &dispute.intent, currency: &dispute.currency };
        self.book_for(&what, movement, dispute.amount, now);
    }

    /// The card's issuer suspects fraud; no money moves.
    pub fn warn_of_fraud(&mut self, intent: &str, kind: &str, now: i64) -> Answer<Arc<FraudWarning>> {
        let intent = self.captured(intent)?;
        let warning = Arc::new(FraudWarning {
            id: id::new("issfr_"),
            created: now,
            intent: intent.id.clone(),
            charge: intent.charge.as_ref().map(|charge| charge.id.clone()).unwrap_or_default(),
            kind: kind.to_owned(),
        });
        self.changes.push(Record::FraudWarning(Arc::clone(&warning)));
        self.restore_fraud_warning(Arc::clone(&warning));
        self.emit("radar.early_fraud_warning.created", Subject::FraudWarning(Arc::clone(&warning)), now);
        Ok(warning)
    }

    pub fn find_dispute(&self, id: &str) -> Answer<&Arc<Dispute>> {
        match self.place(id) {
            Some(Place::Dispute(at)) => Ok(&self.disputes[at]),
            _ => Err(ApiError::no_such("dispute", "dispute", id)),
        }
    }

    pub fn restore_dispute(&mut self, dispute: Arc<Dispute>) {
        if let Some(Place::Dispute(at)) = self.place(&dispute.id) {
            self.disputes[at] = dispute;
        } else {
            self.places.insert(dispute.id.clone(), Place::Dispute(self.disputes.len()));
            self.disputes.push(dispute);
        }
    }

    pub fn restore_fraud_warning(&mut self, warning: Arc<FraudWarning>) {
        self.places.insert(warning.id.clone(), Place::FraudWarning(self.fraud_warnings.len()));
        self.fraud_warnings.push(warning);
    }

    fn put_dispute(&mut self, dispute: Dispute) -> Arc<Dispute> {
        let dispute = Arc::new(dispute);
        self.changes.push(Record::Dispute(Arc::clone(&dispute)));
        self.restore_dispute(Arc::clone(&dispute));
        dispute
    }

    fn captured(&self, intent: &str) -> Answer<Arc<Intent>> {
        let intent = self.intent(intent)?;
        if intent.status == Status::Succeeded {
            return Ok(Arc::clone(intent));
        }
        Err(ApiError::state("payment_intent_unexpected_state", "Nothing was captured of this payment."))
    }

    fn mark_disputed(&mut self, intent: &Intent, disputed: bool) -> Arc<Intent> {
        let mut intent = intent.clone();
        if let Some(charge) = &mut intent.charge {
            Arc::make_mut(charge).disputed = disputed;
        }
        self.put_intent(intent)
    }
}
