//! Everything about one order, for the merchant.

use super::read::by_number;
use super::{Attempt, Detail, Dispute, Event, MailEntry, Refund, State};
use crate::id::OutboxId;
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Result, Shop, args};

/// Everything about one order.
pub async fn detail(shop: &Shop, _by: &Staff, number: &str) -> Result<Detail> {
    let mut db = &shop.db;
    let order = by_number(&mut db, number).await?;
    let money = |amount| order.totals.money(amount);
    let attempts: Vec<AttemptRow> = db
        .fetch_all(
            "SELECT attempt_no, provider, way, state, amount, captured, provider_ref, decline_message, created_at,
               capture_before
             FROM payment_attempt WHERE checkout_id = $1 ORDER BY attempt_no",
            args![order.checkout_id],
        )
        .await?;
    let refunds: Vec<(i64, String, String, String, i64)> = db
        .fetch_all(
            "SELECT r.amount, r.reason, r.state, r.actor, r.created_at
             FROM payment_attempt a JOIN refund r ON r.attempt_id = a.id WHERE a.checkout_id = $1 ORDER BY r.id",
            args![order.checkout_id],
        )
        .await?;
    let moves: Vec<(String, String, String, String, i64)> = db
        .fetch_all(
            "SELECT entity, to_state, cause, actor, at FROM transition_log
             WHERE entity_id = $1 OR entity_id IN (SELECT id FROM payment_attempt WHERE checkout_id = $2)
             ORDER BY id",
            args![order.id, order.checkout_id],
        )
        .await?;
    let mails: Vec<(OutboxId, String, String, String, i64)> = db
        .fetch_all(
            "SELECT id, recipient, subject, state, at FROM mail WHERE order_id = $1 ORDER BY id",
            args![order.id],
        )
        .await?;
    let sql = "SELECT dispute, held FROM orders WHERE id = $1";
    let (dispute, held): (String, String) = db.fetch_one(sql, args![order.id]).await?;
    let sql = "SELECT exemption FROM order_tax WHERE order_id = $1 AND exemption <> '' LIMIT 1";
    let exemption: Option<(String,)> = db.fetch_optional(sql, args![order.id]).await?;
    Ok(Detail {
        held: if held.is_empty() { Vec::new() } else { serde_json::from_str(&held)? },
        tax_exemption: exemption.map(|(number,)| number).unwrap_or_default(),
        dispute: Dispute::parse(&dispute),
        attempts: attempts.into_iter().map(|row| row.attempt(order.totals.currency)).collect(),
        refunds: refunds
            .into_iter()
            .map(|(amount, reason, state, actor, created_at)| Refund {
                amount: money(amount),
                reason,
                state,
                actor,
                created_at,
            })
            .collect(),
        events: moves
            .into_iter()
            .map(|(entity, to, cause, actor, at)| Event { at, text: text(&entity, &to, &cause), actor })
            .collect(),
        mails: mails
            .into_iter()
            .map(|(id, recipient, subject, state, at)| MailEntry { id, recipient, subject, state, at })
            .collect(),
        order,
    })
}

#[derive(sqlx::FromRow)]
struct AttemptRow {
    attempt_no: i64,
    provider: String,
    way: String,
    state: String,
    amount: i64,
    captured: i64,
    provider_ref: Option<String>,
    decline_message: String,
    created_at: i64,
    capture_before: Option<i64>,
}

impl AttemptRow {
    fn attempt(self, currency: Currency) -> Attempt {
        Attempt {
            number: self.attempt_no,
            provider: self.provider,
            way: self.way,
            state: self.state,
            amount: currency.money(self.amount),
            captured: currency.money(self.captured),
            provider_ref: self.provider_ref.unwrap_or_default(),
            decline_message: self.decline_message,
            created_at: self.created_at,
            capture_before: self.capture_before,
        }
    }
}

/// One move, as the timeline tells it.
fn text(entity: &str, to: &str, cause: &str) -> String {
    let what: &str = match (entity, to) {
        ("order", "pending_payment") => "Order placed, payment pending",
        ("order", to) => match State::parse(to) {
            Some(state) => state.label(),
            None => to,
        },
        (_, "prepared") => "Payment prepared",
        (_, "sent") => "Payment handed to the provider",
        (_, "unknown") => "Payment: no answer from the provider",
        (_, "requires_action") => "Payment: the shopper has to confirm",
        (_, "processing") => "Payment being processed",
        (_, "authorized") => "Payment authorised",
        (_, "captured") => "Payment captured",
        (_, "declined") => "Payment declined",
        (_, "canceled") => "Payment cancelled",
        (_, other) => other,
    };
    if cause.is_empty() { what.to_owned() } else { format!("{what} ({cause})") }
}
