//! Goods that come back onto the shelf they were sold from, with a movement that says why.

use crate::db::{Engine, Read, Tx};
use crate::id::{CheckoutId, OrderId, OrderLineId, StockId};
use crate::{Error, Result, args};

/// Where the goods were sold.
pub(super) struct Place<'n> {
    pub order_id: OrderId,
    pub checkout_id: CheckoutId,
    pub number: &'n str,
}

/// Puts back everything that was not shipped or put back before.
pub(super) async fn all(
    tx: &mut Tx,
    order_id: OrderId,
    checkout_id: CheckoutId,
    number: &str,
    actor: &str,
    now: i64,
) -> Result<()> {
    let open: Vec<(OrderLineId, i64)> = tx
        .fetch_all(
            "SELECT id, quantity - restocked - fulfilled FROM order_line
             WHERE order_id = $1 AND quantity - restocked - fulfilled > 0",
            args![order_id],
        )
        .await?;
    lines(tx, &Place { order_id, checkout_id, number }, &open, actor, now).await
}

/// Puts these units back; more than were sold is `Error::Invalid`.
pub(super) async fn lines(
    tx: &mut Tx,
    place: &Place<'_>,
    lines: &[(OrderLineId, i64)],
    actor: &str,
    now: i64,
) -> Result<()> {
    if tx.engine() == Engine::Postgres && !lines.is_empty() {
        // In the order in which everybody takes shelves, whatever the order of the lines.
        tx.fetch_all::<(StockId,)>(LOCK_SHELVES, args![place.checkout_id]).await?;
    }
    for (line, quantity) in lines {
        let sql = "UPDATE order_line SET restocked = restocked + $3
            WHERE id = $1 AND order_id = $2 AND restocked + $3 <= quantity";
        if tx.execute(sql, args![*line, place.order_id, *quantity]).await? == 0 {
            return Err(Error::field("quantity", "More than was sold."));
        }
        // In the order of the shelves it was taken from; things that are not counted have none.
        let sold: Vec<(StockId, i64)> = tx
            .fetch_all(
                "SELECT r.stock_id, r.quantity FROM reservation r JOIN stock s ON s.id = r.stock_id
                 JOIN order_line l ON l.variant_id = s.variant_id
                 WHERE r.checkout_id = $1 AND l.id = $2 AND r.state = 'committed' ORDER BY r.stock_id",
                args![place.checkout_id, *line],
            )
            .await?;
        let mut open = *quantity;
        for (at, (stock, units)) in sold.iter().enumerate() {
            let part = if at + 1 == sold.len() { open } else { open.min(*units) };
            if part > 0 {
                put_back(tx, *stock, part, place.number, actor, now).await?;
                open -= part;
            }
        }
    }
    Ok(())
}

const LOCK_SHELVES: &str = "SELECT id FROM stock
    WHERE id IN (SELECT stock_id FROM reservation WHERE checkout_id = $1) ORDER BY id FOR NO KEY UPDATE";

async fn put_back(tx: &mut Tx, stock: StockId, units: i64, number: &str, actor: &str, now: i64) -> Result<()> {
    let sql = "UPDATE stock SET on_hand = on_hand + $2 WHERE id = $1 RETURNING on_hand";
    let (on_hand,): (i64,) = tx.fetch_one(sql, args![stock, units]).await?;
    tx.execute(
        "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, reference, actor, at)
         VALUES ($1, $2, $3, $4, 'restocked', $5, $6, $7)",
        args![crate::chance::uuid(), stock, units, on_hand, number, actor, now],
    )
    .await?;
    Ok(())
}
