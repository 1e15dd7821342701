//! Money that came after the stock was given back: the goods if they, the promotions and what
//! cards were to pay are still to be had, the money
//! back if not.

use super::apply::{Judged, answer, placed};
use super::settle::{close_carts, confirm};
use super::{Situation, Standing};
use crate::address::Address;
use crate::checkout::{Demand, transition};
use crate::db::{Read, Tx};
use crate::id::WarehouseId;
use crate::inventory::reserve::{self, CommitRequest, ReserveRequest};
use crate::outbox::{self, Kind, Note};
use crate::warehouse::route::{self, Destination, Otherwise};
use crate::{Error, Result, args, promotion, purchase_limit, tender, warehouse};

/// Decides once: the checkout leaves `late_paid` in this transaction, for `placed` or for `refunding`.
pub(super) async fn apply(tx: &mut Tx, j: &Judged<'_>, now: i64) -> Result<Standing> {
    let s = &j.situation;
    let Some(attempt) = s.attempt_id else { return Err(Error::Internal("a late payment without an attempt".into())) };
    let is_there = tender::reclaim(tx, s.checkout_id).await?
        && promotion::reclaim(tx, s.checkout_id).await?
        && purchase_limit::reclaim(tx, s.checkout_id, now).await?;
    if is_there && reserve_again(tx, s, now).await? {
        confirm(tx, &[s], "paid late, goods were still there", now).await?;
        tender::spend(tx, &[s.spender()], now).await?;
        let request = CommitRequest { checkout_id: s.checkout_id, reference: s.number.clone() };
        reserve::commit_many(tx, &[request], "checkout", now).await?;
        close_carts(tx, &[s]).await?;
        move_on(tx, s, if j.plan.received.is_some() { ("settled", "settled") } else { ("placed", "placed") }, now)
            .await?;
        answer(tx, &[(s.checkout_id, placed(s))]).await?;
        let mut notes =
            vec![Note::mail(s.order_id, "order_confirmed"), Note::event(s.order_id, "order_confirmed", &s.number)];
        if j.plan.received.is_none() && j.takes_money() {
            notes.push(Note::of_attempt(Kind::Capture, s.order_id, attempt));
        }
        outbox::put(tx, &notes, now).await?;
        return Ok(s.placed());
    }
    // Claimed again for goods that are gone.
    tender::release(tx, std::iter::once(s.checkout_id)).await?;
    promotion::release(tx, std::iter::once(s.checkout_id)).await?;
    purchase_limit::release(tx, std::iter::once(s.checkout_id)).await?;
    move_on(tx, s, ("refunding", "refunding"), now).await?;
    let notes = [Note::of_attempt(Kind::UndoPayment, s.order_id, attempt), Note::mail(s.order_id, "payment_returned")];
    outbox::put(tx, &notes, now).await?;
    Ok(Standing::Refunding)
}

async fn move_on(tx: &mut Tx, s: &Situation, (state, point): (&str, &str), now: i64) -> Result<()> {
    tx.execute(
        "UPDATE checkout SET state = $2, recovery_point = $3 WHERE id = $1 AND state = 'late_paid'",
        args![s.checkout_id, state, point],
    )
    .await?;
    let moved = transition::of_checkout(s.checkout_id, "late_paid", state, "late payment");
    transition::record(tx, &[moved], "system", now).await
}

async fn reserve_again(tx: &mut Tx, s: &Situation, now: i64) -> Result<bool> {
    let lines: Vec<(crate::id::VariantId, i64, bool)> = tx
        .fetch_all(
            "SELECT l.variant_id, l.quantity, v.tracked FROM order_line l JOIN variant v ON v.id = l.variant_id
             WHERE l.order_id = $1",
            args![s.order_id],
        )
        .await?;
    let demands: Vec<_> = lines
        .into_iter()
        .filter(|(_, _, tracked)| *tracked)
        .map(|(variant_id, quantity, _)| Demand { variant_id, quantity })
        .collect();
    let sql = "SELECT shipping_address, pickup_id FROM orders WHERE id = $1";
    let (address, pickup): (String, Option<WarehouseId>) = tx.fetch_one(sql, args![s.order_id]).await?;
    let to = Destination { country: serde_json::from_str::<Address>(&address)?.country, pickup };
    let shelves = warehouse::shelves_of_order(tx, s.order_id).await?;
    let Ok(chosen) = route::allocate(&demands, &shelves, &to) else { return Ok(false) };
    let otherwise = Otherwise::of(&demands, &shelves, &to);
    // The released rows of the first try make room; their story is in the log.
    tx.execute("DELETE FROM reservation WHERE checkout_id = $1 AND state = 'released'", args![s.checkout_id]).await?;
    let request = ReserveRequest { checkout_id: s.checkout_id, expires_at: now, demands: chosen, otherwise };
    Ok(reserve::reserve_many(tx, &[request]).await?.iter().all(std::result::Result::is_ok))
}
