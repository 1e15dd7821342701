//! Carrying out refunds that are written down: the same key every time, so that money goes back once.

use super::machine::{self, Happening};
use super::{Dispute, merchant, read};
use crate::checkout::{self, transition};
use crate::db::{Read, Tx};
use crate::id::{AttemptId, CheckoutId, OrderId, RefundId};
use crate::ledger;
use crate::money::Currency;
use crate::outbox::{self, Note};
use crate::payment::{Metadata, Outcome, Provider, RefundSnapshot, RefundStatus};
use crate::point::{self, Point};
use crate::{Error, Result, Shop, args, tender};

#[derive(Debug, sqlx::FromRow)]
struct Row {
    amount: i64,
    state: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    provider: String,
    provider_ref: Option<String>,
    checkout_id: CheckoutId,
    order_id: OrderId,
    number: String,
}

/// Asks the provider for the money back and books it. A refund that is done stays done.
pub(crate) async fn carry_out_refund(shop: &Shop, id: RefundId) -> Result<()> {
    let row: Option<Row> = shop
        .db
        .fetch_optional(
            "SELECT r.amount, r.state, a.currency, a.provider, a.provider_ref, a.checkout_id, o.id AS order_id, o.number
             FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id JOIN orders o ON o.checkout_id = a.checkout_id
             WHERE r.id = $1",
            args![id],
        )
        .await?;
    let row = row.ok_or(Error::NotFound("refund"))?;
    if matches!(row.state.as_str(), "succeeded" | "failed") {
        return Ok(());
    }
    let provider = shop.payments.by_name(&row.provider)?;
    let intent = row.provider_ref.clone().ok_or_else(|| Error::Internal("a refund of a payment without id".into()))?;
    point::reached(Point::RefundWritten).await;
    // Under its key the provider would repeat its first answer, "pending" for one, and after a day refund once more.
    let sent = if row.state == "sent" { known(provider, &intent, id).await? } else { None };
    let snapshot = match sent {
        Some(snapshot) => snapshot,
        None => match send(shop, provider, id, &row, &intent).await? {
            Some(snapshot) => snapshot,
            None => return mark(shop, id, "failed", None).await,
        },
    };
    point::reached(Point::Refunded).await;
    match snapshot.status {
        RefundStatus::Succeeded => book(shop, id, &row, &snapshot).await,
        RefundStatus::Failed | RefundStatus::Canceled => mark(shop, id, "failed", Some(&snapshot.refund_id)).await,
        RefundStatus::Pending | RefundStatus::RequiresAction => Err(unanswered("the refund is pending")),
    }
}

/// Asks for the money; `None` when the provider will not.
async fn send(
    shop: &Shop,
    provider: &dyn Provider,
    id: RefundId,
    row: &Row,
    intent: &str,
) -> Result<Option<RefundSnapshot>> {
    mark(shop, id, "sent", None).await?;
    let metadata: Metadata =
        [("refund_id".to_owned(), id.to_string()), ("order_no".to_owned(), row.number.clone())].into();
    let key = checkout::provider_key(shop, &row.provider, id, "refund");
    let money = row.currency.money(row.amount);
    match provider.refund(&key, intent, money, &metadata).await {
        Outcome::Done(snapshot) => Ok(Some(snapshot)),
        Outcome::Refused(refusal) if refusal.http_status == 0 || refusal.http_status == 429 => {
            Err(unanswered(&refusal.message))
        }
        Outcome::Refused(refusal) => {
            let snapshot = known(provider, intent, id).await?;
            if snapshot.is_none() {
                tracing::error!(refund = %id, code = refusal.code, refusal.message, "a refund was refused");
            }
            Ok(snapshot)
        }
        Outcome::Unknown(why) => known(provider, intent, id).await?.map(Some).ok_or_else(|| unanswered(&why)),
    }
}

/// As a planted bug has it: the money is asked for, and nothing says so yet.
pub(super) async fn send_unwritten(shop: &Shop, id: RefundId, number: &str, amount: i64) -> Result<()> {
    let sql = "SELECT a.provider, a.provider_ref, a.currency FROM payment_attempt a
        JOIN orders o ON o.checkout_id = a.checkout_id WHERE o.number = $1 AND a.state = 'captured'";
    let paid: Option<(String, String, String)> = shop.db.fetch_optional(sql, args![number]).await?;
    let Some((provider, intent, currency)) = paid else { return Ok(()) };
    let currency = Currency::try_from(currency).map_err(|error| Error::Internal(error.to_string()))?;
    let metadata: Metadata =
        [("refund_id".to_owned(), id.to_string()), ("order_no".to_owned(), number.to_owned())].into();
    let key = checkout::provider_key(shop, &provider, id, "refund");
    shop.payments.by_name(&provider)?.refund(&key, &intent, currency.money(amount), &metadata).await;
    Ok(())
}

/// The refund as the provider lists it, found by our id in its metadata.
async fn known(provider: &dyn Provider, intent: &str, id: RefundId) -> Result<Option<RefundSnapshot>> {
    let id = id.to_string();
    match provider.list_refunds(intent).await {
        Outcome::Done(refunds) => Ok(refunds.into_iter().find(|r| r.metadata.get("refund_id") == Some(&id))),
        Outcome::Refused(refusal) => Err(unanswered(&refusal.message)),
        Outcome::Unknown(why) => Err(unanswered(&why)),
    }
}

fn unanswered(why: &str) -> Error {
    Error::Unavailable { message: why.to_owned(), retry_after_s: 10 }
}

async fn mark(shop: &Shop, id: RefundId, state: &str, provider_ref: Option<&str>) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE refund SET state = $2, provider_ref = COALESCE($3, provider_ref), updated_at = $4
        WHERE id = $1 AND state IN ('prepared','sent')";
    tx.execute(sql, args![id, state, provider_ref, shop.now_ms()]).await?;
    tx.commit().await?;
    Ok(())
}

async fn book(shop: &Shop, id: RefundId, row: &Row, snapshot: &RefundSnapshot) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    // Checkout before order, as news of payments does.
    transition::lock_checkout(&mut tx, row.checkout_id).await?;
    let sql = "UPDATE refund SET state = 'succeeded', provider_ref = $2, updated_at = $3
        WHERE id = $1 AND state IN ('prepared','sent')";
    if tx.execute(sql, args![id, &snapshot.refund_id, now]).await? == 0 {
        return Ok(());
    }
    let (order, checkout) = (row.order_id, row.checkout_id);
    book_amount(&mut tx, order, checkout, &row.number, row.currency.code(), row.amount, now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(())
}

/// The order, the ledger and the shopper learn that this much has gone back.
pub(super) async fn book_amount(
    tx: &mut Tx,
    order: OrderId,
    checkout: CheckoutId,
    number: &str,
    currency: &str,
    amount: i64,
    now: i64,
) -> Result<()> {
    let sql = "UPDATE orders SET refunded = refunded + $2, version = version + 1 WHERE id = $1
        RETURNING id";
    tx.fetch_one::<(OrderId,)>(sql, args![order, amount]).await?;
    let entries = ledger::transaction(order, currency, &[("refunds", amount), ("provider", -amount)]);
    ledger::record(tx, &entries, now).await?;
    finish_if_done(tx, order, checkout, now).await?;
    let notes = [Note::mail(order, "refunded"), Note::event(order, "payment_refunded", number)];
    outbox::put(tx, &notes, now).await
}

/// Moves the order on when everything that was paid for it has gone back, whichever way it was paid and went back.
pub(super) async fn finish_if_done(tx: &mut Tx, order: OrderId, checkout: CheckoutId, now: i64) -> Result<()> {
    let sql = "SELECT state, captured - refunded - credited FROM orders WHERE id = $1";
    let (state, left): (String, i64) = tx.fetch_one(sql, args![order]).await?;
    if left == 0 && tender::is_spent_up(tx, checkout).await? {
        finish(tx, order, checkout, &state, now).await?;
    }
    Ok(())
}

/// Everything went back.
async fn finish(tx: &mut Tx, order: OrderId, checkout: CheckoutId, state: &str, now: i64) -> Result<()> {
    let to = machine::after(read::state(state)?, Happening::RefundedInFull)?;
    if to.as_str() != state {
        tx.execute("UPDATE orders SET state = $2 WHERE id = $1", args![order, to.as_str()]).await?;
        let moved = transition::of_order(order, state, to.as_str(), "refunded in full");
        transition::record(tx, &[moved], "system", now).await?;
    }
    let sql = "UPDATE checkout SET state = 'refunded', recovery_point = 'refunded', updated_at = $2
        WHERE id = $1 AND state = 'refunding'";
    if tx.execute(sql, args![checkout, now]).await? == 1 {
        let moved = transition::of_checkout(checkout, "refunding", "refunded", "refunded in full");
        transition::record(tx, &[moved], "system", now).await?;
    }
    Ok(())
}

/// Gives back whatever of a captured payment has not gone back yet; running it twice refunds once.
pub(crate) async fn refund_everything(shop: &Shop, attempt: AttemptId) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    // The order's row serialises refunds of one payment.
    let sql = "UPDATE orders SET version = version + 1
        WHERE checkout_id = (SELECT checkout_id FROM payment_attempt WHERE id = $1) RETURNING id, dispute";
    let (order, dispute): (OrderId, String) = tx.fetch_one(sql, args![attempt]).await?;
    if Dispute::parse(&dispute) == Some(Dispute::Lost) {
        // The bank has given it back.
        return Ok(());
    }
    let sql = "SELECT a.captured - (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refund r
                                    WHERE r.attempt_id = a.id AND r.state <> 'failed')
          - (SELECT o.credited FROM orders o WHERE o.checkout_id = a.checkout_id)
        FROM payment_attempt a WHERE a.id = $1";
    let (left,): (i64,) = tx.fetch_one(sql, args![attempt]).await?;
    if left <= 0 {
        // Not committed: whoever has the order's page open has still seen the latest version.
        return Ok(());
    }
    let id = RefundId::new();
    if !merchant::write_refund(&mut tx, id, attempt, left, "order not carried out", "system", now).await? {
        // The bank decides about the money first; this is tried again until it has.
        return Err(unanswered("the payment is disputed"));
    }
    outbox::put(&mut tx, &[Note::refund(order, id)], now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(())
}
