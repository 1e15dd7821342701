//! Making gift cards.

use super::code;
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::id::{OrderId, OrderLineId, StoredValueId};
use crate::limits::{self, Check, EMAIL_CHARS, REASON_CHARS, STORED_VALUE};
use crate::money::Money;
use crate::outbox::{self, Note};
use crate::staff::Staff;
use crate::tender::{Booking, Kind, book};
use crate::{Result, Shop, args};

/// A card to be made by hand.
#[derive(Clone, Debug)]
pub struct Draft {
    pub value: Money,
    /// Whom it is for; may be empty.
    pub recipient: String,
    /// Unix milliseconds; `None`: never.
    pub expires_at: Option<i64>,
    /// Why it is given.
    pub reason: String,
    /// Mails the code to the recipient.
    pub mailed: bool,
}

/// A card that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub id: StoredValueId,
    /// As people read it. Nobody can be told it again.
    pub code: String,
}

/// Makes a card by hand.
///
/// # Errors
/// `Invalid` "value", "recipient", "expires_at" or "reason".
pub async fn issue(shop: &Shop, by: &Staff, draft: &Draft) -> Result<Issued> {
    let now = shop.now_ms();
    let (recipient, reason) = (draft.recipient.trim().to_lowercase(), draft.reason.trim());
    Check::default()
        .that(STORED_VALUE.contains(&draft.value.amount), "value", "More than nothing, and not more than a million.")
        .text("recipient", &recipient, EMAIL_CHARS)
        .that(
            recipient.is_empty() || limits::is_email(&recipient),
            "recipient",
            "Enter an e-mail address like name@example.com.",
        )
        .that(draft.expires_at.is_none_or(|end| end > now), "expires_at", "It would have expired already.")
        .required("reason", reason, REASON_CHARS)
        .that(!draft.mailed || !recipient.is_empty(), "recipient", "Enter whom the code is mailed to.")
        .done()?;
    let mut tx = shop.db.begin().await?;
    let made =
        Made { value: draft.value, recipient: &recipient, expires_at: draft.expires_at, order_id: None, unit: None };
    let issued = make(&mut tx, &made, "goodwill", reason, &by.name, now).await?;
    // Never the code.
    let after = serde_json::json!({
        "value": draft.value.amount, "currency": draft.value.currency.code(), "recipient": recipient,
        "expires_at": draft.expires_at, "reason": reason,
    });
    let entry = Entry::new(by, "gift_card.issue", "gift_card", issued.id).after(&after);
    audit::record(&mut tx, &entry, now).await?;
    if draft.mailed {
        outbox::put(&mut tx, &[Note::gift_card(None, issued.id, &issued.code)], now).await?;
    }
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(issued)
}

/// A card, as its row is written.
pub(crate) struct Made<'m> {
    pub value: Money,
    pub recipient: &'m str,
    pub expires_at: Option<i64>,
    /// The order it was bought with, and the unit of its line.
    pub order_id: Option<OrderId>,
    pub unit: Option<(OrderLineId, i64)>,
}

/// Writes a card with its value, which the account `against` of the money ledger gives.
pub(crate) async fn make(
    tx: &mut Tx,
    card: &Made<'_>,
    against: &'static str,
    reason: &str,
    actor: &str,
    now: i64,
) -> Result<Issued> {
    let issued = Issued { id: StoredValueId::new(), code: code::generate() };
    let plain = issued.code.replace('-', "");
    let Money { amount, currency } = card.value;
    tx.execute(
        "INSERT INTO stored_value (id, kind, currency, code_hash, last_four, initial, recipient, expires_at, created_at,
           order_line_id, unit)
         VALUES ($1, 'gift_card', $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            issued.id,
            currency,
            code::hash(&plain),
            code::last_four(&plain),
            amount,
            card.recipient,
            card.expires_at,
            now,
            card.unit.map(|(line, _)| line),
            card.unit.map_or(0, |(_, unit)| unit)
        ],
    )
    .await?;
    let booking = Booking {
        account_id: issued.id,
        kind: Kind::GiftCard,
        currency: currency.code(),
        what: "issue",
        amount,
        against,
        order_id: card.order_id,
        reason,
        actor,
    };
    book(tx, &[booking], now).await?;
    Ok(issued)
}
