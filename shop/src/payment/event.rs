//! News from the provider: stored first, believed only after the object was fetched.

mod keep;
mod refused;

pub(crate) use keep::{Keeping, Received};
pub use refused::{webhook_refused, webhook_unreadable};

use super::{About, EventNotice, IntentStatus, Metadata, Outcome, Provider, Providers, Session, SessionStatus};
use crate::canary::{self, Canary};
use crate::checkout::{self, News};
use crate::db::Sql;
use crate::id::{AttemptId, CheckoutId, RefundId};
use crate::point::{self, Point};
use crate::reconcile::{self, Found, Kind};
use crate::{Result, Shop, args, order};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::collections::BTreeMap;

/// Stores an event that `provider` has sent; `false` when it was here already. The worker fetches the object and applies
/// it.
pub async fn webhook_received(shop: &Shop, provider: &str, notice: &EventNotice, payload: &str) -> Result<bool> {
    point::reached(Point::WebhookRead).await;
    let stored = shop.checkouts.keep_event(Received::new(provider, notice, payload, shop.now_ms())).await?;
    point::reached(Point::EventStored).await;
    shop.wake.notify_one();
    Ok(stored)
}

#[derive(sqlx::FromRow)]
struct Row {
    event_id: String,
    provider: String,
    kind: String,
    object_id: String,
    received_at: i64,
    tries: i64,
    /// Of the attempt that has this name at the provider.
    attempt_state: Option<String>,
}

/// News about a payment nobody here knows is kept this long before it counts as a break.
const UNKNOWN_AFTER_MS: i64 = 15 * 60_000;
const PAUSE_MAX_MS: i64 = 15 * 60_000;
/// Events looked at in one go, and objects that the provider is asked about at the same time.
const AT_ONCE: i64 = 500;
const QUESTIONS: usize = 16;

const DUE: &str = "SELECT e.event_id, e.provider, e.type AS kind, e.object_id, e.received_at, e.tries,
      a.state AS attempt_state
    FROM psp_event e LEFT JOIN payment_attempt a ON a.provider_ref = e.object_id AND a.provider = e.provider
    WHERE e.applied_at IS NULL AND e.next_try_at <= $1 ORDER BY e.next_try_at, e.received_at LIMIT $2";

/// Applies some of the events that are due; the number looked at, 0 when none was due. An object that several events are
/// about is fetched once, and not at all when its attempt stands where the news would take it.
pub(crate) async fn apply_due(shop: &Shop) -> Result<usize> {
    let due: Vec<Row> = shop.db.fetch_all(DUE, args![shop.now_ms(), AT_ONCE]).await?;
    let looked_at = due.len();
    let (known, news): (Vec<_>, Vec<_>) = due.into_iter().partition(|event| event.is_known(&shop.payments));
    mark_applied(shop, &known).await?;
    let mut by_object: BTreeMap<(String, About, String), Vec<Row>> = BTreeMap::new();
    for event in news {
        let key = (event.provider.clone(), event.about(&shop.payments), event.object_id.clone());
        by_object.entry(key).or_default().push(event);
    }
    let work = by_object.into_values().map(|events| async move {
        let outcome = apply(shop, &events).await;
        finish(shop, &events, outcome).await
    });
    stream::iter(work).buffer_unordered(QUESTIONS).try_collect::<Vec<()>>().await?;
    Ok(looked_at)
}

impl Row {
    /// Whether the attempt already stands where this event would take it, or the shop does not act on it.
    fn is_known(&self, payments: &Providers) -> bool {
        // Without its keys a provider's news waits.
        let Ok(provider) = payments.by_name(&self.provider) else { return false };
        let state = self.attempt_state.as_deref();
        match provider.reached(&self.kind) {
            Some(IntentStatus::RequiresCapture) => matches!(state, Some("authorized" | "captured")),
            Some(IntentStatus::Succeeded) => state == Some("captured"),
            Some(_) => state.is_some(),
            None => provider.about(&self.kind) == About::Nothing,
        }
    }

    /// What kind of object has to be fetched.
    fn about(&self, payments: &Providers) -> About {
        payments.by_name(&self.provider).map_or(About::Nothing, |provider| provider.about(&self.kind))
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

/// `events` are about one object.
async fn apply(shop: &Shop, events: &[Row]) -> Result<Applied> {
    let Some(event) = events.first() else { return Ok(Applied::Done) };
    if canary::on(Canary::MarkedBeforeEffect) {
        mark_applied(shop, events).await?;
    }
    point::reached(Point::BeforeEvent).await;
    let provider = shop.payments.by_name(&event.provider)?;
    match provider.about(&event.kind) {
        About::Intent => intent(shop, provider, None, &event.object_id, events).await,
        About::Session => match provider.retrieve_session(&event.object_id).await {
            Outcome::Done(Session { intent_id: Some(id), status, .. }) => {
                intent(shop, provider, Some(status), &id, events).await
            }
            Outcome::Done(session) => session_alone(shop, provider, &session, events).await,
            Outcome::Refused(refusal) => Ok(Applied::NoAnswer(refusal.message)),
            Outcome::Unknown(why) => Ok(Applied::NoAnswer(why)),
        },
        About::Refund => refunds(shop).await,
        About::Dispute => dispute(shop, provider, &event.object_id).await,
        About::Nothing => Ok(Applied::Done),
    }
}

/// `page`: how the page stands that the payment belongs to, where that is known.
async fn intent(
    shop: &Shop,
    provider: &dyn Provider,
    page: Option<SessionStatus>,
    id: &str,
    events: &[Row],
) -> Result<Applied> {
    const KNOWN: &str = "SELECT id, checkout_id FROM payment_attempt WHERE provider = $1 AND provider_ref = $2";
    let snapshot = match provider.retrieve_intent(id).await {
        Outcome::Done(snapshot) => snapshot,
        Outcome::Refused(refusal) => return Ok(Applied::NoAnswer(refusal.message)),
        Outcome::Unknown(why) => return Ok(Applied::NoAnswer(why)),
    };
    let found = owner(shop, provider, KNOWN, &snapshot.intent_id, &snapshot.metadata).await?;
    let Some((attempt, checkout)) = found else { return Ok(Applied::NobodyKnows) };
    if page == Some(SessionStatus::Complete) && snapshot.status == IntentStatus::RequiresPaymentMethod {
        return ask(shop, checkout, attempt, "a payment that failed after its page was completed is not ended yet")
            .await;
    }
    checkout::apply_events(shop, checkout, attempt, News::Intent(snapshot), ids(events)).await?;
    point::reached(Point::EventApplied).await;
    Ok(Applied::Marked)
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
async fn session_alone(shop: &Shop, provider: &dyn Provider, session: &Session, events: &[Row]) -> Result<Applied> {
    const KNOWN: &str = "SELECT id, checkout_id FROM payment_attempt WHERE provider = $1 AND session_ref = $2";
    let found = owner(shop, provider, KNOWN, &session.id, &session.metadata).await?;
    let Some((attempt, checkout)) = found else { return Ok(Applied::NobodyKnows) };
    match session.status {
        SessionStatus::Expired => {
            checkout::apply_events(shop, checkout, attempt, News::SessionExpired, ids(events)).await?;
            Ok(Applied::Marked)
        }
        SessionStatus::Open | SessionStatus::Complete => {
            ask(shop, checkout, attempt, "the page is open and nothing was paid there yet").await
        }
    }
}

/// The live attempt has to be looked at with its page; `open` says why the news waits when that brings nothing.
async fn ask(shop: &Shop, checkout: CheckoutId, attempt: AttemptId, open: &str) -> Result<Applied> {
    if checkout::ask_about(shop, checkout, attempt).await? {
        Ok(Applied::Done)
    } else {
        Ok(Applied::NoAnswer(open.to_owned()))
    }
}

async fn dispute(shop: &Shop, provider: &dyn Provider, id: &str) -> Result<Applied> {
    let dispute = match provider.retrieve_dispute(id).await {
        Outcome::Done(dispute) => dispute,
        Outcome::Refused(refusal) => return Ok(Applied::NoAnswer(refusal.message)),
        Outcome::Unknown(why) => return Ok(Applied::NoAnswer(why)),
    };
    let known = reconcile::apply_dispute(shop, provider.name(), &dispute).await?;
    Ok(if known { Applied::Done } else { Applied::NobodyKnows })
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

fn ids(events: &[Row]) -> Vec<String> {
    events.iter().map(|event| event.event_id.clone()).collect()
}

async fn mark_applied(shop: &Shop, events: &[Row]) -> Result<()> {
    // What somebody else is marking at this moment is skipped: two who wait for each other would deadlock.
    const MARK: Sql = Sql {
        sqlite: "UPDATE psp_event SET applied_at = $2, error = '' WHERE event_id IN (SELECT value FROM json_each($1))",
        postgres: "UPDATE psp_event SET applied_at = $2, error = ''
          WHERE event_id IN (SELECT event_id FROM psp_event WHERE event_id = ANY($1) FOR UPDATE SKIP LOCKED)",
    };
    if events.is_empty() {
        return Ok(());
    }
    shop.db.execute(MARK.of(shop.db.engine()), args![ids(events), shop.now_ms()]).await?;
    Ok(())
}

/// Writes down what became of events about one object.
async fn finish(shop: &Shop, events: &[Row], outcome: Result<Applied>) -> Result<()> {
    let why = match outcome {
        Ok(Applied::Marked) => return Ok(()),
        Ok(Applied::Done) => return mark_applied(shop, events).await,
        Ok(Applied::NobodyKnows) => "no payment of ours".to_owned(),
        Ok(Applied::NoAnswer(why)) => why,
        Err(error) => {
            tracing::error!(%error, events = ?events.iter().map(|event| &event.event_id).collect::<Vec<_>>(), "events could not be applied");
            error.to_string()
        }
    };
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    for event in events {
        if now - event.received_at > UNKNOWN_AFTER_MS {
            let found = Found::new(Kind::EventNotApplied, &event.event_id, format!("{}: {why}", event.kind));
            reconcile::put(&mut tx, &found, now).await?;
        }
        let pause = (1_000_i64 << event.tries.clamp(0, 12)).min(PAUSE_MAX_MS);
        let sql = "UPDATE psp_event SET tries = tries + 1, next_try_at = $2, error = $3 WHERE event_id = $1";
        tx.execute(sql, args![&event.event_id, now + pause, &why]).await?;
    }
    Ok(tx.commit().await?)
}
