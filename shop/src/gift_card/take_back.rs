//! Taking a bought card back, so that the money can go back to its buyer.

use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::id::{OrderId, StoredValueId};
use crate::money::Currency;
use crate::staff::Staff;
use crate::tender::{self, Booking, Kind};
use crate::{Error, Result, Shop, args};

/// Blocks a bought card and takes off it what nobody has spent; its order then can be refunded by that.
///
/// # Errors
/// `NotFound`; `Conflict` "stale", "not_bought", "held" while a payment under way holds some of it, "spent" when nothing is
/// on it.
pub async fn take_back(shop: &Shop, by: &Staff, id: StoredValueId, version: i64) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let sql = "SELECT l.order_id FROM stored_value s JOIN order_line l ON l.id = s.order_line_id WHERE s.id = $1";
    let Some((order_id,)): Option<(OrderId,)> = tx.fetch_optional(sql, args![id]).await? else {
        return Err(Error::conflict("not_bought", "Only a card that was bought can be taken back."));
    };
    // The order first, as everybody who locks both.
    tx.execute("UPDATE orders SET version = version + 1 WHERE id = $1", args![order_id]).await?;
    let (currency, value) = empty(&mut tx, id, version, now).await?;
    let booking = Booking {
        account_id: id,
        kind: Kind::GiftCard,
        currency: &currency,
        what: "adjust",
        amount: -value,
        against: "sales",
        order_id: Some(order_id),
        reason: "taken back",
        actor: &by.name,
    };
    tender::book(&mut tx, &[booking], now).await?;
    let after = serde_json::json!({ "taken_back": value, "currency": currency });
    audit::record(&mut tx, &Entry::new(by, "gift_card.take_back", "gift_card", id).after(&after), now).await?;
    Ok(tx.commit().await?)
}

/// Blocks the card, notes what is on it as taken back, and tells it; the booking is the caller's.
async fn empty(tx: &mut Tx, id: StoredValueId, version: i64, now: i64) -> Result<(String, i64)> {
    let sql = "UPDATE stored_value SET taken_back = taken_back + balance, frozen_at = COALESCE(frozen_at, $3), version = version + 1
        WHERE id = $1 AND version = $2 AND held = 0 AND balance > 0 RETURNING currency, balance";
    if let Some(found) = tx.fetch_optional(sql, args![id, version, now]).await? {
        return Ok(found);
    }
    let sql = "SELECT version, held, balance, currency FROM stored_value WHERE id = $1";
    let (known, held, balance, currency): (i64, i64, i64, String) =
        tx.fetch_optional(sql, args![id]).await?.ok_or(Error::NotFound("gift card"))?;
    let held = Currency::parse(&currency).map(|currency| currency.money(held)).filter(|held| held.amount > 0);
    Err(match held {
        _ if known != version => Error::conflict("stale", "The gift card has changed meanwhile. Look at it again."),
        Some(held) => {
            Error::conflict("held", format!("A payment under way holds {held} of it. Try again when it is over."))
        }
        None if balance == 0 => Error::conflict("spent", "Nothing is on it any more."),
        None => Error::Internal("a gift card that cannot be taken back".into()),
    })
}
