//! Delivering the outbox: each row leased, done, marked. What fails comes again later, with growing pauses.

use crate::canary::{self, Canary};
use crate::checkout::{self, News};
use crate::db::{Read, Sql};
use crate::id::{AbandonedCartId, AlertId, AttemptId, CheckoutId, OrderId, OutboxId, RefundId, StoredValueId};
use crate::money::Currency;
use crate::payment::{IntentStatus, Outcome, Provider, Snapshot};
use crate::point::{self, Point};
use crate::{Error, Result, Shop, args, mail, order, rows};

/// Nobody else takes a row for this long.
const LEASE_MS: i64 = 60_000;
const BATCH: i64 = 64;
/// The longest pause between two tries.
const PAUSE_MAX_MS: i64 = 60 * 60_000;

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: OutboxId,
    kind: String,
    subject_id: Option<OrderId>,
    payload: String,
    epoch: i64,
    tries: i64,
}

/// Delivers some of what is due; the number of rows tried, 0 when nothing was due.
pub(crate) async fn deliver_due(shop: &Shop) -> Result<usize> {
    let rows = claim(shop).await?;
    let tried = rows.len();
    if canary::on(Canary::MarkedBeforeDelivery) {
        let all: Vec<_> = rows.iter().map(|row| Mine { id: row.id, epoch: row.epoch }).collect();
        mark_delivered(shop, &all).await?;
    }
    let work = rows.into_iter().map(|row| async move {
        let outcome = deliver(shop, &row).await;
        (row, outcome)
    });
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for (row, outcome) in futures_util::future::join_all(work).await {
        match outcome {
            Ok(()) => done.push(Mine { id: row.id, epoch: row.epoch }),
            Err(why) => failed.push((row, why)),
        }
    }
    mark_delivered(shop, &done).await?;
    for (row, why) in failed {
        postpone(shop, &row, why).await?;
    }
    Ok(tried)
}

/// A row whose lease is ours.
#[derive(serde::Serialize)]
struct Mine {
    id: OutboxId,
    epoch: i64,
}

// PostgreSQL skips what other nodes are claiming; on SQLite the writer is alone.
const CLAIM: Sql = Sql {
    sqlite: "UPDATE outbox SET claimed_until = $1 + $2, epoch = epoch + 1, tries = tries + 1
      WHERE id IN (SELECT id FROM outbox WHERE delivered_at IS NULL AND due_at <= $1 AND claimed_until <= $1
                   ORDER BY due_at LIMIT $3)
      RETURNING id, kind, subject_id, payload, epoch, tries",
    postgres: "UPDATE outbox SET claimed_until = $1 + $2, epoch = epoch + 1, tries = tries + 1
      WHERE id IN (SELECT id FROM outbox WHERE delivered_at IS NULL AND due_at <= $1 AND claimed_until <= $1
                   ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      RETURNING id, kind, subject_id, payload, epoch, tries",
};

async fn claim(shop: &Shop) -> Result<Vec<Row>> {
    let now = shop.now_ms();
    // An idle shop writes nothing.
    let waiting: Vec<(OutboxId,)> = shop
        .db
        .fetch_all(
            "SELECT id FROM outbox WHERE delivered_at IS NULL AND due_at <= $1 AND claimed_until <= $1 LIMIT 1",
            args![now],
        )
        .await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = shop.db.begin().await?;
    let rows = tx.fetch_all(CLAIM.of(tx.engine()), args![now, LEASE_MS, BATCH]).await?;
    tx.commit().await?;
    Ok(rows)
}

async fn mark_delivered(shop: &Shop, done: &[Mine]) -> Result<()> {
    const MARK: Sql = rows!(
        "UPDATE outbox SET delivered_at = $2, error = '' FROM",
        [id UUID, epoch BIGINT],
        "WHERE outbox.id = d.id AND outbox.epoch = d.epoch"
    );
    if done.is_empty() {
        return Ok(());
    }
    shop.db.execute(MARK.of(shop.db.engine()), args![serde_json::to_string(done)?, shop.now_ms()]).await?;
    Ok(())
}

async fn postpone(shop: &Shop, row: &Row, why: String) -> Result<()> {
    tracing::warn!(kind = row.kind, outbox = %row.id, tries = row.tries, why, "not delivered yet");
    let pause = (2_000_i64 << row.tries.clamp(0, 11)).min(PAUSE_MAX_MS);
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE outbox SET due_at = $3, claimed_until = 0, error = $4 WHERE id = $1 AND epoch = $2";
    tx.execute(sql, args![row.id, row.epoch, shop.now_ms() + pause, why]).await?;
    Ok(tx.commit().await?)
}

async fn deliver(shop: &Shop, row: &Row) -> std::result::Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Payload {
        attempt_id: Option<AttemptId>,
        refund_id: Option<RefundId>,
        alert_id: Option<AlertId>,
        gift_card_id: Option<StoredValueId>,
        code: Option<String>,
        template: Option<String>,
        abandoned_id: Option<AbandonedCartId>,
        token: Option<String>,
    }
    let payload: Payload = serde_json::from_str(&row.payload).map_err(|e| e.to_string())?;
    let outcome = match (row.kind.as_str(), row.subject_id, payload) {
        ("capture", _, Payload { attempt_id: Some(attempt), .. }) => capture(shop, attempt).await,
        ("undo_payment", _, Payload { attempt_id: Some(attempt), .. }) => undo(shop, attempt).await,
        ("refund", _, Payload { refund_id: Some(refund), .. }) => order::carry_out_refund(shop, refund).await,
        ("mail", order, Payload { gift_card_id: Some(card), code: Some(code), .. }) => {
            mail::send_gift_card(shop, row.id, order, card, &code).await
        }
        ("mail", Some(order), Payload { template: Some(template), .. }) => {
            mail::send(shop, row.id, order, &template).await
        }
        ("mail", None, Payload { alert_id: Some(alert), .. }) => mail::send_alert(shop, row.id, alert).await,
        ("mail", None, Payload { abandoned_id: Some(cart), token: Some(token), .. }) => {
            mail::send_reminder(shop, row.id, cart, &token).await
        }
        // Subscribers read events from the table; there is nobody to push to yet.
        ("event", ..) => Ok(()),
        (kind, ..) => Err(Error::Internal(format!("an outbox row of kind {kind:?} without its subject"))),
    };
    outcome.map_err(|error| error.to_string())
}

#[derive(sqlx::FromRow)]
struct AttemptRow {
    checkout_id: CheckoutId,
    provider: String,
    provider_ref: Option<String>,
    state: String,
    amount: i64,
    #[sqlx(try_from = "String")]
    currency: Currency,
    order_state: String,
    held: bool,
}

async fn attempt(shop: &Shop, id: AttemptId) -> Result<AttemptRow> {
    let sql = "SELECT a.checkout_id, a.provider, a.provider_ref, a.state, a.amount, a.currency, o.state AS order_state, o.held <> '' AS held
        FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id WHERE a.id = $1";
    shop.db.fetch_optional(sql, args![id]).await?.ok_or(Error::NotFound("payment attempt"))
}

/// C3: takes the money of a confirmed order. Taking it twice is once.
pub(crate) async fn capture(shop: &Shop, id: AttemptId) -> Result<()> {
    let row = attempt(shop, id).await?;
    // Whoever releases a held order asks again.
    if row.state != "authorized" || row.held || matches!(row.order_state.as_str(), "cancelled" | "refunded") {
        return Ok(());
    }
    let intent = row.provider_ref.ok_or_else(|| Error::Internal("an authorised attempt without its intent".into()))?;
    point::reached(Point::BeforeCapture).await;
    let provider = shop.payments.by_name(&row.provider)?;
    let key = checkout::provider_key(shop, &row.provider, id, "capture");
    let snapshot = match provider.capture_intent(&key, &intent, row.currency.money(row.amount)).await {
        Outcome::Done(snapshot) => snapshot,
        // Perhaps it was captured or cancelled before: the provider knows.
        Outcome::Refused(refusal) => retrieve(provider, &intent, &refusal.message).await?,
        Outcome::Unknown(why) => retrieve(provider, &intent, &why).await?,
    };
    point::reached(Point::Captured).await;
    let is_still_open = snapshot.status == IntentStatus::RequiresCapture;
    checkout::apply_news(shop, row.checkout_id, Some(id), News::Intent(snapshot)).await?;
    if is_still_open { Err(unavailable("not captured")) } else { Ok(()) }
}

async fn retrieve(provider: &dyn Provider, intent: &str, why: &str) -> Result<Snapshot> {
    match provider.retrieve_intent(intent).await {
        Outcome::Done(snapshot) => Ok(snapshot),
        Outcome::Refused(_) | Outcome::Unknown(_) => Err(unavailable(why)),
    }
}

fn unavailable(why: &str) -> Error {
    Error::Unavailable { message: why.to_owned(), retry_after_s: 10 }
}

/// Lets authorised money go, or gives back what was taken: as the provider says it stands now.
async fn undo(shop: &Shop, id: AttemptId) -> Result<()> {
    let mut row = attempt(shop, id).await?;
    if !matches!(row.state.as_str(), "authorized" | "captured") {
        // A page that somebody may be paying at: closed first.
        checkout::close_payment(shop, row.checkout_id).await?;
        row = attempt(shop, id).await?;
    }
    let Some(intent) = row.provider_ref else { return Ok(()) };
    let provider = shop.payments.by_name(&row.provider)?;
    let mut snapshot = retrieve(provider, &intent, "the provider does not answer").await?;
    if !matches!(snapshot.status, IntentStatus::Succeeded | IntentStatus::Canceled) {
        let key = checkout::provider_key(shop, &row.provider, id, "cancel");
        snapshot = match provider.cancel_intent(&key, &intent).await {
            Outcome::Done(snapshot) => snapshot,
            Outcome::Refused(refusal) => retrieve(provider, &intent, &refusal.message).await?,
            Outcome::Unknown(why) => return Err(unavailable(&why)),
        };
    }
    let status = snapshot.status;
    checkout::apply_news(shop, row.checkout_id, Some(id), News::Intent(snapshot)).await?;
    match status {
        IntentStatus::Canceled => Ok(()),
        IntentStatus::Succeeded => order::refund_everything(shop, id).await,
        _ => Err(unavailable("not cancelled yet")),
    }
}
