//! Picking up what a crash, a lost answer or an absent webhook left behind.

use super::fact::{self, News};
use super::handover::FIRST_POLL_MS;
use super::saga;
use super::state::{CheckoutState, Way};
use super::stored::{self, Checkout};
use super::{page, release};
use crate::id::{AttemptId, CheckoutId};
use crate::payment::{Outcome, Refusal, SessionStatus};
use crate::{Error, Result, Shop, args};

/// The longest pause between two questions about one attempt.
const POLL_MAX_MS: i64 = 15 * 60_000;

/// Continues checkouts whose driver has gone, from their recovery point; the number taken up.
pub(crate) async fn recover_checkouts(shop: &Shop) -> Result<usize> {
    let due: Vec<(CheckoutId,)> = shop
        .db
        .fetch_all(
            "SELECT id FROM checkout WHERE lease_until <= $1
               AND (state IN ('paying','unknown','releasing') OR (state = 'prepared' AND lease_until > 0))
             ORDER BY lease_until LIMIT 200",
            args![shop.now_ms()],
        )
        .await?;
    for (id,) in &due {
        if let Err(error) = recover(shop, *id).await {
            tracing::error!(%error, checkout = %id, "a checkout could not be recovered");
        }
    }
    Ok(due.len())
}

async fn recover(shop: &Shop, id: CheckoutId) -> Result<()> {
    let Some(epoch) = saga::take_lease(shop, id, "recovery").await? else { return Ok(()) };
    let checkout = stored::load(shop, id).await?;
    if checkout.state == CheckoutState::Releasing {
        release::drive(shop, id, epoch).await?;
        return Ok(());
    }
    let Some(attempt) = &checkout.live else {
        if checkout.due() == 0 && shop.now_ms() < checkout.expires_at {
            // Its driver has gone before it could say that there is nothing to pay.
            fact::apply(shop, id, None, News::NothingToPay).await?;
            return Ok(());
        }
        // Declined in the moment before the lease was taken: the shopper tries another card. What has expired is the
        // sweeper's.
        let until = match checkout.state {
            CheckoutState::PayableAgain => 0,
            _ => checkout.expires_at.min(shop.now_ms() + POLL_MAX_MS),
        };
        return saga::let_go(shop, id, epoch, until).await;
    };
    let is_ours_to_do = attempt.way == Way::Token || attempt.provider_ref.is_some() || attempt.session_ref.is_some();
    if is_ours_to_do {
        match saga::drive(shop, &checkout, attempt, epoch).await {
            Ok(_) | Err(Error::Declined { .. } | Error::Conflict { .. } | Error::Unavailable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    // Still undecided: not again at once. A page that nobody was sent to waits for its shopper or its expiry; what has
    // expired is left to the sweeper, which would never find it free otherwise.
    let now = shop.now_ms();
    let is_ours_to_do = is_ours_to_do && now < checkout.expires_at;
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE checkout SET lease_until = $3 WHERE id = $1 AND epoch = $2
        AND state IN ('prepared','paying','unknown','releasing')";
    tx.execute(sql, args![id, epoch, if is_ours_to_do { now + 10_000 } else { 0 }]).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks the provider about attempts it has said nothing about for a while; the number asked.
pub(crate) async fn poll_stuck_attempts(shop: &Shop) -> Result<usize> {
    let now = shop.now_ms();
    let due: Vec<(AttemptId, CheckoutId, i64)> = shop
        .db
        .fetch_all(
            "SELECT id, checkout_id, polls FROM payment_attempt
             WHERE next_poll_at <= $1 AND state IN ('sent','unknown','requires_action','processing')
             ORDER BY next_poll_at LIMIT 200",
            args![now],
        )
        .await?;
    for (attempt, checkout, polls) in &due {
        let pause = (FIRST_POLL_MS << (*polls).clamp(0, 9)).min(POLL_MAX_MS);
        let mut tx = shop.db.begin().await?;
        let sql = "UPDATE payment_attempt SET next_poll_at = $2, polls = polls + 1 WHERE id = $1";
        tx.execute(sql, args![*attempt, now + pause]).await?;
        tx.commit().await?;
        let checkout = stored::load(shop, *checkout).await?;
        if let Err(error) = ask(shop, &checkout).await {
            tracing::error!(%error, checkout = %checkout.id, "the provider could not be asked");
        }
    }
    Ok(due.len())
}

/// As [`ask`], for news of a page: whether its attempt is over or the provider has answered.
pub(crate) async fn ask_about(shop: &Shop, id: CheckoutId, attempt: AttemptId) -> Result<bool> {
    let checkout = stored::load(shop, id).await?;
    let is_live = checkout.live.as_ref().is_some_and(|live| live.id == attempt);
    Ok(!is_live || ask(shop, &checkout).await?)
}

/// Fetches what the provider holds of the live attempt and applies it; whether it answered. Takes no money, but holds
/// what the shopper has agreed to.
pub(super) async fn ask(shop: &Shop, checkout: &Checkout) -> Result<bool> {
    let Some(attempt) = &checkout.live else { return Ok(false) };
    if checkout.state == CheckoutState::Releasing {
        // Whoever gives it up asks.
        return Ok(false);
    }
    let provider = shop.payments.by_name(&attempt.provider)?;
    let (mut intent, mut page) = (attempt.provider_ref.clone(), None);
    if let Some(session) = &attempt.session_ref {
        let key = saga::key(shop, &attempt.provider, attempt.id, "advance");
        let session = match provider.advance_session(&key, session).await {
            Outcome::Done(session) => session,
            Outcome::Refused(refusal) if refusal.is_card_decline => {
                let Refusal { code, message, .. } = refusal;
                fact::apply(shop, checkout.id, Some(attempt.id), News::Refused { code, message }).await?;
                return Ok(true);
            }
            Outcome::Refused(_) | Outcome::Unknown(_) => return Ok(false),
        };
        if session.status == SessionStatus::Expired && session.intent_id.is_none() {
            fact::apply(shop, checkout.id, Some(attempt.id), News::SessionExpired).await?;
            return Ok(true);
        }
        (intent, page) = (session.intent_id.or(intent), Some(session.status));
    }
    if let Some(intent) = intent
        && let Outcome::Done(news) = page::news(shop, attempt, page, &intent).await?
    {
        fact::apply(shop, checkout.id, Some(attempt.id), news).await?;
        return Ok(true);
    }
    Ok(false)
}
