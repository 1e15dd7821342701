//! Driving a prepared checkout through the provider. The request, the recovery worker and a second click all come
//! through here: what is done next is read from what is stored.
//!
//! ```text
//! Create ──(hosted, embedded)──→ the shopper acts at the provider
//!    └────(token)──→ Confirm ──→ placed | declined | challenge | no answer
//! Ask: what became of it?
//! ```

use super::create;
use super::fact::{self, News, Standing};
use super::handover::Handover;
use super::state::{AttemptState, CheckoutState, Way};
use super::stored::{Attempt, Checkout, load};
use super::{Placed, page, return_path};
use crate::audit::{self, Actor, Entry};
use crate::canary::{self, Canary};
use crate::id::CheckoutId;
use crate::payment::{Outcome, Refusal, SessionStatus};
use crate::point::{self, Point};
use crate::{Error, Result, Shop, args, witness};
use sha2::{Digest, Sha256};

/// Nobody else drives a checkout for this long.
const LEASE_MS: i64 = 60_000;
/// A confirmation that could not be sent is sent again after this long.
const CONFIRM_AGAIN_MS: i64 = 5_000;

/// Until when who takes a checkout now has it to itself.
pub(super) fn lease_until(now: i64) -> i64 {
    now + if canary::on(Canary::ShortLease) { 1_000 } else { LEASE_MS }
}

/// The provider's idempotency key of one operation on an attempt: from the stored row, never from the client.
pub(crate) fn key(shop: &Shop, provider: &str, attempt: impl std::fmt::Display, operation: &str) -> String {
    key_of(shop, provider, attempt, operation, 0)
}

/// As [`key`]; each `op_seq` (stored, from 0) is another key, for when the last is proven to be spent.
fn key_of(shop: &Shop, provider: &str, attempt: impl std::fmt::Display, operation: &str, op_seq: i64) -> String {
    let mut source = format!("{provider}\0{}\0{attempt}\0{operation}\0{op_seq}", shop.origin);
    if canary::on(Canary::FreshKeys) {
        source.push_str(&crate::chance::uuid().to_string());
    }
    hex::encode(Sha256::digest(source))
}

/// Takes the lease of an open checkout; `None` when somebody else has it.
pub(super) async fn take_lease(shop: &Shop, id: CheckoutId, owner: &str) -> Result<Option<i64>> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE checkout SET epoch = epoch + 1, lease_owner = $2, lease_until = $4
        WHERE id = $1 AND lease_until <= $3
          AND state IN ('prepared','paying','awaiting_action','unknown','payable_again','releasing')
        RETURNING epoch";
    let taken: Option<(i64,)> =
        crate::db::Read::fetch_optional(&mut tx, sql, args![id, owner, now, lease_until(now)]).await?;
    tx.commit().await?;
    Ok(taken.map(|(epoch,)| epoch))
}

/// Lets go of a checkout until `lease_until`, unless somebody else has it by now.
pub(super) async fn let_go(shop: &Shop, id: CheckoutId, epoch: i64, lease_until: i64) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE checkout SET lease_until = $3 WHERE id = $1 AND epoch = $2";
    tx.execute(sql, args![id, epoch, lease_until]).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) enum Step {
    Create,
    Confirm { intent: String, op_seq: i64 },
    Ask,
    Done(Result<Placed>),
}

/// Drives the live attempt as far as it goes without the shopper. The caller holds the lease under `epoch`.
pub(super) async fn drive(shop: &Shop, checkout: &Checkout, attempt: &Attempt, epoch: i64) -> Result<Placed> {
    // News may give a lease back early: then the next one comes, and the epoch keeps the two apart.
    let at_work = witness::at_work(checkout.id, shop.now_ms(), lease_until);
    let mut step = match (attempt.state, &attempt.provider_ref, &attempt.session_ref) {
        (_, None, None) => Step::Create,
        _ => Step::Ask,
    };
    let result = loop {
        let next = match step {
            Step::Create => create::create(shop, checkout, attempt, epoch).await,
            Step::Confirm { intent, op_seq } => confirm(shop, checkout, attempt, epoch, &intent, op_seq).await,
            Step::Ask => ask(shop, checkout, attempt).await,
            Step::Done(result) => break result,
        };
        step = match next {
            Ok(next) => next,
            Err(error) => break Err(error),
        };
    };
    at_work.done();
    result
}

pub(super) async fn hand_over(shop: &Shop, checkout: &Checkout, handover: Handover, next: Step) -> Result<Step> {
    point::reached(Point::Created).await;
    if shop.checkouts.hand_over(handover).await? {
        point::reached(Point::HandedOver).await;
        return Ok(next);
    }
    // News overtook us, or somebody else has taken the checkout over.
    let now = load(shop, checkout.id).await?;
    Ok(Step::Done(match now.state {
        CheckoutState::Placed | CheckoutState::Settled => Ok(now.placed()),
        _ => Ok(Placed::Pending { checkout_id: checkout.id }),
    }))
}

/// C2: charges the token.
async fn confirm(
    shop: &Shop,
    checkout: &Checkout,
    attempt: &Attempt,
    epoch: i64,
    intent: &str,
    op_seq: i64,
) -> Result<Step> {
    let return_url = format!("{}{}", shop.origin, return_path(checkout.id));
    let provider = shop.payments.by_name(&attempt.provider)?;
    let key = key_of(shop, &attempt.provider, attempt.id, "confirm", op_seq);
    match provider.confirm_intent(&key, intent, &attempt.pm_token, &return_url).await {
        Outcome::Done(snapshot) => {
            point::reached(Point::Confirmed).await;
            told(shop, checkout, attempt, News::Intent(snapshot)).await
        }
        Outcome::Refused(refusal) if refusal.is_for_now() => {
            tracing::warn!(why = refusal.message, checkout = %checkout.id, "a confirmation has to wait");
            let_go(shop, checkout.id, epoch, shop.now_ms() + CONFIRM_AGAIN_MS).await?;
            Ok(pending(checkout))
        }
        Outcome::Refused(refusal) if refusal.is_key_spent() => {
            next_key(shop, checkout, attempt, epoch, intent, op_seq).await
        }
        Outcome::Refused(refusal) => {
            // An intent that has moved on refuses as well: what it says of itself comes first.
            match provider.retrieve_intent(intent).await {
                Outcome::Done(mut snapshot) => {
                    if !refusal.is_card_decline && snapshot.is_untouched() {
                        token_refused(shop, checkout, &refusal).await?;
                    }
                    let decline = (refusal.code.clone(), refusal.message.clone());
                    if snapshot.decline.is_none() {
                        snapshot.decline = Some(decline);
                    }
                    told(shop, checkout, attempt, News::Intent(snapshot)).await
                }
                Outcome::Refused(_) | Outcome::Unknown(_) => match refusal.intent {
                    Some(snapshot) if refusal.is_card_decline => {
                        told(shop, checkout, attempt, News::Intent(*snapshot)).await
                    }
                    _ => no_answer(shop, checkout, attempt, &refusal.message).await,
                },
            }
        }
        Outcome::Unknown(why) => {
            tracing::warn!(%why, checkout = %checkout.id, "no answer to a confirmation");
            if canary::on(Canary::TimeoutDeclines) {
                return told(shop, checkout, attempt, News::Refused { code: "timeout".to_owned(), message: why }).await;
            }
            // Perhaps it went through and only the answer was lost.
            match provider.retrieve_intent(intent).await {
                Outcome::Done(snapshot) if !snapshot.is_untouched() => {
                    told(shop, checkout, attempt, News::Intent(snapshot)).await
                }
                _ => no_answer(shop, checkout, attempt, &why).await,
            }
        }
    }
}

/// The provider has proven that nothing came of the last key and never will: the next one is written down, then used.
async fn next_key(
    shop: &Shop,
    checkout: &Checkout,
    attempt: &Attempt,
    epoch: i64,
    intent: &str,
    op_seq: i64,
) -> Result<Step> {
    tracing::warn!(checkout = %checkout.id, op_seq, "the provider keeps a failed confirmation; on with the next key");
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE payment_attempt SET confirm_seq = confirm_seq + 1 WHERE id = $1 AND confirm_seq = $2
        AND EXISTS (SELECT 1 FROM checkout k WHERE k.id = payment_attempt.checkout_id AND k.epoch = $3
          AND k.state IN ('paying','unknown'))";
    let mine = tx.execute(sql, args![attempt.id, op_seq, epoch]).await?;
    tx.commit().await?;
    if mine == 0 {
        return Ok(pending(checkout));
    }
    Ok(Step::Confirm { intent: intent.to_owned(), op_seq: op_seq + 1 })
}

/// A token that is nobody's, or somebody else's: an honest page never sends one, so it goes into the audit log.
async fn token_refused(shop: &Shop, checkout: &Checkout, refusal: &Refusal) -> Result<()> {
    let after = serde_json::json!({ "code": refusal.code, "message": refusal.message });
    let entry = Entry::new(Actor::System, "payment.refuse_token", "order", &checkout.number).after(&after);
    let mut tx = shop.db.begin().await?;
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Fetches what the provider holds and applies it.
async fn ask(shop: &Shop, checkout: &Checkout, attempt: &Attempt) -> Result<Step> {
    let provider = shop.payments.by_name(&attempt.provider)?;
    let (mut intent, mut page) = (attempt.provider_ref.clone(), None);
    if let Some(session) = &attempt.session_ref {
        match provider.advance_session(&key(shop, &attempt.provider, attempt.id, "advance"), session).await {
            Outcome::Done(session) => match (session.status, session.intent_id) {
                (SessionStatus::Open, _) => {
                    let url = session.url.unwrap_or_else(|| attempt.next_url.clone());
                    return Ok(Step::Done(Ok(Placed::Redirect { checkout_id: checkout.id, url })));
                }
                (SessionStatus::Expired, None) => return told(shop, checkout, attempt, News::SessionExpired).await,
                (status, found) => (intent, page) = (found.or(intent), Some(status)),
            },
            Outcome::Refused(refusal) if refusal.is_card_decline => {
                let Refusal { code, message, .. } = refusal;
                return told(shop, checkout, attempt, News::Refused { code, message }).await;
            }
            Outcome::Refused(_) | Outcome::Unknown(_) => return Ok(pending(checkout)),
        }
    }
    let Some(intent) = intent else { return Ok(pending(checkout)) };
    let news = match page::news(shop, attempt, page, &intent).await? {
        Outcome::Done(news) => news,
        // Not asked: nothing has become less known. Who can still act in the page is told so below.
        Outcome::Refused(refusal) if refusal.is_for_now() && checkout.state != CheckoutState::AwaitingAction => {
            return Ok(pending(checkout));
        }
        Outcome::Refused(refusal) => return no_answer(shop, checkout, attempt, &refusal.message).await,
        Outcome::Unknown(why) => return no_answer(shop, checkout, attempt, &why).await,
    };
    let mut attempt = attempt.clone();
    if let News::Intent(snapshot) = &news {
        if attempt.way == Way::Token && snapshot.is_untouched() {
            return Ok(Step::Confirm { intent, op_seq: attempt.confirm_seq });
        }
        // The answer that brought the secret may have been lost while a webhook told us the name.
        if attempt.client_secret.is_empty() {
            attempt.client_secret = snapshot.client_secret.clone().unwrap_or_default();
        }
    }
    told(shop, checkout, &attempt, news).await
}

/// Applies the news and says what it means for the shopper.
pub(super) async fn told(shop: &Shop, checkout: &Checkout, attempt: &Attempt, news: News) -> Result<Step> {
    if matches!(&news, News::Intent(snapshot) if snapshot.decline.is_some()) {
        point::reached(Point::Declined).await;
    }
    let standing = fact::apply(shop, checkout.id, Some(attempt.id), news).await?;
    Ok(Step::Done(outcome(checkout, attempt, standing)))
}

pub(super) fn outcome(checkout: &Checkout, attempt: &Attempt, standing: Standing) -> Result<Placed> {
    let checkout_id = checkout.id;
    match standing {
        Standing::Placed { order_id, number, access_token } => Ok(Placed::Order { order_id, number, access_token }),
        Standing::Declined { code, message } => Err(Error::Declined { code, message }),
        Standing::Open { .. } if attempt.way == Way::Embedded => {
            Ok(Placed::Confirm { checkout_id, client_secret: attempt.client_secret.clone() })
        }
        Standing::Open { next_url } if !next_url.is_empty() => Ok(Placed::Redirect { checkout_id, url: next_url }),
        Standing::Open { .. } | Standing::Pending | Standing::Refunding | Standing::Review => {
            Ok(Placed::Pending { checkout_id })
        }
        Standing::Released => Err(released()),
    }
}

pub(super) fn released() -> Error {
    Error::conflict(
        "checkout_expired",
        "The time to pay ran out and nothing was charged. Your cart is still there: please place the order again.",
    )
}

fn pending(checkout: &Checkout) -> Step {
    Step::Done(Ok(Placed::Pending { checkout_id: checkout.id }))
}

/// The provider guarantees that nothing happened. A word against the payment ends the attempt; being out of reach, or
/// held back here, does not: the attempt stays as it was written down, and the shopper is asked to come again. Nobody is
/// charged behind the back of a shopper who was told that nothing happened.
pub(super) async fn refused(
    shop: &Shop,
    checkout: &Checkout,
    attempt: &Attempt,
    epoch: i64,
    refusal: Refusal,
) -> Result<Step> {
    if refusal.is_for_now() {
        if attempt.way == Way::Token && attempt.state != AttemptState::Prepared {
            return no_answer(shop, checkout, attempt, &refusal.message).await;
        }
        tracing::warn!(why = refusal.message, checkout = %checkout.id, "a payment could not be started yet");
        let_go(shop, checkout.id, epoch, 0).await?;
        return Ok(Step::Done(Err(unavailable(refusal.retry_after_s))));
    }
    tracing::error!(code = refusal.code, message = refusal.message, "the provider refused to create a payment");
    let message = "The payment could not be started. Nothing was charged.".to_owned();
    let refused = Some((refusal.code, message));
    told(shop, checkout, attempt, News::NotMade { epoch: Some(epoch), refused }).await
}

/// Durably unknown: the stock stays held, recovery asks again with the same key.
pub(super) async fn no_answer(shop: &Shop, checkout: &Checkout, attempt: &Attempt, why: &str) -> Result<Step> {
    tracing::warn!(why, checkout = %checkout.id, "the payment provider gave no answer");
    let standing = fact::apply(shop, checkout.id, Some(attempt.id), News::NoAnswer).await?;
    let nobody_can_pay = attempt.way != Way::Token && attempt.provider_ref.is_none() && attempt.session_ref.is_none();
    Ok(Step::Done(match standing {
        Standing::Pending if nobody_can_pay => Err(unavailable(None)),
        standing => outcome(checkout, attempt, standing),
    }))
}

pub(super) fn unavailable(retry_after_s: Option<u64>) -> Error {
    Error::Unavailable {
        message: "The payment service does not answer. Nothing was charged; please try again in a moment.".into(),
        retry_after_s: retry_after_s.unwrap_or(5),
    }
}
