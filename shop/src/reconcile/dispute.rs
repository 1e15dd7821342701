//! B7: the card holder asks the bank for the money back. The order is marked, nothing of it is refunded while the bank
//! decides, and a person is told: evidence is given in the provider's dashboard.

use super::breaks::{self, Found};
use super::kind::Kind;
use crate::audit::{self, Actor, Entry};
use crate::db::Read;
use crate::id::{CheckoutId, OrderId};
use crate::order;
use crate::payment::{Dispute, DisputeStatus};
use crate::{Result, Shop, args};

/// Writes down where a dispute stands; `false` when the payment belongs to nothing here.
pub(crate) async fn apply(shop: &Shop, provider: &str, dispute: &Dispute) -> Result<bool> {
    let now = shop.now_ms();
    let sql = "SELECT checkout_id FROM payment_attempt WHERE provider = $1 AND provider_ref = $2";
    let owner: Option<(CheckoutId,)> = shop.db.fetch_optional(sql, args![provider, &dispute.intent_id]).await?;
    let Some((checkout,)) = owner else { return Ok(false) };
    let to = match dispute.status {
        DisputeStatus::Open => order::Dispute::Open,
        DisputeStatus::Won => order::Dispute::Won,
        DisputeStatus::Lost => order::Dispute::Lost,
    };
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE orders SET version = version + 1 WHERE checkout_id = $1 RETURNING id, number, dispute, captured";
    let (id, number, from, captured): (OrderId, String, String, i64) = tx.fetch_one(sql, args![checkout]).await?;
    // News may come late: what the bank has decided stays decided.
    if from == to.code() || (!from.is_empty() && from != "open") {
        return Ok(true);
    }
    tx.execute("UPDATE orders SET dispute = $2 WHERE id = $1", args![id, to.code()]).await?;
    let entry = Entry::new(Actor::System, "order.dispute", "order", &number).before(&from).after(&to);
    audit::record(&mut tx, &entry, now).await?;
    if to == order::Dispute::Won {
        breaks::close(&mut tx, Kind::Dispute, &dispute.dispute_id, "the bank decided for the shop", now).await?;
    } else {
        let what = match to {
            order::Dispute::Lost => "lost, the money is gone",
            _ => "give evidence in the provider's dashboard",
        };
        let found =
            Found::new(Kind::Dispute, &dispute.dispute_id, format!("{}: {what}", dispute.reason.replace('_', " ")))
                .of_order(&number)
                .of_payment(provider, &dispute.intent_id, dispute.created_ms)
                .amounts(&dispute.currency, Some(captured), Some(dispute.amount));
        breaks::put(&mut tx, &found, now).await?;
    }
    tx.commit().await?;
    tracing::error!(number, dispute = dispute.dispute_id, state = to.code(), "a payment is disputed");
    Ok(true)
}
