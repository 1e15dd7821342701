//! Gift cards that are bought: made when the order is paid, each unit of a line once, and mailed to whom they are for.

use super::Issued;
use super::issue::{Made, make};
use crate::db::{Read, Tx};
use crate::id::{FulfilmentId, OrderId, OrderLineId};
use crate::money::Currency;
use crate::order::{self, BY_MAIL, GiftTo};
use crate::outbox::{self, Note};
use crate::{Result, Shop, args};

/// Orders that are looked at together.
const BATCH: i64 = 20;
/// Cards that are made in one transaction.
const CARDS: i64 = 50;
const ACTOR: &str = "system";

// A held order waits for a person; one that is not paid in full may never be.
const DUE: &str = "SELECT DISTINCT o.id FROM order_line l JOIN orders o ON o.id = l.order_id
    WHERE l.gift_card AND l.issued < l.quantity AND o.state IN ('confirmed','processing','shipped','delivered')
      AND o.held = '' AND o.captured + o.tender >= o.total LIMIT $1";

#[derive(sqlx::FromRow)]
struct Row {
    number: String,
    state: String,
    email: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    gift_to: String,
}

#[derive(sqlx::FromRow)]
struct Line {
    id: OrderLineId,
    unit_price: i64,
    quantity: i64,
    issued: i64,
}

/// Makes cards of paid orders; the number of orders it found, 0 when nothing is due.
pub(crate) async fn issue_due(shop: &Shop) -> Result<usize> {
    let due: Vec<(OrderId,)> = shop.db.fetch_all(DUE, args![BATCH]).await?;
    for (id,) in &due {
        issue(shop, *id).await?;
    }
    if !due.is_empty() {
        shop.wake.notify_one();
    }
    Ok(due.len())
}

/// One order's next cards. Asked again under its lock: another node may have been here, or the merchant.
async fn issue(shop: &Shop, id: OrderId) -> Result<()> {
    const LOCK: &str = "UPDATE orders SET version = version + 1
        WHERE id = $1 AND state IN ('confirmed','processing','shipped','delivered') AND held = ''
          AND captured + tender >= total
          AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = orders.id AND l.gift_card AND l.issued < l.quantity)
        RETURNING number, state, email, currency, gift_to";
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let Some(order): Option<Row> = tx.fetch_optional(LOCK, args![id]).await? else { return Ok(()) };
    let to = order.gift_to().map_err(crate::Error::from)?;
    let lines: Vec<Line> = tx
        .fetch_all(
            "SELECT id, unit_price, quantity, issued FROM order_line
             WHERE order_id = $1 AND gift_card AND issued < quantity ORDER BY position",
            args![id],
        )
        .await?;
    let (mut left, mut sent, mut notes) = (CARDS, Vec::new(), Vec::new());
    for line in lines {
        let units = left.min(line.quantity - line.issued);
        for unit in line.issued + 1..=line.issued + units {
            // What costs nothing holds nothing.
            if line.unit_price > 0 {
                let issued = one(&mut tx, id, &order, &to, &line, unit, now).await?;
                notes.push(Note::gift_card(Some(id), issued.id, &issued.code));
            }
        }
        if units > 0 {
            let sql = "UPDATE order_line SET issued = issued + $2, fulfilled = fulfilled + $2 WHERE id = $1";
            tx.execute(sql, args![line.id, units]).await?;
            sent.push((line.id, units));
        }
        left -= units;
    }
    tx.execute(
        "INSERT INTO fulfilment (id, order_id, carrier, tracking_number, lines, actor, at) VALUES ($1, $2, $3, '', $4, $5, $6)",
        args![FulfilmentId::new(), id, BY_MAIL, serde_json::to_string(&sent)?, ACTOR, now],
    )
    .await?;
    let moved = order::Sent { order_id: id, state: &order.state, number: &order.number };
    notes.extend(order::cards_were_sent(&mut tx, &moved, now).await?);
    outbox::put(&mut tx, &notes, now).await?;
    Ok(tx.commit().await?)
}

impl Row {
    fn gift_to(&self) -> serde_json::Result<GiftTo> {
        if self.gift_to.is_empty() {
            return Ok(GiftTo { email: self.email.clone(), message: String::new() });
        }
        serde_json::from_str(&self.gift_to)
    }
}

async fn one(tx: &mut Tx, id: OrderId, order: &Row, to: &GiftTo, line: &Line, unit: i64, now: i64) -> Result<Issued> {
    let card = Made {
        value: order.currency.money(line.unit_price),
        recipient: &to.email,
        expires_at: None,
        order_id: Some(id),
        unit: Some((line.id, unit)),
    };
    make(tx, &card, "sales", &format!("bought with {}", order.number), ACTOR, now).await
}
