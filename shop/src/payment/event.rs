//! News from the provider: stored first, believed only after the object was fetched.

use super::{EventNotice, Outcome, Snapshot};
use crate::checkout::{self, News};
use crate::id::{AttemptId, CheckoutId, RefundId};
use crate::point::{self, Point};
use crate::{Result, Shop, args, order};

/// Stores a verified event; `false` when it was here already. The worker fetches the object and applies it.
pub async fn webhook_received(shop: &Shop, notice: &EventNotice, payload: &str) -> Result<bool> {
    point::reached(Point::WebhookRead).await;
    let mut tx = shop.db.begin().await?;
    let stored = tx
        .execute(
            "INSERT INTO psp_event (event_id, type, object_id, received_at, payload) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (event_id) DO NOTHING",
            args![&notice.event_id, &notice.kind, &notice.object_id, shop.now_ms(), payload],
        )
        .await?;
    tx.commit().await?;
    point::reached(Point::EventStored).await;
    shop.wake.notify_one();
    Ok(stored == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    event_id: String,
    kind: String,
    object_id: String,
    received_at: i64,
    tries: i64,
}

/// News about a payment nobody here knows is kept this long before it counts as a break.
const UNKNOWN_AFTER_MS: i64 = 15 * 60_000;
const PAUSE_MAX_MS: i64 = 15 * 60_000;

/// Applies stored events until none is due; the number looked at.
pub(crate) async fn apply_events(shop: &Shop) -> Result<usize> {
    let mut looked_at = 0;
    loop {
        let due: Vec<Row> = shop
            .db
            .fetch_all(
                "SELECT event_id, type AS kind, object_id, received_at, tries FROM psp_event
                 WHERE applied_at IS NULL AND next_try_at <= $1 ORDER BY next_try_at, received_at LIMIT 50",
                args![shop.now_ms()],
            )
            .await?;
        if due.is_empty() {
            return Ok(looked_at);
        }
        looked_at += due.len();
        for event in due {
            let outcome = apply(shop, &event).await;
            finish(shop, &event, outcome).await?;
        }
    }
}

enum Applied {
    /// Together with the news, in one transaction.
    Marked,
    /// There was nothing to change.
    Done,
    /// Nothing here belongs to it, yet.
    NobodyKnows,
    NoAnswer(String),
}

async fn apply(shop: &Shop, event: &Row) -> Result<Applied> {
    point::reached(Point::BeforeEvent).await;
    if event.kind.starts_with("payment_intent.") {
        return intent(shop, &event.object_id, &event.event_id).await;
    }
    if event.kind.starts_with("checkout.session.") {
        return match shop.payments.retrieve_session(&event.object_id).await {
            Outcome::Done(session) => match session.intent_id {
                Some(id) => intent(shop, &id, &event.event_id).await,
                None => session_alone(shop, event, session.status == super::SessionStatus::Expired).await,
            },
            Outcome::Refused(refusal) => Ok(Applied::NoAnswer(refusal.message)),
            Outcome::Unknown(why) => Ok(Applied::NoAnswer(why)),
        };
    }
    if event.kind.starts_with("refund.") || event.kind.starts_with("charge.refund") {
        return refunds(shop).await;
    }
    Ok(Applied::Done)
}

async fn intent(shop: &Shop, id: &str, event_id: &str) -> Result<Applied> {
    let snapshot = match shop.payments.retrieve_intent(id).await {
        Outcome::Done(snapshot) => snapshot,
        Outcome::Refused(refusal) => return Ok(Applied::NoAnswer(refusal.message)),
        Outcome::Unknown(why) => return Ok(Applied::NoAnswer(why)),
    };
    let Some((attempt, checkout)) = owner(shop, &snapshot).await? else { return Ok(Applied::NobodyKnows) };
    let event_id = Some(event_id.to_owned());
    checkout::apply_event(shop, checkout, Some(attempt), News::Intent(snapshot), event_id).await?;
    point::reached(Point::EventApplied).await;
    Ok(Applied::Marked)
}

/// By the provider's id, else by our own in the metadata: news may be faster than our own note of the id.
async fn owner(shop: &Shop, snapshot: &Snapshot) -> Result<Option<(AttemptId, CheckoutId)>> {
    let sql = "SELECT id, checkout_id FROM payment_attempt WHERE provider_ref = $1";
    if let Some(found) = shop.db.fetch_optional(sql, args![&snapshot.intent_id]).await? {
        return Ok(Some(found));
    }
    let Some(attempt) = snapshot.metadata.get("attempt_id").and_then(|id| id.parse::<AttemptId>().ok()) else {
        return Ok(None);
    };
    Ok(shop.db.fetch_optional("SELECT id, checkout_id FROM payment_attempt WHERE id = $1", args![attempt]).await?)
}

async fn session_alone(shop: &Shop, event: &Row, expired: bool) -> Result<Applied> {
    let sql = "SELECT id, checkout_id FROM payment_attempt WHERE session_ref = $1";
    let found: Option<(AttemptId, CheckoutId)> = shop.db.fetch_optional(sql, args![&event.object_id]).await?;
    let Some((attempt, checkout)) = found else { return Ok(Applied::NobodyKnows) };
    if !expired {
        return Ok(Applied::Done);
    }
    let event_id = Some(event.event_id.clone());
    checkout::apply_event(shop, checkout, Some(attempt), News::SessionExpired, event_id).await?;
    Ok(Applied::Marked)
}

/// Refunds that wait for the provider: each looks itself up there.
async fn refunds(shop: &Shop) -> Result<Applied> {
    let open: Vec<(RefundId,)> =
        shop.db.fetch_all("SELECT id FROM refund WHERE state = 'sent' ORDER BY id LIMIT 50", args![]).await?;
    for (id,) in open {
        if let Err(error) = order::carry_out_refund(shop, id).await {
            tracing::debug!(%error, refund = %id, "a refund is still open");
        }
    }
    Ok(Applied::Done)
}

async fn finish(shop: &Shop, event: &Row, outcome: Result<Applied>) -> Result<()> {
    if matches!(outcome, Ok(Applied::Marked)) {
        return Ok(());
    }
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let why = match outcome {
        Ok(Applied::Marked | Applied::Done) => {
            let sql = "UPDATE psp_event SET applied_at = $2, error = '' WHERE event_id = $1";
            tx.execute(sql, args![&event.event_id, now]).await?;
            tx.commit().await?;
            return Ok(());
        }
        Ok(Applied::NobodyKnows) => "no payment of ours".to_owned(),
        Ok(Applied::NoAnswer(why)) => why,
        Err(error) => {
            tracing::error!(%error, event = event.event_id, "an event could not be applied");
            error.to_string()
        }
    };
    if now - event.received_at > UNKNOWN_AFTER_MS {
        tx.execute(
            "INSERT INTO recon_break (id, kind, ref, detail, first_seen) VALUES ($1, 'event_not_applied', $2, $3, $4)
             ON CONFLICT (kind, ref) DO UPDATE SET confirmed_seen = excluded.first_seen",
            args![uuid::Uuid::now_v7(), &event.event_id, &why, now],
        )
        .await?;
    }
    let pause = (1_000_i64 << event.tries.clamp(0, 12)).min(PAUSE_MAX_MS);
    let sql = "UPDATE psp_event SET tries = tries + 1, next_try_at = $2, error = $3 WHERE event_id = $1";
    tx.execute(sql, args![&event.event_id, now + pause, why]).await?;
    tx.commit().await?;
    Ok(())
}
