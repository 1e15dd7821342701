//! Going on with a checkout that another request has started.

use super::attempt::{goes_on, next_attempt};
use super::known::{earlier_checkouts, limit_attempts, ordered};
use super::{due_changed, in_progress, total_changed};
use crate::checkout::fact::{self, News, Standing};
use crate::checkout::idempotency::{self, Request};
use crate::checkout::state::CheckoutState;
use crate::checkout::{PlaceOrder, Placed, View, release, saga, stored, transition, view};
use crate::id::CheckoutId;
use crate::{Error, Result, Shop};

/// Another request for the version that is being paid: its key becomes one of the checkout's.
pub(super) async fn join(
    shop: &Shop,
    view: &View,
    id: CheckoutId,
    order: &PlaceOrder,
    request: &Request,
) -> Result<Placed> {
    let checkout = stored::load(shop, id).await?;
    let agreed = (order.expected_total, order.due());
    if (checkout.total, checkout.due()) != agreed {
        if (view.totals.total, view.due()) == agreed {
            // Prices moved under a started payment: it ends, and the shopper starts again at the price now seen.
            release::give_up(shop, id, false).await?;
        }
        return Err(if checkout.total == order.expected_total {
            due_changed(order.due(), &checkout.quote)
        } else {
            total_changed(order.expected_total, &checkout.quote.totals)
        });
    }
    if checkout.live.as_ref().is_none_or(|attempt| !goes_on(attempt, order)) {
        limit_attempts(shop, &earlier_checkouts(shop, checkout.cart_id).await?)?;
    }
    let mut tx = shop.db.begin().await?;
    // Under the checkout's lock: a key that came after the end would never get its answer.
    let state = transition::lock_checkout(&mut tx, id).await?.unwrap_or_default();
    match CheckoutState::try_from(state).map_err(|error| Error::Internal(error.to_string()))? {
        CheckoutState::Placed | CheckoutState::Settled => return Err(ordered(checkout)),
        CheckoutState::Released | CheckoutState::LatePaid | CheckoutState::Refunding | CheckoutState::Refunded => {
            return Err(view::changed());
        }
        _ => {}
    }
    if !idempotency::claim(&mut tx, request, &order.idempotency_key, id, shop.now_ms()).await? {
        return Err(in_progress());
    }
    tx.commit().await?;
    resume(shop, id, order).await
}

/// Goes on with a checkout: hands out what was handed out before, asks the provider, or starts another attempt.
pub(super) async fn resume(shop: &Shop, id: CheckoutId, order: &PlaceOrder) -> Result<Placed> {
    let checkout = stored::load(shop, id).await?;
    match checkout.state {
        CheckoutState::Placed | CheckoutState::Settled => return Ok(checkout.placed()),
        CheckoutState::Released => return Err(saga::released()),
        state if !state.is_open() => return Ok(Placed::Pending { checkout_id: id }),
        _ => {}
    }
    let Some(epoch) = saga::take_lease(shop, id, "place").await? else { return Err(in_progress()) };
    let result = resume_leased(shop, id, order, epoch).await;
    saga::let_go(shop, id, epoch, 0).await?;
    result
}

async fn resume_leased(shop: &Shop, id: CheckoutId, order: &PlaceOrder, epoch: i64) -> Result<Placed> {
    // Read again under the lease.
    let checkout = stored::load(shop, id).await?;
    if let Some(attempt) = &checkout.live {
        if goes_on(attempt, order) {
            match saga::drive(shop, &checkout, attempt, epoch).await {
                // What was declined or closed just now makes room for a new attempt below.
                Err(Error::Declined { code, .. }) if code.is_empty() => {}
                result => return result,
            }
        } else {
            match release::abandon(shop, &checkout).await? {
                Standing::Declined { .. } => {}
                standing => return saga::outcome(&checkout, attempt, standing),
            }
        }
    }
    if checkout.due() == 0 {
        // Nothing to pay, and nobody has said so yet.
        return match fact::apply(shop, id, None, News::NothingToPay).await? {
            Standing::Placed { .. } => Ok(checkout.placed()),
            _ => Err(in_progress()),
        };
    }
    let attempt = next_attempt(shop, &checkout, order, epoch).await?;
    saga::drive(shop, &checkout, &attempt, epoch).await
}
