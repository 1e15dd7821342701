//! What has become of a cart before: checkouts under way, and the order it is already.

use crate::account::Visitor;
use crate::checkout::stored::{self, Checkout};
use crate::id::{CartId, CheckoutId};
use crate::{Error, Result, Shop, args};

#[derive(sqlx::FromRow)]
pub(super) struct Open {
    pub id: CheckoutId,
    pub cart_version: i64,
}

/// Checkouts of the cart that still hold stock.
pub(super) async fn open_checkouts(shop: &Shop, cart: CartId) -> Result<Vec<Open>> {
    let sql = "SELECT id, cart_version FROM checkout WHERE cart_id = $1
          AND state IN ('prepared','paying','awaiting_action','unknown','payable_again','authorized','releasing')
        ORDER BY cart_version";
    Ok(shop.db.fetch_all(sql, args![cart]).await?)
}

/// The started payment of the visitor's cart, if there is one.
pub async fn live(shop: &Shop, visitor: &Visitor) -> Result<Option<CheckoutId>> {
    let mut db = &shop.db;
    let Some(head) = crate::cart::read::head(&mut db, visitor, shop.now_ms()).await? else { return Ok(None) };
    Ok(open_checkouts(shop, head.id).await?.last().map(|open| open.id))
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
