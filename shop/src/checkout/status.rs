//! Where a checkout stands, for the pages that wait; and giving it up.

use super::release;
use super::state::CheckoutState;
use super::stored::{self, Checkout};
use super::{Status, recover};
use crate::account::Visitor;
use crate::id::CheckoutId;
use crate::{Error, Result, Shop, args};

/// The provider is asked at most this often for one checkout.
const ASK_EVERY_MS: i64 = 2_000;

/// Where a checkout stands; asks the provider when that may bring news. Another visitor's is `NotFound`.
pub async fn status(shop: &Shop, visitor: &Visitor, id: CheckoutId) -> Result<Status> {
    let checkout = owned(shop, visitor, id).await?;
    if !checkout.state.is_open() {
        return Ok(tell(&checkout, false));
    }
    let answered = may_ask(shop, &checkout).await? && recover::ask(shop, &checkout).await?;
    // Read again in any case: a webhook may have brought the news meanwhile.
    Ok(tell(&stored::load(shop, id).await?, answered))
}

/// The shopper gives up: cancelled at the provider, then released. What was paid meanwhile is placed.
pub async fn cancel(shop: &Shop, visitor: &Visitor, id: CheckoutId) -> Result<Status> {
    let checkout = owned(shop, visitor, id).await?;
    if checkout.state.is_open() {
        release::give_up(shop, id, false).await?;
    }
    Ok(tell(&stored::load(shop, id).await?, false))
}

async fn owned(shop: &Shop, visitor: &Visitor, id: CheckoutId) -> Result<Checkout> {
    let checkout = stored::load(shop, id).await?;
    let is_theirs = match (&visitor.customer, checkout.customer_id) {
        (Some(customer), Some(owner)) => customer.id == owner,
        (_, None) => visitor.cart_id == Some(checkout.cart_id),
        (None, Some(_)) => false,
    };
    if is_theirs { Ok(checkout) } else { Err(Error::NotFound("checkout")) }
}

/// Claims the right to ask: of many waiting pages one does, and not again within [`ASK_EVERY_MS`].
pub(super) async fn may_ask(shop: &Shop, checkout: &Checkout) -> Result<bool> {
    let Some(attempt) = &checkout.live else { return Ok(false) };
    let now = shop.now_ms();
    if checkout.lease_until > now {
        return Ok(false);
    }
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE payment_attempt SET asked_at = $2 WHERE id = $1 AND asked_at <= $3
        AND state IN ('sent','unknown','requires_action','processing')";
    let asked = tx.execute(sql, args![attempt.id, now, now - ASK_EVERY_MS]).await?;
    tx.commit().await?;
    Ok(asked == 1)
}

/// `answered`: the provider has just said how things stand.
fn tell(checkout: &Checkout, answered: bool) -> Status {
    match checkout.state {
        CheckoutState::Placed | CheckoutState::Settled => Status::Placed {
            order_id: checkout.order_id,
            number: checkout.number.clone(),
            access_token: checkout.access_token.clone(),
        },
        CheckoutState::Released | CheckoutState::LatePaid | CheckoutState::Refunding | CheckoutState::Refunded => {
            Status::Released
        }
        CheckoutState::PayableAgain => payable_again(checkout, &checkout.last.2),
        // Declined in the provider's page or frame, where another card can be tried: by now one may have been, so this
        // is only told when it is fresh.
        CheckoutState::AwaitingAction => match &checkout.live {
            Some(attempt) if answered && attempt.is_declined() => payable_again(checkout, &attempt.decline_message),
            _ => Status::Pending,
        },
        _ => Status::Pending,
    }
}

fn payable_again(checkout: &Checkout, message: &str) -> Status {
    let message = if message.is_empty() { "The payment was not completed." } else { message };
    Status::PayableAgain { message: message.to_owned(), expires_at: checkout.expires_at }
}
