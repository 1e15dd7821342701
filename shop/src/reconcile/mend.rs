//! What is done about a difference, by the shop itself or because a person says so. Every call to the provider has a key
//! made of the payment's own name: however often it is done, it happens once.

use super::breaks::Found;
use super::events::silent;
use crate::checkout;
use crate::id::{AttemptId, CheckoutId, RefundId};
use crate::money::Currency;
use crate::payment::{IntentStatus, Metadata, Outcome, Provider, RefundSnapshot, Snapshot};
use crate::{Error, Result, Shop, args, order, outbox};

/// Money that is only held is taken this long before the provider lets it go (B3).
const CAPTURE_BEFORE_MS: i64 = 24 * 3_600_000;
/// A refund without an answer is sent again after this long (B6).
const RESEND_AFTER_MS: i64 = 10 * 60_000;

/// A payment as it stands at the provider; `None` when the provider says that there is none.
pub(super) async fn ask(provider: &dyn Provider, payment: &str) -> Result<Option<Snapshot>> {
    match provider.retrieve_intent(payment).await {
        Outcome::Done(snapshot) => Ok(Some(snapshot)),
        Outcome::Refused(refusal) if refusal.http_status == 404 => Ok(None),
        Outcome::Refused(refusal) => Err(silent(refusal.message)),
        Outcome::Unknown(why) => Err(silent(why)),
    }
}

/// Whether the provider holds money of any payment of the checkout, however it stands here.
pub(super) async fn is_held(shop: &Shop, checkout: CheckoutId) -> Result<bool> {
    let sql = "SELECT provider, provider_ref FROM payment_attempt WHERE checkout_id = $1 AND provider_ref IS NOT NULL";
    let payments: Vec<(String, String)> = shop.db.fetch_all(sql, args![checkout]).await?;
    for (provider, payment) in payments {
        let snapshot = ask(shop.payments.by_name(&provider)?, &payment).await?;
        if snapshot.is_some_and(|snapshot| snapshot.held() > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives back all that the provider holds of a payment: lets it go, or refunds it. How much, in minor units.
///
/// # Errors
/// `Conflict` for the payment by which an order stands: cancel the order; `Unavailable` when the provider does not
/// answer or cannot do it.
pub(super) async fn give_back(shop: &Shop, provider: &str, payment: &str) -> Result<i64> {
    let sql = "SELECT id FROM payment_attempt WHERE provider = $1 AND provider_ref = $2
        AND state IN ('authorized','captured')";
    let bound: Option<(AttemptId,)> = shop.db.fetch_optional(sql, args![provider, payment]).await?;
    if bound.is_some() {
        let text = "This is the payment by which the order stands. Cancel or refund the order instead.";
        return Err(Error::conflict("payment_of_an_order", text));
    }
    end(shop, shop.payments.by_name(provider)?, payment).await
}

/// Whether the shopper has paid a frozen checkout as agreed, beside the money that froze it.
pub(super) async fn is_paid(shop: &Shop, checkout: CheckoutId) -> Result<bool> {
    let sql = "SELECT id FROM payment_attempt WHERE checkout_id = $1 AND state IN ('authorized','captured')";
    let paid: Option<(AttemptId,)> = shop.db.fetch_optional(sql, args![checkout]).await?;
    Ok(paid.is_some())
}

/// An attempt that may still bring money, with its names at the provider: payment and page.
type Open = (AttemptId, String, Option<String>, Option<String>);

/// Ends every payment of a frozen checkout that may still bring money: what is held is let go, pages are closed.
///
/// # Errors
/// `Unavailable` when a provider does not answer or cannot do it.
pub(super) async fn end_attempts(shop: &Shop, checkout: CheckoutId) -> Result<()> {
    let sql = "SELECT id, provider, provider_ref, session_ref FROM payment_attempt
        WHERE checkout_id = $1 AND state NOT IN ('declined','canceled','captured')";
    let open: Vec<Open> = shop.db.fetch_all(sql, args![checkout]).await?;
    for (attempt, name, mut payment, page) in open {
        let provider = shop.payments.by_name(&name)?;
        if let (None, Some(page)) = (&payment, page) {
            let key = checkout::provider_key(shop, &name, attempt, "expire");
            payment = match provider.expire_session(&key, &page).await {
                Outcome::Done(session) => session.intent_id,
                // It is closed already, or was paid.
                Outcome::Refused(_) => match provider.retrieve_session(&page).await {
                    Outcome::Done(session) => session.intent_id,
                    Outcome::Refused(refusal) => return Err(silent(refusal.message)),
                    Outcome::Unknown(why) => return Err(silent(why)),
                },
                Outcome::Unknown(why) => return Err(silent(why)),
            };
        }
        if let Some(payment) = payment {
            end(shop, provider, &payment).await?;
        }
    }
    Ok(())
}

/// Nothing comes of the payment any more: it is cancelled, or refunded. How much it held, in minor units.
async fn end(shop: &Shop, provider: &dyn Provider, payment: &str) -> Result<i64> {
    let Some(snapshot) = ask(provider, payment).await? else { return Ok(0) };
    let owed = snapshot.held();
    let key = |operation| checkout::provider_key(shop, provider.name(), payment, operation);
    let undecided = matches!(snapshot.status, IntentStatus::Succeeded | IntentStatus::Canceled);
    let outcome = if !undecided {
        provider.cancel_intent(&key("unknown-cancel"), payment).await.map(drop)
    } else if owed > 0 {
        let currency = Currency::parse(&snapshot.currency)
            .ok_or_else(|| Error::Internal(format!("{payment} is in {}, which is no currency", snapshot.currency)))?;
        let metadata: Metadata = [("reason".to_owned(), "no order".to_owned())].into();
        provider.refund(&key("unknown-refund"), payment, currency.money(owed), &metadata).await.map(drop)
    } else {
        return Ok(0);
    };
    match outcome {
        Outcome::Done(()) => Ok(owed),
        Outcome::Refused(refusal) => Err(silent(refusal.message)),
        Outcome::Unknown(why) => Err(silent(why)),
    }
}

/// B3: held, wanted, and soon to lapse.
pub(super) async fn capture_in_time(shop: &Shop, mended: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT a.id, o.number FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id
        WHERE a.state = 'authorized' AND a.capture_before < $1 AND o.state IN ('confirmed','processing')";
    let due: Vec<(AttemptId, String)> = shop.db.fetch_all(sql, args![shop.now_ms() + CAPTURE_BEFORE_MS]).await?;
    for (attempt, number) in due {
        match outbox::capture(shop, attempt).await {
            Ok(()) => mended.push(format!("{number}: captured before the authorisation lapses")),
            Err(error) => tracing::warn!(%error, number, "not captured yet"),
        }
    }
    Ok(())
}

/// B6, ours unknown there: the same refund under the same key.
pub(super) async fn resend_refunds(shop: &Shop, mended: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT r.id, o.number FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
        JOIN orders o ON o.checkout_id = a.checkout_id WHERE r.state IN ('prepared','sent') AND r.updated_at < $1";
    let open: Vec<(RefundId, String)> = shop.db.fetch_all(sql, args![shop.now_ms() - RESEND_AFTER_MS]).await?;
    for (refund, number) in open {
        match order::carry_out_refund(shop, refund).await {
            Ok(()) => mended.push(format!("{number}: a refund without an answer was sent again")),
            Err(error) => tracing::warn!(%error, number, "a refund is still open"),
        }
    }
    Ok(())
}

/// B2: an order that the provider holds nothing for, as was just asked again.
pub(super) async fn cancel_uncharged(shop: &Shop, number: &str) -> Result<&'static str> {
    let mut tx = shop.db.begin().await?;
    let now = shop.now_ms();
    order::cancel_uncharged(&mut tx, number, None, now).await?;
    super::order_is_cancelled(&mut tx, number, "by itself", now).await?;
    tx.commit().await?;
    shop.wake.notify_one();
    Ok("nobody has paid; cancelled, and its units are back on the shelf")
}

/// B6: refunds made at the provider are booked here.
pub(super) async fn take_refunds_over(shop: &Shop, one: &Found) -> Result<&'static str> {
    let theirs = refunds(shop, &one.provider, &one.payment).await?;
    let mut tx = shop.db.begin().await?;
    if order::take_refunds_over(&mut tx, &one.number, &theirs, shop.now_ms()).await? == 0 {
        return Err(Error::conflict("nothing_to_take_over", "Every refund of the provider is booked here."));
    }
    tx.commit().await?;
    shop.wake.notify_one();
    Ok("a refund made at the provider was booked")
}

/// All refunds of a payment, by the provider's list.
pub(super) async fn refunds(shop: &Shop, provider: &str, payment: &str) -> Result<Vec<RefundSnapshot>> {
    match shop.payments.by_name(provider)?.list_refunds(payment).await {
        Outcome::Done(refunds) => Ok(refunds),
        Outcome::Refused(refusal) => Err(silent(refusal.message)),
        Outcome::Unknown(why) => Err(silent(why)),
    }
}
