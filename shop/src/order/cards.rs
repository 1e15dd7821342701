//! Gift cards of an order: what their making does to it, and what of its money stands on them.

use super::Happening::{Delivered, ShippedInPart, ShippedWhole};
use super::{GiftCard, State, machine, read};
use crate::checkout::transition;
use crate::db::{Read, Tx};
use crate::id::{OrderId, StoredValueId};
use crate::money::Currency;
use crate::outbox::Note;
use crate::{Error, Result, args};

/// The order whose cards were just made, as it was before.
pub(crate) struct Sent<'s> {
    pub order_id: OrderId,
    pub state: &'s str,
    pub number: &'s str,
}

/// Moves the order on as parcels would: with nothing left to be sent it is shipped, and delivered when nothing of it is
/// carried. The order's row is locked by the caller, who delivers the notes.
pub(crate) async fn cards_were_sent(tx: &mut Tx, sent: &Sent<'_>, now: i64) -> Result<Vec<Note>> {
    const LEFT: &str = "SELECT
        CAST(SUM(CASE WHEN quantity > fulfilled + restocked THEN 1 ELSE 0 END) AS BIGINT),
        CAST(SUM(CASE WHEN gift_card THEN 0 ELSE 1 END) AS BIGINT) FROM order_line WHERE order_id = $1";
    let (open, carried): (i64, i64) = tx.fetch_one(LEFT, args![sent.order_id]).await?;
    let from = read::state(sent.state)?;
    if !matches!(from, State::Confirmed | State::Processing) {
        return Ok(Vec::new());
    }
    let mut notes = Vec::new();
    let mut to = machine::after(from, if open > 0 { ShippedInPart } else { ShippedWhole })?;
    let mut moves = vec![transition::of_order(sent.order_id, from.as_str(), to.as_str(), "gift cards were mailed")];
    if to == State::Shipped {
        notes.push(Note::event(sent.order_id, "order_shipped", sent.number));
        if carried == 0 {
            let before = to;
            to = machine::after(before, Delivered)?;
            moves.push(transition::of_order(sent.order_id, before.as_str(), to.as_str(), ""));
            notes.push(Note::event(sent.order_id, "order_delivered", sent.number));
        }
    }
    if to == from {
        return Ok(notes);
    }
    tx.execute("UPDATE orders SET state = $2 WHERE id = $1", args![sent.order_id, to.as_str()]).await?;
    transition::record(tx, &moves, "system", now).await?;
    Ok(notes)
}

/// Refuses to give back what stands on gift cards: whoever holds them could spend it as well. `amount` in minor units; the
/// order's row is locked by the caller.
///
/// # Errors
/// `Invalid` "amount".
pub(super) async fn check_not_on_cards(tx: &mut Tx, order: OrderId, amount: i64) -> Result<()> {
    const LEFT: &str = "SELECT o.currency, c.value, o.captured + o.tender - o.credited - o.tender_refunded - c.value
          - (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
             WHERE a.checkout_id = o.checkout_id AND r.state <> 'failed')
        FROM orders o JOIN (SELECT CAST(SUM(l.total) - COALESCE((SELECT SUM(s.taken_back) FROM stored_value s
              JOIN order_line m ON m.id = s.order_line_id WHERE m.order_id = $1), 0) AS BIGINT) AS value
            FROM order_line l WHERE l.order_id = $1 AND l.gift_card) c ON c.value > 0
        WHERE o.id = $1";
    let row: Option<(String, i64, i64)> = tx.fetch_optional(LEFT, args![order]).await?;
    match row {
        Some((currency, value, left)) if amount > left => {
            let currency = Currency::try_from(currency).map_err(|error| Error::Internal(error.to_string()))?;
            let (on, rest) = (currency.money(value), currency.money(left.max(0)));
            let message = format!(
                "{on} of this order is on gift cards that were bought with it. Take them back first; without them {rest} can go back."
            );
            Err(Error::field("amount", message))
        }
        _ => Ok(()),
    }
}

/// The cards that were made of an order's lines, oldest first.
pub(super) async fn of_order(db: &mut impl Read, order: OrderId, currency: Currency) -> Result<Vec<GiftCard>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: StoredValueId,
        last_four: String,
        initial: i64,
        taken_back: i64,
        recipient: String,
        created_at: i64,
    }
    let sql = "SELECT s.id, s.last_four, s.initial, s.taken_back, s.recipient, s.created_at
        FROM order_line l JOIN stored_value s ON s.order_line_id = l.id WHERE l.order_id = $1 ORDER BY s.id";
    let rows: Vec<Row> = db.fetch_all(sql, args![order]).await?;
    let card = |row: Row| GiftCard {
        id: row.id,
        last_four: row.last_four,
        value: currency.money(row.initial),
        taken_back: currency.money(row.taken_back),
        recipient: row.recipient,
        at: row.created_at,
    };
    Ok(rows.into_iter().map(card).collect())
}
