//! Frozen checkouts: what becomes of one when the money that froze it has gone back.
//!
//! ```text
//! the shopper has paid as agreed, too   → it goes on
//! otherwise                             → every payment of it is ended, and it is released
//! ```

use super::breaks::{self, Break};
use super::mend;
use crate::db::Tx;
use crate::id::CheckoutId;
use crate::{Result, Shop, args, checkout};

/// A checkout whose money is out of the way at the provider; to be written down.
pub(super) struct Cleared {
    checkout: CheckoutId,
    is_paid: bool,
    /// Differences that are over when it is released.
    frozen_by: Vec<Break>,
}

/// The checkout of the order, while it is frozen.
pub(super) async fn frozen(shop: &Shop, number: &str) -> Result<Option<CheckoutId>> {
    let sql = "SELECT k.id FROM checkout k JOIN orders o ON o.checkout_id = k.id
        WHERE o.number = $1 AND k.state = 'manual_review'";
    let row: Option<(CheckoutId,)> = shop.db.fetch_optional(sql, args![number]).await?;
    Ok(row.map(|(id,)| id))
}

/// Ends what may still bring money to a frozen checkout, and gives back what else froze it, unless its shopper has paid as
/// agreed.
///
/// # Errors
/// `Unavailable` when a provider does not answer or cannot do it.
pub(super) async fn clear(shop: &Shop, checkout: CheckoutId, number: &str) -> Result<Cleared> {
    if mend::is_paid(shop, checkout).await? {
        return Ok(Cleared { checkout, is_paid: true, frozen_by: Vec::new() });
    }
    mend::end_attempts(shop, checkout).await?;
    let mut frozen_by = breaks::of_order(shop, number).await?;
    frozen_by.retain(|one| one.kind.freezes() && !one.payment.is_empty());
    for one in &frozen_by {
        mend::give_back(shop, &one.provider, &one.payment).await?;
    }
    Ok(Cleared { checkout, is_paid: false, frozen_by })
}

impl Cleared {
    pub(super) async fn write(&self, tx: &mut Tx, now: i64) -> Result<()> {
        if self.is_paid {
            return checkout::resume_review(tx, self.checkout, now).await;
        }
        checkout::end_review(tx, self.checkout, now).await?;
        for one in &self.frozen_by {
            breaks::close(tx, one.kind, &one.reference, "Gave the money back with the rest", now).await?;
        }
        Ok(())
    }
}

/// Lets go of checkouts that stay frozen although nothing is left that froze them: the news was old, or somebody has given
/// the money back at the provider.
pub(super) async fn thaw(shop: &Shop, mended: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT k.id, o.number FROM checkout k JOIN orders o ON o.checkout_id = k.id
        WHERE k.state = 'manual_review' ORDER BY k.id";
    let frozen: Vec<(CheckoutId, String)> = shop.db.fetch_all(sql, args![]).await?;
    for (checkout, number) in frozen {
        if breaks::of_order(shop, &number).await?.iter().any(|one| one.kind.freezes()) {
            continue;
        }
        match clear(shop, checkout, &number).await {
            Ok(cleared) => {
                let (mut tx, now) = (shop.db.begin().await?, shop.now_ms());
                cleared.write(&mut tx, now).await?;
                tx.commit().await?;
                shop.wake.notify_one();
                mended.push(format!("{number}: what froze it is gone"));
            }
            Err(error) => tracing::warn!(%error, number, "stays frozen for now"),
        }
    }
    Ok(())
}
