//! Giving up a checkout: at the provider first, then the stock; and the sweeper that does so when time is up.
//!
//! ```text
//! open → releasing → (provider cancels) → released
//!                  → (provider says paid) → placed: the buyer wins
//! ```

use super::fact::{self, News, Situation, Standing};
use super::idempotency::Answer;
use super::saga;
use super::state::{CheckoutState, Way};
use super::stored::{self, Checkout};
use super::transition;
use crate::canary::{self, Canary};
use crate::db::{Read, Sql, Tx};
use crate::id::{AttemptId, CartId, CheckoutId, OrderId};
use crate::inventory::reserve;
use crate::outbox::{self, Note};
use crate::payment::{IntentStatus, Outcome, SessionStatus};
use crate::point::{self, Point};
use crate::{Result, Shop, args, promotion, purchase_limit, rows, tender};
use serde::Serialize;

/// A provider that does not answer is asked again after this long.
const ASK_AGAIN_MS: i64 = 60_000;

/// A checkout whose stock goes back.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Release {
    pub id: CheckoutId,
    pub order_id: OrderId,
    pub cart_id: CartId,
    pub cart_version: i64,
    pub expires_at: i64,
    pub order_state: String,
    pub was_declined: bool,
}

impl Release {
    pub fn of(s: &Situation) -> Self {
        Self {
            id: s.checkout_id,
            order_id: s.order_id,
            cart_id: s.cart_id,
            cart_version: s.cart_version,
            expires_at: s.expires_at,
            order_state: s.order_state.clone(),
            was_declined: s.decline_code.as_ref().is_some_and(|code| !code.is_empty()),
        }
    }
}

/// Reservation, order, cart and stored answers of checkouts that end without money; their rows are in `released`.
pub(super) async fn write(tx: &mut Tx, all: &[Release], now: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'r> {
        #[serde(flatten)]
        of: &'r Release,
        to_state: &'static str,
    }
    if all.is_empty() {
        return Ok(());
    }
    let to_state = |r: &Release| if r.expires_at <= now || r.was_declined { "payment_failed" } else { "cancelled" };
    let rows: Vec<_> = all.iter().map(|of| Row { of, to_state: to_state(of) }).collect();
    let rows = serde_json::to_string(&rows)?;
    let engine = tx.engine();
    tx.execute(CLOSE_ORDERS.of(engine), args![&rows]).await?;
    tx.execute(FREE_CARTS.of(engine), args![&rows]).await?;
    let answer = fact::expired();
    tx.execute(ANSWER.of(engine), args![&rows, answer.status(), serde_json::to_string::<Answer>(&answer)?]).await?;
    // Accounts, promotions, limits and shelves after the orders, in this order, as everybody does who needs them.
    tender::release(tx, all.iter().map(|r| r.id)).await?;
    promotion::release(tx, all.iter().map(|r| r.id)).await?;
    purchase_limit::release(tx, all.iter().map(|r| r.id)).await?;
    reserve::release_many(tx, &all.iter().map(|r| r.id).collect::<Vec<_>>()).await?;
    let moves: Vec<_> = all
        .iter()
        .map(|r| transition::of_order(r.order_id, &r.order_state, to_state(r), "not paid, stock given back"))
        .collect();
    transition::record(tx, &moves, "system", now).await?;
    let told = all.iter().filter(|r| r.was_declined).map(|r| Note::mail(r.order_id, "payment_failed"));
    outbox::put(tx, &told.collect::<Vec<_>>(), now).await
}

const CLOSE_ORDERS: Sql = rows!(
    "UPDATE orders SET state = d.to_state, version = orders.version + 1 FROM",
    [order_id UUID, to_state TEXT],
    "WHERE orders.id = d.order_id AND orders.state = 'pending_payment'"
);
// The version goes up, so that the same cart can be paid in a new checkout.
const FREE_CARTS: Sql = rows!(
    "UPDATE cart SET version = cart.version + 1 FROM",
    [cart_id UUID, cart_version BIGINT],
    "WHERE cart.id = d.cart_id AND cart.version = d.cart_version AND cart.status = 'active'"
);
const ANSWER: Sql = rows!(
    "UPDATE idempotency SET finished = TRUE, status = $2, body = $3 FROM",
    [id UUID],
    "WHERE idempotency.checkout_id = d.id AND idempotency.finished = FALSE"
);

/// Takes an open checkout out of the race; `None` when somebody works on it or it is not open any longer.
pub(super) async fn begin(shop: &Shop, id: CheckoutId, only_expired: bool) -> Result<Option<i64>> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let limit = if only_expired { now } else { i64::MAX };
    let Some(from) = transition::lock_checkout(&mut tx, id).await? else { return Ok(None) };
    let sql = "UPDATE checkout SET state = 'releasing', recovery_point = 'releasing', epoch = epoch + 1,
          lease_owner = 'release', lease_until = $3, updated_at = $2
        WHERE id = $1 AND lease_until <= $2 AND expires_at <= $4
          AND state IN ('prepared','paying','awaiting_action','unknown','payable_again','releasing')
        RETURNING epoch";
    let taken: Option<(i64,)> = tx.fetch_optional(sql, args![id, now, saga::lease_until(now), limit]).await?;
    if taken.is_some() && from != "releasing" {
        let moved = transition::of_checkout(id, &from, "releasing", "give up");
        transition::record(&mut tx, &[moved], "system", now).await?;
    }
    tx.commit().await?;
    Ok(taken.map(|(epoch,)| epoch))
}

/// Cancels at the provider and obeys the answer. The checkout is `releasing` and leased to the caller.
pub(super) async fn drive(shop: &Shop, id: CheckoutId, epoch: i64) -> Result<Standing> {
    point::reached(Point::Releasing).await;
    let checkout = stored::load(shop, id).await?;
    let standing = match &checkout.live {
        None => without_attempt(shop, &checkout, epoch).await?,
        Some(_) => abandon(shop, &checkout).await?,
    };
    if standing == Standing::Pending {
        // Stock stays held until the provider has said something.
        saga::let_go(shop, id, epoch, shop.now_ms() + ASK_AGAIN_MS).await?;
    }
    Ok(standing)
}

async fn without_attempt(shop: &Shop, checkout: &Checkout, epoch: i64) -> Result<Standing> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let released = tx
        .execute(
            "UPDATE checkout SET state = 'released', recovery_point = 'released', lease_until = 0, updated_at = $3
             WHERE id = $1 AND epoch = $2 AND state = 'releasing'",
            args![checkout.id, epoch, now],
        )
        .await?;
    if released == 1 {
        transition::record(
            &mut tx,
            &[transition::of_checkout(checkout.id, "releasing", "released", "nothing to undo")],
            "system",
            now,
        )
        .await?;
        write(&mut tx, &[checkout.release()], now).await?;
        tx.commit().await?;
        return Ok(Standing::Released);
    }
    drop(tx);
    Ok(Standing::Pending)
}

/// Makes the provider end the live attempt, or learns that it was paid.
pub(super) async fn abandon(shop: &Shop, checkout: &Checkout) -> Result<Standing> {
    let Some(attempt) = &checkout.live else { return Ok(Standing::Pending) };
    let provider = shop.payments.by_name(&attempt.provider)?;
    let key = |operation: &str| saga::key(shop, &attempt.provider, attempt.id, operation);
    let tell = |news: News| fact::apply(shop, checkout.id, Some(attempt.id), news);
    if canary::on(Canary::ReleaseWithoutCancel) {
        return tell(News::SessionExpired).await;
    }
    let mut intent = attempt.provider_ref.clone();
    if let Some(session) = &attempt.session_ref {
        let session = match provider.expire_session(&key("expire"), session).await {
            Outcome::Done(session) => session,
            Outcome::Refused(_) => match provider.retrieve_session(session).await {
                Outcome::Done(session) => session,
                Outcome::Refused(_) | Outcome::Unknown(_) => return Ok(Standing::Pending),
            },
            Outcome::Unknown(_) => return Ok(Standing::Pending),
        };
        intent = session.intent_id.or(intent);
        if intent.is_none() && session.status == SessionStatus::Expired {
            return tell(News::SessionExpired).await;
        }
    }
    let Some(intent) = intent else {
        if attempt.way == Way::Hosted && attempt.session_ref.is_some() {
            return Ok(Standing::Pending);
        }
        // Never handed to anybody: nobody can pay it.
        return tell(News::SessionExpired).await;
    };
    // Whoever has paid in the last moment keeps the order: a void would be accepted too.
    match provider.retrieve_intent(&intent).await {
        Outcome::Done(snapshot)
            if matches!(
                snapshot.status,
                IntentStatus::RequiresCapture | IntentStatus::Succeeded | IntentStatus::Canceled
            ) =>
        {
            return tell(News::Intent(snapshot)).await;
        }
        Outcome::Done(_) => {}
        Outcome::Refused(_) | Outcome::Unknown(_) => return Ok(Standing::Pending),
    }
    let snapshot = match provider.cancel_intent(&key("cancel"), &intent).await {
        Outcome::Done(snapshot) => snapshot,
        Outcome::Refused(_) => match provider.retrieve_intent(&intent).await {
            Outcome::Done(snapshot) => snapshot,
            Outcome::Refused(_) | Outcome::Unknown(_) => return Ok(Standing::Pending),
        },
        Outcome::Unknown(_) => return Ok(Standing::Pending),
    };
    point::reached(Point::ProviderCancelled).await;
    tell(News::Intent(snapshot)).await
}

/// Ends a checkout that a person has decided about: nobody pays it any more, and the stock goes back. The provider holds
/// nothing for it by now.
pub(crate) async fn end_review(tx: &mut Tx, id: CheckoutId, now: i64) -> Result<()> {
    let sql = "UPDATE checkout SET state = 'released', recovery_point = 'released', lease_until = 0, epoch = epoch + 1,
          updated_at = $2
        WHERE id = $1 AND state = 'manual_review' RETURNING cart_id, cart_version, expires_at";
    let ended: Option<(CartId, i64, i64)> = tx.fetch_optional(sql, args![id, now]).await?;
    let Some((cart_id, cart_version, expires_at)) = ended else { return Ok(()) };
    let sql = "SELECT id, state FROM payment_attempt WHERE checkout_id = $1 AND state NOT IN ('declined','canceled','captured')";
    let live: Vec<(AttemptId, String)> = tx.fetch_all(sql, args![id]).await?;
    tx.execute(
        "UPDATE payment_attempt SET state = 'canceled', outcome_at = $2
         WHERE checkout_id = $1 AND state NOT IN ('declined','canceled','captured')",
        args![id, now],
    )
    .await?;
    let cause = "the money was given back";
    let mut moves: Vec<_> =
        live.iter().map(|(attempt, from)| transition::of_attempt(*attempt, from, "canceled", cause)).collect();
    moves.push(transition::of_checkout(id, "manual_review", "released", cause));
    transition::record(tx, &moves, "system", now).await?;
    let sql = "SELECT id, state FROM orders WHERE checkout_id = $1";
    let (order_id, order_state): (OrderId, String) = tx.fetch_one(sql, args![id]).await?;
    let release = Release { id, order_id, cart_id, cart_version, expires_at, order_state, was_declined: false };
    write(tx, &[release], now).await
}

/// Goes on with a checkout that a person has looked at, whose shopper has paid as agreed as well: recovery asks the
/// provider, and the order stands if that is so.
pub(crate) async fn resume_review(tx: &mut Tx, id: CheckoutId, now: i64) -> Result<()> {
    let sql =
        "UPDATE checkout SET state = 'releasing', recovery_point = 'releasing', lease_until = 0, epoch = epoch + 1,
          updated_at = $2
        WHERE id = $1 AND state = 'manual_review'";
    if tx.execute(sql, args![id, now]).await? == 1 {
        let moved = transition::of_checkout(id, "manual_review", "releasing", "the other money was given back");
        transition::record(tx, &[moved], "system", now).await?;
    }
    Ok(())
}

/// Releases what has run out of time; the number of checkouts looked at.
pub(crate) async fn sweep_expired(shop: &Shop) -> Result<usize> {
    let due: Vec<(CheckoutId,)> = shop
        .db
        .fetch_all(
            "SELECT id FROM checkout WHERE expires_at <= $1 AND lease_until <= $1
               AND state IN ('prepared','paying','awaiting_action','unknown','payable_again')
             ORDER BY expires_at LIMIT 200",
            args![shop.now_ms()],
        )
        .await?;
    for (id,) in &due {
        if let Err(error) = give_up(shop, *id, true).await {
            tracing::error!(%error, checkout = %id, "an expired checkout could not be released");
        }
    }
    Ok(due.len())
}

/// Releases one checkout; where it stands afterwards.
pub(super) async fn give_up(shop: &Shop, id: CheckoutId, only_expired: bool) -> Result<Standing> {
    if let Some(epoch) = begin(shop, id, only_expired).await? {
        return drive(shop, id, epoch).await;
    }
    let checkout = stored::load(shop, id).await?;
    Ok(match checkout.state {
        CheckoutState::Released => Standing::Released,
        CheckoutState::Placed | CheckoutState::Settled => Standing::Placed {
            order_id: checkout.order_id,
            number: checkout.number,
            access_token: checkout.access_token,
        },
        _ => Standing::Pending,
    })
}
