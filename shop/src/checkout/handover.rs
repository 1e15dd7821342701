//! T2: what the provider called the payment, written down before anything else is done with it.
//!
//! A task whose lease was taken over writes nothing (`epoch`), so that a provider id never reaches a shopper whose
//! checkout has moved on.

use super::state::{AttemptState, CheckoutState};
use super::transition;
use crate::canary::{self, Canary};
use crate::db::{Read, Sql, Tx, Work};
use crate::id::{AttemptId, CheckoutId};
use crate::{args, rows};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Handover {
    pub checkout_id: CheckoutId,
    pub attempt_id: AttemptId,
    pub epoch: i64,
    pub checkout_state: CheckoutState,
    pub attempt_state: AttemptState,
    pub recovery_point: &'static str,
    pub provider_ref: Option<String>,
    pub session_ref: Option<String>,
    pub client_secret: String,
    pub next_url: String,
    /// 0 lets go of the checkout.
    pub lease_until: i64,
    pub now: i64,
}

pub(super) struct Handovers;

#[derive(Serialize)]
struct Row<'i> {
    move_id: Uuid,
    checkout_id: CheckoutId,
    attempt_id: AttemptId,
    epoch: i64,
    checkout_state: &'static str,
    attempt_state: &'static str,
    recovery_point: &'static str,
    provider_ref: Option<&'i str>,
    session_ref: Option<&'i str>,
    client_secret: &'i str,
    next_url: &'i str,
    lease_until: i64,
    next_poll_at: i64,
    now: i64,
}

/// How long the provider may take to tell by itself.
pub(super) const FIRST_POLL_MS: i64 = 30_000;

impl Work for Handovers {
    type Item = Handover;
    type Outcome = bool;
    type Error = crate::Error;

    async fn run(&self, tx: &mut Tx, items: &[Handover]) -> Result<Vec<bool>, crate::Error> {
        let row = |item: &Handover| {
            serde_json::to_value(Row {
                move_id: crate::chance::uuid(),
                checkout_id: item.checkout_id,
                attempt_id: item.attempt_id,
                epoch: item.epoch,
                checkout_state: item.checkout_state.as_str(),
                attempt_state: item.attempt_state.as_str(),
                recovery_point: item.recovery_point,
                provider_ref: item.provider_ref.as_deref(),
                session_ref: item.session_ref.as_deref(),
                client_secret: &item.client_secret,
                next_url: &item.next_url,
                lease_until: item.lease_until,
                next_poll_at: item.now + FIRST_POLL_MS,
                now: item.now,
            })
        };
        let engine = tx.engine();
        let all = items.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        let were = transition::lock_checkouts(tx, items.iter().map(|item| item.checkout_id)).await?;
        let moves = if canary::on(Canary::NoEpoch) { MOVE_ANY_CHECKOUTS } else { MOVE_CHECKOUTS };
        let mine: Vec<(CheckoutId,)> = tx.fetch_all(moves.of(engine), args![serde_json::to_string(&all)?]).await?;
        let mine: HashSet<_> = mine.into_iter().map(|(id,)| id).collect();
        let kept: Vec<_> = items.iter().filter(|item| mine.contains(&item.checkout_id)).collect();
        if !kept.is_empty() {
            let rows = kept.iter().map(|item| row(item)).collect::<Result<Vec<_>, _>>()?;
            let rows = serde_json::to_string(&rows)?;
            tx.execute(RECORD.of(engine), args![&rows]).await?;
            tx.execute(MOVE_ATTEMPTS.of(engine), args![rows]).await?;
            let moved = kept.iter().filter_map(|item| {
                let (from, to) = (were.get(&item.checkout_id)?, item.checkout_state.as_str());
                (from != to).then(|| transition::of_checkout(item.checkout_id, from, to, "provider answered"))
            });
            transition::record(tx, &moved.collect::<Vec<_>>(), "system", kept[0].now).await?;
        }
        Ok(items.iter().map(|item| mine.contains(&item.checkout_id)).collect())
    }
}

// Here and below `state || ''` keeps PostgreSQL from looking for a row through an index of its state, in which all that
// are under way stand, when the row's key is known.
const MOVE_CHECKOUTS: Sql = rows!(
    "UPDATE checkout SET state = d.checkout_state, recovery_point = d.recovery_point, lease_until = d.lease_until,
       updated_at = d.now FROM",
    [
        checkout_id UUID, epoch BIGINT, checkout_state TEXT, recovery_point TEXT, lease_until BIGINT, now BIGINT
    ],
    "WHERE checkout.id = d.checkout_id AND checkout.epoch = d.epoch
       AND checkout.state || '' IN ('prepared','unknown','paying','payable_again') RETURNING checkout.id"
);

// For `canary`: whoever holds the checkout.
const MOVE_ANY_CHECKOUTS: Sql = rows!(
    "UPDATE checkout SET state = d.checkout_state, recovery_point = d.recovery_point, lease_until = d.lease_until,
       updated_at = d.now FROM",
    [checkout_id UUID, checkout_state TEXT, recovery_point TEXT, lease_until BIGINT, now BIGINT],
    "WHERE checkout.id = d.checkout_id AND checkout.state || '' IN ('prepared','unknown','paying','payable_again')
     RETURNING checkout.id"
);

// Before the move, while the attempt still has the state it comes from.
const RECORD: Sql = rows!(
    "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
     SELECT d.move_id, 'payment_attempt', a.id, a.state, d.attempt_state, 'provider answered', 'system', d.now FROM",
    [move_id UUID, attempt_id UUID, attempt_state TEXT, now BIGINT],
    "JOIN payment_attempt a ON a.id = d.attempt_id
     WHERE a.state || '' IN ('prepared','unknown') AND a.state <> d.attempt_state"
);

// A webhook may have been faster and moved the attempt on: then its state stays, but what only the provider's answer
// tells (the names, the secret, the address of the page) is kept all the same.
const MOVE_ATTEMPTS: Sql = rows!(
    "UPDATE payment_attempt SET
       state = CASE WHEN payment_attempt.state IN ('prepared','unknown') THEN d.attempt_state ELSE payment_attempt.state END,
       provider_ref = COALESCE(d.provider_ref, payment_attempt.provider_ref),
       session_ref = COALESCE(d.session_ref, payment_attempt.session_ref), client_secret = d.client_secret,
       next_url = CASE WHEN payment_attempt.next_url = '' THEN d.next_url ELSE payment_attempt.next_url END,
       sent_at = d.now, next_poll_at = d.next_poll_at FROM",
    [
        attempt_id UUID, attempt_state TEXT, provider_ref TEXT, session_ref TEXT, client_secret TEXT, next_url TEXT,
        next_poll_at BIGINT, now BIGINT
    ],
    "WHERE payment_attempt.id = d.attempt_id AND payment_attempt.state || '' NOT IN ('declined','canceled')"
);
