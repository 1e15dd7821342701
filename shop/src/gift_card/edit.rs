//! What the merchant changes about a card. Every change names the version it was decided on, and is audited.

use super::Issued;
use super::code;
use crate::audit::{self, Entry};
use crate::db::{Arg, Read, Tx};
use crate::id::StoredValueId;
use crate::outbox::{self, Note};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// Blocks a card, or lets it be used again. What a started payment holds of it stays held.
///
/// # Errors
/// `NotFound`; `Conflict` "stale".
pub async fn set_frozen(shop: &Shop, by: &Staff, id: StoredValueId, version: i64, frozen: bool) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    change(&mut tx, id, version, "frozen_at", frozen.then_some(now).into()).await?;
    let action = if frozen { "gift_card.freeze" } else { "gift_card.unfreeze" };
    audit::record(&mut tx, &Entry::new(by, action, "gift_card", id), now).await?;
    Ok(tx.commit().await?)
}

/// Until when a card can be used (Unix milliseconds); `None`: for ever. One in the past ends it.
///
/// # Errors
/// `NotFound`; `Conflict` "stale".
pub async fn set_expiry(shop: &Shop, by: &Staff, id: StoredValueId, version: i64, end: Option<i64>) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let sql = "SELECT expires_at FROM stored_value WHERE id = $1";
    let before: Option<(Option<i64>,)> = tx.fetch_optional(sql, args![id]).await?;
    change(&mut tx, id, version, "expires_at", end.into()).await?;
    let entry = Entry::new(by, "gift_card.expiry", "gift_card", id)
        .before(&json!({ "expires_at": before.and_then(|(end,)| end) }))
        .after(&json!({ "expires_at": end }));
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// A new code for a card whose code was lost or seen by others; the old one is nobody's from now on. It is mailed to the
/// card's recipient if that is asked for and there is one.
///
/// # Errors
/// `NotFound`; `Conflict` "stale".
pub async fn renew(shop: &Shop, by: &Staff, id: StoredValueId, version: i64, mailed: bool) -> Result<Issued> {
    let now = shop.now_ms();
    let issued = Issued { id, code: code::generate() };
    let plain = issued.code.replace('-', "");
    let mut tx = shop.db.begin().await?;
    change(&mut tx, id, version, "code_hash", code::hash(&plain).into()).await?;
    let sql = "UPDATE stored_value SET last_four = $2 WHERE id = $1";
    tx.execute(sql, args![id, code::last_four(&plain)]).await?;
    audit::record(&mut tx, &Entry::new(by, "gift_card.renew", "gift_card", id), now).await?;
    if mailed {
        let sql = "SELECT recipient FROM stored_value WHERE id = $1 AND recipient <> ''";
        if tx.fetch_optional::<(String,)>(sql, args![id]).await?.is_none() {
            return Err(Error::field("mailed", "Nobody's address is noted with this card."));
        }
        outbox::put(&mut tx, &[Note::gift_card(None, id, &issued.code)], now).await?;
    }
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(issued)
}

async fn change(tx: &mut Tx, id: StoredValueId, version: i64, column: &'static str, value: Arg) -> Result<()> {
    let sql = format!(
        "UPDATE stored_value SET {column} = $3, version = version + 1
         WHERE id = $1 AND version = $2 AND kind = 'gift_card'"
    );
    if tx.execute(&sql, vec![id.into(), version.into(), value]).await? == 1 {
        return Ok(());
    }
    let known: Option<(i64,)> =
        tx.fetch_optional("SELECT version FROM stored_value WHERE id = $1 AND kind = 'gift_card'", args![id]).await?;
    Err(match known {
        None => Error::NotFound("gift card"),
        Some(_) => Error::conflict("stale", "The gift card has changed meanwhile. Look at it again."),
    })
}
