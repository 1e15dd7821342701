//! Money that goes back as value: onto the card or credit that has paid, or as store credit for whatever has paid. Nothing
//! is asked of the provider.

use super::merchant::{self, Locked};
use super::{cards, refund, restock};
use crate::audit::{self, Entry};
use crate::credit;
use crate::db::{Read, Tx};
use crate::id::{CustomerId, OrderLineId, StoredValueId};
use crate::limits::{Check, REASON_CHARS};
use crate::money::Currency;
use crate::outbox::{self, Note};
use crate::staff::Staff;
use crate::tender::{self, Kind, Refund};
use crate::{Error, Result, Shop, args};

/// Where value goes back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The card or credit that has paid, up to what it has paid.
    Source(StoredValueId),
    /// The customer's store credit, up to everything that was paid: of the payment first, then of cards.
    Credit,
}

/// Gives `amount` minor units back as value and puts the named units on the shelf again.
///
/// # Errors
/// `Conflict` "stale", or "no_customer" when a guest would get credit; `Invalid` "amount" when less is left.
#[expect(clippy::too_many_arguments, reason = "as `refund`, and where to")]
pub async fn refund_value(
    shop: &Shop,
    by: &Staff,
    number: &str,
    version: i64,
    to: Destination,
    amount: i64,
    restock: Vec<(OrderLineId, i64)>,
    reason: &str,
) -> Result<()> {
    let reason = reason.trim();
    Check::default()
        .text("reason", reason, REASON_CHARS)
        .that(amount > 0, "amount", "More than nothing.")
        .that(restock.iter().all(|(_, quantity)| *quantity > 0), "quantity", "At least one unit of each line.")
        .done()?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = merchant::lock(&mut tx, number, version).await?;
    let (order_id, checkout_id) = (order.id, order.checkout_id);
    cards::check_not_on_cards(&mut tx, order_id, amount).await?;
    let of = Refund { order_id, checkout_id, reason, actor: &by.name, now };
    let is_enough = match to {
        Destination::Source(id) => tender::refund(&mut tx, &of, id, id, amount).await?,
        Destination::Credit => as_credit(&mut tx, &of, &order, amount).await?,
    };
    if !is_enough {
        return Err(Error::field("amount", "More than is left to refund that way."));
    }
    restock::lines(&mut tx, &order.restock_place(number), &restock, &by.name, now).await?;
    refund::finish_if_done(&mut tx, order_id, checkout_id, now).await?;
    let to = match to {
        Destination::Source(id) => id.to_string(),
        Destination::Credit => "store credit".to_owned(),
    };
    let after = serde_json::json!({ "amount": amount, "to": to, "restock": restock, "reason": reason });
    audit::record(&mut tx, &Entry::new(by, "order.refund", "order", number).after(&after), now).await?;
    let notes = [Note::mail(order_id, "refunded"), Note::event(order_id, "payment_refunded", number)];
    outbox::put(&mut tx, &notes, now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(())
}

/// `false` when less is left; the caller then drops the transaction.
async fn as_credit(tx: &mut Tx, of: &Refund<'_>, order: &Locked, amount: i64) -> Result<bool> {
    let sql = "SELECT o.customer_id, o.currency, o.captured - o.credited
          - (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
             WHERE a.checkout_id = o.checkout_id AND r.state <> 'failed')
        FROM orders o WHERE o.id = $1";
    let (customer, currency, paid): (Option<CustomerId>, String, i64) = tx.fetch_one(sql, args![of.order_id]).await?;
    let Some(customer) = customer else {
        return Err(Error::conflict(
            "no_customer",
            "The order was placed without an account: there is nobody to credit.",
        ));
    };
    let known = Currency::try_from(currency.clone()).map_err(|error| Error::Internal(error.to_string()))?;
    let credit = credit::account(tx, customer, known, of.now).await?;
    tender::lock_all(tx, of.checkout_id, credit).await?;
    // While the bank decides about the payment, it alone says where that money goes.
    let paid = if merchant::is_disputed(tx, order.id).await? { 0 } else { paid.max(0) };
    let of_payment = amount.min(paid);
    if of_payment > 0 {
        tx.execute("UPDATE orders SET credited = credited + $2 WHERE id = $1", args![of.order_id, of_payment]).await?;
        tender::book(tx, &[of.booking(credit, Kind::StoreCredit, &currency, of_payment)], of.now).await?;
    }
    let mut left = amount - of_payment;
    let sql = "SELECT account_id, amount - refunded FROM tender
        WHERE checkout_id = $1 AND state = 'spent' AND refunded < amount ORDER BY position";
    let tender: Vec<(StoredValueId, i64)> = tx.fetch_all(sql, args![of.checkout_id]).await?;
    for (from, rest) in tender {
        let part = left.min(rest);
        if part > 0 && !tender::refund(tx, of, from, credit, part).await? {
            return Ok(false);
        }
        left -= part;
    }
    Ok(left == 0)
}
