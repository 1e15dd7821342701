//! What has become of a cart before: checkouts under way, and the order it is already.

use crate::account::Visitor;
use crate::checkout::state::CheckoutState;
use crate::checkout::stored::{self, Checkout};
use crate::id::{CartId, CheckoutId};
use crate::{Error, Result, Shop, args};

/// A checkout of a cart, of whichever version of it.
#[derive(sqlx::FromRow)]
pub(in crate::checkout) struct Earlier {
    pub id: CheckoutId,
    pub cart_version: i64,
    #[sqlx(try_from = "String")]
    state: CheckoutState,
    /// Payments started in the last [`ATTEMPTS_WINDOW_MS`], and when the first of them was.
    attempts: i64,
    oldest: i64,
}

impl Earlier {
    /// Whether it still holds stock, and is no order yet.
    pub fn is_open(&self) -> bool {
        self.state.is_open() || self.state == CheckoutState::Releasing
    }
}

/// Payments that one cart may start in [`ATTEMPTS_WINDOW_MS`]: whoever tries out stolen cards needs more.
const ATTEMPTS_MAX: i64 = 30;
const ATTEMPTS_WINDOW_MS: i64 = 10 * 60_000;

/// The checkouts of the cart, oldest version first.
pub(in crate::checkout) async fn earlier_checkouts(shop: &Shop, cart: CartId) -> Result<Vec<Earlier>> {
    let sql = "SELECT k.id, k.cart_version, k.state,
          (SELECT COUNT(*) FROM payment_attempt a WHERE a.checkout_id = k.id AND a.created_at > $2) AS attempts,
          CAST(COALESCE((SELECT MIN(a.created_at) FROM payment_attempt a
            WHERE a.checkout_id = k.id AND a.created_at > $2), 0) AS BIGINT) AS oldest
        FROM checkout k WHERE k.cart_id = $1 ORDER BY k.cart_version";
    Ok(shop.db.fetch_all(sql, args![cart, shop.now_ms() - ATTEMPTS_WINDOW_MS]).await?)
}

/// `TooMany` when the cart has used up its payments. Stored attempts are counted, so that the limit costs no write.
pub(in crate::checkout) fn limit_attempts(shop: &Shop, earlier: &[Earlier]) -> Result<()> {
    let started = earlier.iter().filter(|checkout| checkout.attempts > 0);
    if started.clone().map(|checkout| checkout.attempts).sum::<i64>() < ATTEMPTS_MAX {
        return Ok(());
    }
    let oldest = started.map(|checkout| checkout.oldest).min().unwrap_or_default();
    let left_ms = oldest + ATTEMPTS_WINDOW_MS - shop.now_ms();
    Err(Error::TooMany { retry_after_s: u64::try_from(left_ms / 1000 + 1).unwrap_or(1) })
}

/// The started payment of the visitor's cart, if there is one.
pub async fn live(shop: &Shop, visitor: &Visitor) -> Result<Option<CheckoutId>> {
    let mut db = &shop.db;
    let Some(head) = crate::cart::read::head(&mut db, visitor, shop.now_ms()).await? else { return Ok(None) };
    let earlier = earlier_checkouts(shop, head.id).await?;
    Ok(earlier.iter().rfind(|checkout| checkout.is_open()).map(|checkout| checkout.id))
}

/// [`Error::Ordered`] when this version of the visitor's cart was.
pub(super) async fn already_placed(shop: &Shop, visitor: &Visitor, cart_version: i64) -> Result<Option<Error>> {
    let sql = "SELECT k.id FROM checkout k WHERE k.cart_id = $1 AND k.cart_version = $2
          AND k.state IN ('placed','settled') AND (k.customer_id IS NULL OR k.customer_id = $3)";
    let customer = visitor.customer.as_ref().map(|customer| customer.id);
    let found: Option<(CheckoutId,)> =
        shop.db.fetch_optional(sql, args![visitor.cart_id, cart_version, customer]).await?;
    let Some((id,)) = found else { return Ok(None) };
    Ok(Some(ordered(stored::load(shop, id).await?)))
}

pub(super) fn ordered(checkout: Checkout) -> Error {
    Error::Ordered { order_id: checkout.order_id, number: checkout.number, access_token: checkout.access_token }
}
