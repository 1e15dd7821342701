//! What the merchant does with an order. Every change names the version it was decided on, is audited in its own
//! transaction, and leaves calls to the provider to the outbox, which is then tried at once.

use super::Happening::{Cancelled, Delivered, ShippedInPart, ShippedWhole};
use super::{Dispute, State, cards, machine, read, restock};
use crate::audit::{self, Entry};
use crate::canary::{self, Canary};
use crate::checkout::transition;
use crate::db::{Read, Tx};
use crate::id::{AttemptId, CheckoutId, FulfilmentId, OrderId, OrderLineId, RefundId};
use crate::limits::{Check, REASON_CHARS, TRACKING_CHARS};
use crate::outbox::{self, Kind, Note};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, promotion, purchase_limit, reconcile, tender, worker};

/// Takes the authorised money now.
pub async fn capture(shop: &Shop, by: &Staff, number: &str, version: i64) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    let attempt = paying_attempt(&mut tx, order.checkout_id).await?.filter(|(_, state)| state == "authorized");
    let Some((attempt, _)) = attempt.filter(|_| order.is_standing()) else {
        return Err(Error::conflict("nothing_to_capture", "There is no authorised payment to capture."));
    };
    order.may_go_on()?;
    outbox::put(&mut tx, &[Note::of_attempt(Kind::Capture, order.id, attempt)], now).await?;
    audit::record(&mut tx, &Entry::new(by, "order.capture", "order", number), now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    outbox::capture(shop, attempt).await.map_err(|_| later("The capture"))
}

/// Records a parcel with these lines and units; none given: everything that is still to be sent.
pub async fn ship(
    shop: &Shop,
    by: &Staff,
    number: &str,
    version: i64,
    lines: Vec<(OrderLineId, i64)>,
    carrier: &str,
    tracking_number: &str,
) -> Result<()> {
    let (carrier, tracking_number) = (carrier.trim(), tracking_number.trim());
    Check::default()
        .text("carrier", carrier, TRACKING_CHARS)
        .text("tracking_number", tracking_number, TRACKING_CHARS)
        .that(lines.iter().all(|(_, quantity)| *quantity > 0), "quantity", "At least one unit of each line.")
        .done()?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    order.may_go_on()?;
    if reconcile::stops_shipping(&mut tx, number).await? {
        return Err(Error::conflict(
            "payment_differs",
            "Shop and payment provider differ about this order. Settle that under Reconciliation before you ship.",
        ));
    }
    if order.captured < order.due && order.is_standing() {
        return Err(Error::conflict("not_captured", "Capture the payment before you ship."));
    }
    let open: Vec<(OrderLineId, i64)> = tx
        .fetch_all(
            "SELECT id, quantity - fulfilled - restocked FROM order_line
             WHERE order_id = $1 AND gift_card = FALSE AND quantity - fulfilled - restocked > 0 ORDER BY position",
            args![order.id],
        )
        .await?;
    let lines = if lines.is_empty() { open.clone() } else { lines };
    let sent: i64 = lines.iter().map(|(_, quantity)| quantity).sum();
    let whole = sent == open.iter().map(|(_, quantity)| quantity).sum::<i64>();
    let to = machine::after(order.state, if whole { ShippedWhole } else { ShippedInPart })?;
    if lines.is_empty() {
        return Err(Error::conflict(
            "nothing_to_ship",
            "Nothing is left to be packed. Gift cards are mailed by themselves.",
        ));
    }
    for (line, quantity) in &lines {
        let sql = "UPDATE order_line SET fulfilled = fulfilled + $3
            WHERE id = $1 AND order_id = $2 AND gift_card = FALSE AND fulfilled + restocked + $3 <= quantity";
        if tx.execute(sql, args![*line, order.id, *quantity]).await? == 0 {
            return Err(Error::field("quantity", "More than is left to be sent."));
        }
    }
    tx.execute(
        "INSERT INTO fulfilment (id, order_id, carrier, tracking_number, lines, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![FulfilmentId::new(), order.id, carrier, tracking_number, serde_json::to_string(&lines)?, &by.name, now],
    )
    .await?;
    let cause = format!("{carrier} {tracking_number}").trim().to_owned();
    advance(&mut tx, &order, to, &cause, &by.name, now).await?;
    let after = serde_json::json!({ "lines": lines, "carrier": carrier, "tracking_number": tracking_number });
    audit::record(&mut tx, &Entry::new(by, "order.ship", "order", number).after(&after), now).await?;
    let notes = [Note::mail(order.id, "shipped"), Note::event(order.id, "order_shipped", number)];
    outbox::put(&mut tx, &notes, now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(())
}

pub async fn mark_delivered(shop: &Shop, by: &Staff, number: &str, version: i64) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    advance(&mut tx, &order, machine::after(order.state, Delivered)?, "", &by.name, now).await?;
    audit::record(&mut tx, &Entry::new(by, "order.deliver", "order", number), now).await?;
    outbox::put(&mut tx, &[Note::event(order.id, "order_delivered", number)], now).await?;
    tx.commit().await?;
    Ok(())
}

/// Cancels an order of which nothing was shipped: the money goes back (void or refund), the goods onto the shelf if
/// `restock`.
pub async fn cancel(shop: &Shop, by: &Staff, number: &str, version: i64, restock: bool, reason: &str) -> Result<()> {
    let reason = reason.trim();
    Check::default().text("reason", reason, REASON_CHARS).done()?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    let to = machine::after(order.state, Cancelled)?;
    let (order_id, checkout_id) = (order.id, order.checkout_id);
    let back = tender::Refund { order_id, checkout_id, reason: "order cancelled", actor: &by.name, now };
    tender::give_back_all(&mut tx, &back).await?;
    if order.captured == 0 {
        promotion::release(&mut tx, std::iter::once(order.checkout_id)).await?;
    }
    // Unlike a promotion, what was not delivered was not had.
    purchase_limit::release(&mut tx, std::iter::once(order.checkout_id)).await?;
    if restock {
        restock::all(&mut tx, order.id, order.checkout_id, number, &by.name, now).await?;
    }
    advance(&mut tx, &order, to, reason, &by.name, now).await?;
    drop_capture(&mut tx, order.id, now).await?;
    reconcile::order_is_cancelled(&mut tx, number, &by.name, now).await?;
    let mut notes = vec![Note::mail(order.id, "cancelled"), Note::event(order.id, "order_cancelled", number)];
    if let Some(attempt) = live_attempt(&mut tx, order.checkout_id).await? {
        notes.push(Note::of_attempt(Kind::UndoPayment, order.id, attempt));
    }
    outbox::put(&mut tx, &notes, now).await?;
    let after = serde_json::json!({ "state": to, "restock": restock, "reason": reason });
    let entry = Entry::new(by, "order.cancel", "order", number).before(&order.state).after(&after);
    audit::record(&mut tx, &entry, now).await?;
    tx.commit().await?;
    worker::deliver_outbox(shop).await.map(|_| ())
}

/// A capture that has not gone out must not go out any more.
pub(super) async fn drop_capture(tx: &mut Tx, order: OrderId, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET delivered_at = $2, error = 'order cancelled'
         WHERE subject_id = $1 AND kind = 'capture' AND delivered_at IS NULL",
        args![order, now],
    )
    .await?;
    Ok(())
}

/// Gives `amount` minor units back and puts the named units on the shelf again. The refund is written down before the
/// provider hears of it.
pub async fn refund(
    shop: &Shop,
    by: &Staff,
    number: &str,
    version: i64,
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
    let id = RefundId::new();
    if canary::on(Canary::RefundWithoutRow) {
        super::refund::send_unwritten(shop, id, number, amount).await?;
    }
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let order = lock(&mut tx, number, version).await?;
    let captured = paying_attempt(&mut tx, order.checkout_id).await?.filter(|(_, state)| state == "captured");
    let Some((attempt, _)) = captured else {
        return Err(Error::conflict("nothing_to_refund", "Nothing was captured that could be refunded."));
    };
    if is_disputed(&mut tx, order.id).await? {
        let text = "The card holder disputes this payment: the bank decides, and nothing is refunded meanwhile.";
        return Err(Error::conflict("disputed", text));
    }
    cards::check_not_on_cards(&mut tx, order.id, amount).await?;
    if !write_refund(&mut tx, id, attempt, amount, reason, &by.name, now).await? {
        return Err(Error::field("amount", "More than is left to refund."));
    }
    restock::lines(&mut tx, &order.restock_place(number), &restock, &by.name, now).await?;
    let after = serde_json::json!({ "amount": amount, "restock": restock, "reason": reason });
    audit::record(&mut tx, &Entry::new(by, "order.refund", "order", number).after(&after), now).await?;
    outbox::put(&mut tx, &[Note::refund(order.id, id)], now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    super::carry_out_refund(shop, id).await.map_err(|_| later("The refund"))
}

/// Whether the bank has the money of this order, or has given it away.
pub(super) async fn is_disputed(tx: &mut Tx, order: OrderId) -> Result<bool> {
    let sql = "SELECT dispute FROM orders WHERE id = $1";
    let (dispute,): (String,) = tx.fetch_one(sql, args![order]).await?;
    Ok(Dispute::parse(&dispute).is_some_and(Dispute::blocks_refunds))
}

/// Writes the refund down if nobody disputes the payment and that much is left of what was captured; the order's row is locked by the caller.
pub(super) async fn write_refund(
    tx: &mut Tx,
    id: RefundId,
    attempt: AttemptId,
    amount: i64,
    reason: &str,
    actor: &str,
    now: i64,
) -> Result<bool> {
    let sql = "INSERT INTO refund (id, attempt_id, amount, reason, state, actor, created_at, updated_at)
        SELECT $1, a.id, $3, $4, 'prepared', $5, $6, $6 FROM payment_attempt a
        WHERE a.id = $2
          AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.checkout_id = a.checkout_id AND o.dispute IN ('open','lost'))
          AND a.captured >= $3 + (SELECT o.credited FROM orders o WHERE o.checkout_id = a.checkout_id)
            + (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refund r
               WHERE r.attempt_id = a.id AND r.state <> 'failed')";
    Ok(tx.execute(sql, args![id, attempt, amount, reason, actor, now]).await? == 1)
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    id: OrderId,
    checkout_id: CheckoutId,
    state: String,
    due: i64,
    captured: i64,
    held: bool,
}

/// An order this transaction has for itself.
pub(super) struct Locked {
    pub id: OrderId,
    pub checkout_id: CheckoutId,
    pub state: State,
    /// Minor units that a payment has to bring.
    pub due: i64,
    pub captured: i64,
    /// It waits for a person.
    pub held: bool,
}

impl Locked {
    /// # Errors
    /// `Conflict` "held".
    fn may_go_on(&self) -> Result<()> {
        let message = "This order is on hold. Release it first, or cancel it.";
        if self.held { Err(Error::conflict("held", message)) } else { Ok(()) }
    }

    pub(super) fn is_standing(&self) -> bool {
        matches!(self.state, State::Confirmed | State::Processing | State::Shipped | State::Delivered)
    }

    pub(super) fn restock_place<'n>(&self, number: &'n str) -> restock::Place<'n> {
        restock::Place { order_id: self.id, checkout_id: self.checkout_id, number }
    }
}

/// Locks the order if it still has the version that the merchant saw.
pub(super) async fn lock(tx: &mut Tx, number: &str, version: i64) -> Result<Locked> {
    let sql = "UPDATE orders SET version = version + 1 WHERE number = $1 AND version = $2
        RETURNING id, checkout_id, state, total - tender AS due, captured, held <> '' AS held";
    let row: Option<Row> = tx.fetch_optional(sql, args![number, version]).await?;
    let Some(row) = row else {
        let known: Option<(i64,)> =
            tx.fetch_optional("SELECT version FROM orders WHERE number = $1", args![number]).await?;
        return Err(match known {
            None => Error::NotFound("order"),
            Some(_) => Error::conflict("stale", "The order has changed meanwhile. Look at it again."),
        });
    };
    Ok(Locked {
        id: row.id,
        checkout_id: row.checkout_id,
        state: read::state(&row.state)?,
        due: row.due,
        captured: row.captured,
        held: row.held,
    })
}

/// The attempt that holds money or may still bring some: a payment that has expired is perhaps being paid anew.
async fn live_attempt(tx: &mut Tx, checkout: CheckoutId) -> Result<Option<AttemptId>> {
    let sql = "SELECT id FROM payment_attempt WHERE checkout_id = $1 AND state NOT IN ('declined','canceled')";
    let live: Option<(AttemptId,)> = tx.fetch_optional(sql, args![checkout]).await?;
    Ok(live.map(|(id,)| id))
}

async fn paying_attempt(tx: &mut Tx, checkout: CheckoutId) -> Result<Option<(AttemptId, String)>> {
    let sql = "SELECT id, state FROM payment_attempt WHERE checkout_id = $1 AND state IN ('authorized','captured')";
    Ok(tx.fetch_optional(sql, args![checkout]).await?)
}

pub(super) async fn advance(tx: &mut Tx, order: &Locked, to: State, cause: &str, actor: &str, now: i64) -> Result<()> {
    tx.execute("UPDATE orders SET state = $2 WHERE id = $1", args![order.id, to.as_str()]).await?;
    let moved = transition::of_order(order.id, order.state.as_str(), to.as_str(), cause);
    transition::record(tx, &[moved], actor, now).await
}

fn later(what: &str) -> Error {
    Error::Unavailable {
        message: format!("{what} is noted. The payment service does not answer; it will be tried again."),
        retry_after_s: 10,
    }
}
