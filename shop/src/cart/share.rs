//! A cart that is shown to others by a link.
//!
//! The link carries a token of which only the hash is stored. Behind it lies what was in the cart at that moment, at the prices
//! of whoever looks: neither whose cart it is nor what becomes of it.

use super::fill::{Wanted, fill};
use super::{Filled, Line, read};
use crate::account::Visitor;
use crate::id::CartId;
use crate::limits::CART_SHARES;
use crate::{Error, Result, Shop, args, secret};

/// How long a link works: milliseconds.
const LIFE_MS: i64 = 30 * 24 * 60 * 60 * 1000;
const FORGET: i64 = 500;

/// What stands behind a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    pub lines: Vec<Line>,
    /// Unix milliseconds.
    pub expires_at: i64,
    /// It is a link to the visitor's own cart.
    pub own: bool,
}

/// Makes a link to what is in the visitor's cart now; its token, told once. What was saved for later is not shown.
///
/// # Errors
/// `Conflict` "cart_empty", or "too_many_links" when [`CART_SHARES`] of them work.
pub async fn share(shop: &Shop, visitor: &Visitor) -> Result<String> {
    const MAKE: &str = "INSERT INTO cart_share (token_hash, cart_id, created_at, expires_at)
        SELECT $1, c.id, $3, $4 FROM cart c WHERE c.id = $2
          AND (SELECT COUNT(*) FROM cart_share s WHERE s.cart_id = $2 AND s.expires_at > $3) < $5";
    const LINES: &str = "INSERT INTO cart_share_line (token_hash, position, variant_id, quantity)
        SELECT $1, ROW_NUMBER() OVER (ORDER BY l.added_at, l.id), l.variant_id, l.quantity
        FROM cart_line l WHERE l.cart_id = $2 AND l.saved_for_later = FALSE AND l.gift_of IS NULL";
    let now = shop.now_ms();
    let empty = || Error::conflict("cart_empty", "Your cart is empty.");
    let mut tx = shop.db.begin().await?;
    let head = read::head(&mut tx, visitor, now).await?.ok_or_else(empty)?;
    let token = secret::token();
    let hash = secret::hash_token(&token);
    if tx.execute(MAKE, args![&hash, head.id, now, now + LIFE_MS, CART_SHARES]).await? == 0 {
        let message = format!("{CART_SHARES} links to this cart work already. Stop sharing first.");
        return Err(Error::conflict("too_many_links", message));
    }
    if tx.execute(LINES, args![&hash, head.id]).await? == 0 {
        return Err(empty());
    }
    tx.commit().await?;
    Ok(token)
}

/// Links to the visitor's cart that work.
pub async fn links(shop: &Shop, cart: CartId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM cart_share WHERE cart_id = $1 AND expires_at > $2";
    Ok(shop.db.fetch_one::<(i64,)>(sql, args![cart, shop.now_ms()]).await?.0)
}

/// Takes back all links to the visitor's cart: who has one reads nothing any more. Twice is once.
pub async fn stop_sharing(shop: &Shop, visitor: &Visitor) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    if let Some(head) = read::head(&mut tx, visitor, shop.now_ms()).await? {
        tx.execute("DELETE FROM cart_share WHERE cart_id = $1", args![head.id]).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What stands behind a link, priced for whoever looks.
///
/// # Errors
/// `NotFound` for a link that nobody made, that was taken back, or whose time is over.
pub async fn shared(shop: &Shop, token: &str, visitor: &Visitor) -> Result<Shared> {
    const SHARED: &str = "SELECT cart_id, expires_at FROM cart_share WHERE token_hash = $1 AND expires_at > $2";
    let (mut db, now, hash) = (&shop.db, shop.now_ms(), secret::hash_token(token));
    let found: Option<(CartId, i64)> = db.fetch_optional(SHARED, args![&hash, now]).await?;
    let (cart, expires_at) = found.ok_or(Error::NotFound("link"))?;
    let own = read::head(&mut db, visitor, now).await?.is_some_and(|head| head.id == cart);
    let customer = visitor.customer.as_ref().map(|customer| customer.id);
    let lines = read::shared_lines(&mut db, &hash, visitor.currency, customer, now).await?;
    Ok(Shared { lines, expires_at, own })
}

/// Puts what stands behind a link into the visitor's cart, beside what is there. As [`shared`].
pub async fn take_over(shop: &Shop, token: &str, visitor: &mut Visitor) -> Result<Vec<Filled>> {
    let shared = shared(shop, token, visitor).await?;
    fill(shop, visitor, shared.lines.iter().map(wanted).collect()).await
}

pub(super) fn wanted(line: &Line) -> Wanted {
    Wanted { sku: line.sku.clone(), title: line.title.clone(), quantity: line.quantity }
}

/// Forgets links whose time is over; how many.
pub(crate) async fn forget_old(shop: &Shop) -> Result<u64> {
    const OLD: &str = "DELETE FROM cart_share WHERE token_hash IN
        (SELECT token_hash FROM cart_share WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    Ok(shop.db.execute(OLD, args![shop.now_ms(), FORGET]).await?)
}
