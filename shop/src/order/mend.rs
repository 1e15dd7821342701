//! Orders put in line with what the payment provider says, inside the caller's transaction.

use super::merchant::{self, Locked};
use super::{Happening, machine, read, refund, restock};
use crate::audit::{self, Entry};
use crate::checkout::transition;
use crate::db::{Read, Tx};
use crate::id::{AttemptId, CheckoutId, OrderId, RefundId};
use crate::ledger;
use crate::outbox::{self, Note};
use crate::payment::{RefundSnapshot, RefundStatus};
use crate::staff::Staff;
use crate::{Error, Result, args, promotion, purchase_limit, tender};
use std::collections::HashSet;

#[derive(sqlx::FromRow)]
struct Row {
    id: OrderId,
    checkout_id: CheckoutId,
    state: String,
    due: i64,
    captured: i64,
    held: bool,
    refunded: i64,
    credited: i64,
    currency: String,
}

async fn lock(tx: &mut Tx, number: &str) -> Result<Row> {
    let sql = "UPDATE orders SET version = version + 1 WHERE number = $1
        RETURNING id, checkout_id, state, total - tender AS due, captured, refunded, credited, currency, held <> '' AS held";
    tx.fetch_optional(sql, args![number]).await?.ok_or(Error::NotFound("order"))
}

/// Cancels an order that the provider holds nothing for and puts its units back. What was booked as taken is written off;
/// nothing is asked of the provider. `by` is `None` when the shop does so by itself.
///
/// # Errors
/// `Conflict` when something of it was sent or it does not stand any more.
pub(crate) async fn cancel_uncharged(tx: &mut Tx, number: &str, by: Option<&Staff>, now: i64) -> Result<()> {
    let row = lock(tx, number).await?;
    let before = read::state(&row.state)?;
    let to = machine::after(before, Happening::Cancelled)?;
    let actor = by.map_or("system", |by| by.name.as_str());
    let live = "SELECT id, state FROM payment_attempt
        WHERE checkout_id = $1 AND state NOT IN ('declined','canceled','captured')";
    let live: Vec<(AttemptId, String)> = tx.fetch_all(live, args![row.checkout_id]).await?;
    for (id, from) in &live {
        let sql = "UPDATE payment_attempt SET state = 'canceled', outcome_at = $2 WHERE id = $1 AND state = $3";
        tx.execute(sql, args![*id, now, from]).await?;
        let moved = transition::of_attempt(*id, from, "canceled", "the provider holds nothing");
        transition::record(tx, &[moved], "system", now).await?;
    }
    let left = row.captured - row.refunded - row.credited;
    if left > 0 {
        write_off(tx, &row, left, now).await?;
    }
    let (order_id, checkout_id) = (row.id, row.checkout_id);
    tender::give_back_all(tx, &tender::Refund { order_id, checkout_id, reason: "nobody has paid", actor, now }).await?;
    promotion::release(tx, std::iter::once(row.checkout_id)).await?;
    purchase_limit::release(tx, std::iter::once(row.checkout_id)).await?;
    restock::all(tx, row.id, row.checkout_id, number, actor, now).await?;
    let order = Locked {
        id: row.id,
        checkout_id: row.checkout_id,
        state: before,
        due: row.due,
        captured: row.captured,
        held: row.held,
    };
    merchant::advance(tx, &order, to, "nobody has paid", actor, now).await?;
    merchant::drop_capture(tx, row.id, now).await?;
    if let Some(by) = by {
        let entry = Entry::new(by, "order.cancel", "order", number).before(&before).after(&to);
        audit::record(tx, &entry, now).await?;
    }
    let notes = [Note::mail(row.id, "cancelled"), Note::event(row.id, "order_cancelled", number)];
    outbox::put(tx, &notes, now).await
}

/// Books money as gone that was booked as taken and never was there.
async fn write_off(tx: &mut Tx, row: &Row, amount: i64, now: i64) -> Result<()> {
    let sql = "INSERT INTO refund (id, attempt_id, amount, reason, state, actor, created_at, updated_at)
        SELECT $1, id, $3, 'not at the provider', 'succeeded', 'system', $4, $4
        FROM payment_attempt WHERE checkout_id = $2 AND state = 'captured'";
    tx.execute(sql, args![RefundId::new(), row.checkout_id, amount, now]).await?;
    tx.execute("UPDATE orders SET refunded = refunded + $2 WHERE id = $1", args![row.id, amount]).await?;
    let entries = ledger::transaction(row.id, &row.currency, &[("refunds", amount), ("provider", -amount)]);
    ledger::record(tx, &entries, now).await
}

#[derive(sqlx::FromRow)]
struct Known {
    id: RefundId,
    amount: i64,
    state: String,
    provider_ref: Option<String>,
}

async fn known(tx: &mut Tx, checkout: CheckoutId) -> Result<Vec<Known>> {
    let sql = "SELECT r.id, r.amount, r.state, r.provider_ref FROM refund r
        JOIN payment_attempt a ON a.id = r.attempt_id WHERE a.checkout_id = $1";
    Ok(tx.fetch_all(sql, args![checkout]).await?)
}

impl Known {
    fn is(&self, theirs: &RefundSnapshot) -> bool {
        self.provider_ref.as_ref() == Some(&theirs.refund_id)
            || theirs.metadata.get("refund_id") == Some(&self.id.to_string())
    }
}

/// Books the refunds that were carried out at the provider and are not known here; how many. Those that are under way
/// here are left to themselves.
pub(crate) async fn take_refunds_over(tx: &mut Tx, number: &str, theirs: &[RefundSnapshot], now: i64) -> Result<usize> {
    let row = lock(tx, number).await?;
    let known = known(tx, row.checkout_id).await?;
    let mut left = row.captured - row.refunded - row.credited;
    let mut booked = 0;
    for refund in theirs.iter().filter(|refund| refund.status == RefundStatus::Succeeded) {
        let ours = known.iter().find(|ours| ours.is(refund));
        if ours.is_some_and(|ours| ours.state != "failed") || refund.amount > left {
            continue;
        }
        let id = ours.map_or_else(RefundId::new, |ours| ours.id);
        let sql =
            "INSERT INTO refund (id, attempt_id, amount, reason, state, provider_ref, actor, created_at, updated_at)
            SELECT $1, a.id, $3, 'made at the provider', 'succeeded', $4, 'system', $5, $5
            FROM payment_attempt a WHERE a.checkout_id = $2 AND a.state = 'captured'
            ON CONFLICT (id) DO UPDATE SET state = 'succeeded', provider_ref = excluded.provider_ref,
              updated_at = excluded.updated_at";
        if tx.execute(sql, args![id, row.checkout_id, refund.amount, &refund.refund_id, now]).await? == 0 {
            continue;
        }
        left -= refund.amount;
        booked += 1;
        refund::book_amount(tx, row.id, row.checkout_id, number, &row.currency, refund.amount, now).await?;
    }
    Ok(booked)
}

/// Sends refunds once more that are booked here and that the provider has not carried out; how much, in minor units.
pub(crate) async fn send_refunds_again(
    tx: &mut Tx,
    number: &str,
    theirs: &[RefundSnapshot],
    by: &Staff,
    now: i64,
) -> Result<i64> {
    let row = lock(tx, number).await?;
    let carried_out: HashSet<&str> = theirs
        .iter()
        .filter(|refund| !matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled))
        .map(|refund| refund.refund_id.as_str())
        .collect();
    let missing: Vec<Known> = known(tx, row.checkout_id)
        .await?
        .into_iter()
        .filter(|ours| ours.state == "succeeded")
        .filter(|ours| ours.provider_ref.as_deref().is_none_or(|id| !carried_out.contains(id)))
        .collect();
    let sql = "SELECT id FROM payment_attempt WHERE checkout_id = $1 AND state = 'captured'";
    let attempt: Option<(AttemptId,)> = tx.fetch_optional(sql, args![row.checkout_id]).await?;
    let Some((attempt,)) = attempt.filter(|_| !missing.is_empty()) else { return Ok(0) };
    let mut sent = 0;
    for ours in missing {
        // What was booked is taken back, and the same amount asked for anew, under a key of its own.
        let sql = "UPDATE refund SET state = 'failed', updated_at = $2 WHERE id = $1";
        tx.execute(sql, args![ours.id, now]).await?;
        tx.execute("UPDATE orders SET refunded = refunded - $2 WHERE id = $1", args![row.id, ours.amount]).await?;
        let entries =
            ledger::transaction(row.id, &row.currency, &[("refunds", -ours.amount), ("provider", ours.amount)]);
        ledger::record(tx, &entries, now).await?;
        let id = RefundId::new();
        if !merchant::write_refund(tx, id, attempt, ours.amount, "sent again", &by.name, now).await? {
            return Err(Error::conflict("not_refundable", "The payment is disputed, or nothing of it is left."));
        }
        outbox::put(tx, &[Note::refund(row.id, id)], now).await?;
        sent += ours.amount;
    }
    let after = serde_json::json!({ "amount": sent, "reason": "sent again" });
    audit::record(tx, &Entry::new(by, "order.refund", "order", number).after(&after), now).await?;
    Ok(sent)
}
