//! Value that goes back to the account it came from, or to the customer's credit.

use super::account::{self, Account};
use super::book::{Booking, book};
use crate::db::{Read, Tx};
use crate::id::{CheckoutId, OrderId, StoredValueId};
use crate::{Error, Result, args};

/// Where something goes back to, and who says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refund<'r> {
    pub order_id: OrderId,
    pub checkout_id: CheckoutId,
    pub reason: &'r str,
    pub actor: &'r str,
    /// Unix milliseconds.
    pub now: i64,
}

impl<'r> Refund<'r> {
    pub(crate) fn booking(
        &self,
        account_id: StoredValueId,
        kind: super::Kind,
        currency: &'r str,
        amount: i64,
    ) -> Booking<'r> {
        Booking {
            account_id,
            kind,
            currency,
            what: "refund",
            amount,
            against: "refunds",
            order_id: Some(self.order_id),
            reason: self.reason,
            actor: self.actor,
        }
    }
}

/// Everything that the order spent and that has not gone back yet; running it twice gives it back once. The order's row
/// is locked by the caller, who locks promotions and shelves later.
pub(crate) async fn give_back_all(tx: &mut Tx, of: &Refund<'_>) -> Result<()> {
    let accounts = account::lock_of(tx, &[of.checkout_id.0]).await?;
    if accounts.is_empty() {
        return Ok(());
    }
    let sql = "SELECT account_id, amount - refunded FROM tender
        WHERE checkout_id = $1 AND state = 'spent' AND refunded < amount ORDER BY position";
    let left: Vec<(StoredValueId, i64)> = tx.fetch_all(sql, args![of.checkout_id]).await?;
    let known = |id: StoredValueId| accounts.get(&id.0).ok_or_else(no_account);
    let bookings = left
        .iter()
        .map(|(id, amount)| {
            let account: &Account = known(*id)?;
            Ok(of.booking(*id, account.kind, &account.currency, *amount))
        })
        .collect::<Result<Vec<_>>>()?;
    let sql = "UPDATE tender SET refunded = amount WHERE checkout_id = $1 AND state = 'spent'";
    tx.execute(sql, args![of.checkout_id]).await?;
    count(tx, of.order_id, left.iter().map(|(_, amount)| amount).sum()).await?;
    book(tx, &bookings, of.now).await
}

/// `amount` minor units of what `from` has paid of the order, onto `to`: the same account, or the customer's credit.
/// `false` when less than that is left, and then nothing is written. The order's row is locked by the caller.
pub(crate) async fn refund(
    tx: &mut Tx,
    of: &Refund<'_>,
    from: StoredValueId,
    to: StoredValueId,
    amount: i64,
) -> Result<bool> {
    let accounts = account::lock(tx, [from, to].into_iter()).await?;
    let sql = "UPDATE tender SET refunded = refunded + $3
        WHERE checkout_id = $1 AND account_id = $2 AND state = 'spent' AND refunded + $3 <= amount";
    if tx.execute(sql, args![of.checkout_id, from, amount]).await? == 0 {
        return Ok(false);
    }
    let account = accounts.get(&to.0).ok_or_else(no_account)?;
    count(tx, of.order_id, amount).await?;
    book(tx, &[of.booking(to, account.kind, &account.currency, amount)], of.now).await?;
    Ok(true)
}

async fn count(tx: &mut Tx, order: OrderId, amount: i64) -> Result<()> {
    if amount > 0 {
        let sql = "UPDATE orders SET tender_refunded = tender_refunded + $2 WHERE id = $1";
        tx.execute(sql, args![order, amount]).await?;
    }
    Ok(())
}

/// Whether nothing of what the checkout spent is left to go back.
pub(crate) async fn is_spent_up(tx: &mut Tx, checkout: CheckoutId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM tender WHERE checkout_id = $1 AND state = 'spent' AND refunded < amount";
    let (left,): (i64,) = tx.fetch_one(sql, args![checkout]).await?;
    Ok(left == 0)
}

fn no_account() -> Error {
    Error::Internal("tender of no account".into())
}
