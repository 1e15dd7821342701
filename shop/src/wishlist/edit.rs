//! Putting something on a list, taking it off, and what log-in does to two lists.

use super::Owner;
use crate::catalogue::card::in_order;
use crate::db::{Read, Tx};
use crate::id::{CustomerId, ProductId, WishlistId};
use crate::limits::WISHES;
use crate::price_list::Buyer;
use crate::{Error, Result, Shop, args, secret};

/// How long a list without an account is kept after its last change: milliseconds.
const LIFE_MS: i64 = 90 * 24 * 60 * 60 * 1000;
const FORGET: i64 = 500;

/// A new empty list and the token that opens it, told once.
pub async fn open(shop: &Shop) -> Result<(WishlistId, String)> {
    const OPEN: &str = "INSERT INTO wishlist (id, token_hash, updated_at, expires_at) VALUES ($1, $2, $3, $4)";
    let (id, token, now) = (WishlistId::new(), secret::token(), shop.now_ms());
    shop.db.execute(OPEN, args![id, secret::hash_token(&token), now, now + LIFE_MS]).await?;
    Ok((id, token))
}

/// Puts a product that is for sale on the owner's list, which is made when there is none; `None` is somebody without one.
/// What is there already stays as it is. The list that it is on now.
///
/// # Errors
/// `NotFound` for what cannot be bought in the buyer's currency; `Conflict` "wishlist_full".
pub async fn add(shop: &Shop, owner: Option<Owner>, product: ProductId, buyer: impl Into<Buyer>) -> Result<WishlistId> {
    const ADD: &str = "INSERT INTO wishlist_item (wishlist_id, product_id, price, currency, added_at)
        SELECT $1, p.id, $3, $4, $5 FROM product p WHERE p.id = $2
          AND ((SELECT COUNT(*) FROM wishlist_item o WHERE o.wishlist_id = $1) < $6
            OR EXISTS (SELECT 1 FROM wishlist_item h WHERE h.wishlist_id = $1 AND h.product_id = $2))
        ON CONFLICT (wishlist_id, product_id) DO UPDATE SET added_at = wishlist_item.added_at";
    let card = in_order(shop, vec![product.0], buyer).await?.pop().ok_or(Error::NotFound("product"))?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let list = touch(&mut tx, owner, now).await?;
    let price = card.price_from;
    let args = args![list, product, price.amount, price.currency, now, WISHES];
    if tx.execute(ADD, args).await? == 0 {
        return Err(Error::conflict("wishlist_full", format!("A list holds {WISHES} products at most.")));
    }
    tx.commit().await?;
    Ok(list)
}

/// The owner's list, locked; one that has gone, or was never there, is made.
async fn touch(tx: &mut Tx, owner: Option<Owner>, now: i64) -> Result<WishlistId> {
    const OF_CUSTOMER: &str = "INSERT INTO wishlist (id, customer_id, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (customer_id) DO UPDATE SET updated_at = excluded.updated_at RETURNING id";
    const OF_HOLDER: &str =
        "UPDATE wishlist SET updated_at = $2, expires_at = $3 WHERE id = $1 AND customer_id IS NULL";
    const NEW: &str = "INSERT INTO wishlist (id, updated_at, expires_at) VALUES ($1, $2, $3)";
    if let Some(Owner::Customer(customer)) = owner {
        return Ok(tx.fetch_one::<(WishlistId,)>(OF_CUSTOMER, args![WishlistId::new(), customer, now]).await?.0);
    }
    if let Some(Owner::Holder(list)) = owner
        && tx.execute(OF_HOLDER, args![list, now, now + LIFE_MS]).await? > 0
    {
        return Ok(list);
    }
    let list = WishlistId::new();
    tx.execute(NEW, args![list, now, now + LIFE_MS]).await?;
    Ok(list)
}

/// Takes a product off the owner's list. Twice is once.
pub async fn remove(shop: &Shop, owner: Owner, product: ProductId) -> Result<()> {
    let (whose, id) = super::read::whose(owner);
    let sql = format!(
        "DELETE FROM wishlist_item WHERE product_id = $2 AND wishlist_id IN (SELECT w.id FROM wishlist w WHERE {whose} = $1)"
    );
    shop.db.execute(&sql, args![id, product]).await?;
    Ok(())
}

/// Brings the list of a session into that of the customer who has just logged in, as far as there is room; what is on both
/// stays as the customer has it. A link by which the guest has shared the list goes with it. Running it twice changes
/// nothing more.
pub async fn merge(shop: &Shop, guest: WishlistId, customer: CustomerId) -> Result<()> {
    const GUEST: &str = "SELECT share_token FROM wishlist WHERE id = $1 AND customer_id IS NULL";
    const MOVE: &str = "INSERT INTO wishlist_item (wishlist_id, product_id, price, currency, added_at)
        SELECT $1, i.product_id, i.price, i.currency, i.added_at FROM wishlist_item i WHERE i.wishlist_id = $2
          AND NOT EXISTS (SELECT 1 FROM wishlist_item h WHERE h.wishlist_id = $1 AND h.product_id = i.product_id)
        ORDER BY i.added_at DESC, i.product_id LIMIT (SELECT $3 - COUNT(*) FROM wishlist_item o WHERE o.wishlist_id = $1)";
    const GONE: &str = "DELETE FROM wishlist WHERE id = $1";
    const SHARE: &str = "UPDATE wishlist SET share_token = $2 WHERE id = $1 AND share_token IS NULL";
    let mut tx = shop.db.begin().await?;
    let found: Option<(Option<String>,)> = tx.fetch_optional(GUEST, args![guest]).await?;
    let Some((link,)) = found else { return Ok(()) };
    let list = touch(&mut tx, Some(Owner::Customer(customer)), shop.now_ms()).await?;
    tx.execute(MOVE, args![list, guest, WISHES]).await?;
    tx.execute(GONE, args![guest]).await?;
    if link.is_some() {
        tx.execute(SHARE, args![list, link]).await?;
    }
    Ok(tx.commit().await?)
}

/// Forgets lists without an account that nobody has touched for long; how many.
pub async fn forget_old(shop: &Shop) -> Result<u64> {
    const OLD: &str = "SELECT id FROM wishlist WHERE expires_at < $1 ORDER BY expires_at LIMIT $2";
    const GONE: &str = "DELETE FROM wishlist WHERE id = $1 AND expires_at < $2";
    let now = shop.now_ms();
    let old: Vec<(WishlistId,)> = shop.db.fetch_all(OLD, args![now, FORGET]).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let mut tx = shop.db.begin().await?;
    let mut gone = 0;
    for (list,) in old {
        gone += tx.execute(GONE, args![list, now]).await?;
    }
    tx.commit().await?;
    Ok(gone)
}
