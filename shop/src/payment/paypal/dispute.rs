//! PayPal's disputes, as far as the shop reads them.

use serde::Deserialize;

use super::super::{Dispute as ShopDispute, DisputeStatus};
use super::amount::Amount;
use super::event::Supplement;
use super::time;

#[derive(Deserialize)]
pub struct Dispute {
    dispute_id: String,
    create_time: Option<String>,
    #[serde(default)]
    disputed_transactions: Vec<Transaction>,
    #[serde(default)]
    reason: String,
    status: String,
    dispute_amount: Amount,
    dispute_outcome: Option<Resolved>,
}

#[derive(Deserialize)]
struct Transaction {
    /// The capture.
    seller_transaction_id: Option<String>,
}

#[derive(Deserialize)]
struct Resolved {
    outcome_code: Option<String>,
}

impl Dispute {
    pub fn capture_id(&self) -> Option<&str> {
        self.disputed_transactions.iter().find_map(|one| one.seller_transaction_id.as_deref())
    }

    /// `order` is what the shop knows the payment by.
    pub fn read(&self, order: &str) -> Option<ShopDispute> {
        Some(ShopDispute {
            dispute_id: self.dispute_id.clone(),
            intent_id: order.to_owned(),
            amount: self.dispute_amount.minor()?,
            currency: self.dispute_amount.currency_code.clone(),
            reason: self.reason.to_ascii_lowercase(),
            status: self.standing(),
            created_ms: self.create_time.as_deref().and_then(time::read).unwrap_or_default(),
        })
    }

    /// An outcome that PayPal does not describe leaves it open: a person looks.
    fn standing(&self) -> DisputeStatus {
        if self.status != "RESOLVED" {
            return DisputeStatus::Open;
        }
        match self.dispute_outcome.as_ref().and_then(|it| it.outcome_code.as_deref()) {
            Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED") => DisputeStatus::Lost,
            // With a payout the buyer's money comes from PayPal, not from the shop.
            Some("RESOLVED_SELLER_FAVOUR" | "RESOLVED_WITH_PAYOUT" | "CANCELED_BY_BUYER" | "DENIED") => {
                DisputeStatus::Won
            }
            _ => DisputeStatus::Open,
        }
    }
}

#[derive(Deserialize)]
pub struct Capture {
    supplementary_data: Option<Supplement>,
}

impl Capture {
    pub fn order_id(self) -> Option<String> {
        self.supplementary_data?.order_id()
    }
}
