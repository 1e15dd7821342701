//! News from the provider: stored first, believed only after the object was fetched.

use super::{About, EventNotice, Metadata, Outcome, Provider, Session, SessionStatus};
use crate::checkout::{self, News};
use crate::id::{AttemptId, CheckoutId, RefundId};
use crate::{Result, Shop, args, order};

/// Stores an event that `provider` has sent; `false` when it was here already. The worker fetches the object and applies
/// it.
pub async fn webhook_received(shop: &Shop, provider: &str, notice: &EventNotice, payload: &str) -> Result<bool> {
    let mut tx = shop.db.begin().await?;
    let stored = tx
        .execute(
            "INSERT INTO psp_event (event_id, provider, type, object_id, received_at, payload)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (event_id) DO NOTHING",
            args![&notice.event_id, provider, &notice.kind, &notice.object_id, shop.now_ms(), payload],
        )
        .await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(stored == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    event_id: String,
    provider: String,
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
                "SELECT event_id, provider, type AS kind, object_id, received_at, tries FROM psp_event
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
    Done,
    /// Nothing here belongs to it, yet.
    NobodyKnows,
    NoAnswer(String),
}

async fn apply(shop: &Shop, event: &Row) -> Result<Applied> {
    let provider = shop.payments.by_name(&event.provider)?;
    match provider.about(&event.kind) {
        About::Intent => intent(shop, provider, &event.object_id).await,
        About::Session => match provider.retrieve_session(&event.object_id).await {
            Outcome::Done(Session { intent_id: Some(id), .. }) => intent(shop, provider, &id).await,
            Outcome::Done(session) => session_alone(shop, provider, &session).await,
            Outcome::Refused(refusal) => Ok(Applied::NoAnswer(refusal.message)),
            Outcome::Unknown(why) => Ok(Applied::NoAnswer(why)),
        },
        About::Refund => refunds(shop).await,
        About::Nothing => Ok(Applied::Done),
    }
}

async fn intent(shop: &Shop, provider: &dyn Provider, id: &str) -> Result<Applied> {
    let snapshot = match provider.retrieve_intent(id).await {
        Outcome::Done(snapshot) => snapshot,
        Outcome::Refused(refusal) => return Ok(Applied::NoAnswer(refusal.message)),
        Outcome::Unknown(why) => return Ok(Applied::NoAnswer(why)),
    };
    const KNOWN: &str = "SELECT id, checkout_id FROM payment_attempt WHERE provider = $1 AND provider_ref = $2";
    let found = owner(shop, provider, KNOWN, &snapshot.intent_id, &snapshot.metadata).await?;
    let Some((attempt, checkout)) = found else { return Ok(Applied::NobodyKnows) };
    checkout::apply_news(shop, checkout, Some(attempt), News::Intent(snapshot)).await?;
    Ok(Applied::Done)
}

/// By the provider's id, else by our own in the metadata: news may be faster than our own note of the id.
async fn owner(
    shop: &Shop,
    provider: &dyn Provider,
    known: &'static str,
    id: &str,
    metadata: &Metadata,
) -> Result<Option<(AttemptId, CheckoutId)>> {
    if let Some(found) = shop.db.fetch_optional(known, args![provider.name(), id]).await? {
        return Ok(Some(found));
    }
    let Some(attempt) = metadata.get("attempt_id").and_then(|id| id.parse::<AttemptId>().ok()) else {
        return Ok(None);
    };
    let sql = "SELECT id, checkout_id FROM payment_attempt WHERE provider = $1 AND id = $2";
    Ok(shop.db.fetch_optional(sql, args![provider.name(), attempt]).await?)
}

/// A page without a payment: closed, or the shopper has agreed to something that our server has to carry out.
async fn session_alone(shop: &Shop, provider: &dyn Provider, session: &Session) -> Result<Applied> {
    const KNOWN: &str = "SELECT id, checkout_id FROM payment_attempt WHERE provider = $1 AND session_ref = $2";
    let found = owner(shop, provider, KNOWN, &session.id, &session.metadata).await?;
    let Some((attempt, checkout)) = found else { return Ok(Applied::NobodyKnows) };
    match session.status {
        SessionStatus::Expired => {
            checkout::apply_news(shop, checkout, Some(attempt), News::SessionExpired).await?;
        }
        SessionStatus::Open | SessionStatus::Complete => {
            if !checkout::ask_about(shop, checkout, attempt).await? {
                return Ok(Applied::NoAnswer("the page is open and nothing was paid there yet".to_owned()));
            }
        }
    }
    Ok(Applied::Done)
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
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let why = match outcome {
        Ok(Applied::Done) => {
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
