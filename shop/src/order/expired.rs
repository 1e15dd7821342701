//! An order whose money the provider has let go of before it was taken. It keeps its units for a day, in which the shopper
//! is asked to pay anew; then it is cancelled. It stays as confirmed as it was: what has expired is its payment.

use crate::db::Tx;
use crate::id::OrderId;
use crate::outbox::{self, Note};
use crate::{Error, Result, args};

/// How long such an order keeps its units.
const KEEP_MS: i64 = 24 * 3_600_000;

/// Marks the order and asks its shopper to pay anew. The order's row is locked by the caller.
pub(crate) async fn payment_expired(tx: &mut Tx, order: OrderId, number: &str, now: i64) -> Result<()> {
    let sql = "UPDATE orders SET payment_expired_at = $2, cancel_at = $3, version = version + 1 WHERE id = $1";
    tx.execute(sql, args![order, now, now + KEEP_MS]).await?;
    let notes = [Note::mail(order, "payment_expired"), Note::event(order, "order_payment_expired", number)];
    outbox::put(tx, &notes, now).await
}

/// The order is paid after all. Its row is locked by the caller.
pub(crate) async fn paid_anew(tx: &mut Tx, order: OrderId, number: &str, now: i64) -> Result<()> {
    let sql = "UPDATE orders SET payment_expired_at = NULL, cancel_at = NULL, version = version + 1 WHERE id = $1";
    tx.execute(sql, args![order]).await?;
    let notes = [Note::mail(order, "paid_anew"), Note::event(order, "order_paid_anew", number)];
    outbox::put(tx, &notes, now).await
}

/// Another day to pay in.
///
/// # Errors
/// `Conflict` when the order does not wait for a payment any more.
pub(crate) async fn keep_waiting(tx: &mut Tx, number: &str, now: i64) -> Result<()> {
    let sql = "UPDATE orders SET cancel_at = $2, version = version + 1
        WHERE number = $1 AND payment_expired_at IS NOT NULL AND state = 'confirmed'";
    if tx.execute(sql, args![number, now + KEEP_MS]).await? == 0 {
        return Err(Error::conflict("not_waiting", "The order does not wait for a payment any more."));
    }
    Ok(())
}

/// Nobody but a person cancels it from now on.
pub(crate) async fn wait_for_ever(tx: &mut Tx, number: &str) -> Result<()> {
    let sql = "UPDATE orders SET cancel_at = NULL, version = version + 1 WHERE number = $1 AND cancel_at IS NOT NULL";
    tx.execute(sql, args![number]).await?;
    Ok(())
}

/// Whether its time is over; whoever asks in this transaction is the one who cancels it.
pub(crate) async fn is_over(tx: &mut Tx, number: &str, now: i64) -> Result<bool> {
    let sql = "UPDATE orders SET cancel_at = NULL WHERE number = $1 AND cancel_at <= $2 AND state = 'confirmed'";
    Ok(tx.execute(sql, args![number, now]).await? == 1)
}
