//! The pivot and what follows from it: the order stands, the goods leave the shelf, the money is booked.

use super::Situation;
use super::apply::{Judged, answer, placed};
use crate::checkout::transition;
use crate::db::{Read, Sql, Tx};
use crate::id::{CartId, OrderId};
use crate::inventory::reserve::{self, CommitRequest};
use crate::ledger::{self, Entry};
use crate::outbox::{self, Kind, Note};
use crate::{Error, Result, args, rows, tender};
use serde::Serialize;
use std::collections::HashSet;

/// Confirms the orders, in one transaction with everything that belongs to it.
pub(super) async fn place(tx: &mut Tx, judged: &[&Judged<'_>], now: i64) -> Result<()> {
    if judged.is_empty() {
        return Ok(());
    }
    let all: Vec<_> = judged.iter().map(|j| &j.situation).collect();
    confirm(tx, &all, "payment authorised", now).await?;
    tender::spend(tx, &all.iter().map(|s| s.spender()).collect::<Vec<_>>(), now).await?;
    let requests: Vec<_> =
        all.iter().map(|s| CommitRequest { checkout_id: s.checkout_id, reference: s.number.clone() }).collect();
    let moved = reserve::commit_many(tx, &requests, "checkout", now).await?;
    if let Some(at) = moved.iter().position(|moved| moved.not_held > 0) {
        // Fail closed: an open checkout without its reservation must not sell anything.
        return Err(Error::Internal(format!("order {} lost its reservation", all[at].number)));
    }
    close_carts(tx, &all).await?;
    let answers: Vec<_> = all.iter().map(|s| (s.checkout_id, placed(s))).collect();
    answer(tx, &answers).await?;
    let notes: Vec<_> = judged.iter().flat_map(|j| notes(j)).collect();
    outbox::put(tx, &notes, now).await
}

/// pending_payment → confirmed (or, paid late, cancelled → confirmed), with the sale in the ledger.
pub(super) async fn confirm(tx: &mut Tx, all: &[&Situation], cause: &str, now: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'s> {
        id: OrderId,
        from_state: &'s str,
    }
    let rows: Vec<_> = all.iter().map(|s| Row { id: s.order_id, from_state: &s.order_state }).collect();
    let confirmed = tx.execute(CONFIRM.of(tx.engine()), args![serde_json::to_string(&rows)?, now]).await?;
    if confirmed != all.len() as u64 {
        return Err(Error::Internal("an order to confirm was in another state".into()));
    }
    let moves: Vec<_> =
        all.iter().map(|s| transition::of_order(s.order_id, &s.order_state, "confirmed", cause)).collect();
    transition::record(tx, &moves, "system", now).await?;
    let entries: Vec<_> = all.iter().filter(|s| s.total > 0).flat_map(|s| sale(s)).collect();
    ledger::record(tx, &entries, now).await
}

const CONFIRM: Sql = rows!(
    "UPDATE orders SET state = 'confirmed', placed_at = $2, version = orders.version + 1 FROM",
    [id UUID, from_state TEXT],
    // `state || ''`: the order is found by its key, not among all in its state.
    "WHERE orders.id = d.id AND orders.state || '' = d.from_state
       AND orders.state || '' IN ('pending_payment','payment_failed','cancelled')"
);

fn sale(s: &Situation) -> Vec<Entry> {
    ledger::transaction(
        s.order_id,
        &s.currency,
        &[("receivable", s.total), ("sales", -(s.total - s.tax)), ("tax", -s.tax)],
    )
}

fn notes(j: &Judged<'_>) -> Vec<Note> {
    let s = &j.situation;
    let mut notes =
        vec![Note::mail(s.order_id, "order_confirmed"), Note::event(s.order_id, "order_confirmed", &s.number)];
    let is_taken = j.plan.received.is_some() || s.due() == 0;
    if let (true, false, Some(attempt)) = (j.takes_money(), is_taken, s.attempt_id) {
        notes.push(Note::of_attempt(Kind::Capture, s.order_id, attempt));
    }
    notes
}

/// Carts of the version that was paid are done; in a cart that has changed since, what was bought is taken out.
pub(super) async fn close_carts(tx: &mut Tx, all: &[&Situation]) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        cart_id: CartId,
        cart_version: i64,
    }
    let rows: Vec<_> = all.iter().map(|s| Row { cart_id: s.cart_id, cart_version: s.cart_version }).collect();
    let closed: Vec<(CartId,)> = tx.fetch_all(CLOSE.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    let closed: HashSet<_> = closed.into_iter().map(|(id,)| id).collect();
    for s in all.iter().filter(|s| !closed.contains(&s.cart_id)) {
        tx.execute(TAKE_OUT_WHOLE, args![s.cart_id, s.order_id]).await?;
        tx.execute(TAKE_OUT_PART, args![s.cart_id, s.order_id]).await?;
        tx.execute("UPDATE cart SET version = version + 1 WHERE id = $1", args![s.cart_id]).await?;
    }
    Ok(())
}

const CLOSE: Sql = rows!(
    "UPDATE cart SET status = 'ordered' FROM",
    [cart_id UUID, cart_version BIGINT],
    "WHERE cart.id = d.cart_id AND cart.version = d.cart_version AND cart.status = 'active' RETURNING cart.id"
);

const TAKE_OUT_WHOLE: &str = "DELETE FROM cart_line WHERE cart_id = $1 AND saved_for_later = FALSE AND quantity <=
    (SELECT o.quantity FROM order_line o WHERE o.order_id = $2 AND o.variant_id = cart_line.variant_id)";
const TAKE_OUT_PART: &str = "UPDATE cart_line SET quantity = quantity -
    (SELECT o.quantity FROM order_line o WHERE o.order_id = $2 AND o.variant_id = cart_line.variant_id)
    WHERE cart_id = $1 AND saved_for_later = FALSE
      AND EXISTS (SELECT 1 FROM order_line o WHERE o.order_id = $2 AND o.variant_id = cart_line.variant_id)";

/// Books money that the provider has taken since we last heard.
pub(super) async fn receive(tx: &mut Tx, judged: &[Judged<'_>], now: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        id: OrderId,
        captured: i64,
        before: i64,
    }
    let fresh: Vec<_> = judged
        .iter()
        .filter_map(|j| {
            let received = j.plan.received?;
            (received > j.situation.captured).then_some((&j.situation, received))
        })
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> =
        fresh.iter().map(|(s, received)| Row { id: s.order_id, captured: *received, before: s.captured }).collect();
    let booked = tx.execute(RECEIVE.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    if booked != fresh.len() as u64 {
        return Err(Error::Internal("the captured amount of an order has changed meanwhile".into()));
    }
    let entries: Vec<_> = fresh
        .iter()
        .flat_map(|(s, received)| {
            let amount = received - s.captured;
            ledger::transaction(s.order_id, &s.currency, &[("provider", amount), ("receivable", -amount)])
        })
        .collect();
    ledger::record(tx, &entries, now).await?;
    let notes: Vec<_> = fresh.iter().map(|(s, _)| Note::event(s.order_id, "payment_captured", &s.number)).collect();
    outbox::put(tx, &notes, now).await
}

const RECEIVE: Sql = rows!(
    "UPDATE orders SET captured = d.captured, version = orders.version + 1 FROM",
    [id UUID, captured BIGINT, before BIGINT],
    "WHERE orders.id = d.id AND orders.captured = d.before"
);
