//! Writes what was judged: attempts and checkouts first, then releases, the pivot and late payments.

use super::judge::{Effect, Plan};
use super::{Fact, News, Situation, Standing, expired, late, settle};
use crate::checkout::idempotency::Answer;
use crate::checkout::state::{AttemptState, CheckoutState};
use crate::checkout::transition::{self, Transition};
use crate::checkout::{Placed, release};
use crate::db::{Sql, Tx};
use crate::id::{AttemptId, CheckoutId};
use crate::reconcile::{self, Found, Kind};
use crate::{Result, args, rows, tender};
use serde::Serialize;
use std::collections::HashMap;

pub(super) struct Judged<'f> {
    pub fact: &'f Fact,
    pub situation: Situation,
    pub plan: Plan,
}

impl Judged<'_> {
    /// Whether authorised money is taken without anybody asking for it.
    pub fn takes_money(&self) -> bool {
        self.fact.automatic_capture && !self.situation.held
    }
}

/// A provider that gave no answer is asked again after this long.
const ASK_AGAIN_MS: i64 = 5_000;

pub(super) async fn apply(tx: &mut Tx, judged: &[Judged<'_>]) -> Result<HashMap<CheckoutId, Standing>> {
    let Some(now) = judged.first().map(|j| j.fact.now) else { return Ok(HashMap::new()) };
    let mut moves = write_attempts(tx, judged).await?;
    moves.append(&mut write_checkouts(tx, judged, now).await?);
    transition::record(tx, &moves, "provider", now).await?;
    let of = |effect: Effect| judged.iter().filter(move |j| j.plan.effect == effect);
    // All that this batch will want of gift cards and credit, before promotions and shelves are locked.
    let wants = judged
        .iter()
        .filter(|j| j.situation.tender > 0 && matches!(j.plan.effect, Effect::Release | Effect::Place | Effect::Late));
    tender::lock_for(tx, wants.map(|j| j.situation.checkout_id)).await?;
    // Before the pivot, which locks shelves: promotions are locked before those.
    release::write(tx, &of(Effect::Release).map(|j| release::Release::of(&j.situation)).collect::<Vec<_>>(), now)
        .await?;
    settle::place(tx, &of(Effect::Place).collect::<Vec<_>>(), now).await?;
    settle::receive(tx, judged, now).await?;
    expired::write(tx, judged, now).await?;
    let mut standings: HashMap<_, _> = judged.iter().map(|j| (j.situation.checkout_id, standing(j))).collect();
    for j in of(Effect::Late) {
        standings.insert(j.situation.checkout_id, late::apply(tx, j, now).await?);
    }
    answer_declines(tx, judged).await?;
    write_breaches(tx, judged, now).await?;
    mark_events(tx, judged, now).await?;
    Ok(standings)
}

fn standing(j: &Judged<'_>) -> Standing {
    use CheckoutState as C;
    match j.plan.checkout.unwrap_or(j.situation.checkout_state) {
        C::Placed | C::Settled => j.situation.placed(),
        C::Released => Standing::Released,
        C::LatePaid | C::Refunding | C::Refunded => Standing::Refunding,
        C::ManualReview => Standing::Review,
        C::PayableAgain => match &j.plan.decline {
            Some((code, message)) => Standing::Declined { code: code.clone(), message: message.clone() },
            None => Standing::Declined {
                code: j.situation.decline_code.clone().unwrap_or_default(),
                message: j.situation.decline_message.clone().unwrap_or_default(),
            },
        },
        C::AwaitingAction => Standing::Open { next_url: next_url(j) },
        C::Prepared | C::Paying | C::Unknown | C::Authorized | C::Releasing => Standing::Pending,
    }
}

fn next_url(j: &Judged<'_>) -> String {
    let fresh = match &j.fact.news {
        News::Intent(snapshot) => snapshot.next_url.clone(),
        _ => None,
    };
    fresh.or_else(|| j.situation.next_url.clone()).unwrap_or_default()
}

#[derive(Serialize)]
struct AttemptRow<'j> {
    id: AttemptId,
    state: &'static str,
    provider_ref: Option<&'j str>,
    next_url: Option<String>,
    decline_code: Option<&'j str>,
    decline_message: Option<&'j str>,
    received: Option<i64>,
    capture_before: Option<i64>,
    outcome_at: Option<i64>,
}

/// Returns the moves, to be recorded.
async fn write_attempts(tx: &mut Tx, judged: &[Judged<'_>]) -> Result<Vec<Transition>> {
    let mut rows = Vec::new();
    let mut moves = Vec::new();
    for j in judged {
        let (Some(id), Some(before)) = (j.situation.attempt_id, j.situation.attempt()) else { continue };
        let after = j.plan.attempt.unwrap_or(before);
        let snapshot = match (&j.fact.news, &j.plan.breach) {
            (News::Intent(snapshot), None) => Some(snapshot),
            _ => None,
        };
        let decline = j.plan.decline.as_ref();
        let learned = snapshot.is_some_and(|s| j.situation.provider_ref.as_deref() != Some(&s.intent_id));
        if after == before && decline.is_none() && !learned && j.plan.received.is_none() {
            continue;
        }
        let is_outcome = matches!(
            after,
            AttemptState::Authorized | AttemptState::Captured | AttemptState::Declined | AttemptState::Canceled
        );
        rows.push(AttemptRow {
            id,
            state: after.as_str(),
            provider_ref: snapshot.map(|s| s.intent_id.as_str()),
            next_url: snapshot.and_then(|s| s.next_url.clone()),
            decline_code: decline.map(|(code, _)| code.as_str()),
            decline_message: decline.map(|(_, message)| message.as_str()),
            received: j.plan.received,
            capture_before: snapshot.and_then(|s| s.capture_before),
            outcome_at: is_outcome.then_some(j.fact.now),
        });
        if after != before {
            moves.push(transition::of_attempt(id, before.as_str(), after.as_str(), cause(&j.fact.news)));
        }
    }
    if !rows.is_empty() {
        tx.execute(UPDATE_ATTEMPTS.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    }
    Ok(moves)
}

fn cause(news: &News) -> &'static str {
    match news {
        News::Intent(_) => "provider says so",
        News::SessionExpired => "payment page closed",
        News::NotMade { refused: None, .. } => "no answer, nothing handed out",
        News::NotMade { .. } | News::Refused { .. } => "refused by the provider",
        News::NoAnswer => "no answer",
        News::NothingToPay => "nothing to pay",
    }
}

const UPDATE_ATTEMPTS: Sql = rows!(
    "UPDATE payment_attempt SET state = d.state,
       provider_ref = COALESCE(payment_attempt.provider_ref, d.provider_ref),
       next_url = COALESCE(d.next_url, payment_attempt.next_url),
       decline_code = COALESCE(d.decline_code, payment_attempt.decline_code),
       decline_message = COALESCE(d.decline_message, payment_attempt.decline_message),
       captured = COALESCE(d.received, payment_attempt.captured),
       capture_before = COALESCE(d.capture_before, payment_attempt.capture_before),
       sent_at = COALESCE(payment_attempt.sent_at, payment_attempt.created_at),
       outcome_at = COALESCE(payment_attempt.outcome_at, d.outcome_at) FROM",
    [
        id UUID, state TEXT, provider_ref TEXT, next_url TEXT, decline_code TEXT, decline_message TEXT,
        received BIGINT, capture_before BIGINT, outcome_at BIGINT
    ],
    "WHERE payment_attempt.id = d.id"
);

/// Returns the moves, to be recorded.
async fn write_checkouts(tx: &mut Tx, judged: &[Judged<'_>], now: i64) -> Result<Vec<Transition>> {
    #[derive(Serialize)]
    struct Row<'j> {
        id: CheckoutId,
        state: &'static str,
        recovery_point: &'j str,
        lease_until: i64,
    }
    let mut rows = Vec::new();
    let mut moves = Vec::new();
    for j in judged {
        let before = j.situation.checkout_state;
        let after = j.plan.checkout.unwrap_or(before);
        let waits = matches!(j.fact.news, News::NoAnswer);
        if after == before && !waits && !before.is_open() {
            continue;
        }
        rows.push(Row {
            id: j.situation.checkout_id,
            state: after.as_str(),
            recovery_point: recovery_point(after).unwrap_or(&j.situation.recovery_point),
            lease_until: if waits { now + ASK_AGAIN_MS } else { 0 },
        });
        if after != before {
            let cause = cause(&j.fact.news);
            moves.push(transition::of_checkout(j.situation.checkout_id, before.as_str(), after.as_str(), cause));
        }
    }
    if !rows.is_empty() {
        tx.execute(UPDATE_CHECKOUTS.of(tx.engine()), args![serde_json::to_string(&rows)?, now]).await?;
    }
    Ok(moves)
}

fn recovery_point(state: CheckoutState) -> Option<&'static str> {
    Some(match state {
        CheckoutState::Placed => "placed",
        CheckoutState::Settled => "settled",
        CheckoutState::Released => "released",
        CheckoutState::Refunded => "refunded",
        CheckoutState::LatePaid | CheckoutState::Refunding => "refunding",
        _ => return None,
    })
}

const UPDATE_CHECKOUTS: Sql = rows!(
    "UPDATE checkout SET state = d.state, recovery_point = d.recovery_point, lease_until = d.lease_until,
       updated_at = $2 FROM",
    [id UUID, state TEXT, recovery_point TEXT, lease_until BIGINT],
    "WHERE checkout.id = d.id"
);

/// A stored final answer for every key of a checkout that has none yet.
pub(super) async fn answer(tx: &mut Tx, answers: &[(CheckoutId, Answer)]) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        id: CheckoutId,
        status: i64,
        body: String,
    }
    let rows: Vec<_> = answers
        .iter()
        .map(|(id, answer)| Ok(Row { id: *id, status: answer.status(), body: serde_json::to_string(answer)? }))
        .collect::<Result<_>>()?;
    if !rows.is_empty() {
        tx.execute(ANSWER.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    }
    Ok(())
}

const ANSWER: Sql = rows!(
    "UPDATE idempotency SET finished = TRUE, status = d.status, body = d.body FROM",
    [id UUID, status BIGINT, body TEXT],
    "WHERE idempotency.checkout_id = d.id AND idempotency.finished = FALSE"
);

async fn answer_declines(tx: &mut Tx, judged: &[Judged<'_>]) -> Result<()> {
    let declined = judged.iter().filter(|j| j.plan.attempt == Some(AttemptState::Declined));
    let answers: Vec<_> = declined
        .filter_map(|j| {
            let (code, message) = j.plan.decline.clone()?;
            Some((j.situation.checkout_id, Answer::Declined { code, message }))
        })
        .collect();
    answer(tx, &answers).await
}

pub(super) fn placed(s: &Situation) -> Answer {
    let placed = Placed::Order { order_id: s.order_id, number: s.number.clone(), access_token: s.access_token.clone() };
    Answer::Placed { placed }
}

async fn write_breaches(tx: &mut Tx, judged: &[Judged<'_>], now: i64) -> Result<()> {
    for j in judged {
        let Some((kind, detail)) = &j.plan.breach else { continue };
        tracing::error!(kind = kind.code(), detail, checkout = %j.situation.checkout_id, "payment does not match");
        let snapshot = match &j.fact.news {
            News::Intent(snapshot) => Some(snapshot),
            _ => None,
        };
        // What is held beside an order is told apart by the payment: there may be several.
        let reference = match (kind, snapshot) {
            (Kind::ChargedTwice | Kind::PaidAfterEnd, Some(snapshot)) => &snapshot.intent_id,
            _ => &j.situation.number,
        };
        let mut found = Found::new(*kind, reference, detail).of_order(&j.situation.number);
        if let (Some(snapshot), Some(provider)) = (snapshot, &j.situation.provider) {
            found = found.of_payment(provider, &snapshot.intent_id, snapshot.created_ms);
            if snapshot.currency == j.situation.currency {
                let ours = if *kind == Kind::PaymentMismatch { j.situation.amount } else { Some(0) };
                found = found.amounts(&snapshot.currency, ours, Some(snapshot.amount));
            }
        }
        reconcile::put(tx, &found, now).await?;
    }
    Ok(())
}

/// The events that brought the news are dealt with, in the transaction that did so.
async fn mark_events(tx: &mut Tx, judged: &[Judged<'_>], now: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'f> {
        event_id: &'f str,
    }
    let rows: Vec<_> = judged.iter().flat_map(|j| &j.fact.events).map(|event_id| Row { event_id }).collect();
    if !rows.is_empty() {
        tx.execute(MARK_EVENTS.of(tx.engine()), args![serde_json::to_string(&rows)?, now]).await?;
    }
    Ok(())
}

const MARK_EVENTS: Sql = rows!(
    "UPDATE psp_event SET applied_at = $2, error = '' FROM",
    [event_id TEXT],
    "WHERE psp_event.event_id = d.event_id"
);
