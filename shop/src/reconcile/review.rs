//! Frozen checkouts: what becomes of one when the money that froze it has gone back.
//!
//! ```text
//! the shopper has paid as agreed, too   → it goes on
//! otherwise                             → every payment of it is ended, and it is released
//! ```

use super::breaks::{self, Break};
use super::kind::{Kind, codes};
use super::mend;
use crate::db::{Sql, Tx};
use crate::id::CheckoutId;
use crate::{Result, Shop, args, checkout};

/// A checkout whose money is out of the way at the provider; to be written down.
pub(super) struct Cleared {
    checkout: CheckoutId,
    is_paid: bool,
    /// Differences whose money went back with it.
    given_back: Vec<Break>,
}

/// The checkout of the order, while it is frozen.
pub(super) async fn frozen(shop: &Shop, number: &str) -> Result<Option<CheckoutId>> {
    let sql = "SELECT k.id FROM checkout k JOIN orders o ON o.checkout_id = k.id
        WHERE o.number = $1 AND k.state = 'manual_review'";
    let row: Option<(CheckoutId,)> = shop.db.fetch_optional(sql, args![number]).await?;
    Ok(row.map(|(id,)| id))
}

/// Unless its shopper has paid as agreed, ends what may still bring money to a frozen checkout, and gives back what `others`
/// say.
///
/// # Errors
/// `Unavailable` when a provider does not answer or cannot do it.
pub(super) async fn clear(shop: &Shop, checkout: CheckoutId, others: Vec<Break>) -> Result<Cleared> {
    if mend::is_paid(shop, checkout).await? {
        return Ok(Cleared { checkout, is_paid: true, given_back: Vec::new() });
    }
    mend::end_attempts(shop, checkout).await?;
    for one in &others {
        mend::give_back(shop, &one.provider, &one.payment).await?;
    }
    Ok(Cleared { checkout, is_paid: false, given_back: others })
}

/// What freezes the same checkout as `one`, where the provider's payment is known.
pub(super) async fn others(shop: &Shop, one: &Break) -> Result<Vec<Break>> {
    let mut others = breaks::of_order(shop, &one.number).await?;
    others.retain(|other| other.id != one.id && other.kind.freezes() && !other.payment.is_empty());
    Ok(others)
}

impl Cleared {
    pub(super) async fn write(&self, tx: &mut Tx, now: i64) -> Result<()> {
        if self.is_paid {
            return checkout::resume_review(tx, self.checkout, now).await;
        }
        checkout::end_review(tx, self.checkout, now).await?;
        for one in &self.given_back {
            breaks::close(tx, one.kind, &one.reference, "Gave the money back with the rest", now).await?;
        }
        Ok(())
    }
}

/// Lets go of checkouts that stay frozen although nothing is left that froze them: the news was old, or somebody has given
/// the money back at the provider.
pub(super) async fn thaw(shop: &Shop, mended: &mut Vec<String>) -> Result<()> {
    macro_rules! frozen {
        ($among:literal) => {
            concat!(
                // From the differences, which are few, and not from the checkouts.
                "SELECT DISTINCT k.id, o.number FROM recon_break b JOIN orders o ON o.number = b.number
                   JOIN checkout k ON k.id = o.checkout_id AND k.state = 'manual_review'
                 WHERE b.kind ",
                $among,
                " AND NOT EXISTS (SELECT 1 FROM recon_break w
                   WHERE w.number = b.number AND w.resolved_at IS NULL AND w.kind ",
                $among,
                ") ORDER BY k.id"
            )
        };
    }
    const FROZEN: Sql = Sql { sqlite: frozen!("IN (SELECT value FROM json_each($1))"), postgres: frozen!("= ANY($1)") };
    let frozen: Vec<(CheckoutId, String)> =
        shop.db.fetch_all(FROZEN.of(shop.db.engine()), args![codes(Kind::freezes)]).await?;
    for (checkout, number) in frozen {
        match clear(shop, checkout, Vec::new()).await {
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
