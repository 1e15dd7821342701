//! Paying an order anew whose payment has expired: another attempt of the same checkout, at the provider's page. The
//! checkout stays placed and the order confirmed; the attempt alone goes through its states, and the one entry for news
//! (`fact`) makes it the payment of the order.

use super::create::{self, SESSION_MIN_MS};
use super::fact::{self, News, Standing};
use super::handover::FIRST_POLL_MS;
use super::place::{chosen, earlier_checkouts, in_progress, insert, limit_attempts, payer};
use super::saga;
use super::state::{AttemptState, Way};
use super::stored::{self, Attempt, Checkout};
use super::{PaymentWay, recover, release, status, transition};
use crate::id::{AttemptId, CheckoutId};
use crate::order::Order;
use crate::payment::{NewSession, Outcome, Session};
use crate::{Error, Result, Shop, args, backup};

/// The address of the page to pay at. Asked for twice it is the same page, while that is open.
///
/// # Errors
/// `Conflict` "not_payable" when the order needs no payment, "in_progress" while one is being processed; `TooMany`;
/// `Unavailable` when no payment can be started now.
pub async fn pay_anew(shop: &Shop, order: &Order) -> Result<String> {
    if backup::orders_closed(shop).await?.is_some() {
        return Err(saga::unavailable(Some(120)));
    }
    let mut checkout = stored::load(shop, order.checkout_id).await?;
    if checkout.live.as_ref().is_some_and(|live| live.session_ref.is_some()) {
        recover::ask(shop, &checkout).await?;
        checkout = stored::load(shop, order.checkout_id).await?;
    }
    let attempt = match checkout.live.take() {
        Some(live) => live,
        None => next_attempt(shop, &checkout).await?,
    };
    match attempt.state {
        AttemptState::Authorized | AttemptState::Captured => Err(not_payable()),
        AttemptState::Processing => Err(in_progress()),
        _ if attempt.session_ref.is_some() => Ok(attempt.next_url),
        _ => open_page(shop, &checkout, &attempt).await,
    }
}

fn not_payable() -> Error {
    Error::conflict("not_payable", "This order does not wait for a payment.")
}

async fn next_attempt(shop: &Shop, checkout: &Checkout) -> Result<Attempt> {
    limit_attempts(shop, &earlier_checkouts(shop, checkout.cart_id).await?)?;
    let provider = chosen(shop, None, &PaymentWay::Hosted, checkout.currency).await?;
    let now = shop.now_ms();
    let prepared = Attempt::prepared(AttemptId::new(), provider, Way::Hosted, String::new(), now);
    let attempt = Attempt { number: checkout.last.0 + 1, ..prepared };
    let mut tx = shop.db.begin().await?;
    // Whoever cancels the order takes its row, too.
    let sql = "UPDATE orders SET version = version + 1
        WHERE id = $1 AND payment_expired_at IS NOT NULL AND state = 'confirmed'";
    if tx.execute(sql, args![checkout.order_id]).await? == 0 {
        return Err(not_payable());
    }
    insert(&mut tx, checkout, &attempt, &payer(checkout, "")).await?;
    let moved = transition::of_attempt(attempt.id, "", "prepared", "the last payment has expired");
    transition::record(&mut tx, &[moved], "shopper", now).await?;
    tx.commit().await?;
    Ok(attempt)
}

async fn open_page(shop: &Shop, checkout: &Checkout, attempt: &Attempt) -> Result<String> {
    let provider = shop.payments.by_name(&attempt.provider)?;
    let page = format!("{}/orders/{}?token={}", shop.origin, checkout.number, checkout.access_token);
    let new = NewSession {
        lines: create::lines(checkout),
        metadata: create::metadata(shop, checkout, attempt),
        success_url: page.clone(),
        cancel_url: page,
        // By the attempt: the same key must always carry the same request.
        expires_at: attempt.created_at + SESSION_MIN_MS,
        customer_email: Some(checkout.quote.email.clone()),
        reference: checkout.id.to_string(),
    };
    let tell = |news: News| fact::apply(shop, checkout.id, Some(attempt.id), news);
    let key = saga::key(shop, &attempt.provider, attempt.id, "create");
    match provider.create_session(&key, &new).await {
        Outcome::Done(session) => opened(shop, attempt, session).await,
        Outcome::Refused(refusal) if refusal.is_for_now() => Err(saga::unavailable(refusal.retry_after_s)),
        Outcome::Refused(refusal) => {
            tracing::error!(code = refusal.code, message = refusal.message, "the provider refused a payment anew");
            tell(News::NotMade { epoch: None, refused: Some((refusal.code, refusal.message)) }).await?;
            Err(saga::unavailable(None))
        }
        Outcome::Unknown(why) => {
            tracing::warn!(why, checkout = %checkout.id, "no answer to a payment anew");
            // Nobody can have been sent to a page whose address never came.
            let is_over = create::was_asked_before(attempt);
            tell(if is_over { News::NotMade { epoch: None, refused: None } } else { News::NoAnswer }).await?;
            Err(saga::unavailable(None))
        }
    }
}

/// The page's address is handed out once it is written down, and not when the order was cancelled meanwhile.
async fn opened(shop: &Shop, attempt: &Attempt, session: Session) -> Result<String> {
    let url = session.url.unwrap_or_default();
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE payment_attempt SET state = 'sent', session_ref = $2, next_url = $3, sent_at = $4,
          next_poll_at = $5, provider_ref = COALESCE(provider_ref, $6)
        WHERE id = $1 AND state = $7";
    let from = attempt.state.as_str();
    let values = args![attempt.id, &session.id, &url, now, now + FIRST_POLL_MS, session.intent_id, from];
    if tx.execute(sql, values).await? == 0 {
        return Err(in_progress());
    }
    let moved = transition::of_attempt(attempt.id, from, "sent", "provider answered");
    transition::record(&mut tx, &[moved], "system", now).await?;
    tx.commit().await?;
    Ok(url)
}

/// Asks what became of the page, when that may bring news: its shopper has come back. Whether there was an answer.
pub async fn ask_anew(shop: &Shop, id: CheckoutId) -> Result<bool> {
    let checkout = stored::load(shop, id).await?;
    Ok(status::may_ask(shop, &checkout).await? && recover::ask(shop, &checkout).await?)
}

/// Ends a payment of a placed checkout that has brought no money yet, or learns that it has.
///
/// # Errors
/// `Unavailable` while the provider does not say what became of it.
pub(crate) async fn close_payment(shop: &Shop, id: CheckoutId) -> Result<()> {
    let checkout = stored::load(shop, id).await?;
    match &checkout.live {
        None => return Ok(()),
        Some(live) if matches!(live.state, AttemptState::Authorized | AttemptState::Captured) => return Ok(()),
        Some(_) => {}
    }
    match release::abandon(shop, &checkout).await? {
        Standing::Pending => Err(saga::unavailable(None)),
        _ => Ok(()),
    }
}
