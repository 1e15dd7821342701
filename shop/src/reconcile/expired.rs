//! B3, too late: orders whose payment has expired and that nobody has paid anew within their time.

use super::mend;
use crate::checkout;
use crate::id::CheckoutId;
use crate::{Error, Result, Shop, args, order};

/// A provider that does not answer is asked again after this long.
const ASK_AGAIN_MS: i64 = 10 * 60_000;

/// Cancels them and puts their units back, once the provider says that it holds nothing; the number looked at.
pub(crate) async fn cancel_expired(shop: &Shop) -> Result<usize> {
    let sql = "SELECT number, checkout_id FROM orders WHERE cancel_at <= $1 AND state = 'confirmed'
        ORDER BY cancel_at LIMIT 100";
    let due: Vec<(String, CheckoutId)> = shop.db.fetch_all(sql, args![shop.now_ms()]).await?;
    for (number, checkout) in &due {
        match cancel(shop, number, *checkout).await {
            Ok(true) => tracing::warn!(number, "an order whose payment had expired was cancelled"),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, number, "an order whose payment has expired is not cancelled yet");
                let mut tx = shop.db.begin().await?;
                let sql = "UPDATE orders SET cancel_at = $2 WHERE number = $1 AND cancel_at IS NOT NULL";
                tx.execute(sql, args![number, shop.now_ms() + ASK_AGAIN_MS]).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(due.len())
}

/// `false` when it was paid in the last moment, or somebody else was faster.
async fn cancel(shop: &Shop, number: &str, checkout: CheckoutId) -> Result<bool> {
    checkout::close_payment(shop, checkout).await?;
    let sql = "SELECT number FROM orders WHERE number = $1 AND payment_expired_at IS NOT NULL";
    let waits: Option<(String,)> = shop.db.fetch_optional(sql, args![number]).await?;
    if waits.is_none() {
        return Ok(false);
    }
    if mend::is_held(shop, checkout).await? {
        return Err(Error::conflict("held", "The provider holds money for this order after all."));
    }
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    if !order::is_over(&mut tx, number, now).await? {
        return Ok(false);
    }
    order::cancel_uncharged(&mut tx, number, None, now).await?;
    super::order_is_cancelled(&mut tx, number, "by itself", now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(true)
}
